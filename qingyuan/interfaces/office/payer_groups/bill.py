"""The group bill (合收账单): the statement on the page, as a file, on paper."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.bills.words import KIND_WORDS
from qingyuan.interfaces.office.payer_groups.paper import statement_pdf
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, sub_table
from qingyuan.interfaces.office.shell.exports import Sheet, workbook_response
from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.formats import integer_text, money_text, month_text
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month
from qingyuan.overviews.group_bill import VIEW, GroupBill, GroupBillRow, GroupBillSum, ItemColumn, group_bill


class GroupBillFilter(FilterForm):
    """Which statement: of a reading period, or of all that is owed."""

    period = MonthField(label=gettext_lazy("Period"))


@requires(VIEW)
def bill(request: OfficeRequest, code: str) -> HttpResponseBase:
    """The bills of the group's accounts, and what they come to by account and in all."""
    form = GroupBillFilter(request.GET)
    month = form.cleaned_data["period"] if form.is_valid() else None
    found = group_bill(request.actor, code, month=month, on=timezone.localdate())
    spec = _spec(found)
    if form.is_valid() and request.GET.get("format") == "xlsx":
        return _workbook(request, found, spec)
    page = _page(found, may_see_group="customers.view" in request.permissions)
    accounts = sub_table(
        gettext_lazy("By account"),
        _account_columns(found),
        found.accounts if form.is_valid() else (),
        totals=_totals(found),
        empty=gettext_lazy("There is no bill."),
        caption_shown=True,
    )
    context = {"page": page, "accounts": accounts, "month": month, "rule": _rule(month)}
    return list_response(
        request, spec, GroupBillFilter, _loader(found), context=context, template="payer_groups/bill.html"
    )


@requires(VIEW)
def paper(request: OfficeRequest, code: str) -> HttpResponse:
    """The statement on paper: nothing is counted, so it is a plain page to open."""
    form = GroupBillFilter(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('payer_groups:bill', args=[code])}?{request.GET.urlencode()}")
    today = timezone.localdate()
    found = group_bill(request.actor, code, month=form.cleaned_data["period"], on=today)
    content = statement_pdf(found, title=_title(found), rule=_rule(found.month), on=today)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.code}-{_scope(found)}.pdf"'
    return response


def _scope(found: GroupBill) -> str:
    return month_text(found.month) if found.month is not None else "owed"


def _title(found: GroupBill) -> str:
    if found.month is None:
        return _("Group bill: all that is owed")
    return _("Group bill %(month)s") % {"month": month_text(found.month)}


def _rule(month: Month | None) -> str:
    if month is None:
        return _("Open bills of the accounts that are in the group today. Each account owes its own bills.")
    return _(
        "Bills of the period of the accounts that were in the group when the bill was posted; cancelled bills are left out. Each account owes its own bills."
    )


def _page(found: GroupBill, *, may_see_group: bool) -> DetailPage:
    address = reverse("payer_groups:paper", args=[found.code])
    if found.month is not None:
        address = f"{address}?period={month_text(found.month)}"
    return DetailPage(
        title=_title(found),
        number=found.code,
        facts=(
            Fact(gettext_lazy("Group name"), found.name),
            Fact(gettext_lazy("Paying customer"), found.payer_name),
            Fact(gettext_lazy("Customer no."), found.payer_no),
            Fact(gettext_lazy("Unit"), found.unit_name),
            Fact(gettext_lazy("Accounts with bills"), integer_text(len(found.accounts))),
            Fact(gettext_lazy("Bills"), integer_text(found.total.bills)),
        ),
        figures=(
            Figure(gettext_lazy("Amount (yuan)"), money_text(found.total.amount)),
            Figure(gettext_lazy("Cleared (yuan)"), money_text(found.total.cleared)),
            Figure(gettext_lazy("Still owed (yuan)"), money_text(found.total.owed), owed=found.total.owed > 0),
        ),
        actions=(Action(gettext_lazy("Print (PDF)"), address, icon="printer"),),
        back_url=reverse("payer_groups:detail", args=[found.code]) if may_see_group else "",
    )


