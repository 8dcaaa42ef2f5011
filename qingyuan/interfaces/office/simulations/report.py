"""The report for a public hearing (听证报告): the simulation on paper. It names no account: the examples are numbered."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.simulations.rules.spread import UNCHANGED
from qingyuan.interfaces.office.shell.formats import (
    date_text,
    integer_text,
    money_text,
    month_text,
    percent_text,
    volume_text,
)
from qingyuan.interfaces.office.simulations.figures import (
    DimensionRow,
    dimension_rows,
    example_rows,
    item_rows,
    partial_cycle,
    spread_rows,
    tier_rows,
    verdicts,
    yuan,
)
from qingyuan.interfaces.office.simulations.tables import DIMENSIONS, money_sums
from qingyuan.overviews.simulations import SimulationPage
from qingyuan.platform.printing.documents import render_pdf

_TEMPLATE = r"""
#set page(
  paper: "a4", margin: (x: 16mm, top: 16mm, bottom: 18mm),
  footer: context align(center, text(size: 8pt, fill: luma(90), counter(page).display("1 / 1", both: true))),
)
#set text(size: 9pt, lang: data.language)
#set par(leading: 0.55em)
#let heading-of(words) = block(above: 6mm, below: 2mm, sticky: true, text(size: 11.5pt, weight: "bold", words))
#let table-of(t) = table(
  columns: t.columns.map(c => if c.number { auto } else { 1fr }),
  align: (x, y) => if t.columns.at(x).number { right } else { left },
  stroke: (x, y) => (bottom: 0.3pt + luma(170)), inset: (x: 1.6mm, y: 1.1mm),
  table.header(..t.columns.map(c => text(size: 8pt, fill: luma(70), c.label))),
  ..t.rows.flatten(),
  ..if t.totals.len() > 0 { t.totals.map(cell => text(weight: "bold", cell)) },
)
#align(center)[
  #text(size: 16pt, weight: "bold", data.title)
  #v(1mm)
  #text(size: 10.5pt, data.subtitle)
]
#v(3mm)
#grid(columns: (auto, 1fr, auto, 1fr), column-gutter: 3mm, row-gutter: 2mm,
  ..data.facts.map(fact => (text(fill: luma(90), fact.label), fact.value)).flatten())
