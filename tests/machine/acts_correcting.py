"""Acts on proposals, in both copies: corrections of changed usage and moved room, past bills looked at again."""

from decimal import Decimal

from qingyuan.domains.billing import operations as billing
from qingyuan.kernel.period import Month
from tests.factories.platform import SYSTEM
from tests.machine.acts_billing import DUE_DAYS
from tests.machine.comparison import FACTS_CHANGED, ROOM_MOVED, Waiting, open_proposals
from tests.machine.plain_bills import Bill, Correction, Difference, Terms
from tests.machine.plain_money import ZERO
from tests.machine.plain_points import Piece, Read
from tests.machine.refusing import refused
from tests.machine.world import FIRST_DAY, World, rows_of


def propose(world: World) -> None:
    """Corrections of billed usage that was corrected since: one proposal for each such bill, by what it comes to."""
    made = billing.propose_for_changes(actor=SYSTEM, company_id=world.town.priced.company_id, on=world.today)
    wanted = [
        (each, world.pieces(each), each.terms) for each in world.bills.live.values() if _read(world, each).changed
    ]
    found, expected = _proposed(made), _amounts(world.bills.together(wanted))
    assert found == expected, f"proposed {found}, expected {expected}"


def look_again(world: World, account_ids: list[int], since: Month) -> None:
    """Bills of the accounts, and of those that share their room, as they would be made today."""
    done = billing.rerate_accounts(actor=SYSTEM, account_ids=account_ids, since=since, on=world.today)
    assert not done.refused, done.refused
    recent = [each for each in world.bills.live.values() if each.terms.yyyymm >= since.number]
    groups = {each.terms.group_id for each in recent if each.account_id in account_ids}
    wanted = [_today(world, each) for each in recent if each.terms.group_id in groups]
    # What only moved between the bill's lines is shown with 0.00.
    found = {key: amount for key, amount in _proposed(done.proposal_ids).items() if amount}
    expected = {key: amount for key, amount in _amounts(world.bills.together(wanted)).items() if amount}
    assert found == expected, f"proposed {found}, expected {expected}"


def _proposed(made: tuple[int, ...]) -> dict[int, Decimal]:
    rows = rows_of("SELECT bill_id, amount FROM rerate_proposal WHERE id = ANY(%s)", [list(made)])
    assert len({row[0] for row in rows}) == len(rows), f"a bill is proposed twice: {rows}"
    return {row[0]: row[1] for row in rows}


def _amounts(differences: list[Difference]) -> dict[int, Decimal]:
    return {each.bill.bill_id: each.amount for each in differences}


def apply(world: World, proposal: Waiting) -> bool:
    """Issue the correcting bill; refused when it comes to something else by now. Returns whether it was issued."""
    known = world.bills.live[proposal.bill_id]
    read = _read(world, known)
    difference = _now(world, known, proposal.reason)

    def apply_it() -> int:
        return billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.id, posting_date=world.today)

    if difference.amount != proposal.amount:
        refused("billing.proposal_outdated", apply_it)
        return False
    new_id = apply_it()
    answers = read.changed and proposal.reason != ROOM_MOVED
    known.corrections[new_id] = Correction(known.terms, known.standing, answers)
    known.terms, known.standing = difference.terms, difference.after
    read.changed = read.changed and not answers
    posted = [(new_id, proposal.amount)]
    world.purses[known.account_id].post(posted, world.today + DUE_DAYS, {new_id: proposal.bill_id})
    return True


def dismiss(world: World, proposal: Waiting) -> None:
    billing.dismiss_proposal(actor=SYSTEM, proposal_id=proposal.id, on=world.today, reason="不退")
    known = world.bills.live[proposal.bill_id]
    known.dismissed_at = world.bills.moved(known).after.used


def settle(world: World) -> None:
    """Look again at everything and apply until nothing is left: every live bill is then what it would be made as today."""
    accounts = sorted(world.purses)
    for _ in range(200):
        propose(world)
        look_again(world, accounts, Month.of(FIRST_DAY))
        waiting = open_proposals()
        if not waiting:
            break
        first = min(waiting, key=lambda one: world.bills.live[one.bill_id].place)
        if not apply(world, first):
            dismiss(world, first)
    else:
        raise AssertionError("corrections never come to an end")
    for each in world.bills.live.values():
        _, pieces, terms = _today(world, each)
        right = world.bills.changed(each, pieces, terms)
        assert right.amount == ZERO, f"bill {each.bill_id} stands at {each.standing.amount}, not {right.after.amount}"


def _now(world: World, known: Bill, reason: str) -> Difference:
    if reason == ROOM_MOVED:
        return world.bills.moved(known)
    if reason == FACTS_CHANGED:
        return world.bills.changed(*_today(world, known))
    return world.bills.changed(known, world.pieces(known))


def _today(world: World, known: Bill) -> tuple[Bill, list[Piece], Terms]:
    point = world.points[known.point]
    return known, world.pieces(known), world.terms(point, _read(world, known))


def _read(world: World, known: Bill) -> Read:
    return world.points[known.point].reads[known.terms.yyyymm]
