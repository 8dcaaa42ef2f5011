"""Setting parameters (参数维护): each value from a date on, with a reason; what was in force stays on record."""

from datetime import date

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import ParameterValue
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform import registry
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters.models import ParameterValue as Row
from qingyuan.platform.parameters.queries.values import in_force
from qingyuan.platform.parameters.rules.values import accepted, kept
from qingyuan.platform.staff import operations as staff


class ReasonMissing(DomainError):
    """A parameter is not changed without a reason (须填写修改原因)."""

    code = "parameters.reason_missing"


class AlreadyInForce(DomainError):
    """A value that is in force already cannot be withdrawn, only followed by another (参数值已生效，不能撤回)."""

    code = "parameters.already_in_force"


def set_value(
    *,
    actor: Actor,
    code: str,
    unit_id: int | None,
    from_date: date,
    value: ParameterValue,
    reason: str,
    on: date | None = None,
) -> int:
    """The parameter has `value` at the unit (None: the whole installation) from `from_date` until the next row.

    `on` is the business day on which the permission is asked for (default `from_date`). A row of the same date is
    replaced. Returns the row's id. Raises NotPermitted without parameters.edit, NotFound, ValueRefused, ReasonMissing;
    LookupError for an undeclared code.
    """
    parameter = registry.parameters.get(code)
    staff.require(actor, "parameters.edit", on=on or from_date, unit_id=_scope(unit_id))
    if not reason.strip():
        raise ReasonMissing(parameter=code)
    typed = kept(accepted(parameter, value))
    with transaction.atomic():
        before = in_force(code, unit_id=unit_id, on=from_date)
        row, made = Row.objects.update_or_create(
            code=code, unit_id=unit_id, from_date=from_date, defaults={"value": typed, "reason": reason}
        )
        if not made:
            Row.objects.filter(pk=row.pk).update(version=row.version + 1)
        audit.record(
            actor=actor,
            action="parameters.value_set",
            object_type="parameter",
            object_key=code,
            company_id=None if unit_id is None else organisation.unit(unit_id).company_id,
            unit_id=unit_id,
            before={"value": kept(before.value), "at_unit": before.unit_id, "from_date": before.from_date},
            after={"value": typed, "at_unit": unit_id, "from_date": from_date},
            reason=reason,
        )
    return row.pk


def withdraw_value(*, actor: Actor, row_id: int, reason: str, on: date) -> None:
    """Take back a value that comes into force after the day `on`.

    Raises NotPermitted, NotFound, ReasonMissing, AlreadyInForce.
    """
    with transaction.atomic():
        row = Row.objects.filter(pk=row_id).select_for_update().first()
        if row is None:
            raise NotFound(parameter_value=row_id)
        staff.require(actor, "parameters.edit", on=on, unit_id=_scope(row.unit_id))
        if not reason.strip():
            raise ReasonMissing(parameter=row.code)
        if row.from_date <= on:
            raise AlreadyInForce(parameter=row.code, from_date=row.from_date)
        row.delete()
        audit.record(
            actor=actor,
            action="parameters.value_withdrawn",
            object_type="parameter",
            object_key=row.code,
            unit_id=row.unit_id,
            before={"value": row.value, "from_date": row.from_date},
            reason=reason,
        )


def _scope(unit_id: int | None) -> int | None:
    """The unit at which the permission must be held: for the whole installation, the root."""
    if unit_id is not None:
        return organisation.unit(unit_id).id
    top = organisation.root()
    return None if top is None else top.id
