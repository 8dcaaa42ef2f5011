"""What the card of a payer group shows, as finished values (合收户卡片)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from qingyuan.interfaces.office.counter.cards import HitRow, charge_words, hit_rows
from qingyuan.interfaces.office.shell.formats import money_text, month_text
from qingyuan.kernel.money import fen
from qingyuan.overviews.counter import FoundPayers
from qingyuan.overviews.counter_group import FoundGroup, GroupCard, GroupMember


@dataclass(frozen=True, slots=True)
class ShownGroupBill:
    """A bill's row; `value` is what is sent for it, `fen` what the script adds up."""

    value: str
    month: str
    label: str
    detail: str
    due_date: str
    is_overdue: bool
    outstanding: str
    fen: int


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A member's head row and its bills. `blocked`: why nothing can be taken for it, "" when it can."""

    account_no: str
    name: str
    address: str
    url: str
    is_elsewhere: bool
    blocked: str
    owed: str
    bills: tuple[ShownGroupBill, ...]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group's card. `notes` are sentences on what is not on it."""

    code: str
    name: str
    payer_name: str
    group_url: str
    members: tuple[ShownMember, ...]
    owed: str
    owes: bool
    keeps_on: str
    notes: tuple[str, ...]


def shown_group(card: GroupCard, permissions: Collection[str]) -> ShownGroup:
    """The card; of another hall's accounts nothing but name, address and arrears."""
    return ShownGroup(
        code=card.code,
        name=card.name,
        payer_name=card.payer_name,
        group_url=reverse("payer_groups:detail", args=[card.code]) if "customers.view" in permissions else "",
        members=tuple(_member(member) for member in card.members),
        owed=money_text(card.owed),
        owes=card.owed > 0,
        keeps_on=card.keeps_on,
        notes=_notes(card),
    )


def hits_with_groups(found: FoundPayers, typed: str) -> tuple[HitRow, ...]:
    """Accounts, then groups; a group whose whole code was typed stands first."""
    code = typed.strip().lower()
    exact = tuple(_hit(group) for group in found.groups if group.code.lower() == code)
    others = tuple(_hit(group) for group in found.groups if group.code.lower() != code)
    return (*exact, *hit_rows(found.accounts), *others)


def _hit(group: FoundGroup) -> HitRow:
    return HitRow(
        url=reverse("counter:group", args=[group.code]),
        account_no=group.code,
        name=group.name,
        address=gettext("%(count)s accounts · %(payer)s pays") % {"payer": group.payer_name, "count": group.members},
        why="",
        owed=money_text(group.owed) if group.owed > 0 else "",
        state=None,
        is_elsewhere=False,
        is_group=True,
    )


def _member(member: GroupMember) -> ShownMember:
    blocked = ""
    if member.payment_hold:
        blocked = gettext("Payments are blocked for this account: %(reason)s") % {"reason": member.payment_hold}
    elif not member.has_holder:
        blocked = gettext("No holder: nothing can be taken")
    return ShownMember(
        account_no=member.account_no,
        name=member.name or gettext("No holder"),
        address=member.address,
        url=reverse("counter:account", args=[member.account_no]),
        is_elsewhere=not member.is_own,
        blocked=blocked,
        owed=money_text(member.owed),
        bills=tuple(
            ShownGroupBill(
                value=f"{member.account_id}/{bill.open_item_id}/{bill.outstanding}",
                month=month_text(bill.yyyymm),
                label=bill.label,
                detail=charge_words(bill.charges),
                due_date=bill.due_date.isoformat(),
                is_overdue=bill.is_overdue,
                outstanding=money_text(bill.outstanding),
                fen=fen(bill.outstanding),
            )
            for bill in member.bills
        ),
    )


def _notes(card: GroupCard) -> tuple[str, ...]:
    notes = []
    if card.settled:
        notes.append(gettext("Accounts that owe nothing: %(count)s.") % {"count": card.settled})
    if card.beyond:
        notes.append(gettext("Accounts that this counter does not reach: %(count)s.") % {"count": card.beyond})
    if card.left_off:
        notes.append(
            gettext("Bills that do not stand here: %(count)s. Take these first, then open the group again.")
            % {"count": card.left_off}
        )
    if not card.keeps_on:
        notes.append(gettext("The payer holds no account in the group: a rest cannot be kept as prepayment."))
    return tuple(notes)
