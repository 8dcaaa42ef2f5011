"""Trying a draft (草稿试算): the prices as they would be with it, and its saved cases run against them."""

from datetime import date

from qingyuan.domains.tariffs.declarations import LEAST_CASES
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.cases import Outcome, run_cases
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse_cases import parse_cases
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.platform.parameters.queries import integer


def trial_catalogue(company_id: int, draft: PlanVersion) -> Catalogue:
    """The company's published prices with the draft as the last version of its plan.

    Versions of the plan from the draft's date on are left out: a case without dates is rated by the draft.
    """
    published = price_list(company_id).catalogue
    others = [
        version
        for code in published.codes
        for version in published.versions_of(code)
        if code != draft.code or version.effective_from < draft.effective_from
    ]
    return Catalogue([*others, draft])


def least_cases(company_id: int, draft: PlanVersion, *, on: date) -> int:
    """How many saved cases a person's draft needs before it is published (参数 tariffs.least_cases).

    A single charge item needs none: it is rated with the plans that it joins.
    """
    if draft.kind is PlanKind.ITEM:
        return 0
    return integer(LEAST_CASES, unit_id=company_id, on=on)


def run_saved_cases(company_id: int, draft: PlanVersion, cases: str) -> tuple[Outcome, ...]:
    """The outcome of each saved case; none for an empty text. Raises TariffFileInvalid when it is no file of cases."""
    if not cases.strip():
        return ()
    return run_cases(parse_cases(cases), trial_catalogue(company_id, draft))
