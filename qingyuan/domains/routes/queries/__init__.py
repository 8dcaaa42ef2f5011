"""Reads of areas and books."""

from qingyuan.domains.routes.queries.books import (
    AreaRow,
    BookRow,
    areas,
    areas_of_books,
    book,
    book_refs,
    books,
    books_due,
)

__all__ = ["AreaRow", "BookRow", "areas", "areas_of_books", "book", "book_refs", "books", "books_due"]
