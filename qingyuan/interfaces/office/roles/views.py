"""Pages of roles (角色与权限)."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.roles.forms import (
    ConfirmedForm,
    NewRoleForm,
    RoleForm,
    VersionForm,
    WhoMayFilter,
    news_form,
    role_filter,
)
from qingyuan.interfaces.office.roles.matrix import matrix
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
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
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews import role_pages
from qingyuan.overviews.role_pages import Holder, RoleLine
from qingyuan.platform.staff import operations, queries
from qingyuan.platform.staff.queries import Holding, RoleRow

EDIT = "roles.edit"

ROLES: ListSpec[RoleLine] = ListSpec(
    key="roles",
    title=gettext_lazy("Roles and rights"),
    unit=gettext_lazy("roles"),
    sort="code",
    columns=(
        Column(
            "name",
            pgettext_lazy("settings", "Role"),
            value=lambda row: row.role.label(get_language()),
            link=lambda row: reverse("roles:detail", args=[row.role.code]),
            fixed=True,
        ),
        Column(
            "code", gettext_lazy("Role code"), ColumnKind.IDENTIFIER, value=lambda row: row.role.code, sortable=True
        ),
        Column("kind", gettext_lazy("Kind"), ColumnKind.CHIP, value=lambda row: kind_chip(row.role)),
        Column(
            "permissions",
            gettext_lazy("Permissions"),
            ColumnKind.INTEGER,
            value=lambda row: len(row.role.permissions),
            sortable=True,
        ),
        Column("news", gettext_lazy("Newly shipped"), ColumnKind.CHIP, value=lambda row: news_chip(row.role)),
        Column("people", gettext_lazy("People who hold it"), ColumnKind.INTEGER, sortable=True),
        Column(
            "description", gettext_lazy("Description"), ColumnKind.LONG_TEXT, value=lambda row: row.role.description
        ),
    ),
    actions=(Action(gettext_lazy("New role"), "/roles/new/", permission=EDIT, icon="plus", key="new", primary=True),),
    empty=EmptyState(gettext_lazy("There are no roles yet.")),
)

WHO_MAY: ListSpec[Holding] = ListSpec(
    key="who-may",
    title=gettext_lazy("Who may do this"),
    unit=gettext_lazy("entries"),
    sort="staff_name",
    columns=(
        Column(
            "staff_name",
            gettext_lazy("Person's name"),
            link=lambda row: reverse("staff:permissions", args=[row.login]),
            sortable=True,
            fixed=True,
        ),
        Column("login", gettext_lazy("Login"), ColumnKind.IDENTIFIER),
        Column("role", gettext_lazy("By role"), value=lambda row: row.role_label(get_language())),
        Column("unit_name", gettext_lazy("At unit and below")),
        Column(
            "books",
            gettext_lazy("Books"),
            value=lambda row: _("%(n)s books") % {"n": len(row.book_ids)} if row.book_ids else _("all books"),
        ),
        Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
        Column("to_date", gettext_lazy("Until"), ColumnKind.DATE),
    ),
    empty=EmptyState(gettext_lazy("Choose a permission to see who holds it today.")),
)


def kind_chip(role: RoleRow) -> Chip:
    return Chip(_("shipped"), Tone.BLUE) if role.template else Chip(_("own"), Tone.GREEN)


def news_chip(role: RoleRow) -> Chip | None:
    """How many permissions the shipped role has by now that nobody has decided about here."""
    return Chip(_("%(n)s new") % {"n": len(role.news)}, Tone.AMBER) if role.news else None


@requires("staff.view")
def roles(request: OfficeRequest) -> HttpResponseBase:
    def load(actor: Actor, query: ListQuery) -> ListResult[RoleLine]:
        asked = query.filters
        found = role_pages.roles(
            actor,
            on=timezone.localdate(),
            text=asked.get("q") or "",
            permission=asked.get("permission") or "",
        )
        ordered = sorted(found, key=lambda row: _sort_key(row, query.sort), reverse=query.descending)
        return ListResult(rows=ordered[query.offset : query.offset + query.limit], count=len(ordered))

    return list_response(request, ROLES, role_filter(), load)


def _sort_key(row: RoleLine, sort: str) -> tuple[int, str]:
    number = {"people": row.people, "permissions": len(row.role.permissions)}.get(sort, 0)
    return number, row.role.code


@requires("staff.view")
def who_may(request: OfficeRequest) -> HttpResponseBase:
    """Who may do this (谁可以做这件事)."""

    def load(actor: Actor, query: ListQuery) -> ListResult[Holding]:
        asked = query.filters.get("permission")
        found = role_pages.who_may(actor, asked, on=timezone.localdate()) if asked else ()
        rows = tuple(reversed(found)) if query.descending else found
        return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows))

    return list_response(request, WHO_MAY, WhoMayFilter, load)


@requires("staff.view")
def role(request: OfficeRequest, code: str) -> HttpResponse:
    found = role_pages.role(request.actor, code, on=timezone.localdate())
    one = found.role
    context = {
        "blocks": matrix(one.permissions),
        "holders": sub_table(
            _("People who hold it"), _HOLDERS, found.holders, empty=_("Nobody within your permissions holds it today.")
        ),
        "trail": trail(found.history),
    }
    page = DetailPage(
        title=one.label(get_language()),
        number=one.code,
        chips=(kind_chip(one),),
        facts=(
            Fact(_("Description"), one.description),
            Fact(_("Permissions"), str(len(one.permissions))),
            Fact(_("People who hold it"), str(len(found.holders))),
        ),
        actions=_actions(one) if EDIT in request.permissions else (),
        notice=_news_notice(one) if EDIT in request.permissions else "",
        back_url=reverse("roles:list"),
    )
    return detail_response(request, page, "roles/role.html", context=context)


_HOLDERS: tuple[Column[Holder], ...] = (
    Column("name", gettext_lazy("Person's name"), link=lambda row: reverse("staff:detail", args=[row.login])),
    Column("login", gettext_lazy("Login"), ColumnKind.IDENTIFIER),
    Column("unit_name", gettext_lazy("At unit and below")),
    Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
    Column("to_date", gettext_lazy("Until"), ColumnKind.DATE),
)


def _news_notice(one: RoleRow) -> str:
    if not one.news:
        return ""
    return ngettext(
        "The shipped role has %(n)s permission that is new in this version of the program and not yet given here.",
        "The shipped role has %(n)s permissions that are new in this version of the program and not yet given here.",
        len(one.news),
    ) % {"n": len(one.news)}


def _actions(one: RoleRow) -> tuple[Action, ...]:
    def to(name: str) -> str:
        return reverse(f"roles:{name}", args=[one.code])

    actions = [
        Action(_("Change"), to("edit"), icon="edit", key="edit", primary=True),
        Action(_("Copy"), f"{reverse('roles:new')}?copy={one.code}", icon="copy", key="new"),
    ]
    if one.news:
        actions.insert(0, Action(_("Look through what is new"), to("news"), icon="checklist", primary=True))
        actions[1] = replace(actions[1], primary=False)
    if one.template:
        actions.append(Action(_("Back to what is shipped"), to("reset"), icon="arrow-back-up"))
    if not one.holder_count:
        actions.append(Action(_("Remove"), to("remove"), icon="trash"))
    return tuple(actions)


@requires(EDIT)
def create(request: OfficeRequest) -> HttpResponse:
    on = timezone.localdate()
    copied = request.GET.get("copy", "")
    source = queries.role_by_code(copied) if copied and request.method == "GET" else None
    initial: dict[str, Any] = {"permissions": source.permissions} if source else {}
    form = NewRoleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages({"staff.role_code_taken": "code"}):
            operations.create_role(
                actor=request.actor,
                code=data["code"],
                name=data["name"],
                description=data["description"],
                permissions=form.permissions,
                on=on,
            )
            return done(request, _("The role was added."), _link(data["code"]))
    return form_response(request, form, FormPage(title=_("New role"), cancel_url=reverse("roles:list")))


@requires(EDIT)
def edit(request: OfficeRequest, code: str) -> HttpResponse:
    one = queries.role_by_code(code)
    initial = {
        "name": one.name,
        "description": one.description,
        "permissions": one.permissions,
        "version": one.version,
    }
    form = RoleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages():
            try:
                operations.update_role(
                    actor=request.actor,
                    role_id=one.id,
                    version=form.version,
                    name=data["name"],
                    description=data["description"],
                    permissions=form.permissions,
                    on=timezone.localdate(),
                )
            except StaleEdit:
                form.show_conflict(form.initial, version=one.version)
            else:
                return done(request, _("The role was changed for all who hold it."), _link(code))
    intro = _("The change takes effect at once for all who hold the role.")
    page = FormPage(title=with_name(_("Change role"), one.label(get_language())), cancel_url=_link(code), intro=intro)
    return form_response(request, form, page)


@requires(EDIT)
def reset(request: OfficeRequest, code: str) -> HttpResponse:
    one = queries.role_by_code(code)
    if not one.template:
        raise NotFound(role=code)
    form = VersionForm(request.POST or None, initial={"version": one.version})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.reset_to_template(
                    actor=request.actor, role_id=one.id, version=form.version, on=timezone.localdate()
                )
            except StaleEdit:
                form.show_conflict({}, version=one.version)
            else:
                return done(request, _("The role has the permissions that are shipped."), _link(code))
    page = FormPage(
        title=with_name(_("Back to what is shipped"), one.label(get_language())),
        submit=_("Set back"),
        cancel_url=_link(code),
        intro=_("The permissions of the role become those that are shipped, for all who hold it."),
        danger=True,
    )
    return form_response(request, form, page)


@requires(EDIT)
def news(request: OfficeRequest, code: str) -> HttpResponse:
    """Take over what the shipped role newly may do, or not (新增权限)."""
    one = queries.role_by_code(code)
    if not one.template:
        raise NotFound(role=code)
    form = news_form(one.news)(request.POST or None, initial={"version": one.version, "permissions": one.news})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.take_news(
                    actor=request.actor,
                    role_id=one.id,
                    version=form.version,
                    permissions=form.cleaned_data["permissions"],
                    on=timezone.localdate(),
                )
            except StaleEdit:
                form.show_conflict({"permissions": one.news}, version=one.version)
            else:
                return done(request, _("The role was changed for all who hold it."), _link(code))
    page = FormPage(
        title=with_name(_("Newly shipped permissions"), one.label(get_language())),
        submit=_("Take over"),
        cancel_url=_link(code),
        intro=_("What is ticked is given to all who hold the role. What is not ticked is not offered again."),
    )
    return form_response(request, form, page)


@requires(EDIT)
def remove(request: OfficeRequest, code: str) -> HttpResponse:
    one = queries.role_by_code(code)
    form = ConfirmedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            operations.remove_role(actor=request.actor, role_id=one.id, on=timezone.localdate())
            return done(request, _("The role was removed."), reverse("roles:list"))
    page = FormPage(
        title=with_name(_("Remove role"), one.label(get_language())),
        submit=_("Remove"),
        cancel_url=_link(code),
        intro=_("Only a role that nobody ever held can be removed."),
        danger=True,
    )
    return form_response(request, form, page)


def _link(code: str) -> str:
    return reverse("roles:detail", args=[code])
