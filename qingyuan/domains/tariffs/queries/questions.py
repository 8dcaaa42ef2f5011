"""A question to rating, answered by a company's published prices or by files of its own (试算): it writes nothing."""

from dataclasses import replace
from datetime import date, timedelta

from qingyuan.domains.tariffs.models import UsageClass
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.facts import Facts
from qingyuan.domains.tariffs.rules.nodes import FileProblem, TariffFileInvalid
from qingyuan.domains.tariffs.rules.questions import Question, Rated, answered, of_files
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.organisation import queries as organisation


def rated_question(question: Question, *, company_id: int, unit_id: int, on: date) -> Rated:
    """The answer. Without dates a published price is the one in force on `on`; a class's price is that of `unit_id`,
    where the question names no unit. By published prices the charge items' own taxes hold; files say their own.

    Raises NotOnePlan, TariffFileInvalid for a class or unit that the company has not, and as `rate`.
    """
    if question.versions:
        return answered(of_files(question.facts, question.versions), Catalogue(question.versions))
    prices = price_list(company_id)
    facts = replace(question.facts, on=on)
    if question.usage_class:
        facts = _by_class(facts, question, prices, unit_id, on)
    return answered(facts, prices.catalogue, prices.item_taxes)


def _by_class(facts: Facts, question: Question, prices: PriceList, unit_id: int, on: date) -> Facts:
    code = question.usage_class
    class_id = (
        UsageClass.objects.filter(company_id=prices.company_id, code=code, is_active=True)
        .values_list("id", flat=True)
        .first()
    )
    if class_id is None:
        raise _refused("usage_class", "unknown_usage_class", value=code)
    if question.unit:
        unit_id = _unit(question.unit, prices.company_id)
    start, end = (facts.pieces[0].start, facts.pieces[-1].end) if facts.pieces else (facts.start, facts.end)
    day = start or on
    assigned = prices.plans_for(unit_id=unit_id, class_id=class_id, day=day)
    if not assigned:
        raise _refused("usage_class", "no_price_for_class", value=code, date=day.isoformat())
    until = max(end, day + timedelta(days=1)) if end is not None else day + timedelta(days=1)
    refs = prices.catalogue.refs_by_assignment([(each.from_date, each.plan_code) for each in assigned], day, until)
    return replace(facts, tariff=refs[0].code, versions=refs)


def _unit(code: str, company_id: int) -> int:
    try:
        unit = organisation.unit_by_code(code)
    except NotFound:
        unit = None
    if unit is None or unit.company_id != company_id:
        raise _refused("unit", "unknown_unit", value=code)
    return unit.id


def _refused(place: str, problem: str, **params: object) -> TariffFileInvalid:
    return TariffFileInvalid((FileProblem(1, place, f"tariffs.problem.{problem}", params),))
