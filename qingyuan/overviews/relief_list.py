"""Reliefs of accounts (优惠减免): who has one, since when and until when, within the person's reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import F, Q

from qingyuan.domains.customers.models import AccountRelief
from qingyuan.domains.customers.queries.payers import payers
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month
from qingyuan.overviews.relief_schemes import with_schemes
from qingyuan.platform.staff.queries import reach

VIEW = "customers.view"
SORTS = {"account_no": "account__account_no", "from_date": "from_date", "to_date": "to_date"}


class When(StrEnum):
    """How a relief stands to the day."""

    IN_FORCE = "in-force"
    NEXT_MONTH = "next-month"  # ends before the end of the next calendar month
    ENDED = "ended"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True)
class ReliefRow:
    """One relief in [from_date, to_date); after its end the normal price returns. `days_left` None: it has no end.

    `scheme_name` is the code and `funder` empty where the company keeps no such scheme.
    """

    account_no: str
    holder_name: str
    unit_name: str
    scheme: str
    scheme_name: str
    funder: str
    from_date: date
    to_date: date | None
    evidence: str
    when: When
    days_left: int | None


def relief_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[ReliefRow, ...], int]:
    """A page of reliefs and how many there are. `filters`: q (account number), scheme, when (When)."""
    wanted = reach(actor, VIEW, on=on).condition("account__unit_id")
    if text := str(filters.get("q") or "").strip():
        wanted &= Q(account__account_no=text)
    if scheme := str(filters.get("scheme") or "").strip():
        wanted &= Q(scheme=scheme)
    wanted &= _condition(filters.get("when"), on)
    found = AccountRelief.objects.filter(wanted)
    key = F(SORTS[sort]).desc(nulls_last=True) if descending else F(SORTS[sort]).asc(nulls_last=True)
    rows = (
        with_schemes(found)
        .select_related("account__unit")
        .order_by(key, "account__account_no", "id")[offset : offset + limit]
    )
    page = list(rows)
    holders = payers((row.account_id for row in page), on=on)
    return tuple(_row(row, holders[row.account_id].name, on) for row in page), found.count()


def _condition(when: object, on: date) -> Q:
    begun, open_end = Q(from_date__lte=on), Q(to_date__isnull=True)
    if when == When.IN_FORCE:
        return begun & (open_end | Q(to_date__gt=on))
    if when == When.NEXT_MONTH:
        return Q(to_date__gt=on, to_date__lt=_after_next(on))
    if when == When.ENDED:
        return Q(to_date__lte=on)
    if when == When.TO_COME:
        return Q(from_date__gt=on)
    return Q()


def _after_next(on: date) -> date:
    """The first day after the next calendar month: a relief that ends on it is in force through the whole of that month."""
    return Month.of(on).plus(2).first_date


def _row(row: AccountRelief, name: str, on: date) -> ReliefRow:
    if row.from_date > on:
        when = When.TO_COME
    elif row.to_date is not None and row.to_date <= on:
        when = When.ENDED
    elif row.to_date is not None and row.to_date < _after_next(on):
        when = When.NEXT_MONTH
    else:
        when = When.IN_FORCE
    days = None if row.to_date is None else max((row.to_date - on).days, 0)
    return ReliefRow(
        account_no=row.account.account_no,
        holder_name=name,
        unit_name=row.account.unit.name,
        scheme=row.scheme,
        scheme_name=row.scheme_name,  # type: ignore[attr-defined]
        funder=row.funder,  # type: ignore[attr-defined]
        from_date=row.from_date,
        to_date=row.to_date,
        evidence=row.evidence,
        when=when,
        days_left=days,
    )
