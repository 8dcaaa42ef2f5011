"""Other fees by file (导入其它费用): the file, the preview of every row, the typed total, what was charged."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.domains.billing.operations import FeeRow, JudgedFee, JudgedFees
from qingyuan.domains.billing.operations.fee_import import MOST_FEES, FeeColumn
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip
from qingyuan.interfaces.office.shell.confirmations import check_typed
from qingyuan.interfaces.office.shell.details import Confirm, SubTable, sub_table
from qingyuan.interfaces.office.shell.exports import XLSX_TYPE
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.interfaces.office.shell.sentences import code_sentence, error_sentence
from qingyuan.interfaces.office.shell.uploads import SHOWN_ROWS, UploadRefused, Verdict, forget, keep, take
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.overviews.tariff_plans import company_within
from qingyuan.platform.files.queries.tables import MAX_BYTES, read_table

CHARGE = "billing.charge_fees"
HEADINGS = {
    FeeColumn.ACCOUNT: "户号",
    FeeColumn.FEE_TYPE: "费用类型",
    FeeColumn.VALUE: "数量或金额",
    FeeColumn.NOTE: "事由",
}
EXAMPLE = ("10010007", "JB", "1", "用户申请校验水表，申请单 2026-118")


class ImportForm(OfficeForm):
    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("XLSX or CSV, at most 5 000 rows."))
    wide = frozenset({"file"})


@dataclass(frozen=True, slots=True)
class ShownFee:
    """A row of the preview in words. Money in yuan."""

    place: str
    chip: Chip
    account_no: str
    name: str
    fee_type: str
    value: str
    amount: Decimal | None
    message: str
    note: str


COLUMNS: tuple[Column[ShownFee], ...] = (
    Column("place", gettext_lazy("Row")),
    Column("chip", gettext_lazy("Verdict"), ColumnKind.CHIP),
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]) if row.name else None,
    ),
    Column("name", gettext_lazy("Account name")),
    Column("fee_type", gettext_lazy("Fee")),
    Column("value", gettext_lazy("Quantity or amount")),
    Column("amount", gettext_lazy("Comes to"), ColumnKind.MONEY),
    Column("message", gettext_lazy("Reason"), ColumnKind.LONG_TEXT),
    Column("note", gettext_lazy("What for"), ColumnKind.LONG_TEXT),
)


@requires(CHARGE)
def import_fees(request: OfficeRequest) -> HttpResponse:
    company_id = company_within(request.actor, CHARGE, on=timezone.localdate())
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if sent:
        try:
            if "token" in request.POST:
                return _charged(request, company_id)
            if form.is_valid():
                return _preview(request, company_id, form)
        except (NotPermitted, NotFound):
            raise
        except DomainError as error:
            form = ImportForm()
            return _form_page(request, form, error_sentence(error))
    return _form_page(request, form)


@requires(CHARGE)
def template(request: OfficeRequest) -> HttpResponse:
    """A sheet with the headings, a line as an example, and the fee types to choose from."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EDF1F5", "bottom": 1})
        sheet = book.add_worksheet("其它费用")
        sheet.set_column(0, 2, 14)
        sheet.set_column(3, 3, 40)
        for place, (heading, text) in enumerate(zip(HEADINGS.values(), EXAMPLE, strict=True)):
            sheet.write_string(0, place, heading, bold)
            sheet.write_string(1, place, text)
        types = book.add_worksheet("费用类型")
        types.set_column(0, 3, 16)
        for place, heading in enumerate(("编码", "名称", "单价", "计量单位")):
            types.write_string(0, place, heading, bold)
        for line, row in enumerate(
            queries.fee_types(company_within(request.actor, CHARGE, on=timezone.localdate())), start=1
        ):
            price = "" if row.price is None else str(row.price)
            for place, text in enumerate((row.code, row.name, price, row.piece)):
                types.write_string(line, place, text)
    response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
    response["Content-Disposition"] = 'attachment; filename="fees.xlsx"'
    return response


