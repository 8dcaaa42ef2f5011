"""The page of a bulk change in its three steps: what and for whom, the preview of every row, what was done."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.customers.operations import bulk
from qingyuan.domains.customers.rules.bulk import MOST_ROWS
from qingyuan.interfaces.office.access import OfficeRequest, View, requires
from qingyuan.interfaces.office.bulk_changes import rows as given
from qingyuan.interfaces.office.bulk_changes.forms import FILE, BulkForm
from qingyuan.interfaces.office.bulk_changes.kinds import KINDS, CellRefused, Kind, Names
from qingyuan.interfaces.office.bulk_changes.tables import COLUMNS, Counts, ShownRow, from_kept, kept, shown_rows
from qingyuan.interfaces.office.shell.confirmations import check_typed
from qingyuan.interfaces.office.shell.details import Confirm, sub_table
from qingyuan.interfaces.office.shell.exports import XLSX_TYPE, Sheet, workbook_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.interfaces.office.shell.uploads import SHOWN_ROWS, forget, keep, take
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.overviews import account_choices, bulk_selection
from qingyuan.overviews.relief_schemes import offered_schemes, scheme_names

MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every step needs: the kind, the company, its names."""

    request: OfficeRequest
    kind: Kind
    company_id: int
    names: Names

    @property
    def url(self) -> str:
        return reverse(f"bulk_changes:{self.kind.key}")

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """(address, words, whether it is this one) of the kinds that the person may change."""
        return [
            (reverse(f"bulk_changes:{kind.key}"), str(kind.title), kind is self.kind)
            for kind in KINDS
            if kind.permission in self.request.permissions
        ]


def page(kind: Kind) -> View[[]]:
    """The view of one kind of change."""

    @requires(kind.permission)
    def change(request: OfficeRequest) -> HttpResponseBase:
        asked = _asked(request, kind)
        step = request.POST.get("step", "") if request.method == "POST" else ""
        try:
            if step == "carry-out":
                return _carried_out(asked)
            if step == "export":
                return _exported(asked)
        except (NotPermitted, NotFound):
            raise
        except DomainError as error:
            return _form_page(asked, _form(asked), error_sentence(error))
        return _first_or_preview(asked)

    return change


def template(kind: Kind) -> View[[]]:
    """A sheet with the headings of the kind and one line as an example."""

    @requires(kind.permission)
    def sheet(request: OfficeRequest) -> HttpResponse:
        number = given.POINT if kind.of_points else given.ACCOUNT
        headings = [number, *(heading for _name, heading in kind.columns), given.FROM]
        headings += [given.TO, given.EVIDENCE] if kind.ends else [given.EVIDENCE]
        line = ["P00000001" if kind.of_points else "10010007", *kind.example, timezone.localdate().isoformat()]
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
            made = book.add_worksheet("批量变更")
            bold = book.add_format({"bold": True, "bg_color": "#EDF1F5", "bottom": 1})
            made.set_column(0, len(headings), 14)
            for place, text in enumerate(headings):
                made.write_string(0, place, text, bold)
            for place, text in enumerate(line):
                made.write_string(1, place, text)
        response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{kind.key}.xlsx"'
        return response

    return sheet


def _asked(request: OfficeRequest, kind: Kind) -> _Asked:
    company_id = request.actor.company_id
    if company_id is None:
        raise NotFound(company=None)
    language = get_language() or ""
    charges, plans = account_choices.option_choices(company_id, language=language)
    classes = account_choices.class_codes(company_id, language=language)
    return _Asked(request, kind, company_id, Names(dict(classes), dict(charges), dict(plans), scheme_names(company_id)))


def _form(asked: _Asked, data: HttpRequest | None = None) -> BulkForm:
    actor, on = asked.request.actor, timezone.localdate()
    exempt = [("EXEMPT", _("exempt"))]
    choices = {
        "class_code": tuple(asked.names.classes.items()),
        "item_code": tuple(asked.names.charges.items()),
        "plan_code": (*exempt, *asked.names.plans.items()),
        "scheme": offered_schemes(asked.company_id)[0],
        "unit": account_choices.unit_choices(actor, asked.kind.permission, on=on),
        "usage_class": account_choices.class_choices(actor, language=get_language() or ""),
        "classification": bulk_selection.classification_choices(asked.company_id),
    }
    if data is None:
        return BulkForm(kind=asked.kind, choices=choices)
    return BulkForm(data.POST, data.FILES, kind=asked.kind, choices=choices)


