"""The group bill on paper (合收账单打印): the accounts with their bills and sums, as PDF."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.formats import date_text, money_text, month_text, volume_text
from qingyuan.overviews.group_bill import GroupBill, GroupBillRow, GroupBillSum
from qingyuan.platform.printing.documents import render_pdf

_TEMPLATE = r"""
#set page(
  paper: "a4", flipped: true, margin: (x: 12mm, top: 14mm, bottom: 16mm),
  footer: context align(center, text(size: 8pt, fill: luma(90), counter(page).display("1 / 1", both: true))),
)
#set text(size: 8.5pt, lang: data.language)
#text(size: 15pt, weight: "bold", data.title)
#v(1mm)
#grid(columns: (auto, 1fr, auto, 1fr), column-gutter: 3mm, row-gutter: 2mm,
  ..data.facts.map(fact => (text(fill: luma(90), fact.label), fact.value)).flatten())
#v(2mm)
#table(
  columns: (auto, auto, 1fr) + (auto,) * data.numbers,
  align: (left, left, left) + (right,) * data.numbers,
  stroke: none, inset: (x: 1.5mm, y: 1.2mm),
  table.header(table.hline(stroke: 0.6pt), ..data.headings, table.hline(stroke: 0.6pt)),
  ..data.rows.map(row =>
    if row.kind == "account" { (table.cell(colspan: 3 + data.numbers, fill: luma(240), breakable: false, row.cells.at(0)),) }
    else if row.kind == "bill" { row.cells }
    else { (table.hline(stroke: 0.3pt),) + row.cells }
  ).flatten(),
  table.hline(stroke: 0.6pt),
)
#text(size: 8pt, fill: luma(90), data.note)
"""


def statement_pdf(found: GroupBill, *, title: str, rule: str, on: date) -> bytes:
    """The PDF. Raises MissingCharacters for a name that the print font cannot draw."""
    return render_pdf(_TEMPLATE, paper_data(found, title=title, rule=rule, on=on))


def paper_data(found: GroupBill, *, title: str, rule: str, on: date) -> dict[str, Any]:
    """What the template lays out: for each account its name, its bills and their sum; last the sum of all."""
    english = get_language() == "en"
    items = [charge.name_en if english else charge.name for charge in found.items]
    facts = (
        (_("Group name"), f"{found.name} {found.code}"),
        (_("Paying customer"), f"{found.payer_name} {found.payer_no}"),
        (_("Unit"), found.unit_name),
        (_("Printed on"), date_text(on)),
        (_("Amount (yuan)"), money_text(found.total.amount)),
        (_("Still owed (yuan)"), money_text(found.total.owed)),
    )
    return {
        "title": title,
        "language": "en" if english else "zh",
        "facts": [{"label": label, "value": value} for label, value in facts],
        "numbers": len(items) + 4,
        "headings": [
            _("Bill no."),
            _("Period"),
            _("Corrects"),
            _("Volume"),
            *items,
            _("Amount"),
            _("Cleared"),
            _("Still owed"),
        ],
        "rows": list(_rows(found)),
        "note": f"{_('Volumes in m³, amounts in yuan.')} {rule}",
    }


def _rows(found: GroupBill) -> Iterator[dict[str, Any]]:
    sums = {one.account_no: one for one in found.accounts}
    for account_no, bills in groupby(found.rows, key=lambda row: row.account_no):
        own = sums[account_no]
        yield {"kind": "account", "cells": [f"{account_no} {own.name}"]}
        for row in bills:
            yield {
                "kind": "bill",
                "cells": [row.bill_no, month_text(row.yyyymm), row.corrects_no, *_figures(found, row)],
            }
        yield {"kind": "sum", "cells": [_("Sum of the account"), "", "", *_figures(found, own)]}
    yield {"kind": "sum", "cells": [_("Sum of the group"), "", "", *_figures(found, found.total)]}


def _figures(found: GroupBill, row: GroupBillRow | GroupBillSum) -> list[str]:
    return [
        volume_text(row.volume),
        *(_amount(row.items, charge.id) for charge in found.items),
        money_text(row.amount),
        money_text(row.cleared),
        money_text(row.owed),
    ]


def _amount(items: Mapping[int, Decimal], key: int) -> str:
    return money_text(items.get(key))
