"""The list of payer groups, and one group with its accounts and what each owes (合收户)."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, detail_response, sub_table
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
from qingyuan.kernel.actor import Actor
from qingyuan.overviews import payer_groups as overview
from qingyuan.overviews.payer_groups import GroupRow, MemberRow

CHANGE = "customers.change"
NEW = Action(_("New payer group"), "/payer-groups/new/", permission=CHANGE, icon="plus", key="new", primary=True)
GROUPS: ListSpec[GroupRow] = ListSpec(
    key="payer-groups",
    title=_("Payer groups"),
    unit=_("payer groups"),
    sort="code",
    columns=(
        Column(
            "code",
            _("Group code"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("payer_groups:detail", args=[row.code]),
        ),
        Column("name", _("Group name"), sortable=True),
        Column("payer_name", _("Paying customer")),
        Column("unit_name", _("Unit")),
        Column("members", _("Members"), ColumnKind.INTEGER, sortable=True),
        Column("owed", _("Owed"), ColumnKind.MONEY, sortable=True),
        Column("prepaid", _("Prepayment"), ColumnKind.MONEY),
    ),
    actions=(NEW,),
    empty=EmptyState(_("There is no payer group yet."), NEW),
)


class GroupsFilter(FilterForm):
    """Which groups."""

    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Code / name / paying customer"), "data-key": "filter"}
        ),
    )


def _load(actor: Actor, query: ListQuery) -> ListResult[GroupRow]:
    rows, count = overview.payer_groups(
        actor,
        text=(query.filters.get("q") or "").strip(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
        on=timezone.localdate(),
    )
    return ListResult(rows, count)


@requires("customers.view")
def groups(request: OfficeRequest) -> HttpResponseBase:
    """Groups within reach, with what their accounts owe."""
    return list_response(request, GROUPS, GroupsFilter, _load)


ACCOUNT: tuple[Column[MemberRow], ...] = (
    Column(
        "account_no",
        _("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]),
    ),
    Column("name", _("Account name")),
    Column("address", _("Address"), ColumnKind.LONG_TEXT),
)
JOINED: Column[MemberRow] = Column("from_date", _("Joined on"), ColumnKind.DATE)
LEFT: Column[MemberRow] = Column("to_date", _("Left on"), ColumnKind.DATE)
SUMS: tuple[Column[MemberRow], ...] = (
    Column("open_count", _("Open bills"), ColumnKind.INTEGER),
    Column("oldest_due_date", _("Oldest due date"), ColumnKind.DATE),
    Column("owed", _("Owed"), ColumnKind.MONEY),
    Column("overdue", _("Of which overdue"), ColumnKind.MONEY),
    Column("prepaid", _("Prepayment"), ColumnKind.MONEY),
)


@requires("customers.view")
def group(request: OfficeRequest, code: str) -> HttpResponseBase:
    """One group: its accounts, what each owes and what that comes to."""
    found = overview.payer_group(request.actor, code, on=timezone.localdate())
    actions = []
    if "payments.take" in request.permissions:
        counter = f"{reverse('counter:counter')}?group={code}"
        actions.append(Action(_("Take payment"), counter, icon="cash", primary=True))
    leaving = tuple(row for row in found.members if row.to_date)
    columns: tuple[Column[MemberRow], ...] = (*ACCOUNT, JOINED, *SUMS)
    if "billing.view" in request.permissions:
        actions.append(Action(_("Group bill"), reverse("payer_groups:bill", args=[code]), icon="receipt"))
    if CHANGE in request.permissions:
        actions.append(Action(_("Change"), reverse("payer_groups:edit", args=[code]), icon="edit", key="edit"))
        actions.append(Action(_("Add accounts"), reverse("payer_groups:add", args=[code]), icon="plus", key="new"))
        columns = (*columns, _way_out(code))
    page = DetailPage(
        title=found.name,
        number=found.code,
        facts=(
            Fact(_("Paying customer"), found.payer_name),
            Fact(_("Customer no."), found.payer_no),
            Fact(_("Unit"), found.unit_name),
            Fact(_("Members"), str(len(found.members))),
        ),
        figures=(
            Figure(_("Owed in all"), money_text(found.owed), owed=found.owed > 0),
            Figure(_("Of which overdue"), money_text(found.overdue), owed=found.overdue > 0),
            Figure(_("Prepayment"), money_text(found.prepaid)),
        ),
        actions=tuple(actions),
        back_url=reverse("payer_groups:list"),
    )
    totals = {"owed": found.owed, "overdue": found.overdue, "prepaid": found.prepaid}
    members = sub_table(
        _("Accounts of the group"),
        columns,
        found.members,
        totals=totals,
        empty=_("No account is in the group yet."),
        caption_shown=True,
    )
    tables = [members]
    # The last days stand in a table of their own: with one more column that of the sums is wider than a small screen.
    for caption, rows in (
        (_("Accounts that are leaving"), leaving),
        (_("Accounts to come"), found.to_come),
        (_("Accounts that left the group"), found.former),
    ):
        if rows:
            tables.append(sub_table(caption, (*ACCOUNT, JOINED, LEFT), rows, caption_shown=True))
    return detail_response(request, page, "payer_groups/group.html", context={"tables": tables})


def _way_out(code: str) -> Column[MemberRow]:
    """The link that takes an account out, unless its last day is registered."""
    return Column(
        "remove",
        _("Change"),
        value=lambda row: "" if row.to_date else gettext("Take out"),
        link=lambda row: None if row.to_date else reverse("payer_groups:remove", args=[code, row.account_no]),
    )
