"""Signing in and out, and one's own password (登录、退出、改密). The rules are staff's; here they meet session and form."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from qingyuan.interfaces.office.access import MUST_CHANGE, OfficeRequest, public, signed_in
from qingyuan.interfaces.office.shell.addresses import wanted_address
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.people import actor_for, person_of
from qingyuan.platform.staff import operations as staff
from qingyuan.workflows import sign_in as workflow
from qingyuan.workflows.change_password import change_password, password_policy


class SignInForm(OfficeForm):
    login = forms.CharField(
        label=gettext_lazy("Login or staff number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Name and password; then on to where the person wanted to go."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(wanted_address(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages():
            now = timezone.now()
            admitted = workflow.sign_in(
                login=form.cleaned_data["login"],
                password=form.cleaned_data["password"],
                address=request.META.get("REMOTE_ADDR", ""),
                at=now,
                on=timezone.localdate(now),
            )
            return _begin_session(request, admitted)
    page = FormPage(title=_("Sign in"), submit=gettext_lazy("Sign in"))
    context = {"next": request.POST.get("next", request.GET.get("next", ""))}
    return form_response(request, form, page, template="office/sign_in.html", context=context)


def _begin_session(request: HttpRequest, admitted: workflow.Session) -> HttpResponse:
    person = get_user_model().objects.get(pk=admitted.staff_id)
    login(request, person)
    request.session.set_expiry(admitted.idle_minutes * 60)
    if admitted.must_change_password:
        request.session[MUST_CHANGE] = True
        return redirect("shell:password")
    return redirect(wanted_address(request))


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, on record."""
    if request.user.is_authenticated:
        staff.sign_out(actor=actor_for(request))
    logout(request)
    return redirect("shell:sign-in")


class PasswordForm(OfficeForm):
    current = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    wide = frozenset({"current"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return cleaned


@sensitive_post_parameters()
@signed_in
def password(request: OfficeRequest) -> HttpResponse:
    """Change one's own password; the present one is asked for."""
    now: datetime = timezone.now()
    today = timezone.localdate(now)
    form = PasswordForm(request.POST or None)
    form.fields["new"].help_text = _help(password_policy(unit_id=request.actor.unit_id, on=today))
    if request.method == "POST" and form.is_valid():
        fields = {staff.WrongPassword.code: "current"}
        with form.refusals_as_messages(fields, otherwise="new"):
            change_password(
                actor=request.actor,
                old=form.cleaned_data["current"],
                new=form.cleaned_data["new"],
                at=now,
                on=today,
            )
            person = person_of(request)
            person.refresh_from_db()
            update_session_auth_hash(request, person)
            request.session.pop(MUST_CHANGE, None)
            return done(request, _("The password was changed."), reverse("workbench:start"))
    must = bool(request.session.get(MUST_CHANGE))
    page = FormPage(
        title=_("Change password"),
        cancel_url="" if must else reverse("workbench:start"),
        intro=_("Please set a password of your own before you go on.") if must else "",
    )
    return form_response(request, form, page)


def _help(policy: staff.PasswordPolicy) -> str:
    if policy.kinds > 1:
        return _("At least %(length)s characters of %(kinds)s kinds: small and capital letters, digits, others.") % {
            "length": policy.minimum_length,
            "kinds": policy.kinds,
        }
    return _("At least %(length)s characters.") % {"length": policy.minimum_length}
