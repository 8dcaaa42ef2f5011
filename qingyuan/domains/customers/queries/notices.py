"""How accounts want to be told (通知方式)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qingyuan.domains.customers.models import AccountHolder, AccountNotices, Contact


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """A contact of the account's holder that may be chosen."""

    id: int
    name: str
    role: str
    phone: str
    may_message: bool
    is_primary: bool


@dataclass(frozen=True, slots=True)
class NoticeChoices:
    """The account's choices and the contacts there are; empty texts and None: as the unit has it. `version` 0: none made."""

    channel: str
    language: str
    contact_id: int | None
    version: int
    contacts: tuple[ContactChoice, ...]


def notice_choices(account_id: int, *, on: date) -> NoticeChoices:
    """The choices of an account and its holder's contacts on the day, the main one first. Three queries."""
    row = AccountNotices.objects.filter(account_id=account_id).first()
    holder = (
        AccountHolder.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=on), account_id=account_id, from_date__lte=on
        )
        .values_list("customer_id", flat=True)
        .first()
    )
    contacts = Contact.objects.filter(customer_id=holder).order_by("-is_primary", "id") if holder else ()
    found = tuple(
        ContactChoice(one.pk, one.name, one.role, one.phone, one.may_message, one.is_primary) for one in contacts
    )
    if row is None:
        return NoticeChoices("", "", None, 0, found)
    known = row.contact_id if row.contact_id in {one.id for one in found} else None
    return NoticeChoices(row.channel, row.language, known, row.version, found)
