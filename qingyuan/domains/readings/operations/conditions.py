"""Reading conditions of a company (表况维护)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.readings.models import ReadingCondition
from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.staff.operations.require import require


class ConditionInvalid(DomainError):
    """A condition needs a code of letters and digits, and a name (表况代码或名称无效)."""

    code = "readings.condition_invalid"


@dataclass(frozen=True, slots=True)
class NewCondition:
    """A condition by its code. `name_en` is what the English screens show, empty: the name."""

    code: str
    name: str
    algorithm: Algorithm
    name_en: str = ""
    photo_needed: bool = False
    position: int = 100
    is_active: bool = True


DEFAULT_CONDITIONS = (
    NewCondition("01", "正常", Algorithm.NORMAL, "Normal", position=10),
    NewCondition("02", "无法进户", Algorithm.ESTIMATE, "No access", position=20),
    NewCondition("03", "零水量", Algorithm.ZERO, "No usage", position=30),
    NewCondition("04", "过圈", Algorithm.ROLLOVER, "Register rolled over", position=40),
    NewCondition("05", "倒走", Algorithm.REVERSE, "Register ran backwards", position=50),
    NewCondition("06", "已换表", Algorithm.METER_CHANGED, "Meter changed", position=60),
    NewCondition("07", "水表失灵", Algorithm.UNRELATED, "Meter faulty, volume given", position=70),
    NewCondition("08", "表停", Algorithm.ESTIMATE, "Register stopped", position=80),
    NewCondition("09", "看不清", Algorithm.ESTIMATE, "Dial not readable", position=90),
)
"""What a new company starts with; codes 10 and above are its own."""


def set_conditions(
    *, actor: Actor, company_id: int, on: date, conditions: Sequence[NewCondition] = DEFAULT_CONDITIONS
) -> int:
    """Make or change the company's conditions by their codes; others stay. Returns how many changed.

    An algorithm is changed for future reads alone: what was read keeps its usage. Raises ConditionInvalid, NotPermitted
    (readings.configure).
    """
    for one in conditions:
        if not one.code.isalnum() or len(one.code) > 32 or not one.name.strip():
            raise ConditionInvalid(condition_code=one.code)
    with transaction.atomic():
        require(actor, "readings.configure", on=on, unit_id=company_id)
        known = {row.code: row for row in ReadingCondition.objects.filter(company_id=company_id)}
        changed = 0
        for one in conditions:
            row = known.get(one.code) or ReadingCondition(company_id=company_id, code=one.code)
            before = _facts(row) if one.code in known else None
            row.name, row.name_en, row.algorithm = one.name.strip(), one.name_en.strip(), one.algorithm
            row.photo_needed, row.position, row.is_active = one.photo_needed, one.position, one.is_active
            if before == _facts(row):
                continue
            row.save()
            changed += 1
            record(
                actor=actor,
                action="readings.conditions",
                object_type="reading_condition",
                object_key=one.code,
                company_id=company_id,
                unit_id=company_id,
                before=before,
                after=_facts(row),
            )
    return changed


def _facts(row: ReadingCondition) -> dict[str, object]:
    return {
        "name": row.name,
        "name_en": row.name_en,
        "algorithm": str(row.algorithm),
        "photo_needed": row.photo_needed,
        "position": row.position,
        "is_active": row.is_active,
    }
