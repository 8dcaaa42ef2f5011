"""Addresses of the area. Book numbers may hold a slash, so what follows one comes before the bare number."""

from django.urls import path

from qingyuan.interfaces.office.routes import books, forms

app_name = "routes"
ONE = "books/<path:book_no>/"
urlpatterns = [
    path("books/", books.book_list, name="list"),
    path("books/new/", forms.new_book, name="new"),
    path(f"{ONE}edit/", forms.edit_book, name="edit"),
    path(f"{ONE}move/", forms.move_points, name="move"),
    path(ONE, books.book, name="book"),
]
