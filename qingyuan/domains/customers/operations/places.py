"""Regions, estates and classifications (区划、小区、分类): what addresses and accounts are sorted by."""

from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.customers.declarations import MANAGE_PLACES
from qingyuan.domains.customers.models import ClassificationScheme, ClassificationValue, Community, Region
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require


class CodeTaken(DomainError):
    """The company has another region, estate or classification with this code."""

    code = "customers.code_taken"


def create_region(
    *, actor: Actor, company_id: int, code: str, name: str, on: date, parent_id: int | None = None
) -> int:
    """Create a region, street or road and return its id. Raises NotPermitted, NotFound for the parent, CodeTaken."""
    require(actor, MANAGE_PLACES, on=on, unit_id=company_id)
    with transaction.atomic():
        if parent_id is not None and not Region.objects.filter(id=parent_id, company_id=company_id).exists():
            raise NotFound(region_id=parent_id)
        region = Region(company_id=company_id, code=code, name=name, parent_id=parent_id)
        _save(region, code)
        record(
            actor=actor,
            action="customers.create_region",
            object_type="region",
            object_key=code,
            company_id=company_id,
            after={"name": name, "parent_id": parent_id},
        )
    return region.pk


def create_community(
    *, actor: Actor, company_id: int, code: str, name: str, on: date, region_id: int | None = None
) -> int:
    """Create an estate (小区) and return its id. Raises NotPermitted, NotFound for the region, CodeTaken."""
    require(actor, MANAGE_PLACES, on=on, unit_id=company_id)
    with transaction.atomic():
        if region_id is not None and not Region.objects.filter(id=region_id, company_id=company_id).exists():
            raise NotFound(region_id=region_id)
        community = Community(company_id=company_id, code=code, name=name, region_id=region_id)
        _save(community, code)
        record(
            actor=actor,
            action="customers.create_community",
            object_type="community",
            object_key=code,
            company_id=company_id,
            after={"name": name, "region_id": region_id},
        )
    return community.pk


def create_scheme(
    *,
    actor: Actor,
    company_id: int,
    code: str,
    name: str,
    values: tuple[tuple[str, str], ...],
    on: date,
    position: int = 100,
) -> int:
    """Create a classification with its values (code, name) and return its id. Raises NotPermitted, CodeTaken."""
    require(actor, MANAGE_PLACES, on=on, unit_id=company_id)
    with transaction.atomic():
        scheme = ClassificationScheme(company_id=company_id, code=code, name=name, position=position)
        _save(scheme, code)
        for value_code, value_name in values:
            _save(
                ClassificationValue(company_id=company_id, scheme=scheme, code=value_code, name=value_name),
                value_code,
            )
        record(
            actor=actor,
            action="customers.create_scheme",
            object_type="classification_scheme",
            object_key=code,
            company_id=company_id,
            after={"name": name, "values": [value_code for value_code, _ in values]},
        )
    return scheme.pk


def _save(row: Region | Community | ClassificationScheme | ClassificationValue, code: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CodeTaken(place_code=code) from error
