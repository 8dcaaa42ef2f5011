"""Reads of areas and books."""

from qingyuan.domains.routes.queries.books import AreaRow, BookRow, areas, book, book_refs, books, books_due

__all__ = ["AreaRow", "BookRow", "areas", "book", "book_refs", "books", "books_due"]
