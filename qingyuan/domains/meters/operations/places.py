"""Where points lie and to whom they belong (换册、调序、换户、撤点、标志), over time."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from qingyuan.domains.customers.operations import lock_accounts
from qingyuan.domains.customers.queries import account_ref
from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence
from qingyuan.domains.meters.declarations import CHANGE, INSTALL
from qingyuan.domains.meters.models import MeterLink, PointAccount, PointBook, ServicePoint
from qingyuan.domains.meters.operations.hanging import PointHasMeter
from qingyuan.domains.meters.operations.installing import CLOSED_STATES
from qingyuan.domains.meters.operations.installing_lookups import last_orders
from qingyuan.domains.meters.operations.locked import add, audit_point, close_last, lock_points, locked_point
from qingyuan.domains.meters.operations.refusals import AccountClosed, BookUnknown
from qingyuan.domains.meters.operations.tokens import refresh_meter_tokens
from qingyuan.domains.meters.queries.installations import current_installations
from qingyuan.domains.meters.rules.installing import FixedVolumeMissing, check_volume
from qingyuan.domains.meters.rules.states import PointKind
from qingyuan.domains.routes.queries import books
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.errors import DomainError, StaleEdit


def move_to_book(
    *,
    actor: Actor,
    point_ids: Sequence[int],
    book_id: int,
    from_date: date,
    on: date,
    first_order: int | None = None,
) -> BatchResult:
    """The points lie in the book from `from_date` on, one after the other from `first_order` on (None: after the last).

    Points that lie there at that place already are skipped; a point that cannot move is in `failed`, alone. Raises
    BookUnknown, NotFound for a point.
    """
    target = next(iter(books(book_ids=[book_id])), None)
    if target is None or not target.is_active:
        raise BookUnknown(book_id=book_id)
    moved: list[int] = []
    skipped: list[BatchIssue] = []
    failed: list[BatchIssue] = []
    with transaction.atomic():
        lock_points(point_ids)
        order = first_order if first_order is not None else last_orders([book_id]).get(book_id, 0) + 1
        for point_id in point_ids:
            try:
                with transaction.atomic():
                    _move(actor, point_id, target.id, target.company_id, order, from_date, on)
            except NothingChanges as same:
                skipped.append(BatchIssue(str(point_id), same.code, same.params))
            except DomainError as error:
                failed.append(BatchIssue(str(point_id), error.code, error.params))
                continue
            else:
                moved.append(point_id)
            order += 1
    return BatchResult(ids=tuple(moved), skipped=tuple(skipped), failed=tuple(failed))


def _move(actor: Actor, point_id: int, book_id: int, company_id: int, order: int, from_date: date, on: date) -> None:
    point = locked_point(actor, point_id, CHANGE, on=on)
    if point.company_id != company_id:
        raise BookUnknown(book_id=book_id)
    last = close_last(PointBook.objects.filter(point_id=point_id), point=point, from_date=from_date, on=on)
    if last and (last[0].book_id, last[0].order_no, last[0].to_date) == (book_id, order, None):
        raise NothingChanges(point_no=point.point_no)
    add(PointBook(company_id=company_id, point_id=point_id, book_id=book_id, order_no=order, from_date=from_date))
    audit_point(
        actor,
        point,
        "meters.move_to_book",
        before={"book_id": last[0].book_id, "order_no": last[0].order_no} if last else {},
        after={"book_id": book_id, "order_no": order, "from_date": from_date},
    )


def move_to_account(*, actor: Actor, point_id: int, account_no: str, from_date: date, reason: str, on: date) -> int:
    """The point belongs to another account from `from_date` on (换户、合户、分户); returns the row's id.

    What was billed stays where it was billed. Raises NotFound, NotPermitted, PointClosed, AccountClosed,
    EvidenceMissing, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(reason)
    with transaction.atomic():
        target = account_ref(account_no)
        owner = PointAccount.objects.filter(point_id=point_id, to_date__isnull=True).first()
        lock_accounts({target.id} | ({owner.account_id} if owner else set()), shared=True)
        point = locked_point(actor, point_id, CHANGE, on=on)
        target = account_ref(account_no)
        if target.company_id != point.company_id or target.state in CLOSED_STATES:
            raise AccountClosed(account_no=account_no)
        rows = PointAccount.objects.filter(point_id=point_id)
        last = close_last(rows, point=point, from_date=from_date, on=on)
        if last and (last[0].account_id, last[0].to_date) == (target.id, None):
            raise NothingChanges(account_no=account_no)
        row = add(
            PointAccount(company_id=point.company_id, point_id=point_id, account_id=target.id, from_date=from_date)
        )
        refresh_meter_tokens({target.id} | {old.account_id for old in last})
        audit_point(
            actor,
            point,
            "meters.move_to_account",
            before={"account_id": last[0].account_id if last else None},
            after={"account_id": target.id, "from_date": from_date},
            reason=reason,
        )
    return row.pk


def set_flags(
    *,
    actor: Actor,
    point_id: int,
    version: int,
    never_billed: bool,
    never_cut: bool,
    is_waiting: bool,
    is_reversed: bool,
    fixed_volume: Decimal | None,
    reason: str,
    on: date,
) -> None:
    """Change the flags of a point (流量表、保水户、等针、倒装、固定量): they count from the next generation of tasks on.

    Raises NotFound, NotPermitted, PointClosed, EvidenceMissing, FixedVolumeMissing, StaleEdit.
    """
    check_evidence(reason)
    with transaction.atomic():
        point = locked_point(actor, point_id, CHANGE, on=on)
        if fixed_volume is not None:
            check_volume(fixed_volume, FixedVolumeMissing())
        elif point.kind == PointKind.UNMETERED:
            raise FixedVolumeMissing()
        after: dict[str, object] = {
            "never_billed": never_billed,
            "never_cut": never_cut,
            "is_waiting": is_waiting,
            "is_reversed": is_reversed,
            "fixed_volume": fixed_volume,
        }
        before = {field: getattr(point, field) for field in after}
        if not ServicePoint.objects.filter(id=point_id, version=version).update(**after, version=version + 1):
            raise StaleEdit(point_no=point.point_no)
        audit_point(actor, point, "meters.set_flags", before=before, after=after, reason=reason)


def close_point(*, actor: Actor, point_id: int, reason: str, on: date) -> None:
    """Close a point without a meter (撤点): its book, account and links end on the day.

    Raises NotFound, NotPermitted, PointClosed, EvidenceMissing, PointHasMeter.
    """
    check_evidence(reason)
    with transaction.atomic():
        point = locked_point(actor, point_id, INSTALL, on=on)
        if point_id in current_installations([point_id]):
            raise PointHasMeter(point_no=point.point_no)
        owners = list(PointAccount.objects.filter(point_id=point_id, to_date__isnull=True))
        for rows in (
            PointBook.objects.filter(point_id=point_id),
            PointAccount.objects.filter(point_id=point_id),
            MeterLink.objects.filter(Q(main_id=point_id) | Q(sub_id=point_id)),
        ):
            rows.filter(from_date__lte=on, to_date__isnull=True).update(to_date=on)
        ServicePoint.objects.filter(id=point_id).update(closed_date=on, version=point.version + 1)
        refresh_meter_tokens(owner.account_id for owner in owners)
        audit_point(actor, point, "meters.close_point", after={"closed_date": on}, reason=reason)
