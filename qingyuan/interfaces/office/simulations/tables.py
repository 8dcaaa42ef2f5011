"""Tables of a simulation (测算表格): one set of columns for page and workbook."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.simulations.rules.spread import UNCHANGED
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.charts import BarChart, Frame, Point
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.exports import Sheet
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.interfaces.office.simulations.figures import (
    DimensionRow,
    ExampleRow,
    MoneyRow,
    SpreadRow,
    TierRow,
    Verdict,
    dimension_rows,
    example_rows,
    item_rows,
    spread_rows,
    tier_rows,
    verdicts,
)
from qingyuan.overviews.simulations import SimulationPage

ITEMS: tuple[Column[MoneyRow], ...] = (
    Column("name", gettext_lazy("Charge item")),
    Column("base", gettext_lazy("Baseline"), ColumnKind.MONEY),
    Column("new", gettext_lazy("Simulated"), ColumnKind.MONEY),
    Column("change", gettext_lazy("Increase"), ColumnKind.MONEY),
    Column("change_share", gettext_lazy("Change in %"), ColumnKind.PERCENT),
)
TIERS: tuple[Column[TierRow], ...] = (
    Column("tier", gettext_lazy("Tier")),
    Column("limit", gettext_lazy("Simulated limits (m³)")),
    Column("prices", gettext_lazy("Simulated price")),
    Column("base_volume", gettext_lazy("Volume, baseline"), ColumnKind.VOLUME),
    Column("base_volume_share", gettext_lazy("Share of all")),
    Column("new_volume", gettext_lazy("Volume, simulated"), ColumnKind.VOLUME),
    Column("new_volume_share", gettext_lazy("Share of all")),
    Column("base_households", gettext_lazy("Households, baseline"), ColumnKind.INTEGER),
    Column("base_share", gettext_lazy("Share of all")),
    Column("new_households", gettext_lazy("Households, simulated"), ColumnKind.INTEGER),
    Column("new_share", gettext_lazy("Share of all")),
)
SPREAD: tuple[Column[SpreadRow], ...] = (
    Column("name", gettext_lazy("Change of the account's sum")),
    Column("accounts", gettext_lazy("Households"), ColumnKind.INTEGER),
    Column("share", gettext_lazy("Share of all")),
    Column("change", gettext_lazy("Increase"), ColumnKind.MONEY),
)
EXAMPLES: tuple[Column[ExampleRow], ...] = (
    Column("name", gettext_lazy("No.")),
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
    ),
    Column("class_name", gettext_lazy("Usage class")),
    Column("people", gettext_lazy("People")),
    Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
    Column("monthly", gettext_lazy("Volume a month"), ColumnKind.VOLUME),
    Column("base", gettext_lazy("Baseline"), ColumnKind.MONEY),
    Column("new", gettext_lazy("Simulated"), ColumnKind.MONEY),
    Column("change", gettext_lazy("Increase"), ColumnKind.MONEY),
    Column("change_share", gettext_lazy("Change in %"), ColumnKind.PERCENT),
)
VERDICTS: tuple[Column[Verdict], ...] = (
    Column("label", gettext_lazy("National requirement")),
    Column("wanted", gettext_lazy("Required")),
    Column("found", gettext_lazy("Simulated")),
    Column("holds", gettext_lazy("Verdict"), ColumnKind.CHIP, value=lambda row: verdict_chip(row.holds)),
)
DIMENSIONS: Mapping[str, Label] = {
    "class": gettext_lazy("Usage class"),
    "people": gettext_lazy("People"),
    "area": gettext_lazy("Reading area"),
}


def dimension_columns(dimension: str) -> tuple[Column[DimensionRow], ...]:
    """The columns of a dimension's table."""
    return (
        Column("name", DIMENSIONS[dimension]),
        Column("accounts", gettext_lazy("Households"), ColumnKind.INTEGER),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        Column("base", gettext_lazy("Baseline"), ColumnKind.MONEY),
        Column("new", gettext_lazy("Simulated"), ColumnKind.MONEY),
        Column("change", gettext_lazy("Increase"), ColumnKind.MONEY),
        Column("change_share", gettext_lazy("Change in %"), ColumnKind.PERCENT),
        Column("dearer", gettext_lazy("Pay more"), ColumnKind.INTEGER),
        Column("cheaper", gettext_lazy("Pay less"), ColumnKind.INTEGER),
        Column("tier_1", gettext_lazy("Within tier 1"), value=lambda row: row.first_tiers[0]),
        Column("tier_2", gettext_lazy("Within tiers 1 and 2"), value=lambda row: row.first_tiers[1]),
    )


