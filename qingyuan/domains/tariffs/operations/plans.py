"""Price plans in the database (价格方案): the tariff file goes in, is published, is assigned, and comes out again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from qingyuan.domains.tariffs.declarations import EDIT, PUBLISH
from qingyuan.domains.tariffs.models import (
    ChargeItem,
    PlanAssignment,
    PricePlan,
    PriceVersion,
    UsageClass,
    VersionState,
)
from qingyuan.domains.tariffs.queries.trials import least_cases, run_saved_cases
from qingyuan.domains.tariffs.rules.dump import dump_version
from qingyuan.domains.tariffs.rules.parse import parse_version, refuse_unknown_items
from qingyuan.domains.tariffs.rules.plan import PlanVersion
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.operations import require

_CASES_NAMED = 5
"""So many failing cases are named in a refusal; the page of the cases shows them all."""


class PublishedVersion(DomainError):
    """A published version of the plan begins on this date; published versions never change (已发布，不可更改)."""

    code = "tariffs.published_version"


class OtherKind(DomainError):
    """The plan is of another kind (plan, item) than the file says (方案种类不符)."""

    code = "tariffs.other_kind"


class UnknownClass(DomainError):
    """The file names a usage class that the company does not have (用水性质不存在)."""

    code = "tariffs.unknown_class"


class VersionsOverlap(DomainError):
    """Another published version of the plan is in force in part of this one's time (价格版本时间重叠)."""

    code = "tariffs.versions_overlap"


class AssignmentsOverlap(DomainError):
    """The class already has a plan at this unit for part of the time, decided from a later date (方案指派时间重叠)."""

    code = "tariffs.assignments_overlap"


class NothingPublished(DomainError):
    """The plan has no published version in force on the date (方案在该日无已发布版本)."""

    code = "tariffs.nothing_published"


class OwnDraft(DomainError):
    """The person last changed the draft: another one publishes it (本人修改的草稿须由他人发布)."""

    code = "tariffs.own_draft"


class CasesMissing(DomainError):
    """The draft has fewer saved cases than the parameter asks for: nothing would be checked (试算用例不足)."""

    code = "tariffs.cases_missing"


class CasesFail(DomainError):
    """Saved cases of the draft do not come out as expected (试算用例未通过)."""

    code = "tariffs.cases_fail"


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """The draft that an import made or replaced."""

    version_id: int
    plan_id: int
    plan_code: str
    effective_from: date


def import_version(*, actor: Actor, company_id: int, text: str, on: date) -> ImportedVersion:
    """Take a tariff file as a draft version of its plan, which is made if there is none.

    A draft of the same plan and date is replaced. What is kept is the canonical form of the file. Raises
    TariffFileInvalid (each complaint with its line, unknown charge items too), UnknownClass, OtherKind,
    PublishedVersion, NotPermitted.
    """
    require(actor, EDIT, on=on, unit_id=company_id)
    parsed = parse_version(text)
    refuse_unknown_items(parsed, set(ChargeItem.objects.filter(company_id=company_id).values_list("code", flat=True)))
    with transaction.atomic():
        plan = _plan_of(company_id, parsed)
        version = _draft_of(plan, parsed, actor)
        record(
            actor=actor,
            action="tariffs.import_version",
            object_type="price_plan",
            object_key=parsed.code,
            company_id=company_id,
            after={"effective_from": parsed.effective_from, "content_hash": version.content_hash},
        )
    return ImportedVersion(version.pk, plan.pk, parsed.code, parsed.effective_from)


def _plan_of(company_id: int, parsed: PlanVersion) -> PricePlan:
    usage_class = None
    if parsed.usage_class:
        usage_class = UsageClass.objects.filter(company_id=company_id, code=parsed.usage_class).first()
        if usage_class is None:
            raise UnknownClass(usage_class=parsed.usage_class)
    plan, made = PricePlan.objects.get_or_create(
        company_id=company_id,
        code=parsed.code,
        defaults={"name": parsed.name, "kind": parsed.kind.value, "usage_class": usage_class},
    )
    if not made and plan.kind != parsed.kind.value:
        raise OtherKind(plan=parsed.code, kind=plan.kind)
    return plan


def _draft_of(plan: PricePlan, parsed: PlanVersion, actor: Actor) -> PriceVersion:
    there = PriceVersion.objects.select_for_update().filter(plan=plan, effective_from=parsed.effective_from)
    if there.filter(state=VersionState.PUBLISHED).exists():
        raise PublishedVersion(plan=plan.code, effective_from=parsed.effective_from)
    version = there.first() or PriceVersion(plan=plan, effective_from=parsed.effective_from)
    write_draft(version, parsed, actor)
    return version


def write_draft(version: PriceVersion, parsed: PlanVersion, actor: Actor) -> None:
    """Write what a file says into the row of a draft, new or locked by the caller; the actor is who changed it last."""
    version.source = dump_version(parsed)
    version.content_hash = sha256_hex(version.source)
    version.effective_from = parsed.effective_from
    version.effective_to = parsed.effective_to
    version.document_no = parsed.document
    version.note = parsed.note
    version.state = VersionState.DRAFT
    version.changed_by_id = actor.staff_id
    if not version._state.adding:
        version.version += 1
    version.save()


