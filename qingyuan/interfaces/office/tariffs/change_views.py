"""Importing, publishing, assigning and exporting price plans."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.publishing import publishing_warnings
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.confirmations import check_typed
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.uploads import (
    Preview,
    PreviewRow,
    UploadRefused,
    UploadSpec,
    Verdict,
    upload_response,
)
from qingyuan.interfaces.office.tariffs.forms import AssignForm
from qingyuan.interfaces.office.tariffs.words import price_table
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchResult
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import VersionRow, class_choices, company_within, plan_page
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.operations import require

EDIT = "tariffs.edit"
PUBLISH = "tariffs.publish"
SAMPLE = """format: qingyuan-tariff/1
code: example-res
name: 居民生活用水（示例价目）
document: 示例
note: 示例价目
usage_class: RESIDENTIAL
effective: {from: '2026-01-01'}
tiers: {limits: ['220', '300'], cycle_months: 12}
household: {base_people: 4, extra_per_person: '72'}
charges:
  - {item: water, name: 自来水费, price: ['2.25', '3.30', '4.30']}
  - {item: sewage, name: 污水处理费, price: '1.00'}
"""


@requires(EDIT)
def upload(request: OfficeRequest) -> HttpResponse:
    spec = UploadSpec(
        title=gettext_lazy("Import a tariff file"),
        intro=gettext_lazy(
            "A file of the format qingyuan-tariff/1 becomes a draft version of its plan. Nobody is charged by it before it is published."
        ),
        preview=_preview,
        carry_out=_carry_out,
        back_url=reverse("tariffs:list"),
        sample_url=reverse("tariffs:sample"),
        suffixes=(".yaml", ".yml"),
        maximum_bytes=512 * 1024,
    )
    return upload_response(request, spec)


@requires(EDIT)
def sample(request: OfficeRequest) -> HttpResponse:
    return _file(SAMPLE, "example-res.yaml")


def _preview(actor: Actor, name: str, content: bytes) -> Preview:
    """Every complaint with its line; else one row for the version, with what should be looked at before publishing."""
    require(actor, EDIT, on=timezone.localdate(), unit_id=company_within(actor, EDIT, on=timezone.localdate()))
    try:
        version = parse_version(_text(content))
    except TariffFileInvalid as error:
        rows = [
            PreviewRow(
                _("line %(line)s") % {"line": problem.line},
                (problem.place,),
                Verdict.REFUSED,
                code_sentence(problem.code, problem.params),
            )
            for problem in error.problems
        ]
        return Preview((_("Place"),), rows, all_or_nothing=True)
    warnings = [code_sentence(warning.code, warning.params) for warning in publishing_warnings(version)]
    heading = _("%(code)s, %(name)s, in force from %(day)s, %(count)s charge items") % {
        "code": version.code,
        "name": version.name,
        "day": version.effective_from,
        "count": len(price_table(version).rows),
    }
    return Preview((_("Version"),), [PreviewRow(name, (heading,), Verdict.TAKEN, " ".join(warnings))])


def _carry_out(actor: Actor, name: str, content: bytes) -> BatchResult:
    on = timezone.localdate()
    made = tariffs.import_version(
        actor=actor, company_id=company_within(actor, EDIT, on=timezone.localdate()), text=_text(content), on=on
    )
    return BatchResult(ids=(made.version_id,))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefused(reason=_("The file is not UTF-8 text (byte %(byte)s).") % {"byte": error.start}) from error


@requires(PUBLISH)
@require_POST
def publish(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    on = timezone.localdate()
    version = _version(request.actor, code, version_id, on)
    with told(request, _("The version was published.")):
        check_typed(request, code)
        tariffs.publish(actor=request.actor, version_id=version.id, at=timezone.now(), on=on)
    return redirect("tariffs:version", code=code, version_id=version_id)


@requires(PUBLISH)
def assign(request: OfficeRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = plan_page(request.actor, code, on=on)
    english = get_language() == "en"
    classes = [
        (key, f"{name_en or name} ({key})" if english else f"{name}（{key}）")
        for key, name, name_en in class_choices(found.row.company_id)
    ]
    units = [
        (str(unit.id), f"{'　' * (unit.depth - 1)}{unit.name}")
        for unit in organisation.units_within_reach(request.actor, PUBLISH, on=on)
        if unit.company_id == found.row.company_id
    ]
    form = AssignForm(classes, units, request.POST or None, initial={"from_date": on})
    url = reverse("tariffs:detail", args=[code])
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(
            {"tariffs.nothing_published": "from_date", "tariffs.assignments_overlap": "from_date"}
        ):
            tariffs.assign(actor=request.actor, plan_code=code, on=on, **form.cleaned_data)
            return done(request, _("The plan was assigned."), url)
    page = FormPage(
        title=_("Assign plan %(code)s") % {"code": code},
        cancel_url=url,
        submit=gettext_lazy("Assign"),
        intro=_(
            "The class is charged by this plan at the unit and below it. The plan assigned so far ends on that day."
        ),
    )
    return form_response(request, form, page)


@requires("tariffs.view")
def export(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    on = timezone.localdate()
    version = _version(request.actor, code, version_id, on)
    return _file(version.source, f"{code}-{version.effective_from}.yaml")


def _version(actor: Actor, code: str, version_id: int, on: date) -> VersionRow:
    """The version, when it is one of a plan that the person may see. Raises NotFound."""
    for version in plan_page(actor, code, on=on).versions:
        if version.id == version_id:
            return version
    raise NotFound(price_version=version_id)


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response
