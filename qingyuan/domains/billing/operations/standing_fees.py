"""Recurring fees of an account (周期费用): registered and ended. What is charged of them stands in `standing_runs`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max, Q

from qingyuan.domains.billing.declarations import FEE_LIMIT
from qingyuan.domains.billing.models import FeeType, StandingFee, StandingFeeLive
from qingyuan.domains.billing.operations.fees import (
    LARGE,
    FeeAccountRefused,
    FeeOverLimit,
    FeeTypeInactive,
)
from qingyuan.domains.billing.rules.fees import FeePricing, amount_of
from qingyuan.domains.billing.rules.standing import MOST_MONTHS
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.queries.payers import PayerFacts, payers
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.queries.reach import reach

KEEP = "billing.standing_fees"


class StandingFeeOverlaps(DomainError):
    """The account has a recurring fee of this type in these months already (该户已有此类周期费用)."""

    code = "billing.standing_fee_overlaps"


class StandingRhythmRefused(DomainError):
    """The period is not 1 to 60 months, or the end lies before the first month (周期或起止月份有误)."""

    code = "billing.standing_rhythm_refused"


class StandingPeriodCharged(DomainError):
    """A period after the end given stands charged; its bill is cancelled first (终止月之后的周期已收费)."""

    code = "billing.standing_period_charged"


@dataclass(frozen=True, slots=True)
class NewStandingFee:
    """A recurring fee to register. `quantity` for a type priced by the piece, `amount` (yuan) for one of free amount."""

    account_id: int
    fee_type_id: int
    every_months: int
    first: Month
    until: Month | None
    note: str
    quantity: Decimal | None = None
    amount: Decimal | None = None


def add_standing_fee(*, actor: Actor, fee: NewStandingFee, on: date) -> int:
    """Register a recurring fee and return its id; nothing is charged yet.

    Raises NotFound, NotPermitted, FeeTypeInactive, FeeAccountRefused, FeeAmountRefused, FeeOverLimit,
    StandingRhythmRefused, StandingFeeOverlaps (so that the same form sent twice registers once).
    """
    account = payers([fee.account_id], on=on).get(fee.account_id)
    if account is None:
        raise NotFound(account=fee.account_id)
    staff.require(actor, KEEP, on=on, unit_id=account.unit_id)
    fee_type = FeeType.objects.filter(pk=fee.fee_type_id, company_id=account.company_id).first()
    if fee_type is None:
        raise NotFound(fee_type=fee.fee_type_id)
    _refuse(actor, fee, account, fee_type, on)
    with transaction.atomic():
        customers.lock_accounts([fee.account_id])
        _refuse_overlap(fee, fee_type)
        row = StandingFee.objects.create(
            company_id=account.company_id,
            account_id=fee.account_id,
            fee_type=fee_type,
            quantity=fee.quantity,
            amount=fee.amount,
            every_months=fee.every_months,
            from_yyyymm=fee.first.number,
            until_yyyymm=None if fee.until is None else fee.until.number,
            note=fee.note.strip()[:200],
            created_by_id=actor.staff_id,
        )
        _record(actor, "billing.standing_fee_added", row, account, after=_told(row))
    return row.pk


def end_standing_fee(*, actor: Actor, standing_fee_id: int, version: int, until: Month, reason: str, on: date) -> None:
    """Let a recurring fee end: `until` is the last month in which a period may begin (before the first: none ever does).

    It may also move the end to a later month. Raises NotFound, NotPermitted, StaleEdit, StandingPeriodCharged,
    StandingFeeOverlaps.
    """
    row = StandingFee.objects.select_related("fee_type").filter(pk=standing_fee_id).first()
    if row is None:
        raise NotFound(standing_fee=standing_fee_id)
    account = payers([row.account_id], on=on)[row.account_id]
    staff.require(actor, KEEP, on=on, unit_id=account.unit_id)
    with transaction.atomic():
        customers.lock_accounts([row.account_id])
        charged = StandingFeeLive.objects.filter(standing_fee=row, yyyymm__gt=until.number).aggregate(m=Max("yyyymm"))
        if charged["m"] is not None:
            raise StandingPeriodCharged(month=str(Month.from_number(charged["m"])))
        moved = NewStandingFee(
            row.account_id, row.fee_type_id, row.every_months, Month.from_number(row.from_yyyymm), until, row.note
        )
        _refuse_overlap(moved, row.fee_type, but=row.pk)
        before = _told(row)
        changed = StandingFee.objects.filter(pk=row.pk, version=version).update(
            until_yyyymm=until.number, end_reason=reason.strip()[:200], version=F("version") + 1
        )
        if not changed:
            raise StaleEdit
        row.refresh_from_db()
        _record(actor, "billing.standing_fee_ended", row, account, before=before, after=_told(row), reason=reason)


def _refuse(actor: Actor, fee: NewStandingFee, account: PayerFacts, fee_type: FeeType, on: date) -> None:
    if not fee_type.is_active:
        raise FeeTypeInactive(name=fee_type.name)
    if account.state is AccountState.CLOSED or account.customer_id is None:
        raise FeeAccountRefused(account=account.account_no)
    if not 1 <= fee.every_months <= MOST_MONTHS or (fee.until is not None and fee.until < fee.first):
        raise StandingRhythmRefused(most=MOST_MONTHS)
    _quantity, _price, amount = amount_of(FeePricing(fee_type.pricing), fee_type.price, fee.quantity, fee.amount)
    limit = parameters.decimal(FEE_LIMIT, unit_id=account.unit_id, on=on)
    if amount > limit and not reach(actor, LARGE, on=on).covers(account.unit_id):
        raise FeeOverLimit(amount=amount, limit=limit)


def _refuse_overlap(fee: NewStandingFee, fee_type: FeeType, *, but: int = 0) -> None:
    """One type returns once on an account at a time: more of it is a larger quantity."""
    there = StandingFee.objects.filter(account_id=fee.account_id, fee_type_id=fee.fee_type_id).exclude(pk=but)
    there = there.filter(Q(until_yyyymm__isnull=True) | Q(until_yyyymm__gte=fee.first.number))
    if fee.until is not None:
        there = there.filter(from_yyyymm__lte=fee.until.number)
    found = [row for row in there if row.until_yyyymm is None or row.until_yyyymm >= row.from_yyyymm]
    if found and (fee.until is None or fee.until >= fee.first):
        raise StandingFeeOverlaps(name=fee_type.name, month=str(Month.from_number(found[0].from_yyyymm)))


def _told(row: StandingFee) -> dict[str, object]:
    return {
        "type": row.fee_type.code,
        "quantity": None if row.quantity is None else str(row.quantity),
        "amount": None if row.amount is None else str(row.amount),
        "every_months": row.every_months,
        "from": row.from_yyyymm,
        "until": row.until_yyyymm,
        "note": row.note,
    }


def _record(
    actor: Actor,
    action: str,
    row: StandingFee,
    account: PayerFacts,
    *,
    after: dict[str, object],
    before: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="account",
        object_key=account.account_no,
        company_id=row.company_id,
        unit_id=account.unit_id,
        before=before,
        after=after,
        reason=reason,
    )
