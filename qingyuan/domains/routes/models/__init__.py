from qingyuan.domains.routes.models.area import ReadingArea
from qingyuan.domains.routes.models.book import Book

__all__ = ["Book", "ReadingArea"]
