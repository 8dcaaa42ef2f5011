"""Creating areas (片区)."""

from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.routes.declarations import MANAGE
from qingyuan.domains.routes.models import ReadingArea
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.organisation.queries import company_of
from qingyuan.platform.staff.operations import require


class AreaCodeTaken(DomainError):
    """The company has another area with this code."""

    code = "routes.area_code_taken"


def create_area(*, actor: Actor, unit_id: int, code: str, name: str, on: date, parent_id: int | None = None) -> int:
    """Create an area of a unit and return its id. Raises NotPermitted, NotFound for the parent, AreaCodeTaken."""
    require(actor, MANAGE, on=on, unit_id=unit_id)
    company_id = company_of(unit_id)
    with transaction.atomic():
        if parent_id is not None and not ReadingArea.objects.filter(id=parent_id, company_id=company_id).exists():
            raise NotFound(area_id=parent_id)
        try:
            with transaction.atomic():
                area = ReadingArea.objects.create(
                    company_id=company_id, unit_id=unit_id, code=code, name=name, parent_id=parent_id
                )
        except IntegrityError as error:
            raise AreaCodeTaken(area_code=code) from error
        record(
            actor=actor,
            action="routes.create_area",
            object_type="reading_area",
            object_key=code,
            company_id=company_id,
            unit_id=unit_id,
            after={"name": name, "parent_id": parent_id},
        )
    return area.pk
