"""The list of accounts (用户档案) and the search behind Ctrl+K."""

from typing import Any

from django import forms
from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.shell.formats import money_text
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
from qingyuan.interfaces.office.shell.search import SearchHit, search_response
from qingyuan.kernel.actor import Actor
from qingyuan.overviews import account_choices, account_list
from qingyuan.overviews.account_list import AccountFilter, AccountRow
from qingyuan.overviews.account_search import find_accounts

NEW = Action(_("Open an account"), "/accounts/new/", permission="customers.open", icon="plus", key="new", primary=True)
ACCOUNTS: ListSpec[AccountRow] = ListSpec(
    key="accounts",
    title=_("Accounts"),
    unit=_("accounts"),
    sort="account_no",
    columns=(
        Column(
            "account_no",
            _("Account no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("accounts:detail", args=[row.account_no]),
        ),
        Column("holder_name", _("Account name")),
        Column("phone", _("Phone"), ColumnKind.PHONE),
        Column("address", _("Address")),
        Column("books", _("Book"), ColumnKind.IDENTIFIER),
        Column("usage_classes", _("Usage class")),
        Column("state", _("State"), ColumnKind.CHIP, value=lambda row: words.ACCOUNT_STATES[row.state]),
        Column("unit_name", _("Unit"), shown=False),
        Column("opened_date", _("Opened on"), ColumnKind.DATE, sortable=True, shown=False),
        Column("oldest_due_date", _("Oldest due date"), ColumnKind.DATE, shown=False),
        Column("prepaid", _("Balance"), ColumnKind.MONEY, sortable=True, totalled=True),
        Column("owed", _("Owed"), ColumnKind.DEBT, sortable=True, totalled=True),
    ),
    actions=(NEW,),
    empty=EmptyState(_("No account has been opened yet."), NEW),
)


def account_filter(actor: Actor) -> type[FilterForm]:
    """The filter with the choices that this person has."""
    on = timezone.localdate()
    classes = account_choices.class_choices(actor, language=get_language() or "")
    units = account_choices.unit_choices(actor, "customers.view", on=on)

    class AccountsFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            max_length=80,
            widget=forms.TextInput(
                attrs={
                    "type": "search",
                    "placeholder": _("No., name, initials, phone, address, meter"),
                    "data-key": "filter",
                }
            ),
        )
        usage_class = forms.ChoiceField(label=_("Usage class"), choices=classes)
        state = forms.ChoiceField(label=_("State"), choices=words.choices(words.ACCOUNT_STATES))
        book = forms.CharField(
            label=_("Book"), max_length=32, widget=forms.TextInput(attrs={"placeholder": _("Book no.")})
        )
        unit = forms.ChoiceField(label=_("Unit"), choices=units)
        owing = forms.BooleanField(label=_("Owing only"))

    return AccountsFilter


def load(actor: Actor, query: ListQuery) -> ListResult[AccountRow]:
    asked = query.filters
    found = account_list.account_page(
        actor,
        AccountFilter(
            text=asked.get("q") or "",
            usage_class_id=_whole(asked.get("usage_class")),
            state=asked.get("state") or "",
            book_no=(asked.get("book") or "").strip(),
            unit_id=_whole(asked.get("unit")),
            only_owing=bool(asked.get("owing")),
        ),
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
        language=get_language() or "",
    )
    return ListResult(rows=found.rows, count=found.count, totals={"prepaid": found.prepaid, "owed": found.owed})


@requires("customers.view")
def accounts(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, ACCOUNTS, account_filter(request.actor), load)


@requires("customers.search")
def search(request: OfficeRequest) -> JsonResponse:
    """Accounts for the jump dialog: those that owe first, each with why it matched."""
    found = find_accounts(
        request.actor, request.GET.get("q", "")[:80], permission="customers.search", on=timezone.localdate()
    )
    return search_response(
        [
            SearchHit(
                title=f"{row.holder_name} {row.account_no}".strip(),
                url=reverse("accounts:detail", args=[row.account_no]),
                detail=" · ".join(
                    part
                    for part in (
                        row.address,
                        "" if row.state == "ACTIVE" else str(words.ACCOUNT_STATES[row.state]),
                        f"{words.word(words.MATCHES, row.matched)} {row.matched_text}".strip(),
                    )
                    if part
                ),
                tag=gettext("owes %(amount)s") % {"amount": money_text(row.owed)} if row.owed else "",
            )
            for row in found.rows
        ]
    )


def _whole(value: Any) -> int | None:
    return int(value) if value else None
