"""Factories of places: regions, estates."""

from datetime import date

from qingyuan.domains.customers.operations.places import create_community, create_region
from qingyuan.kernel.actor import system_actor

ON = date(2025, 6, 1)


def make_region(company_id: int, code: str = "ZSL", name: str = "中山路", parent_id: int | None = None) -> int:
    """A street of the company. Returns its id."""
    return create_region(actor=system_actor(), company_id=company_id, code=code, name=name, on=ON, parent_id=parent_id)


def make_community(company_id: int, code: str = "YGHY", name: str = "阳光花园") -> int:
    """An estate of the company. Returns its id."""
    return create_community(actor=system_actor(), company_id=company_id, code=code, name=name, on=ON)
