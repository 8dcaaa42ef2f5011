"""The head of an account's page (用户档案页头): who, where, in what state, what is owed, within reach."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from qingyuan.domains.customers.models import Account, AccountHold, AccountHolder, Contact
from qingyuan.domains.customers.rules.states import AccountState, CollectionKind, HoldActivity
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.ledger.queries import AccountDues, AgreedPlan
from qingyuan.domains.ledger.rules.instalments import OpenInstalment
from qingyuan.domains.meters.models import PointAccount
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.staff.queries import reach

VIEW = "customers.view"


@dataclass(frozen=True, slots=True)
class Holder:
    """The customer who holds the account on the day, else the last one before it."""

    customer_id: int
    customer_no: str
    name: str
    kind: str
    document_type: str
    document_mask: str
    tax_no: str
    note: str
    version: int
    contact_id: int | None
    contact_name: str
    phone: str
    email: str
    may_message: bool


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point of the account on the day, with its book and meter; `meter_no` and `book_no` empty without one."""

    point_id: int
    point_no: str
    book_no: str
    book_name: str
    order_no: int | None
    meter_no: str
    calibre: int


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold (锁定) of the account; `is_current` on the day."""

    id: int
    activity: HoldActivity
    reason: str
    source: str
    from_date: date
    to_date: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class AccountHeader:
    """What stands above every tab. Money in yuan. `oldest_due_date` and `instalment` (what is to be paid now) go by the
    agreement, where one is kept; `dues` are then the dates of each receivable.
    """

    id: int
    account_no: str
    company_id: int
    unit_id: int
    unit_name: str
    state: AccountState
    collection_kind: CollectionKind
    user_type: str
    tier_anchor: str
    note: str
    address: str
    opened_date: date
    closed_date: date | None
    created_at: datetime
    version: int
    owed: Decimal
    open_count: int
    oldest_due_date: date | None
    instalment: OpenInstalment | None
    instalment_count: int
    dues: AccountDues | None
    prepaid: Decimal
    holder: Holder | None
    points: tuple[PlacedPoint, ...]
    holds: tuple[HoldRow, ...]


def account_header(actor: Actor, account_no: str, *, on: date, permissions: tuple[str, ...] = (VIEW,)) -> AccountHeader:
    """The account's head. Raises NotFound for an unknown number and for one outside the reach of a permission.

    Eight queries, and one for an agreement (three more where an agreement is kept), and up to three for each permission.
    """
    row = (
        Account.objects.filter(account_no=account_no)
        .select_related("premise", "unit", "balance")
        .only(
            "id", "account_no", "company_id", "unit__name", "unit__short_name", "state", "collection_kind", "user_type",
            "tier_anchor", "note", "premise__address", "opened_date", "closed_date", "version", "created_at", "balance__owed", "balance__open_count",
            "balance__oldest_due_date", "balance__prepaid",
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise NotFound(account_no=account_no)
    points = _points(row.pk, on)
    _check_reach(actor, permissions, row, points, on)
    balance: AccountBalance | None = getattr(row, "balance", None)
    plan, dues = _agreement(row.pk, on)
    return AccountHeader(
        id=row.pk,
        account_no=row.account_no,
        company_id=row.company_id,
        unit_id=row.unit_id,
        unit_name=row.unit.short_name or row.unit.name,
        state=AccountState(row.state),
        collection_kind=CollectionKind(row.collection_kind),
        user_type=row.user_type,
        tier_anchor=row.tier_anchor,
        note=row.note,
        address=row.premise.address if row.premise else "",
        opened_date=row.opened_date,
        closed_date=row.closed_date,
        created_at=row.created_at,
        version=row.version,
        owed=balance.owed if balance else ZERO_MONEY,
        open_count=balance.open_count if balance else 0,
        oldest_due_date=dues.oldest if dues else balance.oldest_due_date if balance else None,
        instalment=None if plan is None else plan.standing.current,
        instalment_count=0 if plan is None else len(plan.standing.instalments),
        dues=dues,
        prepaid=balance.prepaid if balance else ZERO_MONEY,
        holder=_holder(row.pk, on),
        points=tuple(point for point, _book in points),
        holds=_holds(row.pk, on),
    )


def _check_reach(
    actor: Actor, permissions: tuple[str, ...], row: Account, points: list[tuple[PlacedPoint, int | None]], on: date
) -> None:
    """Raises NotFound: who does not reach the account is not told that it is there."""
    books = {None, *(book for _point, book in points)}
    for permission in permissions:
        reached = reach(actor, permission, on=on)
        if not any(reached.covers(row.unit_id, book) for book in books):
            raise NotFound(account_no=row.account_no)


def _agreement(account_id: int, on: date) -> tuple[AgreedPlan | None, AccountDues | None]:
    """The agreement that is kept, and when the account's receivables are due by it; None where there is none."""
    plan = next((one for one in ledger.agreed_plans([account_id], on=on) if one.counts), None)
    if plan is None:
        return None, None
    return plan, ledger.dues_with_plans([account_id], on=on).get(account_id)


def _holder(account_id: int, on: date) -> Holder | None:
    held = (
        AccountHolder.objects.filter(account_id=account_id, from_date__lte=on)
        .select_related("customer")
        .order_by("-from_date", "-id")
        .first()
    )
    if held is None:
        return None
    customer = held.customer
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "id").first()
    return Holder(
        customer_id=customer.pk,
        customer_no=customer.customer_no,
        name=customer.name,
        kind=customer.kind,
        document_type=customer.document_type,
        document_mask=customer.document_mask,
        tax_no=customer.tax_no,
        note=customer.note,
        version=customer.version,
        contact_id=contact.pk if contact else None,
        contact_name=contact.name if contact else "",
        phone=contact.phone if contact else "",
        email=contact.email if contact else "",
        may_message=contact.may_message if contact else False,
    )


def _points(account_id: int, on: date) -> list[tuple[PlacedPoint, int | None]]:
    """Points with book and meter of now; a point without either has one row all the same."""
    found: dict[int, tuple[PlacedPoint, int | None]] = {}
    books = Q(point__books__isnull=True) | in_force(on, "point__books__")
    meters = Q(point__installations__isnull=True) | Q(point__installations__removed_at__isnull=True)
    rows = PointAccount.objects.filter(in_force(on), account_id=account_id).order_by("point__point_no")
    bare = rows.values_list("point_id", "point__point_no", "point__calibre")
    placed = rows.filter(books, meters).values_list(
        "point_id", "point__point_no", "point__calibre", "point__books__book_id", "point__books__book__book_no",
        "point__books__book__name", "point__books__order_no", "point__installations__meter__meter_no",
    )  # fmt: skip
    for key, number, calibre, book, book_no, book_name, order, meter in placed:
        found[key] = (PlacedPoint(key, number, book_no or "", book_name or "", order, meter or "", calibre), book)
    for key, number, calibre in bare:
        found.setdefault(key, (PlacedPoint(key, number, "", "", None, "", calibre), None))
    return sorted(found.values(), key=lambda one: one[0].point_no)


def _holds(account_id: int, on: date) -> tuple[HoldRow, ...]:
    rows = AccountHold.objects.filter(account_id=account_id).order_by("-from_date", "-id")[:50]
    return tuple(
        HoldRow(
            row.pk,
            HoldActivity(row.activity),
            row.reason,
            row.source,
            row.from_date,
            row.to_date,
            row.from_date <= on and (row.to_date is None or row.to_date > on),
        )
        for row in rows
        if row.to_date is None or row.to_date > row.from_date
    )
