"""A simulation over issued bills: the baseline is what was issued, the reform is what hand arithmetic says."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RerateProposal, TierGroupMember
from qingyuan.domains.billing.rules.states import TierSource
from qingyuan.domains.simulations import operations as simulations
from qingyuan.domains.simulations.models import Simulation, SimulationAccount, SimulationChunk
from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.jobs.models import Job
from qingyuan.workflows import simulate_tariff
from tests.factories.billing import (
    SH_IND,
    SH_RES,
    PricedTown,
    account_of,
    add_fixed_share,
    bill_month,
    correct_usage,
    make_billable_points,
    make_priced_town,
    publish,
    share_group,
)
from tests.factories.platform import SYSTEM
from tests.factories.simulations import ON, REFORM_A, REFORM_B, draft, in_force, simulated

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "rules" / "simulation.md"


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def days(months: int) -> list[date]:
    return [date(2025, month, 20) for month in range(1, months + 1)]


def bill_evenly(priced: PricedTown, usages: dict[int, int], months: int) -> None:
    """Each point uses the same every month; registers start at 100."""
    for number, on in enumerate(days(months), 1):
        bill_month(priced, on, {point: str(100 + usage * number) for point, usage in usages.items()})


def fen(amount: str | Decimal) -> int:
    return int(Decimal(amount) * 100)


def worked_table() -> list[dict[str, str]]:
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    names = [name.strip() for name in lines[0].strip("|").split("|")]
    return [dict(zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True)) for line in lines[2:]]


def test_the_document_s_table(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    table = worked_table()
    months = [row for row in table if row["month"].isdigit()]
    assert len(months) == 6
    bill_evenly(priced, {point: int(months[0]["m³"])}, 6)
    issued = list(Bill.objects.order_by("yyyymm").values_list("amount", flat=True))
    assert issued == [Decimal(row["baseline"]) for row in months]

    reforms = {"reform A": draft(priced, REFORM_A), "reform B": draft(priced, REFORM_B)}
    for row in table:
        first, _, last = row["month"].partition("–")
        for name, version in reforms.items():
            found = simulated(priced, version, first=202500 + int(first), last=202500 + int(last or first))
            total = found.results["total"]
            assert (total["base"], total["new"]) == (fen(row["baseline"]), fen(row[name])), (name, row["month"])
            assert total["issued"] == total["base"]
            assert total["litres"] == int(row["m³"]) * 1000


def test_the_version_in_force_reproduces_what_was_issued(priced: PricedTown) -> None:
    """Shared rooms, many people, mixed use, use from a migration, another class: baseline and simulation both give it."""
    homes = make_billable_points(priced, 5)
    crowded = make_billable_points(priced, 2, people=6, prefix="Q")
    works = make_billable_points(priced, 2, usage_class="INDUSTRY", prefix="R")
    add_fixed_share(priced, homes[4], "INDUSTRY", 7)
    share_group([account_of(point) for point in homes[:2]], "SHARED")
    group = TierGroupMember.objects.get(account_id=account_of(homes[2])).group_id
    billing.enter_tier_use(
        actor=SYSTEM,
        group_id=group,
        counter="RESIDENTIAL",
        cycle_start_date=date(2025, 1, 1),
        position=20250100,
        volume=Decimal(90),
        source=TierSource.OPENING,
        note="",
        on=date(2025, 1, 1),
    )
    usages = {point: 17 + 13 * place for place, point in enumerate([*homes, *crowded, *works])}
    bill_evenly(priced, usages, 5)
    of_class = Bill.objects.exclude(point_id__in=works).aggregate(total=Sum("amount"), volume=Sum("volume"))

    found = simulated(priced, in_force(priced), first=202501, last=202505, accounts_per_chunk=2)

    total = found.results["total"]
    assert total["issued"] == total["base"] == total["new"] == fen(of_class["total"])
    assert total["litres"] == of_class["volume"] * 1000
    assert found.results["differing"] == 0
    assert found.results["refused"] == {}
    assert found.results["left_out"] == 10
    assert sum(total["items"]["water"][side] + total["items"]["sewage"][side] for side in (0, 1)) == 2 * total["new"]
    assert found.results["accounts"]["total"] == [7, 0, 0]
    assert SimulationAccount.objects.filter(simulation=found).count() == 7


def test_chunks_of_any_size_give_the_same(priced: PricedTown) -> None:
    points = make_billable_points(priced, 7)
    share_group([account_of(points[0]), account_of(points[6])], "SHARED")
    bill_evenly(priced, {point: 20 + 9 * place for place, point in enumerate(points)}, 4)
    version = draft(priced, REFORM_A)

    whole = simulated(priced, version, accounts_per_chunk=100)
    parts = simulated(priced, version, accounts_per_chunk=1)

    assert SimulationChunk.objects.filter(simulation=parts).count() == 6
    assert parts.results == whole.results


def test_a_mid_window_price_change_gives_way_to_one_version(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_evenly(priced, {point: 60}, 2)
    later = SH_RES.replace("2013-08-01", "2025-03-01").replace("'1.92'", "'2.92'")
    PriceVersion.objects.filter(plan__code="sh-res").update(effective_to=date(2025, 3, 1))
    publish(priced, later)
    for number, on in enumerate(days(4)[2:], 3):
        bill_month(priced, on, {point: str(100 + 60 * number)})

    found = simulated(priced, draft(priced, REFORM_A), last=202504)

    issued = fen(Bill.objects.aggregate(total=Sum("amount"))["total"])
    assert found.results["total"]["issued"] == found.results["total"]["base"] == issued
    assert found.results["total"]["new"] == fen("216.00") * 3 + fen("278.40")


def test_a_corrected_bill_counts_as_corrected(priced: PricedTown) -> None:
    """Six bills of 60, the second was really 40: re-billed, and once the proposals are applied nothing differs."""
    (point,) = make_billable_points(priced, 1)
    bill_evenly(priced, {point: 60}, 6)
    second = Bill.objects.get(yyyymm=202502)
    correct_usage(second.reading_item_id, "40")
    billing.rebill(actor=SYSTEM, bill_id=second.pk, posting_date=date(2025, 6, 25), reason="读错")
    version = draft(priced, REFORM_A)

    open_proposals = simulated(priced, version)
    for proposal_id in RerateProposal.objects.filter(state="OPEN").order_by("id").values_list("id", flat=True):
        billing.apply_proposal(actor=SYSTEM, proposal_id=proposal_id, posting_date=date(2025, 6, 25))
    applied = simulated(priced, version)

    assert open_proposals.results["differing"] == 2
    assert open_proposals.results["total"]["issued"] - open_proposals.results["total"]["base"] == fen("47.60")
    assert applied.results["differing"] == 0
    assert applied.results["total"]["issued"] == applied.results["total"]["base"] == fen("1378.60")
    assert applied.results["total"]["litres"] == 340_000


def test_what_the_draft_cannot_rate_is_left_out_and_named(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    bill_evenly(priced, dict.fromkeys(points, 30), 2)
    quota = REFORM_A.replace("limits: ['180', '260']", "limits: [{quota: '1'}, {quota: '1.5'}]").replace(
        "household: {base_people: 4, extra_per_person: '72'}\n", ""
    )

    found = simulated(priced, draft(priced, quota))

    issued = fen(Bill.objects.aggregate(total=Sum("amount"))["total"])
    assert found.results["refused"] == {"tariffs.quota_missing": [4, issued]}
    assert found.results["total"]["bills"] == 0


def test_households_and_volume_by_tier(priced: PricedTown) -> None:
    small, middle, large = make_billable_points(priced, 3)
    bill_evenly(priced, {small: 10, middle: 50, large: 70}, 5)

    found = simulated(priced, draft(priced, REFORM_A))

    total = found.results["total"]
    # 50, 250, 350 m³ against 220 / 300 before and 180 / 260 after.
    assert total["cycles"] == [[1, 1, 1], [1, 1, 1]]
    assert total["tiers"] == [[490_000, 110_000, 50_000], [410_000, 150_000, 90_000]]
    assert found.results["examples"] == [account_of(point) for point in (small, middle, large)]
    assert found.results["dearest"][0] == account_of(large)
    assert sum(count for count, _ in found.results["spread"]) == 3


def test_a_new_plan_may_stand_in_for_an_old_one(priced: PricedTown) -> None:
    works = make_billable_points(priced, 1, usage_class="INDUSTRY")
    bill_evenly(priced, {works[0]: 100}, 1)
    text = SH_IND.replace("2013-08-01", "2026-07-01").replace("'3.04'", "'4.04'")

    found = simulated(priced, draft(priced, text), replaces="sh-ind")
    assert found.results["total"]["new"] - found.results["total"]["base"] == fen("100.00")
    other = simulated(priced, draft(priced, REFORM_A), replaces="sh-ind")
    assert other.results["total"]["new"] == fen("207.00") + fen("153.00")


def test_a_window_is_refused_that_is_none(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_evenly(priced, {point: 10}, 1)
    version = in_force(priced)
    for first, last in ((202502, 202501), (202201, 202512), (202601, 202602)):
        with pytest.raises(simulations.MonthsRefused):
            simulated(priced, version, first=first, last=last)
    with pytest.raises(simulations.NothingBilled):
        simulated(priced, version, first=202510, last=202511)
    with pytest.raises(simulations.NothingToReplace):
        simulated(priced, version, replaces="none")
    with pytest.raises(NotFound):
        simulated(priced, 0)


def test_the_same_chunk_delivered_twice_does_nothing_twice(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_evenly(priced, {point: 10}, 1)
    found = simulated(priced, draft(priced, REFORM_A))
    before = found.results

    assert simulate_tariff.work_chunk(simulation_id=found.pk, chunk_no=1) == 0

    found.refresh_from_db()
    assert found.results == before


def test_a_simulation_is_deleted_with_all_it_left(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_evenly(priced, {point: 10}, 1)
    found = simulated(priced, draft(priced, REFORM_A))

    simulations.delete(actor=SYSTEM, simulation_id=found.pk, on=ON)

    assert not SimulationAccount.objects.exists()
    assert not SimulationChunk.objects.exists()


def test_what_a_dead_worker_left_is_taken_up_again(priced: PricedTown) -> None:
    points = make_billable_points(priced, 3)
    bill_evenly(priced, dict.fromkeys(points, 30), 1)
    simulation_id = simulate_tariff.simulate(
        actor=SYSTEM,
        version_id=draft(priced, REFORM_A),
        replaces="sh-res",
        first_month=202501,
        last_month=202501,
        title="",
        on=ON,
        accounts_per_chunk=1,
    )

    assert simulate_tariff.reconcile() == 3
    assert simulate_tariff.reconcile() == 0  # each chunk has its job now
    for chunk_no in (1, 2, 3):  # the chunks are done, and the worker dies before it closes the simulation
        assert simulations.work_chunk(simulation_id=simulation_id, chunk_no=chunk_no) == 1
    simulate_tariff.reconcile()

    found = Simulation.objects.get(pk=simulation_id)
    assert found.state == "DONE"
    assert found.results["total"]["bills"] == 3
    job = Job.objects.get(pk=found.job_id or 0)
    assert job.state == "DONE"
