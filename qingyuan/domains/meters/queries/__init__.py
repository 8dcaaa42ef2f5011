"""Reads of meters and points."""

from qingyuan.domains.meters.queries.facts import (
    LinkFact,
    OptionFact,
    PointFacts,
    QuotaFact,
    ShareFact,
    links,
    rating_facts,
)
from qingyuan.domains.meters.queries.installations import (
    InstallationFact,
    MeterRef,
    RegisterFact,
    current_installations,
    installations_between,
    meter_refs,
)
from qingyuan.domains.meters.queries.points import (
    PointInBook,
    PointRef,
    accounts_of_points,
    books_of_points,
    point_ref,
    point_refs,
    point_refs_by_id,
    points_in_books,
    points_of_accounts,
)

__all__ = [
    "InstallationFact",
    "LinkFact",
    "MeterRef",
    "OptionFact",
    "PointFacts",
    "PointInBook",
    "PointRef",
    "QuotaFact",
    "RegisterFact",
    "ShareFact",
    "accounts_of_points",
    "books_of_points",
    "current_installations",
    "installations_between",
    "links",
    "meter_refs",
    "point_ref",
    "point_refs",
    "point_refs_by_id",
    "points_in_books",
    "points_of_accounts",
    "rating_facts",
]
