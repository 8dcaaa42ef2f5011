"""What the counter's templates show, as finished values (柜台各卡片)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers.rules.states import AccountState, TokenKind
from qingyuan.domains.payments.queries import OwedCharge
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.interfaces.office.payments.instalments import instalment_text
from qingyuan.interfaces.office.payments.links import account_url
from qingyuan.interfaces.office.payments.words import TENDERS
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.formats import instant_text, money_text, month_text
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.money import ZERO_MONEY, fen
from qingyuan.overviews.account_search import FoundAccount, FoundAccounts
from qingyuan.overviews.counter import CardBill, CounterCard, OwedSlip, Till

BrowserWords = dict[str, str]

MATCHED: dict[TokenKind, Label] = {
    TokenKind.ACCOUNT_NO: _("account no."),
    TokenKind.OLD_NO: _("old account no."),
    TokenKind.NAME: _("name"),
    TokenKind.PINYIN: _("pinyin"),
    TokenKind.PHONE_TAIL: _("phone tail"),
    TokenKind.ADDRESS: _("address"),
    TokenKind.METER_NO: _("by meter no."),
}
STATES: dict[AccountState, Chip] = {
    AccountState.PRE_OPENED: Chip(_("Pre-opened"), Tone.BLUE),
    AccountState.SUSPENDED: Chip(_("Suspended"), Tone.AMBER),
    AccountState.CLOSING: Chip(_("Being closed"), Tone.AMBER),
    AccountState.CLOSED: Chip(_("Closed account"), Tone.GREY),
}
_NO_WHY = {TokenKind.ACCOUNT_NO, TokenKind.NAME}


@dataclass(frozen=True, slots=True)
class HitRow:
    """One hit: `why` says why it matched where that is not seen at once."""

    url: str
    account_no: str
    name: str
    address: str
    why: str
    owed: str
    state: Chip | None
    is_elsewhere: bool
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class ShownBill:
    """A bill's row; `fen` is what the script adds up."""

    open_item_id: int
    month: str
    label: str
    volume: Decimal | None
    detail: str
    due_date: str
    is_overdue: bool
    outstanding: str
    fen: int
    slip_fen: str


@dataclass(frozen=True, slots=True)
class ShownSlip:
    """Charge items that can be paid apart."""

    key: int
    name: str
    owed: str


@dataclass(frozen=True, slots=True)
class ShownCard:
    """An account's card. A bill's `slip_fen` says what it owes of each of `slips`, in their order; `instalment` tells which one
    is to be paid now, `proposed` what is open of it.
    """

    account_id: int
    account_no: str
    name: str
    address: str
    state: Chip | None
    account_url: str
    hold: str
    is_elsewhere: bool
    bills: tuple[ShownBill, ...]
    slips: tuple[ShownSlip, ...]
    owed: str
    prepaid: str
    has_prepaid: bool
    prepaid_fen: int
    may_use_balance: bool
    may_pay_partly: bool
    group: str
    group_url: str
    instalment: str = ""
    proposed: str = ""
    proposed_fen: int = 0


