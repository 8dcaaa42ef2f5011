"""Texts of notices (通知模板): the list, and one text with its live preview on a real bill."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.notifications import operations, queries
from qingyuan.domains.notifications.queries import TextRow
from qingyuan.domains.notifications.rules.parts import parts_of
from qingyuan.domains.notifications.rules.states import NoticeKind
from qingyuan.domains.notifications.rules.texts import FIELDS
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.notices.forms import TextForm
from qingyuan.interfaces.office.notices.words import KINDS, LANGUAGES, parts_text
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import instant_text
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, StaleEdit
from qingyuan.overviews.tariff_plans import company_within
from qingyuan.workflows.preview_notice import preview_notice

VIEW, TEXTS = "notifications.view", "notifications.texts"


def _address(row: TextRow) -> str:
    return reverse("notices:text", args=[row.kind, row.language])


COLUMNS: tuple[Column[TextRow], ...] = (
    Column("kind", gettext_lazy("Notice"), value=lambda row: KINDS[row.kind], link=_address),
    Column("language", gettext_lazy("Language"), value=lambda row: LANGUAGES[row.language]),
    Column("text", gettext_lazy("Content"), ColumnKind.LONG_TEXT),
    Column(
        "state",
        gettext_lazy("State"),
        ColumnKind.CHIP,
        value=lambda row: Chip(_("shipped text")) if row.is_shipped else Chip(_("own text"), Tone.GREEN),
    ),
    Column("changed_by", gettext_lazy("Changed by")),
    Column("changed_at", gettext_lazy("Last change"), value=lambda row: instant_text(row.changed_at)),
)


@requires(VIEW)
def texts(request: OfficeRequest) -> HttpResponse:
    """All texts of the company."""
    rows = list(queries.texts(_company(request, VIEW)).values())
    context = {
        "title": _("Notice texts"),
        "table": sub_table(_("Notice texts"), COLUMNS, rows),
        "may_edit": TEXTS in request.permissions,
    }
    return render(request, "notices/texts.html", context)


@requires(VIEW)
def text(request: OfficeRequest, kind: str, language: str) -> HttpResponse:
    """One text: changed by those who may, with the fields there are and the preview."""
    row = _row(request, kind, language)
    may_edit = TEXTS in request.permissions
    form = TextForm(request.POST or None, initial={"text": row.text, "seen": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            with form.refusals_as_messages(otherwise="text"):
                operations.set_text(
                    actor=request.actor,
                    company_id=_company(request, TEXTS),
                    kind=row.kind,
                    language=row.language,
                    text=form.cleaned_data["text"],
                    version=form.cleaned_data["seen"],
                    on=timezone.localdate(),
                )
                return done(request, _("The text was saved. What is queued already stays."), reverse("notices:texts"))
        except StaleEdit:
            form.add_error(None, _("Another person changed this since you opened it. Open the page anew."))
    page = FormPage(
        title=with_name(_("Text of notice"), KINDS[row.kind], LANGUAGES[row.language]),
        cancel_url=reverse("notices:texts"),
    )
    shown = form["text"].value() or ""
    context = {
        "preview_url": reverse("notices:preview", args=[kind, language]),
        "fields": _fields(row.kind),
        "may_edit": may_edit,
        **_preview(request, row, str(shown), ""),
    }
    return form_response(request, form, page, context=context, template="notices/text.html")


@requires(VIEW)
def preview(request: OfficeRequest, kind: str, language: str) -> HttpResponse:
    """The preview of a text as it is being written; nothing is kept."""
    row = _row(request, kind, language)
    told = _preview(request, row, request.POST.get("text", row.text), request.POST.get("bill", "").strip())
    return render(request, "notices/preview.html", told)


def _preview(request: OfficeRequest, row: TextRow, text: str, bill_no: str) -> dict[str, object]:
    """What the template shows: the text as the customer gets it, or what is wrong with it."""
    try:
        found = preview_notice(
            actor=request.actor,
            company_id=_company(request, VIEW),
            kind=row.kind,
            language=row.language,
            text=text,
            bill_no=bill_no,
            on=timezone.localdate(),
        )
    except (NotPermitted, NotFound):
        raise
    except DomainError as error:
        return {"problem": error_sentence(error)}
    return {
        "filled": found.text,
        "length": parts_text(parts_of(found.text)),
        "bill_no": found.bill_no,
        "is_other_bill": bool(bill_no) and found.bill_no != bill_no,
    }


def _fields(kind: NoticeKind) -> list[str]:
    english = (get_language() or "").startswith("en")
    return [f"{{{one.code if english else one.chinese}}}" for one in FIELDS[kind]]


def _company(request: OfficeRequest, permission: str) -> int:
    return company_within(request.actor, permission, on=timezone.localdate())


def _row(request: OfficeRequest, kind: str, language: str) -> TextRow:
    found = {(str(row.kind), str(row.language)): row for row in queries.texts(_company(request, VIEW)).values()}
    row = found.get((kind, language))
    if row is None:
        raise NotFound(notice_text=f"{kind}/{language}")
    return row
