"""Tables of a run's tabs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.billing.queries.compare import RunDifference
from qingyuan.interfaces.office.billing.words import WHY_WORDS, exception_sentence
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.billing_runs import BookProgress, ItemRow
from qingyuan.overviews.run_review import ReviewCount
from qingyuan.overviews.run_totals import AreaRow, Compared, RunTotals, TotalRow

BOOKS: tuple[Column[BookProgress], ...] = (
    Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER),
    Column("book_name", gettext_lazy("Name")),
    Column("readings", gettext_lazy("Readings"), ColumnKind.INTEGER),
    Column("done", gettext_lazy("Done"), ColumnKind.INTEGER),
    Column("failed", gettext_lazy("Failed"), ColumnKind.INTEGER),
)


def books_table(rows: Sequence[BookProgress]) -> SubTable:
    totals = {name: sum(getattr(row, name) for row in rows) for name in ("readings", "done", "failed")}
    return sub_table(gettext_lazy("Books"), BOOKS, rows, totals=totals)


def _in_language(chinese: str, english: str) -> str:
    return english if get_language() == "en" else chinese


def _earlier(compared: Compared) -> tuple[Column[Any], ...]:
    """The columns that set a total against what was billed before."""
    before, year = compared
    last = _("Last period (%(month)s)") % {"month": month_text(before)} if before else _("Last period")
    ago = _("A year ago (%(month)s)") % {"month": month_text(year)} if year else _("A year ago")
    return (
        Column("amount_before", last, ColumnKind.MONEY),
        Column("change", gettext_lazy("Against last period"), ColumnKind.PERCENT),
        Column("amount_year", ago, ColumnKind.MONEY),
    )


def class_columns(compared: Compared) -> tuple[Column[TotalRow], ...]:
    return (
        Column("item", gettext_lazy("Charge item"), value=lambda row: _in_language(row.item_name, row.item_name_en)),
        Column("class", gettext_lazy("Usage class"), value=lambda row: _in_language(row.class_name, row.class_name_en)),
        Column("volume", gettext_lazy("Charged volume"), ColumnKind.VOLUME),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
        *_earlier(compared),
    )


def area_columns(compared: Compared) -> tuple[Column[AreaRow], ...]:
    return (
        Column("name", gettext_lazy("Reading area"), value=lambda row: row.name or _("books without an area")),
        Column("bills", gettext_lazy("Bills"), ColumnKind.INTEGER),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
        *_earlier(compared),
    )


def sums(rows: Sequence[Any], *keys: str) -> dict[str, Decimal | int]:
    """The totals of these columns; a column without any value has none."""
    found: dict[str, Decimal | int] = {}
    for key in keys:
        values = [value for value in (getattr(row, key) for row in rows) if value is not None]
        if values:
            found[key] = sum(values)
    return found


def totals_tables(totals: RunTotals) -> tuple[SubTable, SubTable]:
    """By charge item and class, and by reading area, beside what the books came to before."""
    money = ("amount", "amount_before", "amount_year")
    return (
        sub_table(
            gettext_lazy("Totals by charge item and class"),
            class_columns(totals.compared),
            totals.by_class,
            totals=sums(totals.by_class, *money),
            caption_shown=True,
        ),
        sub_table(
            gettext_lazy("Totals by reading area"),
            area_columns(totals.compared),
            totals.by_area,
            totals=sums(totals.by_area, "bills", "volume", *money),
            caption_shown=True,
        ),
    )


def count_columns(run_id: int) -> tuple[Column[ReviewCount], ...]:
    url = reverse("billing:run-review", args=[run_id])
    return (
        Column(
            "why",
            gettext_lazy("Look at"),
            value=lambda row: WHY_WORDS[row.why],
            link=lambda row: f"{url}?why={row.why}",
        ),
        Column("bills", gettext_lazy("Bills"), ColumnKind.INTEGER),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    )


def counts_table(run_id: int, counts: Sequence[ReviewCount]) -> SubTable:
    """What there is to look at, each line leading to its bills."""
    return sub_table(
        gettext_lazy("What there is to look at"),
        count_columns(run_id),
        counts,
        empty=gettext_lazy("No bill stands out."),
        caption_shown=True,
    )


ITEMS: tuple[Column[ItemRow], ...] = (
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
    ),
    Column("customer_name", gettext_lazy("Account name")),
    Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER),
    Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    Column("usual", gettext_lazy("Usual amount"), ColumnKind.MONEY),
    Column(
        "reason",
        gettext_lazy("Reason"),
        ColumnKind.LONG_TEXT,
        value=lambda row: exception_sentence(row.code, row.params, row.state),
    ),
)


def items_table(caption: Label, rows: Sequence[ItemRow], empty: Label) -> SubTable:
    return sub_table(caption, ITEMS, rows, empty=empty)


def differences_table(rows: Sequence[RunDifference], here: str, there: str) -> SubTable:
    columns: tuple[Column[RunDifference], ...] = (
        Column("account_no", gettext_lazy("Account no."), ColumnKind.IDENTIFIER),
        Column("point_no", gettext_lazy("Service point"), ColumnKind.IDENTIFIER),
        Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH),
        Column("volume_a", _("Volume in %(run)s") % {"run": here}, ColumnKind.VOLUME),
        Column("volume_b", _("Volume in %(run)s") % {"run": there}, ColumnKind.VOLUME),
        Column("amount_a", _("Amount in %(run)s") % {"run": here}, ColumnKind.MONEY),
        Column("amount_b", _("Amount in %(run)s") % {"run": there}, ColumnKind.MONEY),
    )
    return sub_table(gettext_lazy("Differences"), columns, rows, empty=gettext_lazy("Both runs agree on every bill."))
