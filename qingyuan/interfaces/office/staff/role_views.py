"""Giving and taking back roles (授权)."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.routes import queries as routes
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.staff.forms import AssignForm, EndRoleForm
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews import staff_pages
from qingyuan.platform.staff import operations

ASSIGN = "roles.assign"


@requires(ASSIGN)
def assign(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    found = staff_pages.staff_page(request.actor, login, on=on)
    offered = staff_pages.choices(request.actor, permission=ASSIGN, on=on)
    language = get_language()
    form = AssignForm(
        request.POST or None,
        units=offered.units,
        roles=[(str(one.id), one.label(language)) for one in offered.roles],
        initial={"unit": found.person.unit_id, "from_date": on},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        known = routes.book_refs(data["books"])
        missing = [book_no for book_no in data["books"] if book_no not in known]
        if missing:
            form.add_error("books", _("There is no book %(books)s") % {"books": "、".join(missing)})
        else:
            with form.refusals_as_messages({"staff.span_refused": "to_date"}, otherwise="role"):
                operations.assign_role(
                    actor=request.actor,
                    staff_id=found.person.id,
                    role_id=data["role"],
                    unit_id=data["unit"],
                    from_date=data["from_date"],
                    to_date=data["to_date"],
                    book_ids=[known[book_no].id for book_no in data["books"]],
                    reason=data["reason"],
                    on=on,
                )
                return done(request, _("The role was given."), _link(login))
    page = FormPage(
        title=with_name(_("Give a role"), found.person.name),
        cancel_url=_link(login),
        intro=_("Administrators and auditors are kept apart: nobody can be both. Nobody gives roles to themselves."),
    )
    return form_response(request, form, page)


@requires(ASSIGN)
def end(request: OfficeRequest, login: str, assignment_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = staff_pages.staff_page(request.actor, login, on=on)
    held = next((one for one in found.roles if one.holding.assignment_id == assignment_id), None)
    if held is None:
        raise NotFound(assignment=assignment_id)
    form = EndRoleForm(request.POST or None, initial={"to_date": on, "version": held.holding.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages():
            try:
                operations.end_assignment(
                    actor=request.actor,
                    assignment_id=assignment_id,
                    version=form.version,
                    to_date=data["to_date"],
                    reason=data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({"to_date": held.holding.to_date}, version=held.holding.version)
            else:
                return done(request, _("The role was taken back."), _link(login))
    label = held.holding.role_label(get_language())
    page = FormPage(
        title=with_name(_("Take back a role"), found.person.name),
        cancel_url=_link(login),
        intro=f"{label} · {held.holding.unit_name}",
        danger=True,
    )
    return form_response(request, form, page)


def _link(login: str) -> str:
    return reverse("staff:detail", args=[login])
