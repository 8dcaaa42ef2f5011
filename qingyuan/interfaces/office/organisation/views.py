"""Pages of the organisation (组织机构)."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.organisation.forms import (
    CloseForm,
    MoveForm,
    NewUnitForm,
    ReopenForm,
    UnitFilter,
    UnitForm,
)
from qingyuan.interfaces.office.organisation.words import KINDS, state_chip
from qingyuan.interfaces.office.shell.choices import indented
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
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
from qingyuan.interfaces.office.shell.trail import trail
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import StaleEdit
from qingyuan.overviews import organisation_pages
from qingyuan.overviews.organisation_pages import UnitPage, UnitRow
from qingyuan.platform.organisation import operations, queries
from qingyuan.platform.organisation.models import UnitKind
from qingyuan.platform.organisation.queries import Unit

EDIT = "organisation.edit"


def _address(row: UnitRow) -> str:
    return reverse("organisation:detail", args=[row.unit.code])


COLUMNS: tuple[Column[UnitRow], ...] = (
    Column(
        "tree",
        gettext_lazy("Name"),
        value=lambda row: indented(row.unit.name, row.depth),
        link=_address,
        sortable=True,
        fixed=True,
    ),
    Column("code", gettext_lazy("Unit code"), ColumnKind.IDENTIFIER, value=lambda row: row.unit.code),
    Column("short_name", gettext_lazy("Short name"), value=lambda row: row.unit.short_name),
    Column("kind", gettext_lazy("Kind"), value=lambda row: KINDS[row.unit.kind]),
    Column("staff_count", gettext_lazy("Staff"), ColumnKind.INTEGER, totalled=True),
    Column("phone", gettext_lazy("Telephone"), ColumnKind.IDENTIFIER, value=lambda row: row.unit.phone),
    Column("address", gettext_lazy("Office address"), ColumnKind.LONG_TEXT, value=lambda row: row.unit.address),
    Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: state_chip(row.unit)),
    Column(
        "closed_date",
        pgettext_lazy("settings", "Closed on"),
        ColumnKind.DATE,
        value=lambda row: row.unit.closed_date,
        shown=False,
    ),
)

UNITS: ListSpec[UnitRow] = ListSpec(
    key="units",
    title=pgettext_lazy("area", "Organisation"),
    unit=gettext_lazy("units"),
    sort="tree",
    columns=COLUMNS,
    page_size=100,
    row_tone=lambda row: "muted" if row.unit.closed_date is not None else "",
    actions=(
        Action(gettext_lazy("New unit"), "/organisation/new/", permission=EDIT, icon="plus", key="new", primary=True),
    ),
    empty=EmptyState(gettext_lazy("No unit lies within your permissions.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[UnitRow]:
    found = organisation_pages.units(
        actor,
        on=timezone.localdate(),
        text=query.filters.get("q") or "",
        kind=UnitKind(query.filters["kind"]) if query.filters.get("kind") else None,
        with_closed=bool(query.filters.get("closed")),
    )
    rows = tuple(reversed(found)) if query.descending else found
    return ListResult(
        rows=rows[query.offset : query.offset + query.limit],
        count=len(rows),
        totals={"staff_count": sum(row.staff_count for row in rows)},
    )


@requires("organisation.view")
def units(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, UNITS, UnitFilter, _load)


@requires("organisation.view")
def unit(request: OfficeRequest, code: str) -> HttpResponse:
    found = organisation_pages.unit(request.actor, code, on=timezone.localdate())
    context = {
        "below": sub_table(
            _("Units below"), COLUMNS[:5], found.below, empty=_("There are no units below."), caption_shown=True
        ),
        "trail": trail(found.history),
    }
    return detail_response(request, _page(request, found), "organisation/unit.html", context=context)


def _page(request: OfficeRequest, found: UnitPage) -> DetailPage:
    one = found.unit
    facts = [
        Fact(_("Belongs to"), found.parent_name, url=_link(found.parent_code)),
        Fact(_("Water company"), found.company_name, url=_link(found.company_code)),
        Fact(_("Short name"), one.short_name),
        Fact(_("Telephone"), one.phone),
        Fact(_("Office address"), one.address),
        Fact(_("Staff"), str(found.staff_count), url=f"{reverse('staff:list')}?unit={one.id}"),
    ]
    if one.closed_date is not None:
        facts.append(Fact(pgettext("settings", "Closed on"), one.closed_date.isoformat()))
    return DetailPage(
        title=one.name,
        number=one.code,
        chips=(state_chip(one),),
        facts=(Fact(_("Kind"), KINDS[one.kind]), *facts),
        actions=_actions(one) if found.may_edit else (),
        back_url=reverse("organisation:list"),
    )


def _link(code: str) -> str:
    return reverse("organisation:detail", args=[code]) if code else ""


def _actions(one: Unit) -> tuple[Action, ...]:
    def to(name: str) -> str:
        return reverse(f"organisation:{name}", args=[one.code])

    if one.closed_date is not None:
        return (Action(_("Open again"), to("reopen"), icon="refresh"),)
    actions = [
        Action(_("New unit below"), f"{reverse('organisation:new')}?parent={one.id}", icon="plus", key="new"),
        Action(_("Change"), to("edit"), icon="edit", key="edit", primary=True),
    ]
    if one.parent_id is not None:
        actions += [
            Action(pgettext("settings", "Move"), to("move"), icon="hierarchy"),
            Action(_("Close unit"), to("close"), icon="archive"),
        ]
    return tuple(actions)


@requires(EDIT)
def create(request: OfficeRequest) -> HttpResponse:
    on = timezone.localdate()
    places = tuple(one for one in queries.units_within_reach(request.actor, EDIT, on=on) if one.closed_date is None)
    form = NewUnitForm(request.POST or None, units=places, initial={"parent": request.GET.get("parent", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages(
            {"organisation.code_taken": "code", "organisation.company_inside_company": "is_company"},
            otherwise="parent",
        ):
            operations.create_unit(
                actor=request.actor,
                code=data["code"],
                name=data["name"],
                kind=UnitKind(data["kind"]),
                parent_id=data["parent"],
                is_company=data["is_company"],
                short_name=data["short_name"],
                phone=data["phone"],
                address=data["address"],
                on=on,
            )
            return done(request, _("The unit was added."), reverse("organisation:detail", args=[data["code"]]))
    return form_response(request, form, FormPage(title=_("New unit"), cancel_url=reverse("organisation:list")))


@requires(EDIT)
def edit(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    one = _editable(request.actor, code, on)
    form = UnitForm(request.POST or None, initial=_stored(one))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages():
            try:
                operations.update_unit(
                    actor=request.actor,
                    unit_id=one.id,
                    version=form.version,
                    name=data["name"],
                    short_name=data["short_name"],
                    phone=data["phone"],
                    address=data["address"],
                    reason=data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict(_stored(one), version=one.version)
            else:
                return done(request, _("The unit was changed."), _link(code))
    return form_response(request, form, _form_page(_("Change unit"), one))


@requires(EDIT)
def move(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    one = _editable(request.actor, code, on)
    places = tuple(
        place
        for place in queries.units_within_reach(request.actor, EDIT, on=on)
        if place.closed_date is None and not place.path.startswith(one.path)
    )
    form = MoveForm(request.POST or None, units=places, initial={"version": one.version, "parent": one.parent_id})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="parent"):
            try:
                operations.move_unit(
                    actor=request.actor,
                    unit_id=one.id,
                    version=form.version,
                    to_parent_id=form.cleaned_data["parent"],
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({"parent": one.parent_id}, version=one.version)
            else:
                return done(request, _("The unit was moved."), _link(code))
    intro = _("The unit goes with everything below it. It stays within its water company.")
    return form_response(request, form, _form_page(_("Move unit"), one, intro=intro))


@requires(EDIT)
def close(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    one = _editable(request.actor, code, on)
    form = CloseForm(request.POST or None, initial={"version": one.version, "closed_date": on})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.close_unit(
                    actor=request.actor,
                    unit_id=one.id,
                    version=form.version,
                    closed_date=form.cleaned_data["closed_date"],
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({"closed_date": one.closed_date}, version=one.version)
            else:
                return done(request, _("The unit was closed."), _link(code))
    intro = _("Nothing new is added below a closed unit; its records stay. Its staff keep their accounts.")
    return form_response(request, form, _form_page(_("Close unit"), one, intro=intro, danger=True))


@requires(EDIT)
def reopen(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    one = _editable(request.actor, code, on)
    form = ReopenForm(request.POST or None, initial={"version": one.version})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.reopen_unit(
                    actor=request.actor,
                    unit_id=one.id,
                    version=form.version,
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({}, version=one.version)
            else:
                return done(request, _("The unit is open again."), _link(code))
    return form_response(request, form, _form_page(_("Open unit again"), one))


def _editable(actor: Actor, code: str, on: date) -> Unit:
    """The unit for a form: only one that organisation.view reaches. Operations ask for the right to change it."""
    return queries.unit_within_reach(actor, queries.unit_by_code(code).id, on=on)


def _stored(one: Unit) -> dict[str, Any]:
    return {
        "name": one.name,
        "short_name": one.short_name,
        "phone": one.phone,
        "address": one.address,
        "version": one.version,
    }


def _form_page(title: str, one: Unit, *, intro: str = "", danger: bool = False) -> FormPage:
    heading = f"{title} {one.name}"
    return FormPage(title=heading, cancel_url=_link(one.code), intro=intro, danger=danger)
