"""Relief schemes (减免方案): created, changed, retired; never deleted, since accounts and bills name their codes."""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.domains.customers.declarations import CHANGE
from qingyuan.domains.customers.models import ReliefScheme
from qingyuan.domains.customers.rules.relief_schemes import ReliefSchemeValues, checked
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require


class ReliefSchemeTaken(DomainError):
    """Another scheme of the company has this code or this name (减免方案编码或名称重复)."""

    code = "customers.relief_scheme_taken"


class ReliefSchemeRetired(DomainError):
    """The scheme is retired: it is not granted any more (减免方案已停用)."""

    code = "customers.relief_scheme_retired"


def create_relief_scheme(*, actor: Actor, company_id: int, code: str, values: ReliefSchemeValues, on: date) -> int:
    """Create a scheme of the company and return its id. Raises NotPermitted, ReliefSchemeInvalid, ReliefSchemeTaken."""
    require(actor, CHANGE, on=on, unit_id=company_id)
    row = ReliefScheme(company_id=company_id, code=code, **checked(code, values))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise ReliefSchemeTaken(scheme=code, name=row.name) from error
        _record(actor, "customers.create_relief_scheme", row, None)
    return row.pk


def update_relief_scheme(*, actor: Actor, scheme_id: int, version: int, values: ReliefSchemeValues, on: date) -> None:
    """Change or retire a scheme; reliefs that accounts hold stay as they are.

    Raises NotFound, NotPermitted, StaleEdit, ReliefSchemeInvalid, ReliefSchemeTaken.
    """
    row = ReliefScheme.objects.filter(pk=scheme_id).first()
    if row is None:
        raise NotFound(relief_scheme=scheme_id)
    require(actor, CHANGE, on=on, unit_id=row.company_id)
    fields = checked(row.code, values)
    before = _told(row)
    with transaction.atomic():
        found = ReliefScheme.objects.filter(pk=scheme_id, version=version)
        try:
            with transaction.atomic():
                changed = found.update(version=F("version") + 1, **fields)
        except IntegrityError as error:
            raise ReliefSchemeTaken(scheme=row.code, name=fields["name"]) from error
        if not changed:
            raise StaleEdit
        row.refresh_from_db()
        _record(actor, "customers.change_relief_scheme", row, before)


def retired_schemes(company_id: int, codes: Collection[str]) -> frozenset[str]:
    """Those of the codes whose scheme is retired; a code without a scheme is not."""
    rows = ReliefScheme.objects.filter(company_id=company_id, code__in=codes, is_active=False)
    return frozenset(rows.values_list("code", flat=True))


def _told(row: ReliefScheme) -> dict[str, object]:
    return {
        "name": row.name,
        "funder": row.funder,
        "evidence": row.evidence,
        "default_months": row.default_months,
        "is_active": row.is_active,
    }


def _record(actor: Actor, action: str, row: ReliefScheme, before: dict[str, object] | None) -> None:
    record(
        actor=actor,
        action=action,
        object_type="relief_scheme",
        object_key=row.code,
        company_id=row.company_id,
        before=before,
        after=_told(row),
    )
