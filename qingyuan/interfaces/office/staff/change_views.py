"""What changes a person (员工维护): add, change, transfer, deactivate, activate again, reset the password."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.staff.forms import (
    NewStaffForm,
    ReasonForm,
    StaffForm,
    TransferForm,
    VersionedReasonForm,
)
from qingyuan.kernel.errors import StaleEdit
from qingyuan.overviews import staff_pages
from qingyuan.platform.staff import operations, queries
from qingyuan.platform.staff.queries import Person

EDIT = "staff.edit"
_AT_FIELDS = {"staff.identifier_refused": "staff_no", "staff.identifier_taken": "staff_no"}


@requires(EDIT)
def create(request: OfficeRequest) -> HttpResponse:
    on = timezone.localdate()
    offered = staff_pages.choices(request.actor, permission=EDIT, on=on)
    form = NewStaffForm(request.POST or None, units=offered.units, initial={"unit": request.GET.get("unit", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages({**_AT_FIELDS, "staff.identifier_taken": "login"}):
            made = operations.create_staff(
                actor=request.actor,
                login=data["login"],
                staff_no=data["staff_no"],
                name=data["name"],
                unit_id=data["unit"],
                phone=data["phone"],
                on=on,
            )
            return _once(request, data["name"], data["login"], made.one_time_password)
    page = FormPage(
        title=_("New staff member"),
        cancel_url=reverse("staff:list"),
        intro=_("A one-time password is made and shown once. Roles are given by the security administrator."),
    )
    return form_response(request, form, page)


@requires(EDIT)
def edit(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    person = queries.person_by_login(request.actor, login, on=on)
    form = StaffForm(request.POST or None, initial=_stored(person))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages(_AT_FIELDS):
            try:
                operations.update_staff(
                    actor=request.actor,
                    staff_id=person.id,
                    version=form.version,
                    name=data["name"],
                    staff_no=data["staff_no"],
                    phone=data["phone"],
                    reason=data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict(_stored(person), version=person.version)
            else:
                return done(request, _("The staff member was changed."), _link(login))
    return form_response(request, form, _page(_("Change staff member"), person))


@requires(EDIT)
def transfer(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    person = queries.person_by_login(request.actor, login, on=on)
    offered = staff_pages.choices(request.actor, permission=EDIT, on=on)
    places = tuple(one for one in offered.units if one.id != person.unit_id)
    form = TransferForm(request.POST or None, units=places, initial={"version": person.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages(otherwise="unit"):
            try:
                operations.transfer_staff(
                    actor=request.actor,
                    staff_id=person.id,
                    version=form.version,
                    to_unit_id=data["unit"],
                    keep_roles=data["keep_roles"],
                    reason=data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({"unit": person.unit_id}, version=person.version)
            else:
                return done(request, _("The staff member was transferred."), _link(login))
    intro = _("Now at %(unit)s. Transfer the person instead of adding a second account.") % {"unit": person.unit_name}
    return form_response(request, form, _page(_("Move to another unit"), person, intro=intro))


@requires(EDIT)
def deactivate(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    person = queries.person_by_login(request.actor, login, on=on)
    form = VersionedReasonForm(request.POST or None, initial={"version": person.version})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.deactivate_staff(
                    actor=request.actor,
                    staff_id=person.id,
                    version=form.version,
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({}, version=person.version)
            else:
                return done(request, _("The staff member was deactivated."), _link(login))
    intro = _("The person can no longer sign in, is signed out at the next click, and all roles end today.")
    return form_response(request, form, _page(_("Deactivate"), person, intro=intro, danger=True))


@requires(EDIT)
def reactivate(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    person = queries.person_by_login(request.actor, login, on=on)
    form = VersionedReasonForm(request.POST or None, initial={"version": person.version})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            try:
                operations.reactivate_staff(
                    actor=request.actor,
                    staff_id=person.id,
                    version=form.version,
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({}, version=person.version)
            else:
                return done(request, _("The staff member is active again, without any role."), _link(login))
    return form_response(request, form, _page(_("Activate again"), person))


@requires(EDIT)
def reset_password(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    person = queries.person_by_login(request.actor, login, on=on)
    form: OfficeForm = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            fresh = operations.reset_password(
                actor=request.actor,
                staff_id=person.id,
                on=on,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
            return _once(request, person.name, login, fresh)
    intro = _("A one-time password is made and shown once. It must be changed at the next sign-in.")
    return form_response(request, form, _page(_("Reset password"), person, intro=intro, danger=True))


def _once(request: OfficeRequest, name: str, login: str, password: str) -> HttpResponse:
    """The one-time password, on the only page that ever shows it."""
    context = {"title": name, "login": login, "password": password, "next_url": _link(login)}
    return render(request, "staff/one_time_password.html", context)


def _stored(person: Person) -> dict[str, Any]:
    return {"name": person.name, "staff_no": person.staff_no, "phone": person.phone, "version": person.version}


def _page(title: str, person: Person, *, intro: str = "", danger: bool = False) -> FormPage:
    return FormPage(title=f"{title} {person.name}", cancel_url=_link(person.login), intro=intro, danger=danger)


def _link(login: str) -> str:
    return reverse("staff:detail", args=[login])