def _form_page(request: OfficeRequest, form: ImportForm, problem: str = "") -> HttpResponse:
    page = FormPage(
        title=_("Import fees"),
        submit=_("Check the file"),
        intro=_("Nothing is charged before you have seen every row and typed the total."),
        multipart=True,
    )
    told = {"form": form, "page": page, "title": page.title, "problem": problem}
    status = 422 if problem or (form.is_bound and form.problems) else 200
    return render(request, "fees/import_form.html", told, status=status)


def _rows(content: bytes) -> list[FeeRow]:
    """The rows of the file. Raises UploadRefused without a heading, and the refusals of `read_table`."""
    table = read_table(content, max_rows=MOST_FEES)
    headings = [_text(cell) for cell in table.headings]
    missing = [heading for heading in HEADINGS.values() if heading not in headings]
    if missing:
        raise UploadRefused(reason=_("The first row has no heading %(wanted)s.") % {"wanted": "、".join(missing)})
    places = [headings.index(heading) for heading in HEADINGS.values()]
    found = []
    for row_no, line in enumerate(table.rows, start=2):
        cells = [_text(line[place]) if place < len(line) else "" for place in places]
        if any(cells):
            found.append(FeeRow(str(row_no), *cells))
    return found


def _text(cell: object) -> str:
    """A cell as people read it: whole numbers without a point."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)).normalize():f}"
    return str(cell if cell is not None else "").strip()


def _preview(request: OfficeRequest, company_id: int, form: ImportForm) -> HttpResponse:
    given = form.cleaned_data["file"]
    content = given.read(MAX_BYTES + 1)
    judged = billing.judge_fees(
        actor=request.actor, company_id=company_id, rows=_rows(content), on=timezone.localdate()
    )
    good, total = len(judged.good), str(judged.total)
    confirm = None
    if good:
        hidden = {
            "token": keep(person_of(request).pk, content),
            "stamp": judged.stamp,
            "total": total,
            "leave_out": "1" if judged.refused else "",
            "name": given.name or "",
        }
        confirm = Confirm(
            key="charge",
            title=_("Charge the fees"),
            consequence=_("Bills are issued today for the rows to be charged, all at once or none."),
            url=reverse("fees:import"),
            submit=_("Leave out %(left)s, charge %(count)s") % {"left": judged.refused, "count": good}
            if judged.refused
            else _("Charge %(count)s fees") % {"count": good},
            expected=total,
            danger=False,
            hidden=hidden,
        )
    told = {
        "title": _("Import fees"),
        "judged": judged,
        "good": good,
        "table": _table(judged),
        "cut": len(judged.rows) - SHOWN_ROWS,
        "limit": SHOWN_ROWS,
        "confirm": confirm,
    }
    return render(request, "fees/import_rows.html", told)


def _table(judged: JudgedFees) -> SubTable:
    """The refused rows first: they are what a person must look at."""
    ordered: Sequence[JudgedFee] = sorted(judged.rows, key=lambda row: row.fee is not None)
    return sub_table(_("Rows"), COLUMNS, [_shown(row) for row in ordered[:SHOWN_ROWS]])


def _shown(row: JudgedFee) -> ShownFee:
    message = code_sentence(row.code, row.params or {}) if row.code else ""
    if row.column is not None:
        message = _("Column %(column)s: %(message)s") % {"column": HEADINGS[row.column], "message": message}
    return ShownFee(
        place=row.row.place,
        chip=(Verdict.REFUSED if row.fee is None else Verdict.TAKEN).chip,
        account_no=row.row.account_no,
        name=row.account.name if row.account else "",
        fee_type=row.fee.name if row.fee else row.row.fee_type,
        value=row.row.value,
        amount=row.fee.amount if row.fee else None,
        message=message,
        note=row.row.note,
    )


def _charged(request: OfficeRequest, company_id: int) -> HttpResponse:
    post, owner = request.POST, person_of(request).pk
    check_typed(request, post.get("total", ""))
    token = post["token"]
    made = billing.charge_fees(
        actor=request.actor,
        company_id=company_id,
        rows=_rows(take(owner, token)),
        stamp=post.get("stamp", ""),
        leave_out=post.get("leave_out") == "1",
        file_name=post.get("name", ""),
        posting_date=timezone.localdate(),
    )
    forget(owner, token)
    return render(request, "fees/import_done.html", {"title": _("Import fees"), "made": made})
