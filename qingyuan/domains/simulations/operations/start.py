"""Starting a simulation (发起测算): the version's text is kept with it, and the company's accounts are dealt into chunks."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from qingyuan.domains.billing.queries.history import accounts_sharing_room, cycle_anchors, has_bills
from qingyuan.domains.simulations.declarations import RUN
from qingyuan.domains.simulations.models import Simulation, SimulationAccount, SimulationChunk
from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.domains.simulations.rules.window import MOST_MONTHS, lead_month
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.queries.versions import plan_codes, version_text
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.period import Month
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff.operations import require

BILLS_PER_CHUNK = 12000
"""About as many bills as a worker walks in a second."""
FEWEST_ACCOUNTS = 100


class MonthsRefused(DomainError):
    """The window is empty, longer than 36 months, or reaches into months that are not over (测算期间无效)."""

    code = "simulations.months_refused"


class NothingToReplace(DomainError):
    """The plan that should give way has no published version: no bill was ever made by it (被替换方案未曾发布)."""

    code = "simulations.nothing_to_replace"


class NothingBilled(DomainError):
    """No bill of the company lies in the window (期间内没有已签发帐单)."""

    code = "simulations.nothing_billed"


def start(
    *,
    actor: Actor,
    version_id: int,
    replaces: str,
    first_month: int,
    last_month: int,
    title: str,
    on: date,
    accounts_per_chunk: int | None = None,
) -> int:
    """Plan a simulation of the version, a draft or a published one, over the reading periods from `first_month` to
    `last_month`; returns its id. The workflow lets it be worked.

    Raises NotFound, NotPermitted, MonthsRefused, NothingToReplace, NothingBilled, TariffFileInvalid.
    """
    version = version_text(version_id)
    require(actor, RUN, on=on, unit_id=version.company_id)
    first, last = Month.from_number(first_month), Month.from_number(last_month)
    months = last.months_since(first) + 1
    if not 1 <= months <= MOST_MONTHS or last > Month.of(on):
        raise MonthsRefused(first=str(first), last=str(last), most=MOST_MONTHS)
    if replaces not in plan_codes(version.company_id):
        raise NothingToReplace(plan=replaces)
    if not has_bills(version.company_id, first_month=first_month, last_month=last_month):
        raise NothingBilled(first=str(first), last=str(last))
    parsed = parse_version(version.source)
    recorded = price_list(version.company_id).catalogue
    old = [each for code in recorded.codes for each in recorded.versions_of(code)]
    lead = lead_month(first, [parsed, *old], cycle_anchors(version.company_id))
    with transaction.atomic():
        made = Simulation.objects.create(
            company_id=version.company_id,
            title=title.strip() or f"{version.plan_code} {version.effective_from}",
            plan_id=version.plan_id,
            version_from=version.effective_from,
            is_draft=not version.is_published,
            document_no=version.document_no,
            source=version.source,
            content_hash=version.content_hash,
            replaces=replaces,
            first_month=first_month,
            last_month=last_month,
            lead_month=lead.number,
            created_by_id=actor.staff_id,
        )
        size = accounts_per_chunk or max(FEWEST_ACCOUNTS, BILLS_PER_CHUNK // (last.months_since(lead) + 1))
        accounts = 0
        for chunk_no, ids in enumerate(_dealt(version.company_id, size), 1):
            SimulationChunk.objects.create(simulation=made, chunk_no=chunk_no, account_ids=ids)
            accounts += len(ids)
        made.account_count = accounts
        made.save(update_fields=["account_count"])
        _record(actor, "simulations.started", made, {"version": version.content_hash, "replaces": replaces})
    return made.pk


def restart(*, actor: Actor, simulation_id: int, on: date) -> int:
    """Let the failed chunks be worked again; returns how many there were. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        row = _held(actor, simulation_id, on)
        failed = SimulationChunk.objects.filter(simulation=row, state=ChunkState.FAILED)
        count = failed.update(state=ChunkState.WAITING, error_code="", error_detail="")
        if count:
            row.state = SimulationState.RUNNING
            row.save(update_fields=["state"])
            _record(actor, "simulations.restarted", row, {"chunks": count})
    return count


def delete(*, actor: Actor, simulation_id: int, on: date) -> None:
    """Delete a simulation with its results. A chunk under way is waited for. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        row = _held(actor, simulation_id, on)
        _record(actor, "simulations.deleted", row, {"title": row.title})
        list(SimulationChunk.objects.select_for_update().filter(simulation=row).values_list("id", flat=True))
        accounts = SimulationAccount.objects.filter(simulation=row)
        accounts._raw_delete(accounts.db)
        row.delete()


def name_job(*, simulation_id: int, job_id: int) -> None:
    """Note the job that works the simulation."""
    Simulation.objects.filter(pk=simulation_id).update(job_id=job_id)


def _held(actor: Actor, simulation_id: int, on: date) -> Simulation:
    row = Simulation.objects.select_for_update(no_key=True).filter(pk=simulation_id).first()
    if row is None:
        raise NotFound(simulation=simulation_id)
    require(actor, RUN, on=on, unit_id=row.company_id)
    return row


def _dealt(company_id: int, size: int) -> Iterator[list[int]]:
    """The accounts in chunks of about `size`; accounts that ever shared a tier room stay together."""
    chunk: list[int] = []
    last_root = 0
    for root, account in accounts_sharing_room(company_id):
        if len(chunk) >= size and root != last_root:
            yield chunk
            chunk = []
        chunk.append(account)
        last_root = root
    if chunk:
        yield chunk


def _record(actor: Actor, action: str, row: Simulation, after: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="simulation",
        object_key=str(row.pk),
        company_id=row.company_id,
        after={"first": row.first_month, "last": row.last_month, **after},
    )
