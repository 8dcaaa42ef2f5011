"""The chart of accounts and the posting rules, read once per posting (科目与入账规则)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qingyuan.domains.ledger.models import ChartAccount, PostingRule
from qingyuan.domains.ledger.rules.chart import SINGLE_ROLES
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.states import ChartRole
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.organisation import queries as organisation


class NoChart(DomainError):
    """The company has no account for a role of the chart: its books are not set up (未建科目)."""

    code = "ledger.no_chart"


class NoPostingRule(DomainError):
    """A charge item has no posting rule: nobody said which account its charges are booked to (未设入账规则)."""

    code = "ledger.no_posting_rule"


@dataclass(frozen=True, slots=True)
class Books:
    """One company's chart and posting rules. Ids of chart accounts come out."""

    company_id: int
    roles: Mapping[ChartRole, int]
    rules: Mapping[tuple[int, int | None], int]
    positions: Mapping[int, tuple[int, int]]

    def in_order(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """Parts in the fixed order of their charge items (position, then id)."""
        return tuple(sorted(parts, key=lambda part: self.positions.get(part[0], (0, part[0]))))

    def account(self, role: ChartRole) -> int:
        """The chart account of a single role. Raises NoChart."""
        try:
            return self.roles[role]
        except KeyError:
            raise NoChart(company=self.company_id, role=role.value) from None

    def account_of_charge(self, charge_id: int, unit_id: int) -> int:
        """The chart account of a charge item at a unit: the rule of the unit, else of the nearest unit above it, else the
        company's. Raises NoPostingRule.
        """
        if (found := self.rules.get((charge_id, unit_id))) is not None:
            return found
        if any(unit is not None and charge == charge_id for charge, unit in self.rules):
            for above in organisation.upwards(unit_id):
                if (found := self.rules.get((charge_id, above))) is not None:
                    return found
        if (found := self.rules.get((charge_id, None))) is not None:
            return found
        raise NoPostingRule(company=self.company_id, charge_item=charge_id, unit=unit_id)


def books_of(company_id: int) -> Books:
    """The chart and rules of a company, two queries."""
    roles: dict[ChartRole, int] = {}
    accounts = ChartAccount.objects.filter(company_id=company_id, is_active=True).order_by("code")
    for account_id, role in accounts.values_list("id", "role"):
        if role in SINGLE_ROLES:
            roles.setdefault(ChartRole(role), account_id)
    rules: dict[tuple[int, int | None], int] = {}
    positions: dict[int, tuple[int, int]] = {}
    for charge_id, unit_id, account_id, position in PostingRule.objects.filter(company_id=company_id).values_list(
        "charge_item_id", "unit_id", "chart_account_id", "charge_item__position"
    ):
        rules[charge_id, unit_id] = account_id
        positions[charge_id] = (position, charge_id)
    return Books(company_id, roles, rules, positions)


@dataclass(frozen=True, slots=True)
class ChartRow:
    """An account of the chart, for pages."""

    id: int
    code: str
    name: str
    name_en: str
    role: str
    is_active: bool


def chart(company_id: int) -> tuple[ChartRow, ...]:
    """The company's chart in the order of its numbers."""
    rows = ChartAccount.objects.filter(company_id=company_id).order_by("code", "id")
    return tuple(ChartRow(row.id, row.code, row.name, row.name_en, row.role, row.is_active) for row in rows)
