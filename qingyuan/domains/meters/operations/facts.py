"""What holds for a point over time and decides how it is rated (用水性质、费用项选项、定额), changed with evidence."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.customers.operations import lock_accounts
from qingyuan.domains.customers.queries import account_refs_by_id
from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence, check_span
from qingyuan.domains.meters.declarations import CHANGE
from qingyuan.domains.meters.models import ItemOption, Quota, UsageShare
from qingyuan.domains.meters.operations.locked import add, audit_point, close_last, locked_point
from qingyuan.domains.meters.operations.refusals import ChargeItemUnknown, PlanUnknown, UsageClassUnknown
from qingyuan.domains.meters.rules.installing import QuotaInvalid, check_volume
from qingyuan.domains.meters.rules.shares import NewShare, check_shares
from qingyuan.domains.tariffs.queries.codes import charge_item_ids, plan_ids, usage_class_ids
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require


def set_shares(
    *, actor: Actor, point_id: int, shares: Sequence[NewShare], from_date: date, evidence: str, on: date
) -> tuple[int, ...]:
    """The point's usage is made of these shares from `from_date` on (用水性质变更); returns the new rows' ids in order.

    Counts for usage spans that start on or after the date. Raises NotFound, NotPermitted, PointClosed, EvidenceMissing,
    the refusals of `rules.shares`, UsageClassUnknown, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(evidence)
    check_shares(shares)
    with transaction.atomic():
        point = locked_point(actor, point_id, CHANGE, on=on)
        classes = usage_class_ids([point.company_id], [share.class_code for share in shares])
        for share in shares:
            if (point.company_id, share.class_code) not in classes:
                raise UsageClassUnknown(class_code=share.class_code)
        rows = UsageShare.objects.filter(point_id=point_id)
        last = close_last(rows, point=point, from_date=from_date, on=on)
        before = [(row.usage_class_id, row.kind, row.value) for row in sorted(last, key=lambda row: row.position)]
        wanted = [(classes[point.company_id, share.class_code], share.kind.value, share.value) for share in shares]
        if before == wanted and last[0].to_date is None:
            raise NothingChanges(point_no=point.point_no)
        made = [
            add(
                UsageShare(
                    company_id=point.company_id,
                    point_id=point_id,
                    usage_class_id=class_id,
                    kind=kind,
                    value=value,
                    position=position,
                    evidence=evidence,
                    from_date=from_date,
                )
            )
            for position, (class_id, kind, value) in enumerate(wanted, start=1)
        ]
        audit_point(
            actor,
            point,
            "meters.set_shares",
            before={"shares": [[str(part) for part in row] for row in before]},
            after={"shares": [[share.class_code, share.kind, str(share.value)] for share in shares], "from": from_date},
            reason=evidence,
        )
    return tuple(row.pk for row in made)


