"""Accounts as programs see them: names whole as on the page, identity documents masked, no telephone numbers."""

from __future__ import annotations

from datetime import date

from ninja import Schema

from qingyuan.interfaces.api.fields import money_text
from qingyuan.overviews.account_header import AccountHeader


class PointOut(Schema):
    """A service point (用水点) with its book and meter; empty without one."""

    point_no: str
    book_no: str
    meter_no: str
    calibre: int


class AccountOut(Schema):
    """An account (用户) today. `owed` and `prepaid` in yuan."""

    account_no: str
    state: str
    unit: str
    address: str
    customer_no: str
    customer_name: str
    document: str
    opened_date: date
    closed_date: date | None
    owed: str
    open_bills: int
    oldest_due_date: date | None
    prepaid: str
    points: list[PointOut]

    @classmethod
    def of(cls, found: AccountHeader) -> AccountOut:
        holder = found.holder
        return cls(
            account_no=found.account_no,
            state=found.state.value,
            unit=found.unit_name,
            address=found.address,
            customer_no="" if holder is None else holder.customer_no,
            customer_name="" if holder is None else holder.name,
            document="" if holder is None else holder.document_mask,
            opened_date=found.opened_date,
            closed_date=found.closed_date,
            owed=money_text(found.owed),
            open_bills=found.open_count,
            oldest_due_date=found.oldest_due_date,
            prepaid=money_text(found.prepaid),
            points=[
                PointOut(point_no=point.point_no, book_no=point.book_no, meter_no=point.meter_no, calibre=point.calibre)
                for point in found.points
            ],
        )
