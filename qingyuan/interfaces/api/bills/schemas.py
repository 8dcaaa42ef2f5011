"""Bills as programs see them. Money in yuan with two places, volumes in m³ with three: always text, never a float."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Schema

from qingyuan.interfaces.api.fields import money_text, volume_text
from qingyuan.kernel.period import Month
from qingyuan.overviews.bills import BillRow, BillSlice


class BillOut(Schema):
    """A bill (帐单). `outstanding` is what is still owed; null for what never was (a credit). `state`: live, cancelled."""

    bill_no: str
    account_no: str
    customer_name: str
    period: str
    kind: str
    state: str
    volume: str
    amount: str
    outstanding: str | None
    posting_date: date
    due_date: date

    @classmethod
    def of(cls, row: BillRow) -> BillOut:
        return cls(
            bill_no=row.bill_no,
            account_no=row.account_no,
            customer_name=row.customer_name,
            period=str(Month.from_number(row.yyyymm)),
            kind=row.kind.value,
            state="live" if row.is_live else "cancelled",
            volume=volume_text(row.volume),
            amount=money_text(row.amount),
            outstanding=None if row.outstanding is None else money_text(row.outstanding),
            posting_date=row.posting_date,
            due_date=row.due_date,
        )


class BillsOut(Schema):
    """A page of bills, the newest first. `next` is the `cursor` of the following page, null on the last."""

    bills: list[BillOut]
    next: str | None

    @classmethod
    def of(cls, found: BillSlice) -> BillsOut:
        return cls(bills=[BillOut.of(row) for row in found.rows], next=None if found.next is None else str(found.next))


class StepOut(Schema):
    """A step of the explanation. `text` is the sentence in the caller's language, made of `label` and `values`.

    The `amount`s of the steps without children sum to the bill's total.
    """

    code: str
    label: str
    values: dict[str, Any]
    text: str
    amount: str | None = None
    children: list[StepOut] = []


class ExplanationOut(Schema):
    """How a bill came about (帐单解释): the tree of its page, of its paper and of `qingyuan explain`."""

    bill: str
    total: str
    explanation: StepOut
