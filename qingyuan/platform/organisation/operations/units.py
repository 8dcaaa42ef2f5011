"""Writes of the organisation tree (组织机构维护)."""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform import authority
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.organisation.models import OrgUnit, UnitKind

_TREE = "organisation tree"  # all writes of the tree wait for each other: paths are made from paths


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


class MoveIntoItself(DomainError):
    """The new parent lies below the unit (不能移到自己的下级)."""

    code = "organisation.move_into_itself"


class MoveBetweenCompanies(DomainError):
    """Rows carry their company, so a unit stays in it (机构不能移出所属水司)."""

    code = "organisation.move_between_companies"


class HasOpenUnits(DomainError):
    """Units below are still open (存在未撤销的下级机构)."""

    code = "organisation.has_open_units"


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
        hold_name(_TREE)
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


def update_unit(
    *,
    actor: Actor,
    unit_id: int,
    version: int,
    name: str,
    on: date,
    short_name: str = "",
    phone: str = "",
    address: str = "",
    reason: str = "",
) -> None:
    """Change what a unit is called and where it is; its code and kind stay.

    Raises NotPermitted without organisation.edit at the unit, NotFound, StaleEdit.
    """
    row = _row(unit_id)
    authority.require(actor, "organisation.edit", on=on, unit_id=unit_id)
    before = {name_of: getattr(row, name_of) for name_of in ("name", "short_name", "phone", "address")}
    after: dict[str, object] = {"name": name, "short_name": short_name, "phone": phone, "address": address}
    with transaction.atomic():
        _change(row, version, **after)
        _audit(actor, "organisation.unit_changed", row, before, after, reason)


def move_unit(*, actor: Actor, unit_id: int, version: int, to_parent_id: int, on: date, reason: str) -> None:
    """Hang a unit with its subtree under another parent of the same company.

    Business rows carry their company for ever, so a unit never leaves it; a company moves above companies only.
    Raises NotPermitted without organisation.edit at the unit and the new parent, NotFound, StaleEdit, ParentClosed,
    MoveIntoItself, MoveBetweenCompanies.
    """
    for place in (unit_id, to_parent_id):
        authority.require(actor, "organisation.edit", on=on, unit_id=_row(place).pk)
    with transaction.atomic():
        hold_name(_TREE)
        row, parent = _row(unit_id), _row(to_parent_id)
        if parent.closed_date is not None:
            raise ParentClosed(parent=parent.code)
        if parent.path.startswith(row.path):
            raise MoveIntoItself(unit=row.code, parent=parent.code)
        above = None if row.is_company else row.company_id
        if parent.company_id != above:
            raise MoveBetweenCompanies(unit=row.code, parent=parent.code)
        before_parent = row.parent.code if row.parent else None
        _change(row, version, parent=parent)
        subtree = OrgUnit.objects.filter(path__startswith=row.path)
        subtree.update(path=Concat(Value(f"{parent.path}{row.pk}/"), Substr("path", len(row.path) + 1)))
        _audit(
            actor,
            "organisation.unit_moved",
            row,
            {"parent": before_parent},
            {"parent": parent.code},
            reason,
        )


def close_unit(*, actor: Actor, unit_id: int, version: int, closed_date: date, on: date, reason: str) -> None:
    """Close a unit (撤销) from a date on: nothing new is added below it, what is there stays.

    Raises NotPermitted without organisation.edit at the unit, NotFound, StaleEdit, HasOpenUnits.
    """
    row = _row(unit_id)
    authority.require(actor, "organisation.edit", on=on, unit_id=unit_id)
    with transaction.atomic():
        hold_name(_TREE)
        if OrgUnit.objects.filter(parent_id=unit_id, closed_date__isnull=True).exists():
            raise HasOpenUnits(unit=row.code)
        _change(row, version, closed_date=closed_date)
        _audit(
            actor,
            "organisation.unit_closed",
            row,
            {"closed_date": row.closed_date},
            {"closed_date": closed_date},
            reason,
        )


def reopen_unit(*, actor: Actor, unit_id: int, version: int, on: date, reason: str) -> None:
    """Open a closed unit again. Raises NotPermitted, NotFound, StaleEdit, ParentClosed."""
    row = _row(unit_id)
    authority.require(actor, "organisation.edit", on=on, unit_id=unit_id)
    with transaction.atomic():
        hold_name(_TREE)
        if row.parent is not None and row.parent.closed_date is not None:
            raise ParentClosed(parent=row.parent.code)
        _change(row, version, closed_date=None)
        _audit(
            actor,
            "organisation.unit_reopened",
            row,
            {"closed_date": row.closed_date},
            {"closed_date": None},
            reason,
        )


def _parent(parent_id: int | None) -> OrgUnit | None:
    if parent_id is None:
        if OrgUnit.objects.filter(parent__isnull=True).exists():
            raise RootExists()
        return None
    parent = _row(parent_id)
    if parent.closed_date is not None:
        raise ParentClosed(parent=parent.code)
    return parent


def _row(unit_id: int) -> OrgUnit:
    row = OrgUnit.objects.filter(pk=unit_id).first()
    if row is None:
        raise NotFound(unit=unit_id)
    return row


def _change(row: OrgUnit, version: int, **fields: object) -> None:
    changed = OrgUnit.objects.filter(pk=row.pk, version=version).update(version=F("version") + 1, **fields)
    if not changed:
        raise StaleEdit(unit=row.code)


def _audit(
    actor: Actor, action: str, row: OrgUnit, before: dict[str, object], after: dict[str, object], reason: str
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="org_unit",
        object_key=row.code,
        company_id=row.company_id,
        unit_id=row.pk,
        before=before,
        after=after,
        reason=reason,
    )


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('org_unit', 'id'))")
        (value,) = cursor.fetchone()
    return int(value)
