"""A payment for the accounts of a payer group at the counter (合收户缴费): one payment, one receipt, each account its line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.queries import GroupRef
from qingyuan.domains.payments.operations.counter import CounterSale, SaleLine, take_at_counter
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.domains.payments.queries.taken import taken_by_key
from qingyuan.domains.payments.rules.receipt import group_payer
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError


class NotInGroup(DomainError):
    """`count` of the accounts are not, or no longer, in the group that pays (该户不在合收户内)."""

    code = "payments.not_in_group"


class NoGroupAccount(DomainError):
    """The group's payer holds no account in the group whose prepayment could keep the rest (付费客户无户可存)."""

    code = "payments.no_group_account"


@dataclass(frozen=True, slots=True)
class GroupSale:
    """What the cashier entered for a group: the bills chosen of each account, each with what was shown as owed;
    `keep_rest`: what is more than due stays in the prepayment of the payer's account in the group. Yuan.
    """

    group_code: str
    lines: tuple[SaleLine, ...]
    handed: Decimal
    tender: TenderKind
    reference: str = ""
    keep_rest: bool = False


def take_for_group(*, actor: Actor, sale: GroupSale, on: date, idempotency_key: str) -> TakenPayment:
    """Take one payment for accounts of a payer group in the actor's open shift. Bills are paid whole.

    All or nothing: one bill that is paid meanwhile, one account that is blocked or out of the counter's reach refuses the
    whole. Raises NotFound, NotInGroup, NoGroupAccount and what `take_at_counter` raises.
    """
    group = customers.group_ref(sale.group_code)
    member_ids = customers.members_on([group.id], on=on)[group.id]
    # What was taken already is answered as it was, whoever has left the group since.
    if taken_by_key(idempotency_key) is None:
        strange = {line.account_id for line in sale.lines} - set(member_ids)
        if strange:
            raise NotInGroup(group=group.code, count=len(strange))
    keep_on = _keeping_account(actor, group, member_ids, on) if sale.keep_rest else None
    return take_at_counter(
        actor=actor,
        sale=CounterSale(
            lines=sale.lines,
            handed=sale.handed,
            tender=sale.tender,
            reference=sale.reference,
            keep_on=keep_on,
            payer_name=group_payer(group.payer_name, group.code),
        ),
        on=on,
        idempotency_key=idempotency_key,
    )


def _keeping_account(actor: Actor, group: GroupRef, member_ids: tuple[int, ...], on: date) -> int:
    reach = counter_reach(actor, on=on)
    members = [payer for payer in customers.payers(member_ids, on=on).values() if reach.covers(payer.unit_id)]
    found = customers.account_of_payer(group, members)
    if found is None:
        raise NoGroupAccount(group=group.code, payer=group.payer_name)
    return found.account_id
