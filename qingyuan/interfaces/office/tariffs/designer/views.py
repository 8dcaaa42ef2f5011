"""The designer's pages: the form with its answers beside it, and the text."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.rules.nodes import FileProblem, TariffFileInvalid
from qingyuan.domains.tariffs.rules.plan import PlanKind
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.details import detail_response
from qingyuan.interfaces.office.shell.form_pages import done
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.tariffs.designer.editing import acted, completed
from qingyuan.interfaces.office.tariffs.designer.forms import sheet_from
from qingyuan.interfaces.office.tariffs.designer.record import Record, draft_page, draft_record
from qingyuan.interfaces.office.tariffs.designer.sheet import sheet_of
from qingyuan.interfaces.office.tariffs.designer.working import Work, answers_to, work_on
from qingyuan.kernel.errors import StaleEdit

EDIT = "tariffs.edit"
SAVED = gettext_lazy("The draft was saved.")


@requires(EDIT)
def edit(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """The form; a POST saves the draft."""
    record = draft_record(request, code, version_id)
    is_plan = record.parsed.kind is PlanKind.PLAN
    if request.method != "POST":
        sheet = completed(sheet_of(record.parsed), is_plan=is_plan)
        return _page(request, work_on(record, sheet, record.draft.version))
    work = work_on(record, completed(sheet_from(request.POST), is_plan=is_plan), _version(request))
    if work.form.is_valid():
        work.form.complain(work.problems)
    if not work.form.problems and _saved(request, work):
        return done(request, SAVED, record.address("edit"))
    return _page(request, work, status=422)


def _saved(request: OfficeRequest, work: Work) -> bool:
    """Whether the draft was saved; else the form has the reasons."""
    form, record = work.form, work.record
    fields = {"tariffs.date_taken": "from", "tariffs.unknown_class": "usage_class"}
    try:
        with form.refusals_as_messages(fields):
            try:
                tariffs.save_draft(
                    actor=request.actor,
                    version_id=record.draft.id,
                    version=form.version,
                    text=work.text,
                    on=timezone.localdate(),
                )
            except TariffFileInvalid as error:
                form.complain(error.problems)
    except StaleEdit:
        form.add_error(None, _changed_meanwhile(record))
    return not form.problems


@requires(EDIT)
@require_POST
def work(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """Nothing is saved: the answers beside the form, with `part=all` the form too after a button was pressed."""
    record = draft_record(request, code, version_id)
    is_plan = record.parsed.kind is PlanKind.PLAN
    sheet = acted(sheet_from(request.POST), request.GET.get("act", ""), is_plan=is_plan)
    now = work_on(record, sheet, _version(request))
    context = {
        "record": record,
        "work": now,
        "form": now.form,
        "answers": answers_to(now, request.POST),
        "stale": _changed_meanwhile(record) if _version(request) != record.draft.version else "",
    }
    whole = request.GET.get("part") == "all"
    return render(request, "tariffs/designer/both.html" if whole else "tariffs/designer/answers.html", context)


def _page(request: OfficeRequest, work: Work, status: int = 200) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    context = {
        "record": work.record,
        "work": work,
        "form": work.form,
        "show_errors": status != 200,
        "answers": answers_to(work, given),
    }
    page = draft_page(work.record, "edit")
    return detail_response(request, page, "tariffs/designer/edit.html", context=context, status=status)


def _version(request: OfficeRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def _changed_meanwhile(record: Record) -> str:
    who = record.draft.changed_by or _("another person")
    return _(
        "%(who)s changed this draft since you opened it. Open the page again in a new tab and bring your changes over."
    ) % {"who": who}


class TextForm(OfficeForm):
    """The tariff file of a draft as text."""

    version_field = True
    wide = frozenset(("source",))
    source = forms.CharField(
        label=gettext_lazy("Tariff file (qingyuan-tariff/1)"),
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "file-text", "wrap": "off"}),
        help_text=gettext_lazy("Saved in its canonical form: keys in a fixed order, defaults and comments left out."),
        strip=False,
    )


@requires(EDIT)
def text(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """The draft as the text of its file; each complaint names its line."""
    record = draft_record(request, code, version_id)
    form = TextForm(request.POST or None, initial={"source": record.draft.source, "version": record.draft.version})
    if request.method == "POST" and form.is_valid():
        with text_refusals(form, "source", record.draft.source, record.draft.version):
            tariffs.save_draft(
                actor=request.actor,
                version_id=record.draft.id,
                version=form.version,
                text=form.cleaned_data["source"],
                on=timezone.localdate(),
            )
        if not form.problems:
            return done(request, SAVED, record.address("edit-text"))
    return text_page(request, record, form, "edit-text")


@contextmanager
def text_refusals(form: OfficeForm, field: str, stored: str, version: int) -> Iterator[None]:
    """For saving a text: complaints by line and other refusals stand at its field; changed meanwhile, both texts are shown."""
    try:
        with form.refusals_as_messages(otherwise=field):
            try:
                yield
            except TariffFileInvalid as error:
                lines_at(form, field, error.problems)
    except StaleEdit:
        form.show_conflict({field: stored}, version)


def text_page(request: OfficeRequest, record: Record, form: OfficeForm, tab: str) -> HttpResponse:
    """A tab with nothing but a form."""
    context = {"form": form, "page_form": FormPage(title="", cancel_url=record.address("version"))}
    status = 422 if form.is_bound and form.problems else 200
    page = draft_page(record, tab)
    return detail_response(request, page, "tariffs/designer/text.html", context=context, status=status)


def lines_at(form: OfficeForm, field: str, problems: Iterable[FileProblem]) -> None:
    """Each complaint about a text as a message at its field, with line and place."""
    for problem in problems:
        sentence = code_sentence(problem.code, problem.params)
        words = {"line": problem.line, "place": problem.place, "sentence": sentence}
        form.add_error(field, _("line %(line)s, %(place)s: %(sentence)s") % words)
