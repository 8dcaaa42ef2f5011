"""Simulations of a priced town, worked in this process."""

from datetime import date

from qingyuan.domains.simulations.models import Simulation
from qingyuan.domains.tariffs.models import PricePlan, PriceVersion
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.workflows import simulate_tariff
from tests.factories.billing import PricedTown
from tests.factories.platform import SYSTEM

ON = date(2026, 1, 10)
REFORM_A = """
format: qingyuan-tariff/1
code: sh-res
name: 调价方案一
usage_class: RESIDENTIAL
effective: {from: '2026-07-01', to: null}
tiers: {limits: ['180', '260'], cycle_months: 12}
household: {base_people: 4, extra_per_person: '72'}
charges:
  - {item: water, name: 自来水费, price: ['2.07', '3.11', '6.21']}
  - {item: sewage, name: 污水处理费, price: '1.70', volume_factor: '0.9'}
"""
REFORM_B = """
format: qingyuan-tariff/1
code: sh-res
name: 调价方案二
usage_class: RESIDENTIAL
effective: {from: '2026-08-01', to: null}
tiers: {limits: ['20', '30'], cycle_months: 1}
charges:
  - {item: water, name: 自来水费, price: ['2.07', '3.11', '6.21']}
  - {item: sewage, name: 污水处理费, price: '1.70', volume_factor: '0.9'}
"""


def draft(priced: PricedTown, text: str) -> int:
    """A draft version of a plan that is there; returns its id."""
    parsed = parse_version(text)
    plan = PricePlan.objects.get(company_id=priced.company_id, code=parsed.code)
    made = PriceVersion.objects.create(
        plan=plan, effective_from=parsed.effective_from, source=text, content_hash=sha256_hex(text)
    )
    return made.pk


def in_force(priced: PricedTown, code: str = "sh-res") -> int:
    """The id of the plan's published version."""
    return PriceVersion.objects.get(plan__company_id=priced.company_id, plan__code=code, state="PUBLISHED").pk


def simulated(
    priced: PricedTown,
    version_id: int,
    *,
    first: int = 202501,
    last: int = 202512,
    replaces: str = "sh-res",
    accounts_per_chunk: int | None = None,
    on: date = ON,
) -> Simulation:
    """A simulation worked to its end."""
    simulation_id = simulate_tariff.simulate(
        actor=SYSTEM,
        version_id=version_id,
        replaces=replaces,
        first_month=first,
        last_month=last,
        title="",
        on=on,
        accounts_per_chunk=accounts_per_chunk,
    )
    simulate_tariff.work_here(simulation_id=simulation_id)
    return Simulation.objects.get(pk=simulation_id)
