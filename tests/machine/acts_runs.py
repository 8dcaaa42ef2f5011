"""Runs that wait between calculation and issue, in both copies: what moved meanwhile is not issued."""

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun
from tests.factories.billing import calculated_run, issue_run
from tests.factories.platform import SYSTEM
from tests.factories.readings import period_id
from tests.machine.acts_billing import BILLED_STATES, DUE_DAYS, due_readings, predict, take_in
from tests.machine.plain_bills import Bill
from tests.machine.plain_points import APPROVED
from tests.machine.world import OpenRun, World


def calculate(world: World, yyyymm: int, *, with_earlier: bool, chunk_size: int) -> None:
    """A run is calculated and left so: its books are taken."""
    due = due_readings(world, yyyymm, with_earlier=with_earlier)
    billable = [one for one in due if world.states[one[0].account_id] in BILLED_STATES]
    if not billable or world.open_run is not None:
        return
    period = period_id(world.town.priced.town, yyyymm)
    run = calculated_run(world.town.priced, period, world.today, with_earlier=with_earlier, chunk_size=chunk_size)
    if run.totals["held"]:
        billing.release_bills(actor=SYSTEM, run_id=run.pk, items=None, reason="已核", on=world.today)
    made = predict(world, billable)
    edits = [world.read_of(each).edits for each in made]
    world.open_run = OpenRun(run.pk, list(zip(made, edits, strict=True)))


def issue(world: World) -> None:
    """What comes to the same as when it was calculated is issued, the rest waits for the next run."""
    assert world.open_run is not None
    run_id, cancelled = world.open_run.run_id, world.open_run.cancelled_groups
    fresh = _fresh(world, world.open_run.made)
    every = len(world.open_run.made)
    run = issue_run(BillingRun.objects.get(pk=run_id), world.today)
    world.open_run = None
    issued = take_in(world, run.pk, fresh, world.today + DUE_DAYS)
    assert (run.totals["issued"], run.totals["stale"]) == (len(issued), every - len(issued)), run.totals
    # A group in which a bill was made and taken back has an entry of nothing more: its input is another text.
    left = [each for each in fresh if each not in issued and each.terms.group_id not in cancelled]
    assert not left, f"not issued though nothing moved: {left}"


def discard(world: World) -> None:
    assert world.open_run is not None
    billing.discard_run(actor=SYSTEM, run_id=world.open_run.run_id, on=world.today)
    world.open_run = None


def _fresh(world: World, made: list[tuple[Bill, int]]) -> list[Bill]:
    """Worked in tier order, as it was made: what is not issued counts nothing for what follows."""
    fresh: list[Bill] = []
    for bill, edits in made:
        point, read = world.points[bill.point], world.read_of(bill)
        if read.state != APPROVED or read.edits != edits or world.states[bill.account_id] not in BILLED_STATES:
            continue
        used = world.bills.used_before(bill.terms, bill.place) + world.bills.counted(fresh, bill.terms)
        same_use = used == bill.standing.used or world.bills.cycle(bill.terms) is None
        if same_use and world.terms(point, read) == bill.terms:
            fresh.append(bill)
    return fresh