#v(2mm)
#for note in data.notes { block(above: 2mm, below: 0mm, note) }
#for part in data.parts {
  heading-of(part.heading)
  if part.kind == "bars" {
    for bar in part.bars {
      block(above: 1.2mm, below: 0mm, grid(columns: (26mm, 1fr, 30mm), column-gutter: 2mm, align: (right, left, right),
        bar.label,
        box(width: 100%, height: 3.4mm, fill: luma(240), rect(width: bar.permille * 0.1%, height: 100%, stroke: none,
          fill: if bar.strong { rgb("#8592a0") } else { rgb("#0b6bcb") })),
        bar.value))
    }
  } else {
    table-of(part.table)
  }
}
#v(4mm)
#line(length: 100%, stroke: 0.5pt)
#text(size: 8pt, fill: luma(90), data.method)
"""


def report_pdf(found: SimulationPage, check: str, refused: Sequence[str]) -> bytes:
    """The PDF. Raises MissingCharacters for a text that the print font cannot draw."""
    return render_pdf(_TEMPLATE, report_data(found, check, refused))


def report_data(found: SimulationPage, check: str, refused: Sequence[str]) -> dict[str, Any]:
    """What the template lays out, all as finished text."""
    row = found.row
    notes = [check, *refused]
    if partial_cycle(found):
        notes.append(
            _(
                "The periods do not cover whole tier cycles: the shares of households in the lower tiers look better than they are."
            )
        )
    base, new = yuan(row.base_fen or 0), yuan(row.new_fen or 0)
    facts = (
        (_("Company"), found.company_name),
        (_("Version"), f"{row.plan_code} {date_text(row.version_from)}{' · ' + _('draft') if row.is_draft else ''}"),
        (_("Price document no."), found.document_no or "—"),
        (_("Periods"), f"{month_text(row.first_month)} – {month_text(row.last_month)}"),
        (_("Households"), integer_text(found.results["accounts"]["total"][0])),
        (_("Bills"), integer_text(row.bills)),
        (_("Baseline (yuan)"), money_text(base)),
        (_("Simulated (yuan)"), f"{money_text(new)} ({_change(new - base, base)})"),
    )
    return {
        "title": _("Price reform simulation"),
        "subtitle": row.title,
        "language": "en" if get_language() == "en" else "zh",
        "facts": [{"label": label, "value": value} for label, value in facts],
        "notes": notes,
        "parts": _parts(found),
        "method": _(
            "Method: the real consumption of the bills issued for these periods, rated again by the same arithmetic that bills are made by, with the simulated version in place of the prices in force and the tiers filled anew from the beginning of each cycle. Amounts in yuan, volumes in m³."
        ),
    }


def _parts(found: SimulationPage) -> list[dict[str, Any]]:
    items = item_rows(found)
    sums = money_sums(items)
    parts = [
        _table(
            _("Revenue by charge item"),
            (_("Charge item"), _("Baseline"), _("Simulated"), _("Increase"), _("Change in %")),
            [
                (each.name, money_text(each.base), money_text(each.new), money_text(each.change), percent_text(each.change_share))
                for each in items
            ],
            (_("Total"), money_text(sums["base"]), money_text(sums["new"]), money_text(sums["change"]), _change(sums["change"], sums["base"])),
        )
    ]  # fmt: skip
    tests = verdicts(found)
    if tests:
        words = {True: _("met"), False: _("not met"), None: _("cannot be said")}
        parts.append(
            _table(
                _("National test of the tiers"),
                (_("National requirement"), _("Required"), _("Simulated"), _("Verdict")),
                [(each.label, each.wanted, each.found, words[each.holds]) for each in tests],
            )
        )
    parts.append(_tiers(found))
    parts.append(_spread(found))
    for dimension, label in DIMENSIONS.items():
        parts.append(_dimension(str(label), dimension_rows(found, dimension)))
    parts.append(_examples(found))
    return parts


def _tiers(found: SimulationPage) -> dict[str, Any]:
    labels = (
        *(_("Tier"), _("Simulated limits (m³)"), _("Simulated price")),
        *(_("Volume, baseline"), _("Volume, simulated"), _("Households, baseline"), _("Households, simulated")),
    )
    rows = [
        (
            *(each.tier, each.limit, each.prices),
            *(each.base_volume_share, each.new_volume_share, each.base_share, each.new_share),
        )
        for each in tier_rows(found)
    ]
    return _table(_("Volume and households by tier"), labels, rows)


def _spread(found: SimulationPage) -> dict[str, Any]:
    rows = spread_rows(found)
    most = max((row.accounts for row in rows), default=0)
    return {
        "heading": _("Winners and losers: accounts by change of their sum"),
        "kind": "bars",
        "bars": [
            {
                "label": row.name,
                "permille": row.accounts * 1000 // most if most else 0,
                "strong": place == UNCHANGED,
                "value": f"{integer_text(row.accounts)} ({row.share})",
            }
            for place, row in enumerate(rows)
        ],
    }


def _dimension(label: str, rows: Sequence[DimensionRow]) -> dict[str, Any]:
    labels = (
        *(label, _("Households"), _("Baseline"), _("Simulated"), _("Change in %")),
        *(_("Pay more"), _("Pay less"), _("Within tier 1"), _("Within tiers 1 and 2")),
    )
    made = [
        (
            *(each.name, integer_text(each.accounts), money_text(each.base), money_text(each.new)),
            *(percent_text(each.change_share), integer_text(each.dearer), integer_text(each.cheaper)),
            *each.first_tiers,
        )
        for each in rows
    ]
    return _table(label, labels, made)


def _examples(found: SimulationPage) -> dict[str, Any]:
    labels = (
        *(_("No."), _("Usage class"), _("People"), _("Volume a month")),
        *(_("Baseline"), _("Simulated"), _("Increase"), _("Change in %")),
    )
    rows = [
        (
            *(each.name, each.class_name, each.people, volume_text(each.monthly)),
            *(money_text(each.base), money_text(each.new), money_text(each.change), percent_text(each.change_share)),
        )
        for each in example_rows(found, "examples")
    ]
    return _table(_("Ten examples: the middle of each tenth by use, over all periods"), labels, rows)


def _table(
    heading: str, labels: Sequence[str], rows: Sequence[Sequence[str]], totals: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "heading": heading,
        "kind": "table",
        "table": {
            "columns": [{"label": label, "number": place > 0} for place, label in enumerate(labels)],
            "rows": [list(row) for row in rows],
            "totals": list(totals),
        },
    }


def _change(change: Decimal, base: Decimal) -> str:
    return percent_text(change / base if base else None)