def publish(*, actor: Actor, version_id: int, at: datetime, on: date) -> None:
    """Publish a draft: from then on it never changes. The open version before it ends where it begins.

    Two people (双人复核): who last changed the draft or its cases does not publish it; the system may. Raises NotFound,
    NotPermitted, PublishedVersion when it is published already, OwnDraft, CasesMissing where a person publishes with fewer
    saved cases than `tariffs.least_cases`, CasesFail with the cases' names,
    TariffFileInvalid when the cases cannot be read, VersionsOverlap.
    """
    with transaction.atomic():
        version = PriceVersion.objects.select_for_update().select_related("plan").filter(pk=version_id).first()
        if version is None:
            raise NotFound(price_version=version_id)
        require(actor, PUBLISH, on=on, unit_id=version.plan.company_id)
        if version.state == VersionState.PUBLISHED:
            raise PublishedVersion(plan=version.plan.code, effective_from=version.effective_from)
        if actor.staff_id is not None and actor.staff_id == version.changed_by_id:
            raise OwnDraft(plan=version.plan.code, effective_from=version.effective_from)
        _refuse_failing_cases(actor, version, on)
        try:
            with transaction.atomic():
                _end_the_one_before(version)
                _begin_before_the_next(version)
                version.state = VersionState.PUBLISHED
                version.published_at = at
                version.published_by_id = actor.staff_id
                version.version += 1
                version.save()
        except IntegrityError as error:
            raise VersionsOverlap(plan=version.plan.code, effective_from=version.effective_from) from error
        record(
            actor=actor,
            action="tariffs.publish",
            object_type="price_plan",
            object_key=version.plan.code,
            company_id=version.plan.company_id,
            after={"effective_from": version.effective_from, "content_hash": version.content_hash},
        )


def _refuse_failing_cases(actor: Actor, version: PriceVersion, on: date) -> None:
    company_id, draft = version.plan.company_id, parse_version(version.source)
    outcomes = run_saved_cases(company_id, draft, version.cases)
    least = 0 if actor.is_system else least_cases(company_id, draft, on=on)
    if len(outcomes) < least:
        raise CasesMissing(plan=version.plan.code, count=len(outcomes), least=least)
    failed = [outcome.case_id for outcome in outcomes if not outcome.passed]
    if failed:
        raise CasesFail(plan=version.plan.code, count=len(failed), cases=failed[:_CASES_NAMED])


def _end_the_one_before(version: PriceVersion) -> None:
    """An open published version that began earlier ends on the day this one begins."""
    PriceVersion.objects.filter(
        plan=version.plan,
        state=VersionState.PUBLISHED,
        effective_from__lt=version.effective_from,
        effective_to__isnull=True,
    ).update(effective_to=version.effective_from)


def _begin_before_the_next(version: PriceVersion) -> None:
    """A version published between two others ends where the later one begins, if it is open itself."""
    following = (
        PriceVersion.objects.filter(
            plan=version.plan, state=VersionState.PUBLISHED, effective_from__gt=version.effective_from
        )
        .order_by("effective_from")
        .values_list("effective_from", flat=True)
        .first()
    )
    if following is not None and version.effective_to is None:
        version.effective_to = following


def assign(*, actor: Actor, unit_id: int, class_code: str, plan_code: str, from_date: date, on: date) -> int:
    """From `from_date` on, charge the class by the plan at the unit and below; returns the assignment's id.

    The assignment in force ends there. Raises NotFound, NotPermitted, NothingPublished, AssignmentsOverlap when one is
    already decided for a later date.
    """
    require(actor, PUBLISH, on=on, unit_id=unit_id)
    company_id = organisation.company_of(unit_id)
    usage_class = UsageClass.objects.filter(company_id=company_id, code=class_code).first()
    plan = PricePlan.objects.filter(company_id=company_id, code=plan_code).first()
    if usage_class is None or plan is None:
        raise NotFound(usage_class=class_code, plan=plan_code)
    if not _in_force(plan, from_date):
        raise NothingPublished(plan=plan_code, from_date=from_date)
    with transaction.atomic():
        same = PlanAssignment.objects.select_for_update().filter(unit_id=unit_id, usage_class=usage_class)
        if same.filter(from_date__gte=from_date).exists():
            raise AssignmentsOverlap(usage_class=class_code, from_date=from_date)
        same.filter(to_date__isnull=True).update(to_date=from_date)
        try:
            with transaction.atomic():
                made = PlanAssignment.objects.create(
                    company_id=company_id, unit_id=unit_id, usage_class=usage_class, plan=plan, from_date=from_date
                )
        except IntegrityError as error:
            raise AssignmentsOverlap(usage_class=class_code, from_date=from_date) from error
        record(
            actor=actor,
            action="tariffs.assign",
            object_type="usage_class",
            object_key=class_code,
            company_id=company_id,
            unit_id=unit_id,
            after={"plan": plan_code, "from_date": from_date},
        )
    return made.pk


def _in_force(plan: PricePlan, day: date) -> bool:
    published = PriceVersion.objects.filter(plan=plan, state=VersionState.PUBLISHED, effective_from__lte=day)
    return published.filter(effective_to__isnull=True).exists() or published.filter(effective_to__gt=day).exists()


def export_version(*, actor: Actor, version_id: int, on: date) -> str:
    """The version's tariff file. Raises NotFound, NotPermitted."""
    version = PriceVersion.objects.select_related("plan").filter(pk=version_id).first()
    if version is None:
        raise NotFound(price_version=version_id)
    require(actor, "tariffs.view", on=on, unit_id=version.plan.company_id)
    return version.source
