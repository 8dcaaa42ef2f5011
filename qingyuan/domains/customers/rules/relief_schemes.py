"""Relief schemes (减免方案): their values, and the end of a relief that is granted for the usual term."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

MOST_MONTHS = 600
_CODE = re.compile(r"[0-9A-Za-z_-]{1,32}")


class ReliefSchemeInvalid(DomainError):
    """A scheme needs a code of letters, digits, - and _, a name, and a term from 1 to 600 months or none (减免方案有误)."""

    code = "customers.relief_scheme_invalid"


@dataclass(frozen=True, slots=True)
class ReliefSchemeValues:
    """What may be changed of a scheme. `default_months` None: a relief of it has no end unless one is given."""

    name: str
    funder: str = ""
    evidence: str = ""
    default_months: int | None = None
    is_active: bool = True


def checked(code: str, values: ReliefSchemeValues) -> dict[str, object]:
    """The fields as they are stored, without outer spaces. Raises ReliefSchemeInvalid."""
    name, funder, evidence = values.name.strip(), values.funder.strip(), values.evidence.strip()
    months = values.default_months
    good = _CODE.fullmatch(code) and 0 < len(name) <= 60 and len(funder) <= 60 and len(evidence) <= 200
    if not good or (months is not None and not 1 <= months <= MOST_MONTHS):
        raise ReliefSchemeInvalid(most=MOST_MONTHS)
    return {
        "name": name,
        "funder": funder,
        "evidence": evidence,
        "default_months": months,
        "is_active": values.is_active,
    }


def end_after(from_date: date, months: int) -> date:
    """The day on which a relief of so many months counts no more: 31 January and one month is 28 or 29 February."""
    month = Month.of(from_date).plus(months)
    last_day = (month.plus(1).first_date - timedelta(days=1)).day
    return month.first_date.replace(day=min(from_date.day, last_day))
