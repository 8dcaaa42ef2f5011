"""Tables of a run's tabs."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.billing.queries.compare import RunDifference
from qingyuan.interfaces.office.billing.words import exception_sentence
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.billing_runs import BookProgress, ItemRow, RunPage, TotalRow

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


def totals_table(rows: Sequence[TotalRow], before: int | None, found: RunPage) -> SubTable:
    """By charge item and class, beside the last period in which the books were billed."""
    english = get_language() == "en"
    last = _("Last period (%(month)s)") % {"month": month_text(before)} if before else _("Last period")
    columns: tuple[Column[TotalRow], ...] = (
        Column("item", gettext_lazy("Charge item"), value=lambda row: row.item_name_en if english else row.item_name),
        Column(
            "class", gettext_lazy("Usage class"), value=lambda row: row.class_name_en if english else row.class_name
        ),
        Column("volume", gettext_lazy("Charged volume"), ColumnKind.VOLUME),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
        Column("amount_before", last, ColumnKind.MONEY),
        Column("change", gettext_lazy("Against last period"), ColumnKind.PERCENT),
    )
    totals = {"amount": sum((row.amount for row in rows), Decimal("0.00"))}
    if before:
        totals["amount_before"] = sum((row.amount_before or Decimal(0) for row in rows), Decimal("0.00"))
    return sub_table(gettext_lazy("Totals by charge item and class"), columns, rows, totals=totals)


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
