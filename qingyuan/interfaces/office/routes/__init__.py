"""Books (抄表册): the list, the form, and a book's points in order."""
