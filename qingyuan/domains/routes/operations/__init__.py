"""Writes of areas and books."""

from qingyuan.domains.routes.operations.areas import create_area
from qingyuan.domains.routes.operations.books import NewBook, assign_reader, create_book, create_books, update_book

__all__ = ["NewBook", "assign_reader", "create_area", "create_book", "create_books", "update_book"]
