"""Pages that belong to no area: start, sign-in and out, password, language, column choice."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from qingyuan.interfaces.office.access import OfficeRequest, public, signed_in
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.navigation import menu_for
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.interfaces.office.shell.preferences import choose_columns

language = public(set_language)


@signed_in
def start(request: OfficeRequest) -> HttpResponse:
    """The first page that this person may open."""
    for group in menu_for(request.actor, request.permissions, request.path):
        return redirect(group.entries[0].url)
    return render(request, "office/nothing_yet.html", {"title": _("Start page")})


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
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Name and password; then on to where the person wanted to go."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_wanted(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, username=form.cleaned_data["login"], password=form.cleaned_data["password"])
        if person is not None:
            login(request, person)
            return redirect(_wanted(request))
        form.add_error(None, _("Login or password is not right."))
    page = FormPage(title=_("Sign in"), submit=gettext_lazy("Sign in"))
    context = {"next": request.POST.get("next", request.GET.get("next", ""))}
    return form_response(request, form, page, template="office/sign_in.html", context=context)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
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
        help_text=gettext_lazy("At least 8 characters, not only digits, not a common word."),
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


@signed_in
def password(request: OfficeRequest) -> HttpResponse:
    """Change one's own password; the present one is asked for."""
    form = PasswordForm(request.POST or None)
    person = person_of(request)
    if request.method == "POST" and form.is_valid():
        if not person.check_password(form.cleaned_data["current"]):
            form.add_error("current", _("The present password is not right."))
        else:
            try:
                validate_password(form.cleaned_data["new"], person)
            except forms.ValidationError as error:
                form.add_error("new", error)
        if form.is_valid():
            person.set_password(form.cleaned_data["new"])
            person.save()
            update_session_auth_hash(request, person)
            return done(request, _("The password was changed."), reverse("shell:start"))
    page = FormPage(title=_("Change password"), cancel_url=reverse("shell:start"))
    return form_response(request, form, page)


@signed_in
@require_POST
def columns(request: OfficeRequest, list_key: str) -> HttpResponse:
    """Keep which columns of a list this person wants to see."""
    chosen = None if "reset" in request.POST else request.POST.getlist("columns")[:60]
    choose_columns(request, list_key, chosen)
    return redirect(_wanted(request))


def _wanted(request: HttpRequest) -> str:
    """The `next` address when it is one of ours, else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("shell:start")
