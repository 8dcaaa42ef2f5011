"""Examples of the addresses of price simulations: a reform of the demo utility's household plan over its billed months."""

from collections.abc import Callable
from datetime import timedelta

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.simulations.models import Simulation
from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.period import Month
from qingyuan.workflows import simulate_tariff

PLAN = "sh-res"


def reform() -> int:
    """A simulation of dearer, narrower tiers, worked once; returns its id."""
    known = Simulation.objects.order_by("id").values_list("id", flat=True).first()
    if known is not None:
        return known
    row = (
        PriceVersion.objects.filter(plan__code=PLAN, state="PUBLISHED").select_related("plan").latest("effective_from")
    )
    last = Month.from_number(Bill.objects.order_by("-yyyymm").values_list("yyyymm", flat=True)[0])
    on = last.span.end
    assert on is not None
    begins = on + timedelta(days=90)
    text = (
        row.source.replace(f"'{row.effective_from}'", f"'{begins}'")
        .replace(f"from: {row.effective_from}", f"from: {begins}")
        .replace("'220'", "'180'")
        .replace("'300'", "'260'")
        .replace("'1.92'", "'2.07'")
        .replace("'3.30'", "'3.11'")
        .replace("'4.30'", "'6.21'")
    )
    actor = system_actor("演示", company_id=row.plan.company_id)
    version = tariffs.import_version(actor=actor, company_id=row.plan.company_id, text=text, on=on)
    simulation_id = simulate_tariff.simulate(
        actor=actor,
        version_id=version.version_id,
        replaces=PLAN,
        first_month=last.plus(-11).number,
        last_month=last.number,
        title="居民阶梯调价方案一",
        on=on,
    )
    simulate_tariff.work_here(simulation_id=simulation_id)
    return simulation_id


SIMULATIONS: dict[str, Callable[[], dict[str, object]]] = {
    "simulations:detail": lambda: {"simulation_id": reform()},
}

NO_PAGES_OF_SIMULATIONS = {
    "simulations:progress": "a part of a page",
    "simulations:workbook": "a file",
    "simulations:report": "PDF; seen in tests/flows/simulations",
    "simulations:restart": "takes a POST alone",
    "simulations:delete": "takes a POST alone",
}