def _totals(found: GroupBill) -> dict[str, Decimal | int]:
    total = found.total
    sums: dict[str, Decimal | int] = {f"item_{key}": amount for key, amount in total.items.items()}
    return {
        **sums,
        "bills": total.bills,
        "volume": total.volume,
        "amount": total.amount,
        "cleared": total.cleared,
        "owed": total.owed,
    }


def _item_value(charge: ItemColumn) -> Callable[[GroupBillRow | GroupBillSum], Decimal | None]:
    return lambda row: row.items.get(charge.id)


def _item_columns(found: GroupBill) -> tuple[Column[Any], ...]:
    english = get_language() == "en"
    return tuple(
        Column(
            f"item_{charge.id}",
            charge.name_en if english else charge.name,
            ColumnKind.MONEY,
            value=_item_value(charge),
            totalled=True,
        )
        for charge in found.items
    )


def _money_columns(*, sortable: bool) -> tuple[Column[Any], ...]:
    return (
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY, sortable=sortable, totalled=True),
        Column("cleared", gettext_lazy("Cleared"), ColumnKind.MONEY, totalled=True),
        Column("owed", gettext_lazy("Still owed"), ColumnKind.MONEY, sortable=sortable, totalled=True),
    )


def _account_link(row: GroupBillRow | GroupBillSum) -> str:
    return reverse("accounts:detail", args=[row.account_no])


def _account_columns(found: GroupBill) -> tuple[Column[GroupBillSum], ...]:
    return (
        Column("account_no", gettext_lazy("Account no."), ColumnKind.IDENTIFIER, link=_account_link),
        Column("name", gettext_lazy("Account name")),
        Column("bills", gettext_lazy("Bills"), ColumnKind.INTEGER),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        *_item_columns(found),
        *_money_columns(sortable=False),
    )


def _kind(row: GroupBillRow) -> str:
    return _("without a bill") if row.kind is None else str(KIND_WORDS[BillKind(row.kind)])


def _spec(found: GroupBill) -> ListSpec[GroupBillRow]:
    return ListSpec(
        key="group-bill",
        title=gettext_lazy("Group bill"),
        unit=gettext_lazy("bills"),
        sort="account_no",
        columns=(
            Column(
                "account_no",
                gettext_lazy("Account no."),
                ColumnKind.IDENTIFIER,
                sortable=True,
                fixed=True,
                link=_account_link,
            ),
            Column("name", gettext_lazy("Account name"), shown=False),
            Column(
                "bill_no",
                gettext_lazy("Bill no."),
                ColumnKind.IDENTIFIER,
                link=lambda row: None if row.kind is None else reverse("bills:detail", args=[row.bill_no]),
            ),
            Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH),
            Column("kind", gettext_lazy("Kind"), value=_kind),
            Column("corrects_no", gettext_lazy("Corrects"), ColumnKind.IDENTIFIER, shown=False),
            Column("posting_date", gettext_lazy("Posted"), ColumnKind.DATE, shown=False),
            Column("due_date", gettext_lazy("Due"), ColumnKind.DATE, shown=False),
            Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME, totalled=True),
            *_item_columns(found),
            *_money_columns(sortable=True),
        ),
        empty=EmptyState(gettext_lazy("There is no bill.")),
    )


_KEYS: dict[str, Callable[[GroupBillRow], Any]] = {
    "account_no": lambda row: row.account_no,
    "amount": lambda row: row.amount,
    "owed": lambda row: row.owed,
}


def _loader(found: GroupBill) -> Callable[[Actor, ListQuery], ListResult[GroupBillRow]]:
    def load(_actor: Actor, query: ListQuery) -> ListResult[GroupBillRow]:
        rows = sorted(found.rows, key=_KEYS[query.sort], reverse=query.descending)
        return ListResult(rows[query.offset : query.offset + query.limit], len(rows), _totals(found))

    return load


def _workbook(request: OfficeRequest, found: GroupBill, spec: ListSpec[GroupBillRow]) -> HttpResponse:
    """All columns, hidden ones too: the file goes to who pays."""
    return workbook_response(
        request,
        key=spec.key,
        title=_title(found),
        scope=found.code,
        sheets=(
            Sheet(_("By account"), _account_columns(found), found.accounts, _totals(found)),
            Sheet(_("Bills"), spec.columns, found.rows, _totals(found)),
        ),
    )
