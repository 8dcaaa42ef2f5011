"""Forms of a book (抄表册), and moving points to another one (换册)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.meters.operations import move_to_book
from qingyuan.domains.routes.operations import NewBook, create_book
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.details import Fact, FactList
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.errors import StaleEdit
from qingyuan.overviews import account_choices, book_page
from qingyuan.overviews.account_choices import Choice
from qingyuan.overviews.book_page import BookListRow
from qingyuan.workflows.change_book import BookChange, change_book

MANAGE, MOVE = "routes.manage", "meters.change"
INTERVALS = (1, 2, 3, 4, 6, 12)
FIELD_OF = {
    "routes.book_no_invalid": "book_no",
    "routes.book_no_taken": "book_no",
    "routes.unit_unknown": "unit_code",
    "routes.area_unknown": "area",
    "routes.reader_unknown": "reader",
    "routes.cycle_invalid": "phase_month",
}


class BookForm(OfficeForm):
    """Name, reader and cycle of a book."""

    name = forms.CharField(label=_("Book name"), max_length=60)
    area = forms.ChoiceField(label=_("Area"), required=False)
    reader = forms.ChoiceField(label=_("Reader"), required=False)
    months_interval = forms.TypedChoiceField(label=_("Read every … months"), coerce=int)
    phase_month = forms.IntegerField(
        label=_("First month of the cycle"),
        min_value=1,
        max_value=12,
        initial=1,
        help_text=_("For a monthly book it does not matter."),
    )
    reading_day = forms.IntegerField(label=_("Reading day"), min_value=1, max_value=28, initial=1)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    version_field = True

    def __init__(self, *args: Any, areas: tuple[Choice, ...], readers: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", gettext("none")), *areas]  # type: ignore[attr-defined]
        self.fields["reader"].choices = [("", gettext("none")), *readers]  # type: ignore[attr-defined]
        self.fields["months_interval"].choices = [(str(one), str(one)) for one in INTERVALS]  # type: ignore[attr-defined]


class NewBookForm(OfficeForm):
    """A book of a unit; area and reader follow on its own form."""

    unit_code = forms.ChoiceField(label=_("Unit"))
    book_no = forms.CharField(label=_("Book no."), max_length=32)
    name = forms.CharField(label=_("Book name"), max_length=60)
    reader_login = forms.CharField(
        label=_("Reader's login"), max_length=60, required=False, help_text=_("Empty: nobody yet.")
    )
    months_interval = forms.TypedChoiceField(
        label=_("Read every … months"), coerce=int, choices=[(str(one), str(one)) for one in INTERVALS]
    )
    phase_month = forms.IntegerField(label=_("First month of the cycle"), min_value=1, max_value=12, initial=1)
    reading_day = forms.IntegerField(label=_("Reading day"), min_value=1, max_value=28, initial=1)


class MovePointsForm(OfficeForm):
    """Where the selected points go, in the order in which they were."""

    book = forms.ChoiceField(label=_("To the book"))
    first_order = forms.IntegerField(
        label=_("Order of the first"),
        min_value=1,
        required=False,
        help_text=_("Empty: after the last one of the book."),
    )
    from_date = forms.DateField(label=_("In effect from"))
    ids = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, books: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["book"].choices = [("", gettext("Please choose a book")), *books]  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()

    @property
    def point_ids(self) -> list[int]:
        return _numbers(self.cleaned_data["ids"].split(","))


@requires(MANAGE)
def new_book(request: OfficeRequest) -> HttpResponse:
    units = account_choices.unit_codes(request.actor, MANAGE, on=timezone.localdate())
    form = NewBookForm(request.POST or None)
    form.fields["unit_code"].choices = [("", gettext("Please choose")), *units]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({**FIELD_OF, "routes.reader_unknown": "reader_login"}):
            create_book(actor=request.actor, row=NewBook(place="", **form.cleaned_data), on=timezone.localdate())
            return done(
                request, _("The book was created."), reverse("routes:book", args=[form.cleaned_data["book_no"]])
            )
    page = FormPage(title=gettext("New book"), submit=_("Create the book"), cancel_url=reverse("routes:list"))
    return form_response(request, form, page)


@requires(MANAGE)
def edit_book(request: OfficeRequest, book_no: str) -> HttpResponse:
    found = book_page.one_book(request.actor, book_no, on=timezone.localdate(), permission=MANAGE)
    stored = _stored(found)
    form = BookForm(
        request.POST or None,
        areas=account_choices.area_choices(found.company_id),
        readers=account_choices.reader_choices(found.company_id),
        initial={**stored, "version": found.version},
    )
    back = reverse("routes:book", args=[found.book_no])
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            with form.refusals_as_messages(FIELD_OF):
                change_book(
                    actor=request.actor,
                    book_id=found.id,
                    version=form.version,
                    change=BookChange(
                        name=typed["name"],
                        area_id=int(typed["area"]) if typed["area"] else None,
                        reader_id=int(typed["reader"]) if typed["reader"] else None,
                        months_interval=typed["months_interval"],
                        phase_month=typed["phase_month"],
                        reading_day=typed["reading_day"],
                        is_active=typed["is_active"],
                    ),
                    on=timezone.localdate(),
                )
                return done(request, _("The book was saved."), back)
        except StaleEdit:
            form.show_conflict(stored, found.version)
    page = FormPage(
        title=gettext("Change book %(number)s") % {"number": found.book_no},
        cancel_url=back,
        intro=gettext("The cycle counts from the next generation of reading tasks on."),
    )
    return form_response(request, form, page)


@requires(MOVE)
def move_points(request: OfficeRequest, book_no: str) -> HttpResponse:
    """First the selection of the list comes (a POST of `ids`), then the form."""
    on = timezone.localdate()
    found = book_page.one_book(request.actor, book_no, on=on)
    back = reverse("routes:book", args=[found.book_no])
    chosen = _numbers(request.POST.getlist("ids")) if "from_date" not in request.POST else []
    books = account_choices.book_choices(request.actor, "routes.view", on=on, company_id=found.company_id)
    if request.method != "POST" or ("from_date" not in request.POST and not chosen):
        return redirect(back)
    form = (
        MovePointsForm(books=books, initial={"ids": ",".join(map(str, chosen))})
        if chosen
        else MovePointsForm(request.POST, books=books)
    )
    if form.is_bound and form.is_valid():
        with form.refusals_as_messages(otherwise="book"):
            result = move_to_book(
                actor=request.actor,
                point_ids=form.point_ids,
                book_id=int(form.cleaned_data["book"]),
                first_order=form.cleaned_data["first_order"],
                from_date=form.cleaned_data["from_date"],
                on=on,
            )
            for issue in (*result.failed, *result.skipped)[:5]:
                form.add_error(None, code_sentence(issue.code, issue.params))
            if not result.failed and not result.skipped:
                return done(request, gettext("%(count)s points were moved.") % {"count": result.done}, back)
    count = len(chosen) or len(_numbers(str(form["ids"].value() or "").split(",")))
    facts = FactList((Fact(_("From the book"), f"{found.book_no} {found.name}"), Fact(_("Points"), str(count))))
    page = FormPage(title=gettext("Move to another book"), submit=_("Move"), cancel_url=back)
    return form_response(request, form, page, context={"now": facts}, template="accounts/change.html")


def _stored(found: BookListRow) -> dict[str, object]:
    return {
        "name": found.name,
        "area": "" if found.area_id is None else str(found.area_id),
        "reader": "" if found.reader_id is None else str(found.reader_id),
        "months_interval": str(found.months_interval),
        "phase_month": found.phase_month,
        "reading_day": found.reading_day,
        "is_active": found.is_active,
    }


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