@dataclass(frozen=True, slots=True)
class ShownResult:
    """What was taken, for the card that stays until the next account is opened."""

    payment_no: str
    payment_url: str
    receipt_no: str
    print_url: str
    account: str
    received: str
    handed: str
    tender: str
    change: str
    has_change: bool
    lines: tuple[tuple[str, str], ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class ShownTill:
    """The strip above: shift, next receipt, totals so far."""

    session_no: str
    opened_at: str
    next_receipt_no: str
    count: int
    taken: str
    tenders: tuple[tuple[str, str], ...]
    expected_cash: str


def hit_rows(found: FoundAccounts) -> tuple[HitRow, ...]:
    """The hits in their order."""
    return tuple(_hit(row) for row in found.rows)


def shown_card(card: CounterCard, permissions: Collection[str]) -> ShownCard:
    """The card; of another hall's account nothing but name, address and arrears."""
    return ShownCard(
        account_id=card.account_id,
        account_no=card.account_no,
        name=card.name or gettext("No holder"),
        address=card.address,
        state=STATES.get(card.state),
        account_url=account_url(card.account_no, permissions) if card.is_own else "",
        hold=card.payment_hold,
        is_elsewhere=not card.is_own,
        bills=tuple(_bill(bill, card.slips) for bill in card.bills),
        slips=tuple(_slip(slip, card.bills) for slip in card.slips),
        owed=money_text(card.owed),
        prepaid=money_text(card.prepaid),
        has_prepaid=card.prepaid > 0,
        prepaid_fen=fen(card.prepaid),
        may_use_balance=card.may_use_balance,
        may_pay_partly=card.may_pay_partly,
        group="" if card.group is None else f"{card.group.name} {card.group.code}",
        group_url="" if card.group is None else reverse("counter:group", args=[card.group.code]),
        instalment="" if card.instalment is None else instalment_text(card.instalment, card.instalment_count),
        proposed="" if card.instalment is None else money_text(card.instalment.rest),
        proposed_fen=0 if card.instalment is None else fen(card.instalment.rest),
    )


def shown_till(till: Till) -> ShownTill:
    """The strip."""
    return ShownTill(
        session_no=till.session_no,
        opened_at=instant_text(till.opened_at),
        next_receipt_no=till.next_receipt_no,
        count=till.count,
        taken=money_text(till.taken),
        tenders=tuple(
            (str(TENDERS[one.kind]), money_text(till.cash if one.kind == "CASH" else one.amount))
            for one in till.totals
            if one.count
        ),
        expected_cash=money_text(till.expected_cash),
    )


def shown_result(taken: TakenPayment) -> ShownResult:
    """The result, told from what the receipt says."""
    said: Any = taken.content
    account, tender = said["accounts"][0], said["tenders"][0]
    return ShownResult(
        payment_no=taken.payment_no,
        payment_url=reverse("payments:detail", args=[taken.payment_no]),
        receipt_no=taken.receipt_no,
        print_url=reverse("payments:receipt-pdf", args=[taken.receipt_no]),
        account=said["payer_name"] or f"{account['name']} {account['account_no']}",
        received=money_text(taken.received),
        handed=tender["amount"],
        tender=str(TENDERS[tender["kind"]]),
        change=money_text(taken.change),
        has_change=taken.change > 0,
        lines=tuple(_of_several(said) if len(said["accounts"]) > 1 else _of_one(account)),
        repeated=taken.repeated,
    )


def browser_words() -> BrowserWords:
    """The sentences that the counter's script says."""
    return {
        "offline": gettext(
            "The network is interrupted; it is not known whether the payment arrived. What you typed is still here. "
            "Press Enter again: the same payment is never taken twice."
        ),
        "unreachable": gettext("The server cannot be reached. Press Enter to try again."),
        "change": gettext("Change due"),
        "missing": gettext("Still missing"),
        "kept": gettext("To prepayment"),
        "part": gettext("Paid in part"),
        "bad": gettext("Write the amount in digits, e.g. 50 or 50.5"),
        "more": gettext("%(amount)s yuan are missing."),
        "exact": gettext("The exact amount was filled in; Enter once more takes it."),
        "no_change": gettext("No change is given from a card: take the exact amount, or keep the rest with F10."),
        "nothing": gettext("Nothing is due. F10 takes a prepayment."),
        "no_balance": gettext("The prepayment is enough for these bills and is offset by itself."),
        "left": gettext("%(account)s: %(amount)s was typed but not taken."),
        "print_failed": gettext("The receipt was not printed: %(reason)s Press Ctrl+P to print it."),
        "take_cash": gettext("Take cash"),
        "take_card": gettext("Take by card"),
        "selected": gettext("%(count)s of %(all)s bills"),
        "selected_slips": gettext("%(count)s of %(all)s bills, %(slips)s alone"),
        "whole_for_balance": gettext("The prepayment is used for whole bills: choose all charge items first."),
        "selected_group": gettext("%(members)s accounts, %(count)s of %(all)s bills"),
    }


def _hit(row: FoundAccount) -> HitRow:
    hidden = row.matched in _NO_WHY or not row.matched_text
    why = "" if hidden else f"{MATCHED[row.matched]} {row.matched_text}"
    return HitRow(
        url=reverse("counter:account", args=[row.account_no]),
        account_no=row.account_no,
        name=row.holder_name or gettext("No holder"),
        address=row.address,
        why=why,
        owed=money_text(row.owed) if row.owed > 0 else "",
        state=STATES.get(row.state),
        is_elsewhere=not row.is_own,
    )


def charge_words(charges: Iterable[OwedCharge]) -> str:
    """What each charge item owes of a bill, in one line."""
    english = (get_language() or "").startswith("en")
    return " · ".join(f"{(english and one.name_en) or one.name} {money_text(one.outstanding)}" for one in charges)


def _slip(slip: OwedSlip, bills: Iterable[CardBill]) -> ShownSlip:
    english = (get_language() or "").startswith("en")
    names = [(english and one.name_en) or one.name for one in slip.owing]
    owed = sum((_owed_of(bill, slip) for bill in bills), ZERO_MONEY)
    return ShownSlip(slip.key, (", " if english else "、").join(names), money_text(owed))


def _owed_of(bill: CardBill, slip: OwedSlip) -> Decimal:
    return sum((one.outstanding for one in bill.charges if one.charge_item_id in slip.charge_ids), ZERO_MONEY)


def _bill(bill: CardBill, slips: Iterable[OwedSlip]) -> ShownBill:
    return ShownBill(
        open_item_id=bill.open_item_id,
        month=month_text(bill.yyyymm),
        label=bill.label,
        volume=bill.volume,
        detail=charge_words(bill.charges),
        due_date=bill.due_date.isoformat(),
        is_overdue=bill.is_overdue,
        outstanding=money_text(bill.outstanding),
        fen=fen(bill.outstanding),
        slip_fen=" ".join(str(fen(_owed_of(bill, slip))) for slip in slips),
    )


def _of_one(account: Any) -> list[tuple[str, str]]:
    lines = [(_bill_words(bill), bill["amount"]) for bill in account["bills"]]
    if account["to_prepayment"] != "0.00":
        lines.append((gettext("Into prepayment"), account["to_prepayment"]))
    for bill in account["offset"]:
        lines.append((gettext("Offset from prepayment: %(bill)s") % {"bill": _bill_words(bill)}, f"({bill['amount']})"))
    if account["to_prepayment"] != "0.00" or account["offset"]:
        lines.append((gettext("Prepayment now"), account["balance"]))
    lines.append((gettext("Still owed"), account["still_owed"]))
    return lines


def _of_several(said: Any) -> list[tuple[str, str]]:
    """Each account's sum, what of it is kept, what is owed still."""
    lines = []
    for account in said["accounts"]:
        count = len(account["bills"])
        bills = ngettext("%(count)s bill", "%(count)s bills", count) % {"count": count}
        lines.append((f"{account['account_no']} {account['name']} · {bills}", account["amount"]))
        if account["to_prepayment"] != "0.00":
            lines.append((gettext("of which into prepayment"), account["to_prepayment"]))
        if account["still_owed"] != "0.00":
            lines.append((gettext("Still owed"), account["still_owed"]))
    return lines


def _bill_words(bill: Any) -> str:
    return f"{month_text(bill['yyyymm'])} {bill['label']}"
