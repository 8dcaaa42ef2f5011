"""The list of accounts (用户档案列表): filter, page and totals within reach, with what each account owes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from qingyuan.domains.customers.models import Account, AccountHolder, Contact, SearchToken
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.domains.customers.rules.tokens import look_ups
from qingyuan.domains.ledger.models import InstalmentPlan
from qingyuan.domains.ledger.queries import AccountDues, dues_with_plans
from qingyuan.domains.ledger.rules.instalments import PlanState
from qingyuan.domains.meters.models import PointAccount, UsageShare
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import Reach, reach

VIEW = "customers.view"


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What the list is narrowed to; empty fields do not narrow. `text` is looked up as the search box does."""

    text: str = ""
    usage_class_id: int | None = None
    state: str = ""
    book_no: str = ""
    unit_id: int | None = None
    only_owing: bool = False


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. Books and classes are those of its points on the day; several are joined by a comma."""

    id: int
    account_no: str
    holder_name: str
    phone: str
    address: str
    unit_id: int
    unit_name: str
    books: str
    usage_classes: str
    state: AccountState
    prepaid: Decimal
    owed: Decimal
    oldest_due_date: date | None
    opened_date: date


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The asked rows, and count and sums over the whole filter, in yuan."""

    rows: tuple[AccountRow, ...]
    count: int
    owed: Decimal
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class _Particulars:
    names: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    books: Mapping[int, str] = field(default_factory=dict)
    classes: Mapping[int, str] = field(default_factory=dict)


SORTS = {
    "account_no": "account_no",
    "owed": "balance__owed",
    "prepaid": "balance__prepaid",
    "opened_date": "opened_date",
}


def account_page(
    actor: Actor,
    wanted: AccountFilter,
    *,
    on: date,
    sort: str = "account_no",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
    language: str = "zh-hans",
) -> AccountPage:
    """One page of the accounts within the reach of customers.view, in the order asked for, then by number.

    At most ten queries, whatever the number of accounts; two more where one pays by instalments.
    """
    rows = _narrowed(_within(reach(actor, VIEW, on=on), on), wanted, on)
    sums = rows.aggregate(count=Count("id"), owed=Sum("balance__owed"), prepaid=Sum("balance__prepaid"))
    column = SORTS[sort]
    agreed = InstalmentPlan.objects.filter(account_id=OuterRef("pk"), state=PlanState.AGREED)
    found = list(
        rows.order_by(f"{'-' if descending else ''}{column}", "account_no").values_list(
            "id", "account_no", "premise__address", "unit_id", "unit__name", "unit__short_name", "state",
            "balance__prepaid", "balance__owed", "balance__oldest_due_date", "opened_date", Exists(agreed),
        )[offset : offset + limit]
    )  # fmt: skip
    known = _particulars([row[0] for row in found], on, language)
    by_instalments = [row[0] for row in found if row[-1]]
    dues = dues_with_plans(by_instalments, on=on) if by_instalments else {}
    return AccountPage(
        rows=tuple(_row(row, known, dues) for row in found),
        count=sums["count"],
        owed=sums["owed"] or ZERO_MONEY,
        prepaid=sums["prepaid"] or ZERO_MONEY,
    )


def _row(row: tuple[Any, ...], known: _Particulars, dues: Mapping[int, AccountDues]) -> AccountRow:
    key, number, address, unit_id, unit_name, short_name, state, prepaid, owed, oldest, opened, _agreed = row
    name, phone = known.names.get(key, ("", ""))
    return AccountRow(
        id=key,
        account_no=number,
        holder_name=name,
        phone=phone,
        address=address or "",
        unit_id=unit_id,
        unit_name=short_name or unit_name,
        books=known.books.get(key, ""),
        usage_classes=known.classes.get(key, ""),
        state=AccountState(state),
        prepaid=prepaid or ZERO_MONEY,
        owed=owed or ZERO_MONEY,
        oldest_due_date=dues[key].oldest if key in dues else oldest,
        opened_date=opened,
    )


def _within(reached: Reach, on: date) -> QuerySet[Account]:
    """Accounts of the units reached, and those with a point in a book for a permission that is limited to books."""
    if reached.everything:
        return Account.objects.all()
    inside = Q(unit_id__in=reached.whole_unit_ids)
    if reached.book_ids:
        in_books = PointAccount.objects.filter(
            in_force(on),
            in_force(on, "point__books__"),
            account_id=OuterRef("pk"),
            point__books__book_id__any=sorted(reached.book_ids),
        )
        inside |= Q(Exists(in_books), unit_id__in=reached.unit_ids)
    return Account.objects.filter(inside)


def _narrowed(rows: QuerySet[Account], wanted: AccountFilter, on: date) -> QuerySet[Account]:
    for prefixes in look_ups(wanted.text):
        ways = Q()
        for prefix in prefixes:
            ways |= Q(token__startswith=prefix.text, kind__in=[kind.value for kind in prefix.kinds])
        rows = rows.filter(id__in=SearchToken.objects.filter(ways).values("account_id"))
    if wanted.text.strip() and not look_ups(wanted.text):
        return rows.none()
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.unit_id is not None:
        rows = rows.filter(unit_id__in=organisation.subtree_ids(wanted.unit_id))
    if wanted.only_owing:
        rows = rows.filter(balance__owed__gt=0)
    points = PointAccount.objects.filter(in_force(on), account_id=OuterRef("pk"))
    if wanted.book_no:
        rows = rows.filter(
            Exists(points.filter(in_force(on, "point__books__"), point__books__book__book_no=wanted.book_no))
        )
    if wanted.usage_class_id is not None:
        rows = rows.filter(
            Exists(points.filter(in_force(on, "point__shares__"), point__shares__usage_class_id=wanted.usage_class_id))
        )
    return rows


def _particulars(account_ids: list[int], on: date, language: str) -> _Particulars:
    """Holder and phone, books, usage classes. Three queries."""
    phone = (
        Contact.objects.filter(customer_id=OuterRef("customer_id")).order_by("-is_primary", "id").values("phone")[:1]
    )
    holders = AccountHolder.objects.filter(in_force(on), account_id__any=account_ids)
    names = {
        account: (name, number or "")
        for account, name, number in holders.values_list("account_id", "customer__name", Subquery(phone))
    }
    points = PointAccount.objects.filter(in_force(on), account_id__any=account_ids)
    books = points.filter(in_force(on, "point__books__")).order_by("account_id", "point__books__book__book_no")
    shares = UsageShare.objects.filter(
        in_force(on), in_force(on, "point__accounts__"), point__accounts__account_id__any=account_ids
    ).order_by("point__accounts__account_id", "position", "usage_class__position")
    return _Particulars(
        names,
        _joined(books.values_list("account_id", "point__books__book__book_no")),
        _joined(
            (account, english if language.startswith("en") and english else name)
            for account, name, english in shares.values_list(
                "point__accounts__account_id", "usage_class__name", "usage_class__name_en"
            )
        ),
    )


def _joined(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, dict[str, None]] = {}
    for key, word in pairs:
        found.setdefault(key, {})[word] = None
    return {key: "、".join(words) for key, words in found.items()}
