"""Acts at the counter, in both copies."""

from decimal import Decimal

from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, TakenPayment, Tender
from tests.machine.refusing import refused
from tests.machine.world import FLOAT, World, rows_of


def pay(
    world: World, account_id: int, amount: Decimal, chosen: list[int] | None, *, change: Decimal = Decimal("0.00")
) -> None:
    """Cash for an account, of which `change` is given back; `chosen` are bills, None: what it owes, oldest first."""
    purse = world.purses[account_id]
    number = rows_of("SELECT count(*) FROM payment")[0][0]
    lines = [PaymentLine(account_id, amount, None if chosen is None else _items(chosen))]

    def take() -> TakenPayment:
        return payments.take_payment(
            actor=world.town.till.cashier,
            session_id=world.town.till.session_id,
            lines=lines,
            tenders=[Tender(TenderKind.CASH, amount + change)],
            change=change,
            on=world.today,
            idempotency_key=f"machine-{number}-{account_id}",
        )

    if any(each not in purse.owed or not purse.owed[each].outstanding for each in chosen or ()):
        refused("ledger.not_owed", take)
        return
    taken = take()
    assert (taken.received, taken.repeated) == (amount, False)
    again = take()
    assert (again.payment_id, again.repeated) == (taken.payment_id, True)
    purse.pay(taken.payment_id, amount, chosen)
    world.cash += amount


def void(world: World, payment_id: int) -> None:
    def void_it() -> None:
        payments.void_payment(actor=world.town.till.cashier, payment_id=payment_id, reason="收错", on=world.today)

    if payment_id in world.gone_payments:
        refused("payments.already_voided", void_it)
        return
    void_it()
    purse = next(each for each in world.purses.values() if payment_id in each.payments)
    world.cash -= purse.payments[payment_id].amount
    purse.void(payment_id)
    world.gone_payments.append(payment_id)


def count_the_till(world: World) -> None:
    """The shift is closed: what should lie in the till is the float and what was taken."""
    assert world.cash >= FLOAT
    fen = int(world.cash * 100)
    pieces = {Decimal("0.10"): fen // 10}
    tally = payments.close_session(
        actor=world.town.till.cashier,
        session_id=world.town.till.session_id,
        pieces=pieces,
        at=world.noon(),
        on=world.today,
    )
    assert (tally.expected, tally.over_short) == (world.cash, tally.counted - world.cash)


def _items(bill_ids: list[int]) -> tuple[int, ...]:
    found = dict(rows_of("SELECT bill_id, id FROM open_item WHERE bill_id = ANY(%s)", [bill_ids]))
    return tuple(found[each] for each in bill_ids)
