"""Writes of the organisation tree (组织机构维护)."""

from datetime import date

from django.db import IntegrityError, connection, transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform import authority
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation.models import OrgUnit, UnitKind


class CodeTaken(DomainError):
    """Another unit has this code (机构编号已使用)."""

    code = "organisation.code_taken"


class RootExists(DomainError):
    """There is one root only (只能有一个最上级机构)."""

    code = "organisation.root_exists"


class CompanyInsideCompany(DomainError):
    """A company cannot lie below another company (水司之下不能再设水司)."""

    code = "organisation.company_inside_company"


class ParentClosed(DomainError):
    """Nothing can be added below a closed unit (上级机构已撤销)."""

    code = "organisation.parent_closed"


def create_unit(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: UnitKind,
    parent_id: int | None,
    on: date,
    is_company: bool = False,
    short_name: str = "",
    phone: str = "",
    address: str = "",
) -> int:
    """Add a unit below `parent_id` (None: the root, once) and return its id.

    Raises NotPermitted without organisation.edit at the parent, NotFound, CodeTaken, RootExists, ParentClosed,
    CompanyInsideCompany.
    """
    authority.require(actor, "organisation.edit", on=on, unit_id=parent_id)
    with transaction.atomic():
        parent = _parent(parent_id)
        if is_company and parent is not None and parent.company_id is not None:
            raise CompanyInsideCompany(parent=parent.code)
        unit_id = _next_id()
        row = OrgUnit(
            pk=unit_id,
            code=code,
            name=name,
            short_name=short_name,
            kind=kind,
            parent=parent,
            is_company=is_company,
            company_id=unit_id if is_company else (parent.company_id if parent else None),
            path=f"{parent.path if parent else ''}{unit_id}/",
            phone=phone,
            address=address,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise CodeTaken(unit=code) from error
        audit.record(
            actor=actor,
            action="organisation.unit_created",
            object_type="org_unit",
            object_key=code,
            company_id=row.company_id,
            unit_id=unit_id,
            after={"name": name, "kind": kind, "parent": parent.code if parent else None, "is_company": is_company},
        )
    return unit_id


def _parent(parent_id: int | None) -> OrgUnit | None:
    if parent_id is None:
        if OrgUnit.objects.filter(parent__isnull=True).exists():
            raise RootExists()
        return None
    # A share lock, so that the parent is not moved or closed while the child's path is made from it.
    parent = OrgUnit.objects.raw("SELECT * FROM org_unit WHERE id = %s FOR SHARE", [parent_id])
    found = next(iter(parent), None)
    if found is None:
        raise NotFound(unit=parent_id)
    if found.closed_date is not None:
        raise ParentClosed(parent=found.code)
    return found


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('org_unit', 'id'))")
        (value,) = cursor.fetchone()
    return int(value)
