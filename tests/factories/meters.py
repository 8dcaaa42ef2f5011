"""Factories of books, meters and points, made through the operations; usage classes as rows, since tariffs makes them by import."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from qingyuan.domains.meters.operations import (
    NewInstallation,
    NewShare,
    create_maker,
    create_model,
    create_point,
)
from qingyuan.domains.routes.operations import NewBook, create_book
from qingyuan.domains.tariffs.models import ChargeItem, PricePlan, UsageClass
from qingyuan.kernel.actor import system_actor

ON = date(2025, 6, 1)
INSTALLED_AT = datetime(2025, 6, 1, 2, 0, tzinfo=UTC)
RESIDENTIAL = (NewShare("RESIDENTIAL"),)


def make_usage_class(company_id: int, code: str = "RESIDENTIAL", name: str = "居民生活") -> int:
    """A usage class; returns its id."""
    return UsageClass.objects.create(company_id=company_id, code=code, name=name, is_residential=True).pk


def make_charge_item(company_id: int, code: str = "sewage", name: str = "污水处理费") -> int:
    """A charge item; returns its id."""
    return ChargeItem.objects.create(company_id=company_id, code=code, name=name).pk


def make_item_plan(company_id: int, code: str = "sewage-high") -> int:
    """An item plan without versions; returns its id."""
    return PricePlan.objects.create(company_id=company_id, code=code, name=code, kind="item").pk


def make_book(book_no: str = "B-001", *, unit_code: str = "01E", **changes: Any) -> int:
    """A monthly book of the east hall; returns its id."""
    row = replace(NewBook("row 1", unit_code, book_no, f"{book_no}册"), **changes)
    return create_book(actor=system_actor(), row=row, on=ON)


def make_model(company_id: int, code: str = "LXS-15", *, digits: int = 5, decimals: int = 0, calibre: int = 15) -> int:
    """A maker of its own and a model; returns the model's id."""
    actor = system_actor()
    maker_id = create_maker(actor=actor, company_id=company_id, code=f"M-{code}", name="演示水表厂", on=ON)
    return create_model(
        actor=actor,
        company_id=company_id,
        maker_id=maker_id,
        code=code,
        name=code,
        calibre=calibre,
        digits=digits,
        decimals=decimals,
        on=ON,
    )


def new_installation(account_no: str, meter_no: str = "", place: str = "row 1", **changes: Any) -> NewInstallation:
    """A good row: the account's only point, in book B-001, with a new meter of LXS-15 starting at 0."""
    row = NewInstallation(
        place=place,
        account_no=account_no,
        book_no="B-001",
        shares=RESIDENTIAL,
        installed_at=INSTALLED_AT,
        meter_no=meter_no or f"W{account_no}",
        model_code="LXS-15",
        start_value=Decimal(0),
    )
    return replace(row, **changes)


def make_point(account_no: str, meter_no: str = "", *, on: date = ON, **changes: Any) -> int:
    """A point with its meter; returns its id."""
    return create_point(actor=system_actor(), row=replace(new_installation(account_no, meter_no), **changes), on=on)
