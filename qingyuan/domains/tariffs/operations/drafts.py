"""Drafts of price versions (价格版本草稿): begun, changed, tested, discarded; published by `plans.publish`."""

from dataclasses import replace
from datetime import date

from django.db import transaction

from qingyuan.domains.tariffs.declarations import EDIT
from qingyuan.domains.tariffs.models import ChargeItem, PricePlan, PriceVersion, UsageClass, VersionState
from qingyuan.domains.tariffs.operations.plans import (
    OtherKind,
    PublishedVersion,
    UnknownClass,
    import_version,
    write_draft,
)
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version, refuse_unknown_items
from qingyuan.domains.tariffs.rules.parse_cases import parse_cases
from qingyuan.domains.tariffs.rules.plan import PlanVersion
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations import record
from qingyuan.platform.files import operations as files
from qingyuan.platform.staff.operations import require

DOCUMENT_OBJECT = "price_version"
"""Scans of the price document hang on the version's id as this kind of object."""


class OtherCode(DomainError):
    """The text names another plan than the draft's; a plan's code never changes (方案编码不符)."""

    code = "tariffs.other_code"


class DateTaken(DomainError):
    """Another version of the plan begins on that date (该日已有版本)."""

    code = "tariffs.date_taken"


class PlanTaken(DomainError):
    """There is a plan of that code already (方案编码已存在)."""

    code = "tariffs.plan_taken"


def begin_plan(*, actor: Actor, company_id: int, text: str, on: date) -> int:
    """A plan that is not there yet, with this file as its first draft; returns the version's id.

    Raises PlanTaken and as `import_version`.
    """
    require(actor, EDIT, on=on, unit_id=company_id)
    code = parse_version(text).code
    if PricePlan.objects.filter(company_id=company_id, code=code).exists():
        raise PlanTaken(plan=code)
    return import_version(actor=actor, company_id=company_id, text=text, on=on).version_id


def begin_draft(*, actor: Actor, from_version_id: int, effective_from: date, on: date) -> int:
    """A draft that says the same as another version of the plan, its cases too, from another date on.

    The price document is left out: the new version has its own. Returns the draft's id. Raises NotFound,
    NotPermitted, DateTaken.
    """
    with transaction.atomic():
        source = PriceVersion.objects.select_related("plan").filter(pk=from_version_id).first()
        if source is None:
            raise NotFound(price_version=from_version_id)
        require(actor, EDIT, on=on, unit_id=source.plan.company_id)
        # one person at a time begins a draft of a plan, or two would take the same date
        PricePlan.objects.select_for_update().get(pk=source.plan_id)
        _refuse_taken(source.plan, effective_from, None)
        parsed = replace(
            parse_version(source.source), effective_from=effective_from, effective_to=None, document="", note=""
        )
        made = PriceVersion(plan=source.plan, cases=source.cases)
        write_draft(made, parsed, actor)
        _recorded(actor, "tariffs.begin_draft", made, {"from_version": source.effective_from})
    return made.pk


def save_draft(*, actor: Actor, version_id: int, version: int, text: str, on: date) -> int:
    """Write a tariff file into the draft that the person read as `version`; returns the new version number.

    Raises NotFound, NotPermitted, StaleEdit, PublishedVersion, TariffFileInvalid (each complaint with its line, unknown
    charge items too), OtherCode, OtherKind, UnknownClass, DateTaken.
    """
    with transaction.atomic():
        row = _held(actor, version_id, version, on)
        parsed = parse_version(text)
        _refuse_other(row, parsed)
        before = row.content_hash
        write_draft(row, parsed, actor)
        _recorded(actor, "tariffs.change_draft", row, {"content_hash_before": before})
    return row.version


def save_cases(*, actor: Actor, version_id: int, version: int, text: str, on: date) -> int:
    """Keep these cases with the draft, empty for none; returns the new version number.

    A case that fails is kept: it is publishing that it stops. Raises NotFound, NotPermitted, StaleEdit,
    PublishedVersion, TariffFileInvalid.
    """
    with transaction.atomic():
        row = _held(actor, version_id, version, on)
        problems = [problem for case in parse_cases(text) for problem in case.problems] if text.strip() else []
        if problems:
            raise TariffFileInvalid(tuple(problems))
        row.cases = text if text.strip() else ""
        row.changed_by_id = actor.staff_id
        row.version += 1
        row.save()
        _recorded(actor, "tariffs.change_cases", row, {})
    return row.version


def discard_draft(*, actor: Actor, version_id: int, version: int, on: date) -> None:
    """Throw a draft away. Raises NotFound, NotPermitted, StaleEdit, PublishedVersion."""
    with transaction.atomic():
        row = _held(actor, version_id, version, on)
        _recorded(actor, "tariffs.discard_draft", row, {"source": row.source})
        row.delete()


def attach_document(*, actor: Actor, version_id: int, name: str, media_type: str, content: bytes, on: date) -> str:
    """Keep a scan of the price document (价格文件扫描件) with the draft; returns its hash.

    Raises NotFound, NotPermitted, PublishedVersion, and what `files.store` raises.
    """
    with transaction.atomic():
        row = _held(actor, version_id, None, on)
        stored = files.store(actor=actor, name=name, media_type=media_type, content=content, on=on)
        files.link(
            actor=actor,
            sha256=stored.sha256,
            object_type=DOCUMENT_OBJECT,
            object_key=str(row.pk),
            purpose="price_document",
        )
    return stored.sha256


def _held(actor: Actor, version_id: int, version: int | None, on: date) -> PriceVersion:
    """The draft's row, locked; `version` None: whatever its version."""
    row = PriceVersion.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=version_id).first()
    if row is None:
        raise NotFound(price_version=version_id)
    require(actor, EDIT, on=on, unit_id=row.plan.company_id)
    if row.state == VersionState.PUBLISHED:
        raise PublishedVersion(plan=row.plan.code, effective_from=row.effective_from)
    if version is not None and row.version != version:
        raise StaleEdit(price_version=version_id)
    return row


def _refuse_other(row: PriceVersion, parsed: PlanVersion) -> None:
    plan = row.plan
    if parsed.code != plan.code:
        raise OtherCode(plan=plan.code, given=parsed.code)
    if parsed.kind.value != plan.kind:
        raise OtherKind(plan=plan.code, kind=plan.kind)
    known = set(ChargeItem.objects.filter(company_id=plan.company_id).values_list("code", flat=True))
    refuse_unknown_items(parsed, known)
    classes = UsageClass.objects.filter(company_id=plan.company_id, code=parsed.usage_class)
    if parsed.usage_class and not classes.exists():
        raise UnknownClass(usage_class=parsed.usage_class)
    if parsed.effective_from != row.effective_from:
        PricePlan.objects.select_for_update().get(pk=plan.pk)
        _refuse_taken(plan, parsed.effective_from, row.pk)


def _refuse_taken(plan: PricePlan, effective_from: date, own_id: int | None) -> None:
    others = PriceVersion.objects.filter(plan=plan, effective_from=effective_from)
    if own_id is not None:
        others = others.exclude(pk=own_id)
    if others.exists():
        raise DateTaken(plan=plan.code, effective_from=effective_from)


def _recorded(actor: Actor, action: str, row: PriceVersion, more: dict[str, object]) -> None:
    record(
        actor=actor,
        action=action,
        object_type="price_plan",
        object_key=row.plan.code,
        company_id=row.plan.company_id,
        after={"effective_from": row.effective_from, "content_hash": row.content_hash, **more},
    )
