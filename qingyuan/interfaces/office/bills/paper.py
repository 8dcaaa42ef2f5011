"""The bill's explanation on paper (帐单解释打印): the page's tree, line by line, as PDF."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.explanations import ExplainedStep
from qingyuan.interfaces.office.shell.formats import date_text, money_text, month_text, volume_text
from qingyuan.overviews.bills import BillPage
from qingyuan.platform.printing.documents import render_pdf
from qingyuan.platform.printing.fonts import has_bold

_TEMPLATE = r"""
#set page(
  paper: "a4", margin: (x: 18mm, top: 16mm, bottom: 18mm),
  footer: context align(center, text(size: 8pt, fill: luma(90), counter(page).display("1 / 1", both: true))),
)
#set text(size: 9.5pt, lang: data.language)
#set par(leading: 0.55em)
#text(size: 15pt, weight: "bold", data.title)
#v(1mm)
#grid(columns: (auto, 1fr, auto, 1fr), column-gutter: 3mm, row-gutter: 2mm,
  ..data.facts.map(fact => (text(fill: luma(90), fact.label), fact.value)).flatten())
#v(2mm)
#line(length: 100%, stroke: 0.5pt)
#for row in data.rows {
  block(above: if row.strong { 3.2mm } else { 1.7mm }, below: 0mm, breakable: false,
    grid(columns: (1fr, 24mm), column-gutter: 3mm,
      pad(left: row.level * 4.5mm, text(weight: if row.bold { "bold" } else { "regular" },
        fill: if row.strong or row.amount != "" { black } else { luma(60) }, row.text.replace(" m³", "\u{00a0}m³"))),
      align(right, text(weight: if row.bold { "bold" } else { "regular" }, row.amount))))
}
#v(3mm)
#line(length: 100%, stroke: 0.5pt)
#text(size: 8pt, fill: luma(90), data.note)
"""
_STRONG_LEVELS = 2


def explanation_pdf(found: BillPage, tree: ExplainedStep) -> bytes:
    """The PDF. Raises MissingCharacters for a name that the print font cannot draw."""
    return render_pdf(_TEMPLATE, paper_data(found, tree))


def paper_data(found: BillPage, tree: ExplainedStep) -> dict[str, Any]:
    """What the template lays out: every step of the tree with its depth and its amount as text."""
    row = found.row
    usage = _("%(start)s to %(end)s, %(volume)s m³") % {
        "start": date_text(found.from_date),
        "end": date_text(found.to_date),
        "volume": volume_text(row.volume),
    }
    facts = (
        (_("Bill no."), row.bill_no),
        (_("Period"), month_text(row.yyyymm)),
        (_("Account no."), row.account_no),
        (_("Account name"), row.customer_name),
        (_("Usage"), usage),
        (_("Amount (yuan)"), money_text(row.amount)),
        (_("Posted"), date_text(row.posting_date)),
        (_("Due"), date_text(row.due_date)),
    )
    return {
        "title": _("How the bill came about"),
        "language": "en" if get_language() == "en" else "zh",
        "facts": [{"label": label, "value": value} for label, value in facts],
        "rows": list(_rows(tree, 0)),
        "note": _("Volumes in m³, amounts in yuan. The amounts of the innermost steps add up to the bill's amount."),
    }


def _rows(step: ExplainedStep, level: int) -> Iterator[dict[str, Any]]:
    strong = level < _STRONG_LEVELS and bool(step.children)
    yield {
        "level": level,
        "text": step.text,
        "amount": "" if step.amount is None else money_text(step.amount),
        "strong": strong,
        "bold": strong and has_bold(step.text),
    }
    for child in step.children:
        yield from _rows(child, level + 1)
