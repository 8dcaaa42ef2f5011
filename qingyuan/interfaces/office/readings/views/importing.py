"""批量导入读数: choose the period and a file, see the verdict on each row, confirm. The same file is taken once."""

import hashlib
import io

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.operations import RowVerdict
from qingyuan.domains.readings.queries import EarlierImport, PeriodRow
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.scope import chosen_period, company_of, today
from qingyuan.interfaces.office.readings.words import ANOMALIES
from qingyuan.interfaces.office.shell.exports import XLSX_TYPE
from qingyuan.interfaces.office.shell.formats import instant_text
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.uploads import Preview, PreviewRow, UploadSpec, Verdict, upload_response
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.period import Month

_COLUMN_WORDS = {
    "point_no": gettext_lazy("point no."),
    "account_no": gettext_lazy("account no."),
    "meter_no": gettext_lazy("meter no."),
    "read_date": gettext_lazy("reading date"),
    "value": gettext_lazy("this reading"),
    "register_no": gettext_lazy("register"),
    "condition": gettext_lazy("condition"),
    "volume": gettext_lazy("volume"),
    "note": gettext_lazy("remark"),
}
SAMPLE = ("户号", "抄表日期", "本期读数", "表况", "水量", "备注")


@requires("readings.record")
def import_file(request: OfficeRequest) -> HttpResponseBase:
    """The three steps of an import into the chosen period."""
    period = chosen_period(request)
    spec = _spec(request, period.row)
    return upload_response(request, spec, context={"period": period}, template="readings/import.html")


def _spec(request: OfficeRequest, period: PeriodRow | None) -> UploadSpec:
    month = Month.of(today()) if period is None else Month.from_number(period.yyyymm)
    round_no = 1 if period is None else period.round_no

    def preview(actor: Actor, name: str, content: bytes) -> Preview:
        judged = operations.preview_import(
            actor=actor,
            company_id=company_of(actor),
            content=content,
            name=name,
            month=month,
            round_no=round_no,
            on=today(),
        )
        earlier = queries.earlier_import(
            company_id=company_of(actor),
            yyyymm=month.number,
            round_no=round_no,
            content_hash=hashlib.sha256(content).hexdigest(),
        )
        rows = [_row(one, earlier) for one in judged.verdicts]
        return Preview((_("Point no."), _("Usage, m³"), _("Noticed")), rows, stamp=judged.preview_hash)

    def carry_out(actor: Actor, name: str, content: bytes) -> BatchResult:
        judged = operations.confirm_import(
            actor=actor,
            company_id=company_of(actor),
            content=content,
            name=name,
            month=month,
            preview_hash=request.POST.get("stamp", ""),
            leave_out_failed=True,
            round_no=round_no,
            on=today(),
        )
        again = (BatchIssue(name, "readings.already_recorded"),) if judged.is_repeat else ()
        return BatchResult(ids=() if judged.is_repeat else tuple(range(judged.rows_taken)), skipped=again)

    return UploadSpec(
        title=gettext_lazy("Import readings"),
        intro=_intro(period),
        preview=preview,
        carry_out=carry_out,
        back_url=reverse("readings:tasks"),
        sample_url=reverse("readings:import-sample"),
    )


def _intro(period: PeriodRow | None) -> str:
    if period is None:
        return _("There is no reading period yet: generate the tasks first.")
    return _(
        "Excel (first sheet) or CSV with headings in the first row: account no., point no. or meter no.; "
        "reading date; this reading; condition, volume and remark where they apply."
    )


def _row(one: RowVerdict, earlier: EarlierImport | None) -> PreviewRow:
    noticed = "、".join(str(ANOMALIES[code].text) for code, _facts in one.anomalies if code in ANOMALIES)
    cells = (one.point_no, one.volume.rstrip("0").rstrip(".") if "." in one.volume else one.volume, noticed)
    place = str(one.row_no)
    if one.verdict == "FAILED":
        return PreviewRow(place, cells, Verdict.REFUSED, _sentence(one))
    if earlier is not None:
        said = _("This file was imported at %(at)s by %(who)s.") % {
            "at": instant_text(earlier.at),
            "who": earlier.confirmed_by,
        }
        return PreviewRow(place, cells, Verdict.SKIPPED, said)
    held = _("It will wait for review.") if one.verdict == "HELD" else ""
    details = [code_sentence(f"readings.anomaly.{code.lower()}", facts) for code, facts in one.anomalies]
    return PreviewRow(place, cells, Verdict.TAKEN, " ".join([held, *details]).strip())


def _sentence(one: RowVerdict) -> str:
    """Why the row fails, with the column named in the reader's words."""
    params = dict(one.params)
    column = params.get("column")
    if isinstance(column, str):
        params["column"] = str(_COLUMN_WORDS.get(column, column))
    return code_sentence(one.code, params)


@requires("readings.record")
def sample(request: OfficeRequest) -> HttpResponseBase:
    """A sheet with the headings that an import knows, and one line as an example."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("抄表")
        heading = book.add_format({"bold": True, "bg_color": "#EDF1F5", "bottom": 1})
        for place, name in enumerate(SAMPLE):
            sheet.set_column(place, place, 14)
            sheet.write_string(0, place, name, heading)
        for place, text in enumerate(("10010007", today().isoformat(), "466", "", "", "")):
            sheet.write_string(1, place, text)
    response = HttpResponse(target.getvalue(), content_type=XLSX_TYPE)
    response["Content-Disposition"] = 'attachment; filename="readings.xlsx"'
    return response