def _form_page(asked: _Asked, form: BulkForm, problem: str = "") -> HttpResponse:
    shown = FormPage(
        title=_("Bulk change"),
        submit=_("Show what would change"),
        intro=_("Nothing changes before you have seen every row and typed the number of changes."),
        multipart=True,
    )
    context = {
        "form": form, "page": shown, "title": shown.title, "tabs": asked.tabs, "problem": problem,
        "template_url": reverse(f"bulk_changes:{asked.kind.key}-template"),
    }  # fmt: skip
    status = 422 if problem or (form.is_bound and form.problems) else 200
    return render(asked.request, "bulk_changes/form.html", context, status=status)


def _first_or_preview(asked: _Asked) -> HttpResponse:
    if asked.request.method != "POST":
        return _form_page(asked, _form(asked))
    form = _form(asked, asked.request)
    if form.is_valid():
        try:
            return _preview(asked, _given(asked, form))
        except (NotPermitted, NotFound):
            raise
        except CellRefused as refused:
            form.add_error(None, f"{refused.column}: {refused.remedy}")
        except DomainError as error:
            form.add_error("file" if form.cleaned_data["way"] == FILE else None, error_sentence(error))
    return _form_page(asked, form)


def _given(asked: _Asked, form: BulkForm) -> given.Given:
    typed, kind, on = form.cleaned_data, asked.kind, timezone.localdate()
    cells = {heading: _cell(typed[name]) for name, heading in kind.columns}
    standard = given.Standard(cells, typed["from_date"], typed.get("to_date"), typed["evidence"])
    if typed["way"] == FILE:
        content = typed["file"].read(MOST_BYTES + 1)
        return given.of_file(kind, content, standard, asked.names, company_id=asked.company_id, on=on)
    found = bulk_selection.by_rule(
        asked.request.actor, kind.permission, company_id=asked.company_id, rule=form.rule, on=on, limit=MOST_ROWS + 1
    )
    numbers = [point if kind.of_points else account for point, account in found]
    return given.of_numbers(kind, numbers, standard, asked.names)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _preview(asked: _Asked, rows: given.Given) -> HttpResponse:
    judged = bulk.judge(
        actor=asked.request.actor, kind=asked.kind.make(asked.company_id), rows=rows.rows, on=timezone.localdate()
    )
    shown = shown_rows(asked.kind, judged, rows.unreadable, asked.names, company_id=asked.company_id)
    token = keep(person_of(asked.request).pk, given.kept(asked.kind, rows.rows))
    confirm = Confirm(
        key="carry-out",
        title=_("Carry out the change"),
        consequence=_("All rows to be changed are written at once, or none if anything moved since this preview."),
        url=asked.url,
        submit=_("Change %(count)s") % {"count": judged.changed},
        expected=str(judged.changed),
        expected_label=_("Type the number of changes"),
        danger=False,
        hidden={"step": "carry-out", "token": token, "stamp": judged.stamp, "count": str(judged.changed)},
    )
    return _rows_page(asked, shown, confirm=confirm if judged.changed else None)


def _rows_page(
    asked: _Asked, shown: Sequence[ShownRow], *, confirm: Confirm | None = None, done: int | None = None
) -> HttpResponse:
    table = sub_table(_("Rows"), COLUMNS[:-1], shown[:SHOWN_ROWS], empty=_("The rule finds nobody."))
    told = {
        "title": f"{_('Bulk change')} · {asked.kind.title}",
        "table": table,
        "counts": Counts.of(shown),
        "cut": len(shown) - SHOWN_ROWS,
        "limit": SHOWN_ROWS,
        "url": asked.url,
        "confirm": confirm,
        "done": done,
        "token": keep(person_of(asked.request).pk, kept(shown, done=done is not None)),
    }
    return render(asked.request, "bulk_changes/rows.html", told)


def _carried_out(asked: _Asked) -> HttpResponse:
    post = asked.request.POST
    check_typed(asked.request, post.get("count", ""))
    owner, token = person_of(asked.request).pk, post.get("token", "")
    rows = given.from_kept(asked.kind, take(owner, token))
    judged = bulk.change(
        actor=asked.request.actor,
        kind=asked.kind.make(asked.company_id),
        rows=rows,
        stamp=post.get("stamp", ""),
        on=timezone.localdate(),
    )
    forget(owner, token)
    shown = shown_rows(asked.kind, judged, (), asked.names, company_id=asked.company_id, done=True)
    return _rows_page(asked, shown, done=judged.changed)


def _exported(asked: _Asked) -> HttpResponse:
    """The rows of the preview, or of what was done, as they were shown."""
    shown = from_kept(take(person_of(asked.request).pk, asked.request.POST.get("token", "")))
    sheet = Sheet(_("Rows"), COLUMNS, shown)
    return workbook_response(
        asked.request, key="bulk_changes", title=_("Bulk change"), scope=str(asked.kind.title), sheets=[sheet]
    )
