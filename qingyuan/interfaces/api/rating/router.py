"""The route of trial rating."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Router

from qingyuan.domains.tariffs.queries.questions import rated_question
from qingyuan.domains.tariffs.rules.nodes import FileProblem, TariffFileInvalid
from qingyuan.domains.tariffs.rules.questions import LONGEST_BYTES, parse_question, place_of
from qingyuan.interfaces.api.access import ApiRequest, requires
from qingyuan.interfaces.api.problems import REFUSALS, Problem, problem
from qingyuan.interfaces.api.rating.schemas import RateIn, RateOut
from qingyuan.kernel.errors import DomainError, NotFound

VIEW = "tariffs.view"
_MOST_TOLD = 50
router = Router(tags=["rating"])
_ASKED = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": RateIn.model_json_schema()}},
    }
}


@router.post(
    "",
    response={200: RateOut, 413: Problem, **REFUSALS},
    url_name="rate",
    summary="What a bill would come to",
    openapi_extra=_ASKED,
)
@requires(VIEW)
def rated(request: ApiRequest) -> HttpResponse:
    """By a published plan or usage class of the caller's company, or by tariff files that come along. Writes nothing."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BYTES:
        return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "api.too_large", {"most": LONGEST_BYTES})
    company_id = request.auth.company_id
    if company_id is None:
        raise NotFound(company=None)
    try:
        question = parse_question(request.body.decode("utf-8", "replace"))
        answer = rated_question(
            question, company_id=company_id, unit_id=request.auth.unit_id or company_id, on=timezone.localdate()
        )
    except TariffFileInvalid as invalid:
        wrong = [_told(each) for each in invalid.problems[:_MOST_TOLD]]
        return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "api.invalid", errors=wrong)
    except DomainError as refusal:
        return _refused(request, refusal, place_of(refusal, question))
    return JsonResponse(answer.report, json_dumps_params={"ensure_ascii": False})


def _told(each: FileProblem) -> dict[str, object]:
    made: dict[str, object] = {
        "place": each.place or "/",
        "code": each.code,
        "message": gettext(each.code) % dict(each.params),
    }
    if each.in_file:
        made["line"] = each.line
    return made


def _refused(request: ApiRequest, refusal: DomainError, place: str) -> HttpResponse:
    """What the prices cannot answer, with the key that it is about."""
    params = {name: str(value) for name, value in refusal.params.items()}
    wrong = [{"place": place, "code": refusal.code, "message": gettext(refusal.code) % params}] if place else []
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, refusal.code, params, errors=wrong)
