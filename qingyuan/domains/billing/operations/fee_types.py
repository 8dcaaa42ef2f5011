"""Types of other fees (其它费用类型): created and changed; never deleted, since charges name them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.domains.billing.models import FeeType
from qingyuan.domains.billing.rules.fees import MOST, FeePricing
from qingyuan.domains.tariffs.queries.charges import charge_items
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.kernel.rounding import round_decimal
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import operations as staff

PERMISSION = "billing.fee_types"


class FeeTypeExists(DomainError):
    """The company has a fee type with this code already (费用类型编码已存在)."""

    code = "billing.fee_type_exists"


class FeePriceRefused(DomainError):
    """A price is missing, not above 0 or finer than a fen, or stands on a type whose amount a person gives (费用单价有误)."""

    code = "billing.fee_price_refused"


class FeeChargeItemRefused(DomainError):
    """The charge item is not one of the company's in use (费用项目不可用)."""

    code = "billing.fee_charge_item_refused"


@dataclass(frozen=True, slots=True)
class FeeTypeValues:
    """What may be changed of a fee type. `price` in yuan, None for FREE; `charge_item_id` a charge item of the company."""

    name: str
    charge_item_id: int
    pricing: FeePricing
    price: Decimal | None
    piece: str = ""
    is_active: bool = True


def create_fee_type(*, actor: Actor, company_id: int, code: str, values: FeeTypeValues, on: date) -> int:
    """Create a fee type and return its id. Raises NotPermitted, FeeTypeExists, FeePriceRefused, FeeChargeItemRefused."""
    staff.require(actor, PERMISSION, on=on, unit_id=company_id)
    row = FeeType(company_id=company_id, code=code, **_checked(company_id, values, kept=None))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise FeeTypeExists(fee_code=code) from error
        _record(actor, "billing.fee_type_created", row, None)
    return row.pk


def update_fee_type(*, actor: Actor, fee_type_id: int, version: int, values: FeeTypeValues, on: date) -> None:
    """Change a fee type; what was charged keeps its price. Raises NotFound, StaleEdit and as `create_fee_type`."""
    row = FeeType.objects.filter(pk=fee_type_id).first()
    if row is None:
        raise NotFound(fee_type=fee_type_id)
    staff.require(actor, PERMISSION, on=on, unit_id=row.company_id)
    before = _told(row)
    fields = _checked(row.company_id, values, kept=row.charge_item_id)
    with transaction.atomic():
        changed = FeeType.objects.filter(pk=fee_type_id, version=version).update(version=F("version") + 1, **fields)
        if not changed:
            raise StaleEdit
        row.refresh_from_db()
        _record(actor, "billing.fee_type_changed", row, before)


def _checked(company_id: int, values: FeeTypeValues, *, kept: int | None) -> dict[str, object]:
    price = values.price
    if (price is None) != (values.pricing is FeePricing.FREE):
        raise FeePriceRefused(most=MOST)
    if price is not None and (not 0 < price <= MOST or price != round_decimal(price, 2)):
        raise FeePriceRefused(most=MOST)
    offered = {row.id for row in charge_items(company_id) if row.is_active or row.id == kept}
    if values.charge_item_id not in offered:
        raise FeeChargeItemRefused()
    return {
        "name": values.name.strip(),
        "charge_item_id": values.charge_item_id,
        "pricing": values.pricing.value,
        "price": price,
        "piece": values.piece.strip() if values.pricing is FeePricing.UNIT else "",
        "is_active": values.is_active,
    }


def _told(row: FeeType) -> dict[str, object]:
    return {
        "name": row.name,
        "charge_item": row.charge_item_id,
        "pricing": row.pricing,
        "price": None if row.price is None else str(row.price),
        "piece": row.piece,
        "is_active": row.is_active,
    }


def _record(actor: Actor, action: str, row: FeeType, before: dict[str, object] | None) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="fee_type",
        object_key=row.code,
        company_id=row.company_id,
        before=before,
        after=_told(row),
    )
