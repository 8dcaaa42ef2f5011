"""API tokens of a person (接口令牌): which there are, making one, revoking one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires, signed_in
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.staff.forms import ReasonForm, TokenForm
from qingyuan.interfaces.office.staff.views import person_tab
from qingyuan.overviews import staff_pages
from qingyuan.platform.staff import operations
from qingyuan.platform.staff.queries import TokenRow

GIVING = "roles.assign"


@signed_in
def tokens_tab(request: OfficeRequest, login: str) -> HttpResponse:
    """One's own tokens are seen by oneself, another's by whoever sees staff of that unit."""
    found = staff_pages.tokens_page(request.actor, login, on=timezone.localdate())
    columns = _columns(login, may_revoke=found.may_revoke)
    table = sub_table(_("API tokens"), columns, found.tokens, empty=_("No program acts as this person."))
    return person_tab(request, found.page, "tokens", "staff/tokens.html", {"tokens": table})


@requires(GIVING)
def make(request: OfficeRequest, login: str) -> HttpResponse:
    on = timezone.localdate()
    found = staff_pages.staff_page(request.actor, login, on=on)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages({"staff.token_span_refused": "to_date"}):
            secret = operations.make_token(
                actor=request.actor, staff_id=found.person.id, name=data["name"], to_date=data["to_date"], on=on
            )
            context = {"title": found.person.name, "name": data["name"], "secret": secret, "next_url": _link(login)}
            return render(request, "staff/token_once.html", context)
    page = FormPage(
        title=with_name(_("New API token"), found.person.name),
        cancel_url=_link(login),
        intro=_("The token is shown once. It has no rights of its own: it may do what this person's roles allow."),
    )
    return form_response(request, form, page)


@requires(GIVING)
def revoke(request: OfficeRequest, login: str, token_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = staff_pages.staff_page(request.actor, login, on=on)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            operations.revoke_token(
                actor=request.actor,
                staff_id=found.person.id,
                token_id=token_id,
                reason=form.cleaned_data["reason"],
                on=on,
                at=timezone.now(),
            )
            return done(request, _("The token was revoked."), _link(login))
    page = FormPage(
        title=with_name(_("Revoke an API token"), found.person.name),
        cancel_url=_link(login),
        intro=_("The program that uses it is refused from its next call on."),
        danger=True,
    )
    return form_response(request, form, page)


def _columns(login: str, *, may_revoke: bool) -> tuple[Column[TokenRow], ...]:
    columns: tuple[Column[TokenRow], ...] = (
        Column("name", gettext_lazy("What the token is for"), ColumnKind.LONG_TEXT),
        Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
        Column("to_date", gettext_lazy("Until"), ColumnKind.DATE),
        Column("used_at", gettext_lazy("Last used"), ColumnKind.INSTANT),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_state),
    )
    if not may_revoke:
        return columns
    revoking: Column[TokenRow] = Column(
        "revoke",
        gettext_lazy("Action"),
        value=lambda row: _("Revoke") if row.is_valid else "",
        link=lambda row: reverse("staff:revoke-token", args=[login, row.id]) if row.is_valid else None,
    )
    return (*columns, revoking)


def _state(row: TokenRow) -> Chip:
    if row.revoked_at is not None:
        return Chip(_("revoked"), Tone.GREY)
    return Chip(_("in force"), Tone.GREEN) if row.is_valid else Chip(_("over"), Tone.GREY)


def _link(login: str) -> str:
    return reverse("staff:tokens", args=[login])