def verdict_chip(holds: bool | None) -> Chip:
    if holds is None:
        return Chip(gettext_lazy("cannot be said"), Tone.GREY)
    return Chip(gettext_lazy("met"), Tone.GREEN) if holds else Chip(gettext_lazy("not met"), Tone.AMBER)


def page_tables(found: SimulationPage) -> dict[str, SubTable]:
    """The tables of the page by their place."""
    items = item_rows(found)
    tables = {
        "items": sub_table(_("Revenue by charge item"), ITEMS, items, totals=money_sums(items)),
        "tiers": sub_table(_("Volume and households by tier"), TIERS, tier_rows(found)),
        "spread": sub_table(_("Winners and losers"), SPREAD, spread_rows(found)),
        "verdicts": sub_table(_("National test of the tiers"), VERDICTS, verdicts(found)),
    }
    for dimension in DIMENSIONS:
        rows = dimension_rows(found, dimension)
        tables[dimension] = sub_table(
            DIMENSIONS[dimension], dimension_columns(dimension), rows, totals=money_sums(rows)
        )
    for kind, caption in EXAMPLE_LISTS.items():
        tables[kind] = sub_table(caption, EXAMPLES, example_rows(found, kind), empty=NOBODY[kind])
    return tables


EXAMPLE_LISTS: Mapping[str, Label] = {
    "examples": gettext_lazy("Ten examples"),
    "dearest": gettext_lazy("Pay most more"),
    "cheapest": gettext_lazy("Pay most less"),
}
NOBODY: Mapping[str, Label] = {
    "examples": gettext_lazy("No account used water in these months."),
    "dearest": gettext_lazy("Nobody pays more."),
    "cheapest": gettext_lazy("Nobody pays less."),
}


def spread_chart(found: SimulationPage) -> BarChart:
    """Accounts by change; those whose sum stays stand out."""
    return BarChart(
        title=_("Accounts by change of their sum"),
        points=tuple(
            Point(row.name, Decimal(row.accounts), emphasised=place == UNCHANGED)
            for place, row in enumerate(spread_rows(found))
        ),
        unit=_("accounts"),
        category=_("Change of the account's sum"),
        frame=Frame(width=820, left=60),
    )


def sheets(found: SimulationPage) -> tuple[Sheet[object], ...]:
    """The workbook's sheets."""
    items = item_rows(found)
    made: list[Sheet[object]] = [
        _sheet(_("Revenue by charge item"), ITEMS, items, money_sums(items)),
        _sheet(_("By tier"), TIERS, tier_rows(found)),
        _sheet(_("National test"), VERDICTS, verdicts(found)),
        _sheet(_("Winners and losers"), SPREAD, spread_rows(found)),
    ]
    titles = {"class": _("By usage class"), "people": _("By people"), "area": _("By reading area")}
    for dimension, title in titles.items():
        rows = dimension_rows(found, dimension)
        made.append(_sheet(title, dimension_columns(dimension), rows, money_sums(rows)))
    made += [_sheet(str(caption), EXAMPLES, example_rows(found, kind)) for kind, caption in EXAMPLE_LISTS.items()]
    return tuple(made)


def money_sums(rows: Sequence[MoneyRow]) -> dict[str, Decimal]:
    """The line of totals of a table of amounts."""
    return {key: sum((getattr(row, key) for row in rows), Decimal("0.00")) for key in ("base", "new", "change")}


def _sheet(
    title: str, columns: Sequence[Column[Any]], rows: Sequence[object], totals: Mapping[str, Decimal] | None = None
) -> Sheet[object]:
    return Sheet(title, columns, rows, dict(totals or {}))
