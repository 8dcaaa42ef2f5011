"""A bill in slips on paper (按费用项目分单打印): one slip a page, each with its own charges and what is owed of them, as PDF."""

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.formats import date_text, money_text, month_text, volume_text
from qingyuan.overviews.bill_slips import BillSlips, SlipRow
from qingyuan.platform.printing.documents import render_pdf

_TEMPLATE = r"""
#set page(paper: "a5", flipped: true, margin: (x: 14mm, top: 12mm, bottom: 14mm))
#set text(size: 9.5pt, lang: data.language)
#for (number, slip) in data.slips.enumerate() {
  if number > 0 { pagebreak() }
  grid(columns: (1fr, auto),
    text(size: 14pt, weight: "bold", data.company), align(right + horizon, text(size: 11pt, slip.number)))
  v(0.5mm)
  text(size: 12pt, slip.title)
  v(1mm)
  grid(columns: (auto, 1fr, auto, 1fr), column-gutter: 3mm, row-gutter: 2mm,
    ..data.facts.map(fact => (text(fill: luma(90), fact.label), fact.value)).flatten())
  v(2mm)
  table(columns: (1fr,) + (24mm,) * 4, align: (left,) + (right,) * 4, stroke: none, inset: (x: 1.5mm, y: 1.4mm),
    table.header(table.hline(stroke: 0.6pt), ..data.headings, table.hline(stroke: 0.6pt)),
    ..slip.rows.flatten(),
    table.hline(stroke: 0.3pt), ..slip.sum, table.hline(stroke: 0.6pt))
  v(1mm)
  grid(columns: (1fr, auto), text(size: 8pt, fill: luma(90), slip.note),
    text(size: 13pt, weight: "bold", slip.owed))
}
"""


def slips_pdf(found: BillSlips, *, on: date) -> bytes:
    """The PDF. Raises MissingCharacters for a name that the print font cannot draw."""
    return render_pdf(_TEMPLATE, paper_data(found, on=on))


def paper_data(found: BillSlips, *, on: date) -> dict[str, Any]:
    """What the template lays out: for each slip its number, its charges and what is owed of them."""
    usage = _("%(start)s to %(end)s, %(volume)s m³") % {
        "start": date_text(found.from_date),
        "end": date_text(found.to_date),
        "volume": volume_text(found.volume),
    }
    facts = (
        (_("Bill no."), found.bill_no),
        (_("Period"), month_text(found.yyyymm)),
        (_("Account no."), found.account_no),
        (_("Account name"), found.customer_name),
        (_("Address"), found.address),
        (_("Usage"), usage),
        (_("Due"), date_text(found.due_date)),
        (_("Printed on"), date_text(on)),
    )
    count = len(found.slips)
    return {
        "language": "en" if get_language() == "en" else "zh",
        "company": found.company_name,
        "facts": [{"label": label, "value": value} for label, value in facts],
        "headings": [_("Charge item"), _("Amount"), _("Let off"), _("Cleared"), _("Owed")],
        "slips": [_slip(found, slip, number, count) for number, slip in enumerate(found.slips, start=1)],
    }


def _slip(found: BillSlips, slip: SlipRow, number: int, count: int) -> dict[str, Any]:
    english = get_language() == "en"
    gross = sum((line.gross for line in slip.lines), slip.amount - slip.amount)
    less = sum((line.less for line in slip.lines), slip.amount - slip.amount)
    whole = _("This slip is the whole bill.")
    part = _("One of %(count)s slips of the bill of %(amount)s yuan; each can be paid apart.") % {
        "count": count,
        "amount": money_text(found.amount),
    }
    return {
        "number": found.bill_no if count == 1 else f"{found.bill_no}-{number}/{count}",
        "title": _("Payment slip") + (_(": collected for %(payee)s") % {"payee": slip.payee} if slip.payee else ""),
        "rows": [
            [
                line.name_en if english else line.name,
                money_text(line.gross),
                money_text(line.less),
                money_text(line.cleared),
                money_text(line.owed),
            ]
            for line in slip.lines
        ],
        "sum": [_("Total"), money_text(gross), money_text(less), money_text(slip.cleared), money_text(slip.owed)],
        "note": whole if count == 1 else part,
        "owed": _("To be paid: %(amount)s yuan") % {"amount": money_text(slip.owed)},
    }
