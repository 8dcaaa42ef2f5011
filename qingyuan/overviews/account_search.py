"""The search box (检索): accounts by what is typed, those that owe first, with what they owe and have paid ahead."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from qingyuan.domains.customers.models import Account
from qingyuan.domains.customers.queries import Candidate, candidates, hits
from qingyuan.domains.customers.rules.states import AccountState, TokenKind
from qingyuan.domains.ledger.models import AccountBalance, InstalmentPlan
from qingyuan.domains.ledger.queries import dues_with_plans
from qingyuan.domains.ledger.rules.instalments import PlanState
from qingyuan.domains.meters.models import PointAccount
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.staff.queries import Reach, reach

LIMIT = 8
TAKE = "payments.take"


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """One line of the search box. `matched` and `matched_text` say why it was found.

    `is_own` False: the account lies outside the person's own units (通收); then name, address and arrears are shown and
    nothing else, and there is no way into the file.
    """

    account_id: int
    account_no: str
    holder_name: str
    address: str
    state: AccountState
    matched: TokenKind
    matched_text: str
    owed: Decimal
    oldest_due_date: date | None
    prepaid: Decimal
    is_own: bool


@dataclass(frozen=True, slots=True)
class FoundAccounts:
    """`has_more`: more accounts match than are shown."""

    rows: tuple[FoundAccount, ...]
    has_more: bool


def find_accounts(
    actor: Actor, text: str, *, permission: str, on: date, within: Reach | None = None, limit: int = LIMIT
) -> FoundAccounts:
    """Accounts that match every word typed: whole numbers first, then those that owe most, then by number.

    `permission` says which units are the person's own; `within` is wider where payments are taken for the whole company.
    Of very many matches the first few hundred are looked at. At most four queries (two more where one pays by instalments) beside those of the reach.
    """
    own = reach(actor, permission, on=on)
    seen = own if within is None else within
    found = candidates(text, None if seen.everything else seen.unit_ids)
    mine = _own_accounts(own, found, on)
    if within is None:
        found = [one for one in found if one.account_id in mine]
    stored = AccountBalance.objects.filter(account_id__any=[one.account_id for one in found])
    agreed = InstalmentPlan.objects.filter(account_id=OuterRef("account_id"), state=PlanState.AGREED)
    figures = list(
        stored.annotate(agreed=Exists(agreed)).values_list("account_id", "owed", "oldest_due_date", "prepaid", "agreed")
    )
    balances = {account_id: (owed, oldest, prepaid) for account_id, owed, oldest, prepaid, _agreed in figures}
    nothing = (ZERO_MONEY, None, ZERO_MONEY)
    found.sort(key=lambda one: (not one.is_exact, -balances.get(one.account_id, nothing)[0], one.account_id))
    rows = []
    by_instalments = [figure[0] for figure in figures if figure[4]]
    dues = dues_with_plans(by_instalments, on=on) if by_instalments else {}
    for hit in hits(found[:limit], on=on).values():
        owed, oldest, prepaid = balances.get(hit.account_id, nothing)
        oldest = dues[hit.account_id].oldest if hit.account_id in dues else oldest
        is_own = hit.account_id in mine
        rows.append(
            FoundAccount(
                account_id=hit.account_id,
                account_no=hit.account_no,
                holder_name=hit.holder_name,
                address=hit.address,
                state=hit.state,
                matched=hit.matched,
                matched_text=hit.matched_text if is_own else "",
                owed=owed,
                oldest_due_date=oldest if is_own else None,
                prepaid=prepaid if is_own else ZERO_MONEY,
                is_own=is_own,
            )
        )
    return FoundAccounts(tuple(rows), has_more=len(found) > limit)


def find_for_counter(actor: Actor, text: str, *, on: date, limit: int = LIMIT) -> FoundAccounts:
    """Accounts for which the cashier may take money (通收 widens it to the company); those outside the own units show
    name, address and arrears alone. Otherwise as `find_accounts`."""
    within = counter_reach(actor, on=on)
    return find_accounts(actor, text, permission=TAKE, on=on, within=within, limit=limit)


def _own_accounts(own: Reach, found: list[Candidate], on: date) -> set[int]:
    """Those of the accounts that lie in the person's own units or, where the permission is limited to books, in those."""
    ids = [one.account_id for one in found]
    if own.everything or not ids:
        return set(ids)
    condition = own.condition("unit_id")
    if own.book_ids:
        in_books = PointAccount.objects.filter(
            in_force(on),
            in_force(on, "point__books__"),
            account_id__any=ids,
            point__books__book_id__any=sorted(own.book_ids),
        )
        condition |= Q(unit_id__in=own.unit_ids, id__in=in_books.values("account_id"))
    return set(Account.objects.filter(condition, id__any=ids).values_list("id", flat=True))
