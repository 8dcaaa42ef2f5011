"""The company's page (公司资料): unit, profile, bank accounts, history."""

from dataclasses import dataclass
from datetime import date

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.queries import Entry, history
from qingyuan.platform.organisation import queries
from qingyuan.platform.organisation.queries import BankAccount, Profile, Unit
from qingyuan.platform.staff.queries import reach

HISTORY_LIMIT = 30


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """A company. `profile` is None before it is filled in; `units` are those of it that company.edit reaches."""

    unit: Unit
    profile: Profile | None
    accounts: tuple[BankAccount, ...]
    units: tuple[Unit, ...]
    history: tuple[Entry, ...]
    may_edit: bool

    @property
    def version(self) -> int:
        """The profile's version, 0 before there is one."""
        return self.profile.version if self.profile else 0


def companies(actor: Actor, *, on: date) -> tuple[Unit, ...]:
    """The companies of which organisation.view reaches any unit, by code: a hall may see its own company's profile."""
    seen = queries.units_within_reach(actor, "organisation.view", on=on)
    own = {one.company_id for one in seen}
    return tuple(one for one in queries.companies() if one.id in own)


def company(actor: Actor, code: str, *, on: date) -> CompanyPage:
    """One company for its page. Raises NotFound where organisation.view reaches no unit of it."""
    unit = next((one for one in companies(actor, on=on) if one.code == code), None)
    if unit is None:
        raise NotFound(company=code)
    editable = queries.units_within_reach(actor, "company.edit", on=on)
    return CompanyPage(
        unit=unit,
        profile=queries.profile(unit.id),
        accounts=queries.bank_accounts(unit.id),
        units=tuple(one for one in editable if one.company_id == unit.id and one.closed_date is None),
        history=history("company", code, limit=HISTORY_LIMIT),
        may_edit=reach(actor, "company.edit", on=on).covers(unit.id),
    )
