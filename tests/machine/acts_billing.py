"""Acts of billing, in both copies: runs, cancelling, billing again, corrections."""

from datetime import date, timedelta
from decimal import Decimal

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun
from tests.factories.billing import calculated_run, issue_run
from tests.factories.platform import SYSTEM
from tests.factories.readings import period_id
from tests.machine.plain_bills import LAST, Bill
from tests.machine.plain_money import ZERO
from tests.machine.plain_points import APPROVED, BILLED, Point, Read
from tests.machine.refusing import refused
from tests.machine.world import World, rows_of

DUE_DAYS = timedelta(days=30)
BILLED_STATES = ("ACTIVE", "CLOSING")


def bill(world: World, yyyymm: int, *, with_earlier: bool, chunk_size: int) -> None:
    """A run over the month (and what earlier months left): calculated, checked and issued."""
    due = due_readings(world, yyyymm, with_earlier=with_earlier)
    period = period_id(world.town.priced.town, yyyymm)

    def calculated() -> BillingRun:
        return calculated_run(world.town.priced, period, world.today, with_earlier=with_earlier, chunk_size=chunk_size)

    if not due:
        refused("billing.nothing_to_bill", calculated)
        return
    if world.open_run is not None:
        refused("billing.book_taken", calculated)
        return
    run = calculated()
    made = predict(world, [one for one in due if world.states[one[0].account_id] in BILLED_STATES])
    total = sum((each.amount for each in made), ZERO)
    if held := run.totals["held"]:
        assert billing.release_bills(actor=SYSTEM, run_id=run.pk, items=None, reason="已核", on=world.today) == held
        run.refresh_from_db()
    found = run.totals["bills"], Decimal(run.totals["amount"])
    assert found == (len(made), total), f"the run says {found}, the model {len(made)}, {total}: {made}"
    if not made:
        refused("billing.run_has_no_bills", lambda: billing.check_run(actor=SYSTEM, run_id=run.pk, on=world.today))
        billing.discard_run(actor=SYSTEM, run_id=run.pk, on=world.today)
        return
    run = issue_run(run, world.today)
    issued = run.state, run.totals["issued"], run.totals["stale"]
    assert issued == ("ISSUED", len(made), 0), f"{issued} of {len(made)}"
    take_in(world, run.pk, made, world.today + DUE_DAYS)


def due_readings(world: World, yyyymm: int, *, with_earlier: bool) -> list[tuple[Point, Read]]:
    """The approved readings that a run over the month takes."""
    return [
        (point, each)
        for point in world.points.values()
        for each in point.reads.values()
        if each.state == APPROVED and (each.yyyymm == yyyymm or (with_earlier and each.yyyymm < yyyymm))
    ]


def predict(world: World, due: list[tuple[Point, Read]]) -> list[Bill]:
    """The bills of these readings, worked in tier order so that each finds what was used before it. Without ids."""
    places = {
        (point.key, each.yyyymm): (each.yyyymm * 100 + 1, world.bills.places.get((point.key, each.yyyymm), LAST))
        for point, each in due
    }
    made: list[Bill] = []
    for point, each in sorted(due, key=lambda one: (places[one[0].key, one[1].yyyymm], world.numbers[one[0].key])):
        terms, place = world.terms(point, each), places[point.key, each.yyyymm]
        used = world.bills.used_before(terms, place) + world.bills.counted(made, terms)
        rated = world.bills.rated(terms, point.pieces(each), used)
        made.append(Bill(0, point.key, point.account_id, terms, place, rated.amount, rated))
    return made


def take_in(world: World, run_id: int, made: list[Bill], due: date) -> list[Bill]:
    """The bills that the run issued have their ids now; they stand, and are posted account by account in the order of their
    months. Returns them; a bill that the model has not made must not be there.
    """
    rows = rows_of("SELECT point_id, yyyymm, id FROM bill WHERE run_id = %s", [run_id])
    ids = {(row[0], row[1]): row[2] for row in rows}
    issued = [each for each in made if (each.point, each.terms.yyyymm) in ids]
    assert len(issued) == len(ids), f"issued {ids}, of which the model made {issued}"
    for each in issued:
        each.bill_id = ids[each.point, each.terms.yyyymm]
        if each.place[1] == LAST:
            each.place = (each.place[0], each.bill_id)
        world.bills.live[each.bill_id] = each
        read = world.read_of(each)
        read.state, read.changed = BILLED, False
    for account_id, purse in world.purses.items():
        own = sorted((each for each in issued if each.account_id == account_id), key=lambda one: one.terms.yyyymm)
        posted = [(each.bill_id, each.amount) for each in own if each.amount]
        if posted:
            purse.post(posted, due)
    return issued


def cancel(world: World, bill_id: int) -> None:
    def cancel_it() -> None:
        billing.cancel_bill(actor=SYSTEM, bill_id=bill_id, posting_date=world.today, reason="开错")

    known = world.bills.live.get(bill_id)
    if known is None:
        refused("billing.bill_not_live", cancel_it)
        return
    cancel_it()
    _gone(world, known)


def _gone(world: World, known: Bill) -> Read:
    ids = world.bills.cancel(known)
    world.gone_bills.append(known.bill_id)
    if world.open_run is not None:
        world.open_run.cancelled_groups.add(known.terms.group_id)
    world.purses[known.account_id].cancel(ids)
    read = world.points[known.point].reads[known.terms.yyyymm]
    read.state = APPROVED
    return read


def rebill(world: World, bill_id: int) -> None:
    def rebill_it() -> int:
        return billing.rebill(actor=SYSTEM, bill_id=bill_id, posting_date=world.today, reason="重开").bill_id

    known = world.bills.live.get(bill_id)
    if known is None:
        refused("billing.bill_not_live", rebill_it)
    elif world.states[known.account_id] not in BILLED_STATES:
        refused("billing.not_billable", rebill_it)
    else:
        new_id = rebill_it()
        read = _gone(world, known)
        (made,) = predict(world, [(world.points[known.point], read)])
        [[run_id]] = rows_of("SELECT run_id FROM bill WHERE id = %s", [new_id])
        take_in(world, run_id, [made], world.today + DUE_DAYS)


def cancel_correction(world: World, known: Bill, correction_id: int) -> None:
    """With those made after it; the bill stands as before the oldest of them, and a usage that they took waits again."""
    billing.cancel_bill(actor=SYSTEM, bill_id=correction_id, posting_date=world.today, reason="退错")
    gone = [each for each in known.corrections if each >= correction_id]
    first = known.corrections[correction_id]
    read = world.points[known.point].reads[known.terms.yyyymm]
    read.changed = read.changed or any(known.corrections[each].answers for each in gone)
    known.terms, known.standing = first.terms, first.standing
    for each in gone:
        del known.corrections[each]
    known.dismissed_at = None
    world.purses[known.account_id].cancel(gone)
    world.gone_bills.append(correction_id)
