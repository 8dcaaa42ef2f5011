"""The list of staff and one person's page (员工)."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest, requires, signed_in
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import (
    DetailPage,
    Fact,
    MaskedValue,
    Tab,
    detail_response,
    sub_table,
)
from qingyuan.interfaces.office.shell.formats import instant_text, masked_phone
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
from qingyuan.interfaces.office.shell.register_words import area_label, area_of, area_order, permission_label
from qingyuan.interfaces.office.shell.trail import trail
from qingyuan.interfaces.office.staff.forms import staff_filter
from qingyuan.kernel.actor import Actor
from qingyuan.overviews import staff_pages
from qingyuan.overviews.staff_pages import HeldRole, Right, StaffPage
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.queries import Person

PHASES = {
    "present": Chip(gettext_lazy("in force"), Tone.GREEN),
    "future": Chip(gettext_lazy("from later on"), Tone.BLUE),
    "past": Chip(gettext_lazy("over"), Tone.GREY),
}


def active_chip(person: Person) -> Chip:
    return Chip(_("active"), Tone.GREEN) if person.is_active else Chip(_("deactivated"), Tone.GREY)


PEOPLE: ListSpec[Person] = ListSpec(
    key="staff",
    title=gettext_lazy("Staff"),
    unit=gettext_lazy("people"),
    sort="login",
    columns=(
        Column(
            "login",
            gettext_lazy("Login"),
            ColumnKind.IDENTIFIER,
            link=lambda row: reverse("staff:detail", args=[row.login]),
            sortable=True,
            fixed=True,
        ),
        Column("name", gettext_lazy("Person's name"), sortable=True),
        Column("staff_no", gettext_lazy("Staff no."), ColumnKind.IDENTIFIER, sortable=True),
        Column("unit_name", pgettext_lazy("settings", "Unit"), sortable=True),
        Column("phone", gettext_lazy("Phone"), ColumnKind.PHONE),
        Column("last_sign_in_at", gettext_lazy("Last sign-in"), ColumnKind.INSTANT, sortable=True),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=active_chip),
    ),
    row_tone=lambda row: "" if row.is_active else "muted",
    actions=(
        Action(
            gettext_lazy("New staff member"),
            "/staff/new/",
            permission="staff.edit",
            icon="user-plus",
            key="new",
            primary=True,
        ),
    ),
    empty=EmptyState(gettext_lazy("Nobody works at the units within your permissions.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[Person]:
    asked = query.filters
    found = queries.people_page(
        actor,
        on=timezone.localdate(),
        text=(asked.get("q") or "").strip(),
        unit_id=int(asked["unit"]) if asked.get("unit") else None,
        role_id=int(asked["role"]) if asked.get("role") else None,
        is_active={"active": True, "inactive": False}.get(asked.get("state") or ""),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows=found.rows, count=found.count)


@requires("staff.view")
def people(request: OfficeRequest) -> HttpResponseBase:
    offered = staff_pages.choices(request.actor, permission="staff.view", on=timezone.localdate())
    language = get_language()
    roles = [(str(one.id), one.label(language)) for one in offered.roles]
    return list_response(request, PEOPLE, staff_filter(offered.units, list(roles)), _load)


@signed_in
def roles_tab(request: OfficeRequest, login: str) -> HttpResponse:
    """One's own page is open to everybody; another's to whoever sees staff of that unit."""
    found = staff_pages.staff_page(request.actor, login, on=timezone.localdate())
    table = sub_table(
        _("Roles"), _role_columns(found), found.roles, empty=_("This person holds no role and can open no page.")
    )
    return person_tab(request, found, "roles", "staff/roles.html", {"roles": table})


def _role_columns(found: StaffPage) -> tuple[Column[HeldRole], ...]:
    language, login = get_language(), found.person.login
    columns: tuple[Column[HeldRole], ...] = (
        Column("role", pgettext_lazy("settings", "Role"), value=lambda row: row.holding.role_label(language)),
        Column("unit", gettext_lazy("At unit and below"), value=lambda row: row.holding.unit_name),
        Column("books", gettext_lazy("Books"), ColumnKind.LONG_TEXT, value=lambda row: row.book_nos or _("all books")),
        Column("from_date", gettext_lazy("From"), ColumnKind.DATE, value=lambda row: row.holding.from_date),
        Column("to_date", gettext_lazy("Until"), ColumnKind.DATE, value=lambda row: row.holding.to_date),
        Column("phase", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: PHASES[row.phase]),
    )
    if not any(one.may_end for one in found.roles):
        return columns
    taking_back: Column[HeldRole] = Column(
        "end",
        gettext_lazy("Action"),
        value=lambda row: _("Take back") if row.may_end else "",
        link=lambda row: reverse("staff:end-role", args=[login, row.holding.assignment_id]) if row.may_end else None,
    )
    return (*columns, taking_back)


@signed_in
def permissions_tab(request: OfficeRequest, login: str) -> HttpResponse:
    """What may this person do (此人能做什么)."""
    on = timezone.localdate()
    found = staff_pages.staff_page(request.actor, login, on=on)
    rights = sorted(
        staff_pages.rights_of(found, on=on), key=lambda one: (area_order(area_of(one.permission)), one.permission)
    )
    table = sub_table(_("Permissions today"), _right_columns(), rights, empty=_("This person may do nothing today."))
    return person_tab(request, found, "permissions", "staff/permissions.html", {"rights": table})


def _right_columns() -> tuple[Column[Right], ...]:
    language = get_language()
    return (
        Column("permission", gettext_lazy("Permission"), value=lambda row: permission_label(row.permission)),
        Column("area", pgettext_lazy("settings", "Area"), value=lambda row: area_label(area_of(row.permission))),
        Column(
            "roles",
            gettext_lazy("By role"),
            value=lambda row: tuple(dict.fromkeys(one.holding.role_label(language) for one in row.holdings)),
        ),
        Column(
            "units",
            gettext_lazy("At unit and below"),
            ColumnKind.LONG_TEXT,
            value=lambda row: tuple(dict.fromkeys(one.holding.unit_name for one in row.holdings)),
        ),
        Column("books", gettext_lazy("Books"), ColumnKind.LONG_TEXT, value=_books_of),
    )


def _books_of(row: Right) -> str:
    if any(not one.book_nos for one in row.holdings):
        return _("all books")
    return "、".join(dict.fromkeys(book for one in row.holdings for book in one.book_nos))


@signed_in
def history_tab(request: OfficeRequest, login: str) -> HttpResponse:
    found = staff_pages.staff_page(request.actor, login, on=timezone.localdate())
    return person_tab(
        request, found, "history", "staff/history.html", {"trail": trail(staff_pages.staff_history(found))}
    )


@requires("staff.view")
def phone(request: OfficeRequest, login: str) -> HttpResponse:
    """The whole phone number, and a trace of who asked for it."""
    found = queries.person_by_login(request.actor, login, on=timezone.localdate())
    audit.record_reveal(actor=request.actor, object_type="staff", object_key=login, field="phone")
    return render(request, "office/components/masked.html", {"masked": MaskedValue(found.phone)})


def person_tab(
    request: OfficeRequest, found: StaffPage, current: str, template: str, context: dict[str, object]
) -> HttpResponse:
    one = found.person
    login = one.login
    page = DetailPage(
        title=one.name,
        number=login,
        chips=_chips(found),
        facts=(
            Fact(_("Staff no."), one.staff_no),
            Fact(pgettext("settings", "Unit"), one.unit_name, url=_unit_link(request, found)),
            _phone_fact(request, found),
            Fact(_("Last sign-in"), instant_text(one.last_sign_in_at)),
        ),
        actions=_actions(found),
        tabs=(
            Tab("roles", _("Roles"), reverse("staff:detail", args=[login]), count=len(found.roles)),
            Tab("permissions", _("What this person may do"), reverse("staff:permissions", args=[login])),
            Tab("tokens", _("API tokens"), reverse("staff:tokens", args=[login])),
            Tab("history", _("What was changed"), reverse("staff:history", args=[login])),
        ),
        current_tab=current,
        back_url=reverse("staff:list"),
    )
    return detail_response(request, page, template, context=context)


def _unit_link(request: OfficeRequest, found: StaffPage) -> str:
    if "organisation.view" not in request.permissions:
        return ""
    return reverse("organisation:detail", args=[found.unit_code])


def _phone_fact(request: OfficeRequest, found: StaffPage) -> Fact:
    number = found.person.phone
    if not number:
        return Fact(_("Phone"))
    may_reveal = "staff.view" in request.permissions
    reveal_url = reverse("staff:phone", args=[found.person.login]) if may_reveal else ""
    return Fact(_("Phone"), masked=MaskedValue(masked_phone(number), reveal_url=reveal_url))


def _chips(found: StaffPage) -> tuple[Chip, ...]:
    chips = [active_chip(found.person)]
    if found.person.must_change_password and found.person.is_active:
        chips.append(Chip(_("must change the password"), Tone.AMBER))
    return tuple(chips)


def _actions(found: StaffPage) -> tuple[Action, ...]:
    def to(name: str) -> str:
        return reverse(f"staff:{name}", args=[found.person.login])

    actions: list[Action] = []
    if found.may_assign:
        actions.append(Action(_("Give a role"), to("assign"), icon="user-check", key="new", primary=True))
        actions.append(Action(_("New API token"), to("new-token"), icon="key"))
    if found.may_edit:
        actions.append(Action(_("Change"), to("edit"), icon="edit", key="edit"))
        if found.person.is_active:
            actions.append(Action(_("Move to another unit"), to("transfer"), icon="arrow-right"))
            actions.append(Action(_("Reset password"), to("reset-password"), icon="key"))
            if not found.is_self:
                actions.append(Action(_("Deactivate"), to("deactivate"), icon="ban"))
        else:
            actions.append(Action(_("Activate again"), to("reactivate"), icon="refresh"))
    return tuple(actions)
