"""The company's page (公司资料): unit, profile, bank accounts, history."""

from dataclasses import dataclass
from datetime import date

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.queries import Entry, history
from qingyuan.platform.organisation import queries
from qingyuan.platform.organisation.queries import BankAccount, Profile, Unit
from qingyuan.platform.staff.queries import reaches

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
    sees_unit: bool

    @property
    def version(self) -> int:
        """The profile's version, 0 before there is one."""
        return self.profile.version if self.profile else 0


def companies(actor: Actor, *, on: date) -> tuple[Unit, ...]:
    """The companies of which organisation.view reaches any unit, by code: a hall may see its own company's profile."""
    own = {one.company_id for one in queries.units_within_reach(actor, "organisation.view", on=on)}
    return tuple(one for one in queries.companies() if one.id in own)


def company(actor: Actor, code: str, *, on: date) -> CompanyPage:
    """One company for its page. Raises NotFound where organisation.view reaches no unit of it."""
    reached = reaches(actor, ("organisation.view", "company.edit"), on=on)
    units = queries.units()
    found = next((one for one in units if one.code == code and one.is_company), None)
    inside = [one for one in units if found is not None and one.company_id == found.id]
    if found is None or not any(reached["organisation.view"].covers(one.id) for one in inside):
        raise NotFound(company=code)
    editing = reached["company.edit"]
    return CompanyPage(
        unit=found,
        profile=queries.profile(found.id),
        accounts=queries.bank_accounts(found.id),
        units=tuple(one for one in inside if one.closed_date is None and editing.covers(one.id)),
        history=history("company", code, limit=HISTORY_LIMIT),
        may_edit=editing.covers(found.id),
        sees_unit=reached["organisation.view"].covers(found.id),
    )
