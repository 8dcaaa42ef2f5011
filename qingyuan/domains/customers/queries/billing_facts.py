"""What reading and billing must know of accounts (计费所需的账户档案), for thousands of accounts at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qingyuan.domains.customers.models import Account, AccountHold, AccountHolder, AccountRelief, HouseholdSize
from qingyuan.domains.customers.rules.states import AccountState, CollectionKind, HoldActivity


@dataclass(frozen=True, slots=True)
class ReliefFact:
    """A relief scheme in [from_date, to_date); `to_date` None is open."""

    scheme: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`customer_id` is the holder on the day asked for, None when nobody holds it.

    `people` are (from_date, people) in date order; people None from a date on means: none registered any more, the
    tariff's base counts. `anchor` is "mm-dd" or empty. `holds` are (activity, reason) in force on the day.
    """

    id: int
    account_no: str
    company_id: int
    unit_id: int
    state: AccountState
    collection_kind: CollectionKind
    customer_id: int | None
    anchor: str
    opened_date: date
    closed_date: date | None
    people: tuple[tuple[date, int | None], ...] = ()
    reliefs: tuple[ReliefFact, ...] = ()
    holds: tuple[tuple[HoldActivity, str], ...] = ()

    @property
    def billing_holds(self) -> tuple[str, ...]:
        """The reasons for which the account may not be billed on the day."""
        return tuple(reason for activity, reason in self.holds if activity is HoldActivity.BILLING)


def billing_facts(account_ids: Iterable[int], *, on: date) -> Mapping[int, AccountFacts]:
    """By account id; unknown ids are left out. Five queries, whatever the number."""
    ids = sorted(set(account_ids))
    holders = dict(
        AccountHolder.objects.filter(_in_force(on), account_id__any=ids).values_list("account_id", "customer_id")
    )
    people = _people(ids)
    reliefs: dict[int, list[ReliefFact]] = {}
    for account_id, scheme, from_date, to_date in (
        AccountRelief.objects.filter(account_id__any=ids)
        .order_by("account_id", "from_date", "id")
        .values_list("account_id", "scheme", "from_date", "to_date")
    ):
        reliefs.setdefault(account_id, []).append(ReliefFact(scheme, from_date, to_date))
    holds = holds_on(ids, on=on)
    rows = Account.objects.filter(id__any=ids).values_list(
        "id", "account_no", "company_id", "unit_id", "state", "collection_kind", "tier_anchor", "opened_date",
        "closed_date",
    )  # fmt: skip
    return {
        id_: AccountFacts(
            id=id_,
            account_no=account_no,
            company_id=company_id,
            unit_id=unit_id,
            state=AccountState(state),
            collection_kind=CollectionKind(collection_kind),
            customer_id=holders.get(id_),
            anchor=anchor,
            opened_date=opened,
            closed_date=closed,
            people=tuple(people.get(id_, ())),
            reliefs=tuple(reliefs.get(id_, ())),
            holds=holds.get(id_, ()),
        )
        for id_, account_no, company_id, unit_id, state, collection_kind, anchor, opened, closed in rows
    }


def holds_on(account_ids: Iterable[int], *, on: date) -> Mapping[int, tuple[tuple[HoldActivity, str], ...]]:
    """(activity, reason) of the holds in force on the day, by account; accounts without any are left out. One query."""
    found: dict[int, tuple[tuple[HoldActivity, str], ...]] = {}
    rows = AccountHold.objects.filter(_in_force(on), account_id__any=list(account_ids))
    for account_id, activity, reason in rows.order_by("account_id", "id").values_list(
        "account_id", "activity", "reason"
    ):
        found[account_id] = (*found.get(account_id, ()), (HoldActivity(activity), reason))
    return found


def not_to_read(account_ids: Iterable[int], *, on: date) -> Mapping[int, str]:
    """Accounts whose points are not read on the day, each with the reason: its state, or that of a reading hold.

    Pre-opened, suspended and closed accounts are not read; an account being closed still is. Two queries.
    """
    ids = list(account_ids)
    unread = (AccountState.PRE_OPENED.value, AccountState.SUSPENDED.value, AccountState.CLOSED.value)
    found = {
        account_id: reason
        for account_id, holds in holds_on(ids, on=on).items()
        for activity, reason in holds
        if activity is HoldActivity.READING
    }
    found.update(Account.objects.filter(id__any=ids, state__in=unread).values_list("id", "state"))
    return found


def _in_force(on: date) -> Q:
    return Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gt=on))


def _people(ids: list[int]) -> dict[int, list[tuple[date, int | None]]]:
    """Changes in date order; rows that never were in force (empty spans) are left out, a gap gives None."""
    found: dict[int, list[tuple[date, int | None]]] = {}
    for account_id, people, from_date, to_date in (
        HouseholdSize.objects.filter(account_id__any=ids)
        .order_by("account_id", "from_date", "id")
        .values_list("account_id", "people", "from_date", "to_date")
    ):
        if to_date == from_date:
            continue
        changes = found.setdefault(account_id, [])
        if changes and changes[-1] == (from_date, None):
            changes.pop()
        changes.append((from_date, people))
        if to_date is not None:
            changes.append((to_date, None))
    return found
