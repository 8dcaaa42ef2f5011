"""The calculator's one page: a plain form by GET; htmx asks for the same page and swaps the part that changed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.domains.tariffs.queries.calculator import CompanyChoice, Offer, OfferedClass, offer
from qingyuan.domains.tariffs.rules.explanation import LINE_LABELS, Node, plain_decimal
from qingyuan.domains.tariffs.rules.marginal import marginal_prices
from qingyuan.domains.tariffs.rules.result import RatingLine
from qingyuan.interfaces.public.access import LANGUAGES, framed_by_others, limited, public
from qingyuan.interfaces.public.calculator.forms import QuestionForm, class_name
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.rounding import round_decimal
from qingyuan.platform.limits.operations import TooManyCalls

_MONEY_PLACES = 2
_NAMED = frozenset({"relief", "tax"})


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the explanation as it is shown; amounts as text, empty where it is no money."""

    text: str
    amount: str
    children: tuple["Step", ...]
    is_open: bool


def _too_many(request: HttpRequest, error: TooManyCalls) -> HttpResponse:
    """The page that asks to wait; on the page itself the answer alone gives way, so that nothing typed is lost."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "calculator/wait_part.html", {"seconds": error.seconds})
        response["HX-Retarget"], response["HX-Reswap"] = "#calculator .answer", "outerHTML"
        return response
    return _page(request, "calculator/wait.html", {"seconds": error.seconds})


@public
@framed_by_others
@limited("calculator", _too_many)
def calculator(request: HttpRequest, company_code: str | None = None) -> HttpResponse:
    """The question and its answer; the choice of a company where there are several; 404 for a company that is none."""
    try:
        offered = offer(company_code, on=timezone.localdate())
    except NotFound:
        return _page(request, "calculator/nothing.html", {"unknown": True}, status=404)
    if not isinstance(offered, Offer):
        return _companies(request, offered)
    if not offered.classes:
        return _page(request, "calculator/nothing.html", {"offer": offered})
    chosen = offered.offered(request.GET.get("price", "")) or offered.classes[0]
    form = QuestionForm(offered.classes, chosen, _given(request.GET, offered, chosen))
    context = {"offer": offered, "form": form, "chosen": chosen, **_answered(offered, chosen, form)}
    is_part = request.headers.get("HX-Request") == "true"
    return _page(request, "calculator/part.html" if is_part else "calculator/calculator.html", context)


def _companies(request: HttpRequest, companies: tuple[CompanyChoice, ...]) -> HttpResponse:
    language = _language_code()
    links = [(each.name, f"{reverse('calculator:of-company', args=[each.code])}?lang={language}") for each in companies]
    return _page(request, "calculator/companies.html" if links else "calculator/nothing.html", {"companies": links})


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    other = "en" if _language_code() == "zh" else "zh"
    query = request.GET.copy()
    query["lang"] = other
    shown = {
        **context,
        "language": _language_code(),
        "other_language": other,
        "other_url": f"{request.path}?{query.urlencode()}",
        "path": request.path,
    }
    return render(request, template, shown, status=status)


def _language_code() -> str:
    return next((code for code, language in LANGUAGES.items() if language == get_language()), "zh")


def _given(query: QueryDict, offered: Offer, chosen: OfferedClass) -> dict[str, Any]:
    """The form's values: as asked, what was not asked yet as the form begins."""
    blank = QuestionForm(offered.classes, chosen)
    given: dict[str, Any] = {name: query.get(name, field.initial) for name, field in blank.fields.items()}
    given["price"] = chosen.key
    if blank.needs.calibres and given["calibre"] not in blank.needs.calibres:
        given["calibre"] = blank.needs.calibres[0]
    if "quota" in given and given["quota"] is None:
        given["quota"] = "1000"
    return given


def _answered(offered: Offer, chosen: OfferedClass, form: QuestionForm) -> dict[str, Any]:
    """The answer for the template; `problem` where the price cannot answer the question."""
    if not form.is_valid():
        return {}
    asked = form.asked
    try:
        answer = offered.answer(chosen, asked)
        steps = marginal_prices(chosen.version, people=asked.people, quota=asked.quota, months=asked.months)
    except DomainError as refusal:
        return {"problem": _(refusal.code) % {name: str(value) for name, value in refusal.params.items()}}
    total = answer.result.total
    return {
        "total": _money(total),
        "average": _price(round_decimal(total / asked.volume, _MONEY_PLACES)) if asked.volume else "",
        "class_name": class_name(chosen),
        "lines": [_line(line, offered) for line in answer.result.lines],
        "tiers": [_tier(step.from_volume, step.to_volume, step.price) for step in steps] if len(steps) > 1 else [],
        "tree": _step(answer.tree, answer.tree.unit, 0),
    }


def _line(line: RatingLine, offered: Offer) -> dict[str, str]:
    english = offered.english_names.get(line.item_code) if get_language() == "en" else ""
    name = english or line.name
    kind = _(LINE_LABELS[line.kind.value]) if line.kind.value in _NAMED or not name else ""
    tier = _("tier %(tier)s") % {"tier": line.tier} if line.tier else ""
    return {
        "name": " ".join(part for part in (name, kind, tier) if part),
        "volume": "" if line.volume is None else plain_decimal(line.volume),
        "price": "" if line.price is None or line.volume is None else _price(line.price),
        "amount": _money(line.amount),
    }


def _tier(lower: Decimal, upper: Decimal | None, price: Decimal) -> dict[str, str]:
    return {
        "lower": plain_decimal(lower),
        "upper": "" if upper is None else plain_decimal(upper),
        "price": _price(price),
    }


def _step(node: Node, unit: str, level: int) -> Step:
    return Step(
        node.text(_, unit, english=get_language() == "en"),
        "" if node.amount is None else _money(node.amount),
        tuple(_step(child, unit, level + 1) for child in node.children),
        level < 2,
    )


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if abs(amount) >= 10_000 else f"{amount:.2f}"


def _price(price: Decimal) -> str:
    return plain_decimal(price, _MONEY_PLACES)