def set_option(
    *,
    actor: Actor,
    point_id: int,
    item_code: str,
    plan_code: str,
    from_date: date,
    document_no: str,
    on: date,
    to_date: date | None = None,
) -> int:
    """The point has its own price for the charge item in [from_date, to_date), or none (exempt) when `plan_code` is empty.

    Returns the row's id. Raises NotFound, NotPermitted, PointClosed, EvidenceMissing without a document, SpanInvalid,
    ChargeItemUnknown, PlanUnknown, NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(document_no)
    check_span(from_date, to_date)
    with transaction.atomic():
        point = locked_point(actor, point_id, CHANGE, on=on)
        item_id = charge_item_ids([point.company_id], [item_code]).get((point.company_id, item_code))
        if item_id is None:
            raise ChargeItemUnknown(item_code=item_code)
        plan_id = plan_ids([point.company_id], [plan_code]).get((point.company_id, plan_code)) if plan_code else None
        if plan_code and plan_id is None:
            raise PlanUnknown(plan_code=plan_code)
        rows = ItemOption.objects.filter(point_id=point_id, charge_item_id=item_id)
        last = close_last(rows, point=point, from_date=from_date, on=on)
        if last and (last[0].plan_id, last[0].to_date) == (plan_id, to_date):
            raise NothingChanges(item_code=item_code)
        option = add(
            ItemOption(
                company_id=point.company_id,
                point_id=point_id,
                charge_item_id=item_id,
                plan_id=plan_id,
                document_no=document_no,
                from_date=from_date,
                to_date=to_date,
            )
        )
        audit_point(
            actor,
            point,
            "meters.set_option",
            before={"item_code": item_code, "plan_id": last[0].plan_id if last else None},
            after={"item_code": item_code, "plan_code": plan_code, "from_date": from_date, "to_date": to_date},
            reason=document_no,
        )
    return option.pk


def end_option(*, actor: Actor, point_id: int, item_code: str, to_date: date, reason: str, on: date) -> None:
    """The plan's own price counts again from `to_date` on. Raises NotFound, NotPermitted, PointClosed, EvidenceMissing,
    ChargeItemUnknown, NothingChanges when no option is in force then, ChangeBeforeCurrent, ChangeTooFarBack."""
    check_evidence(reason)
    with transaction.atomic():
        point = locked_point(actor, point_id, CHANGE, on=on)
        rows = ItemOption.objects.filter(point_id=point_id, charge_item__code=item_code)
        last = close_last(rows, point=point, from_date=to_date, on=on)
        if not last or (last[0].to_date is not None and last[0].to_date <= to_date):
            raise NothingChanges(item_code=item_code)
        audit_point(
            actor,
            point,
            "meters.end_option",
            before={"item_code": item_code, "to_date": last[0].to_date},
            after={"item_code": item_code, "to_date": to_date},
            reason=reason,
        )


def set_quota(
    *,
    actor: Actor,
    point_id: int,
    volume: Decimal,
    from_date: date,
    document_no: str,
    on: date,
    to_date: date | None = None,
) -> int:
    """The point may use so much in one cycle of its tariff in [from_date, to_date) (用水定额); returns the row's id.

    Raises NotFound, NotPermitted, PointClosed, EvidenceMissing without a document, SpanInvalid, QuotaInvalid,
    NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(document_no)
    check_span(from_date, to_date)
    check_volume(volume, QuotaInvalid(quota=volume))
    with transaction.atomic():
        point = locked_point(actor, point_id, CHANGE, on=on)
        last = close_last(Quota.objects.filter(point_id=point_id), point=point, from_date=from_date, on=on)
        if last and (last[0].volume, last[0].to_date) == (volume, to_date):
            raise NothingChanges(point_no=point.point_no)
        quota = add(
            Quota(
                company_id=point.company_id,
                point_id=point_id,
                volume=volume,
                document_no=document_no,
                from_date=from_date,
                to_date=to_date,
            )
        )
        audit_point(
            actor,
            point,
            "meters.set_quota",
            before={"volume": format(last[0].volume, "f") if last else None},
            after={"volume": format(volume, "f"), "from_date": from_date, "to_date": to_date},
            reason=document_no,
        )
    return quota.pk


def set_account_quota(
    *,
    actor: Actor,
    account_id: int,
    volume: Decimal,
    from_date: date,
    document_no: str,
    on: date,
    to_date: date | None = None,
) -> int:
    """The quota of all points of an account that have none of their own; returns the row's id.

    Raises NotFound, NotPermitted, EvidenceMissing without a document, SpanInvalid, QuotaInvalid, ChangeBeforeCurrent.
    """
    check_evidence(document_no)
    check_span(from_date, to_date)
    check_volume(volume, QuotaInvalid(quota=volume))
    with transaction.atomic():
        account = account_refs_by_id([account_id]).get(account_id)
        if account is None:
            raise NotFound(account_id=account_id)
        require(actor, CHANGE, on=on, unit_id=account.unit_id)
        lock_accounts([account_id])
        rows = Quota.objects.filter(account_id=account_id)
        rows.filter(from_date__lte=from_date, to_date__isnull=True).update(to_date=from_date)
        quota = add(
            Quota(
                company_id=account.company_id,
                account_id=account_id,
                volume=volume,
                document_no=document_no,
                from_date=from_date,
                to_date=to_date,
            )
        )
        record(
            actor=actor,
            action="meters.set_quota",
            object_type="account",
            object_key=account.account_no,
            company_id=account.company_id,
            unit_id=account.unit_id,
            after={"volume": format(volume, "f"), "from_date": from_date, "to_date": to_date},
            reason=document_no,
        )
    return quota.pk
