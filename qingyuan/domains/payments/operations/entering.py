"""Entering payments (收款登记): the one way in, for one payment at the counter and for thousands from a file.

The ledger clears first and says what became of the money; then payments, tenders, parts and receipts are written, one
COPY per table, with numbers from one block each. Locks follow the fixed order: ledger, session, number series.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from qingyuan.domains.customers.queries import PayerFacts
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.operations.fen import fen_text
from qingyuan.domains.ledger.queries import dues_with_plans
from qingyuan.domains.ledger.rules.allocation import AllocationMode
from qingyuan.domains.ledger.rules.posting import Allocation, ClearedAllocation, ClearedBill, PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole
from qingyuan.domains.payments.declarations import ALLOCATION, PAYMENT_NUMBERS, RECEIPT_NUMBERS
from qingyuan.domains.payments.operations.sessions import hold_open_session
from qingyuan.domains.payments.rules import receipt
from qingyuan.domains.payments.rules.receipt import ReceiptAccount, ReceiptBill, ReceiptHead
from qingyuan.domains.payments.rules.states import PartUse, PaymentChannel, TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, TakenPayment, Tender
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.kernel.actor import Actor
from qingyuan.platform.copying import copy_rows, copy_text, escaped, reserve_ids
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Counter:
    """Where money is taken. `session_id` None: no session, a file or a channel; then no receipts are made."""

    company_id: int
    unit_id: int
    session_id: int | None
    channel: PaymentChannel


class Accepted(NamedTuple):
    """A payment that was checked and may be entered."""

    lines: tuple[PaymentLine, ...]
    tenders: tuple[Tender, ...]
    change: Decimal
    payer_name: str
    idempotency_key: str
    request_hash: str
    channel_serial: str | None = None

    @property
    def received(self) -> Decimal:
        return sum((line.amount for line in self.lines), _ZERO)


def enter(
    *,
    actor: Actor,
    counter: Counter,
    payments: Sequence[Accepted],
    payers: Mapping[int, PayerFacts],
    on: date,
    value_date: date,
) -> list[TakenPayment]:
    """Enter checked payments in the caller's transaction and return them in order.

    Raises what `ledger.operations.clear_by_payment` raises, and SessionClosed.
    """
    payment_ids = reserve_ids("payment", len(payments))
    lines = [(key, line) for key, payment in zip(payment_ids, payments, strict=True) for line in payment.lines]
    part_ids = reserve_ids("payment_part", 2 * len(lines))
    cleared = ledger.clear_by_payment(
        actor=actor,
        company_id=counter.company_id,
        unit_id=counter.unit_id,
        posting_date=on,
        value_date=value_date,
        allocations=[
            _allocation(part_ids[2 * place], part_ids[2 * place + 1], line, payers[line.account_id])
            for place, (_, line) in enumerate(lines)
        ],
        money=_money(payments),
        mode=_mode(counter, [line.account_id for _, line in lines], on),
        source=PostingSource(payment_ids[0], len(payments), "PAYMENT"),
    )
    if counter.session_id is not None:
        hold_open_session(counter.session_id)
    numbers = numbering.reserve(kind=PAYMENT_NUMBERS, unit_id=counter.company_id, on=on, count=len(payments))
    payment_nos = [numbers.text_of(numbers.first + place) for place in range(len(payments))]
    _copy_payments(actor, counter, payments, payment_ids, payment_nos, cleared.journal_id, value_date)
    _copy_parts(lines, part_ids, cleared.allocations, payers)
    contents: Sequence[dict[str, Any]] = [{} for _ in payments]
    unit_code = ""
    if counter.session_id is not None:
        unit = organisation.unit(counter.unit_id)
        unit_code = unit.code
        contents = _contents(actor, counter, unit, payments, payment_nos, cleared.allocations, payers, value_date)
    return _answers(counter, unit_code, payments, payment_ids, payment_nos, contents, on)


def pays_by_instalments(account_ids: Sequence[int], *, on: date) -> bool:
    """Whether each of these accounts keeps an instalment agreement (分次收费): its bills may be paid in part."""
    return set(account_ids) == set(dues_with_plans(account_ids, on=on))


def _mode(counter: Counter, account_ids: Sequence[int], on: date) -> AllocationMode:
    """What the payments may clear. Whole bills only, but for one payment of accounts that pay by instalments."""
    mode = AllocationMode(parameters.text(ALLOCATION, unit_id=counter.unit_id, on=on))
    if (
        counter.session_id is not None
        and mode is AllocationMode.WHOLE_BILLS
        and pays_by_instalments(account_ids, on=on)
    ):
        return AllocationMode.PARTLY
    return mode


def money_by_role(tenders: Sequence[Tender], change: Decimal) -> dict[ChartRole, Decimal]:
    """Where tenders lie: cash in the till (change deducted), everything else at the bank."""
    sums = {ChartRole.CASH: -change, ChartRole.BANK: _ZERO}
    for tender in tenders:
        sums[ChartRole.CASH if tender.kind is TenderKind.CASH else ChartRole.BANK] += tender.amount
    return {role: amount for role, amount in sums.items() if amount}


def _money(payments: Sequence[Accepted]) -> dict[ChartRole, Decimal]:
    tenders = [tender for payment in payments for tender in payment.tenders]
    return money_by_role(tenders, sum((payment.change for payment in payments), _ZERO))


def _allocation(receivable_part: int, prepayment_part: int, line: PaymentLine, payer: PayerFacts) -> Allocation:
    assert payer.customer_id is not None, "checked before"
    return Allocation(
        receivable_part,
        prepayment_part,
        payer.company_id,
        payer.unit_id,
        line.account_id,
        payer.customer_id,
        line.amount,
        line.open_item_ids,
        line.due,
        line.charge_item_ids,
    )


def _copy_payments(
    actor: Actor,
    counter: Counter,
    payments: Sequence[Accepted],
    payment_ids: Sequence[int],
    payment_nos: Sequence[str],
    journal_id: int,
    value_date: date,
) -> None:
    session = null_or(counter.session_id)
    start = f"{counter.company_id}\t{counter.unit_id}\t{session}\t{counter.channel.value}\t{journal_id}\t"
    start += f"{null_or(actor.staff_id)}\t{value_date}\t"
    lines: list[str] = []
    tenders: list[str] = []
    for key, number, payment in zip(payment_ids, payment_nos, payments, strict=True):
        received = payment.received
        lines.append(
            f"{start}{key}\t{number}\t{null_or(payment.channel_serial)}\t{escaped(payment.payer_name)}\t"
            f"{fen_text(received + payment.change)}\t{fen_text(payment.change)}\t{fen_text(received)}\t"
            f"{escaped(payment.idempotency_key)}\t{payment.request_hash}\n"
        )
        tenders += [
            f"{key}\t{tender.kind.value}\t{fen_text(tender.amount)}\t{escaped(tender.reference)}\n"
            for tender in payment.tenders
        ]
    columns = (
        "company_id", "unit_id", "session_id", "channel", "journal_id", "taken_by_id", "value_date", "id", "payment_no",
        "channel_serial", "payer_name", "tendered", "change_given", "received", "idempotency_key", "request_hash",
    )  # fmt: skip
    copy_text("payment", columns, ["".join(lines)])
    copy_text("payment_tender", ("payment_id", "kind", "amount", "reference"), ["".join(tenders)])


def null_or(value: int | str | None) -> str:
    """A value that may be missing, as COPY text."""
    if value is None:
        return "\\N"
    return escaped(value) if isinstance(value, str) else str(value)


def _copy_parts(
    lines: Sequence[tuple[int, PaymentLine]],
    part_ids: Sequence[int],
    answers: Sequence[ClearedAllocation],
    payers: Mapping[int, PayerFacts],
) -> None:
    rows: list[str] = []
    for place, ((payment_id, line), answer) in enumerate(zip(lines, answers, strict=True)):
        owner = f"{payment_id}\t{line.account_id}\t{payers[line.account_id].customer_id}"
        cleared = line.amount - answer.to_prepayment
        if cleared:
            rows.append(f"{part_ids[2 * place]}\t{owner}\t{PartUse.RECEIVABLES.value}\t{fen_text(cleared)}\n")
        if rest := answer.to_prepayment:
            rows.append(f"{part_ids[2 * place + 1]}\t{owner}\t{PartUse.PREPAYMENT.value}\t{fen_text(rest)}\n")
    columns = ("id", "payment_id", "account_id", "customer_id", "use", "amount")
    copy_text("payment_part", columns, ["".join(rows)])


def _contents(
    actor: Actor,
    counter: Counter,
    unit: organisation.Unit,
    payments: Sequence[Accepted],
    payment_nos: Sequence[str],
    answers: Sequence[ClearedAllocation],
    payers: Mapping[int, PayerFacts],
    value_date: date,
) -> list[dict[str, Any]]:
    """What the receipts say; their numbers are filled in when they are drawn, last of all."""
    profile = organisation.profile(counter.company_id)
    company_name = profile.legal_name if profile else organisation.company_unit(counter.company_id).name
    names = {
        charge.id: charge.name
        for company_id in {counter.company_id, *(payer.company_id for payer in payers.values())}
        for charge in tariffs.charge_items(company_id)
    }
    contents: list[dict[str, Any]] = []
    place = 0
    for payment, number in zip(payments, payment_nos, strict=True):
        head = ReceiptHead(
            "", number, company_name, unit.short_name or unit.name, actor.name, value_date.isoformat(),
            payment.payer_name,
        )  # fmt: skip
        accounts = []
        for line in payment.lines:
            accounts.append(_account(payers[line.account_id], line, answers[place], names))
            place += 1
        contents.append(receipt.content(head, accounts, payment.tenders, payment.change))
    return contents


def _account(
    payer: PayerFacts, line: PaymentLine, answer: ClearedAllocation, names: Mapping[int, str]
) -> ReceiptAccount:
    return ReceiptAccount(
        account_no=payer.account_no,
        name=payer.name,
        address=payer.address,
        amount=line.amount,
        bills=tuple(_bill(bill, names) for bill in answer.cleared),
        offset=tuple(_bill(bill, names) for bill in answer.offset),
        to_prepayment=answer.to_prepayment,
        balance=answer.balance,
        still_owed=answer.still_owed,
    )


def _bill(bill: ClearedBill, names: Mapping[int, str]) -> ReceiptBill:
    parts = tuple((names[charge_id], amount) for charge_id, amount in bill.parts)
    return ReceiptBill(bill.label, bill.yyyymm, bill.amount, parts)


def _answers(
    counter: Counter,
    unit_code: str,
    payments: Sequence[Accepted],
    payment_ids: Sequence[int],
    payment_nos: Sequence[str],
    contents: Sequence[dict[str, Any]],
    on: date,
) -> list[TakenPayment]:
    receipt_ids: Sequence[int | None] = [None] * len(payments)
    receipt_nos = [""] * len(payments)
    if counter.session_id is not None:
        receipt_ids = reserve_ids("receipt", len(payments))
        block = numbering.reserve(kind=RECEIPT_NUMBERS, unit_id=counter.unit_id, on=on, count=len(payments))
        for place, said in enumerate(contents):
            receipt_nos[place] = said["receipt_no"] = f"{unit_code}-{block.text_of(block.first + place)}"
        copy_rows(
            "receipt",
            ("id", "company_id", "unit_id", "form_type", "receipt_no", "number", "payment_id", "content"),
            (
                (
                    receipt_ids[place], counter.company_id, counter.unit_id, "RECEIPT", receipt_nos[place],
                    block.first + place, payment_ids[place], json.dumps(contents[place], ensure_ascii=False),
                )
                for place in range(len(payments))
            ),
        )  # fmt: skip
    return [
        TakenPayment(key, number, receipt_id, receipt_no, payment.received, payment.change, said)
        for key, number, receipt_id, receipt_no, payment, said in zip(
            payment_ids, payment_nos, receipt_ids, receipt_nos, payments, contents, strict=True
        )
    ]
