"""Letting a main go without waiting (总表放行): a person decides, with a reason that is kept, audited and told by the bill."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from qingyuan.domains.meters.operations import lock_points
from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.domains.readings.declarations import RELEASE_MAINS
from qingyuan.domains.readings.models import MainRelease, ReadingPeriod
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.waiting_mains import WaitingMain, waiting_mains
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.staff.operations.require import require


class MainNotWaiting(DomainError):
    """Nothing is waited for at the main any more, or not for these subs (该总表已无须等待)."""

    code = "readings.main_not_waiting"


def release_main(
    *, actor: Actor, main_id: int, period_id: int, sub_nos: Collection[str], reason: str, on: date
) -> tuple[str, ...]:
    """Let a main go in the period without the chosen subs among those it waits for; returns their numbers.

    A main whose difference is shared shares nothing in the period, whatever is chosen, and is itself billed without the subs
    that are missing. Raises ReasonMissing, MainNotWaiting, NotPermitted (readings.release_mains).
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        lock_points([main_id])
        main = next(iter(waiting_mains(period_id=period_id, main_id=main_id)), None)
        if main is None:
            raise MainNotWaiting()
        require(actor, RELEASE_MAINS, on=on, unit_id=main.unit_id, book_id=main.book_id)
        shares = main.kind is LinkKind.ALLOCATE
        chosen = tuple(
            number for number in main.waiting_subs if number != main.point_no and (shares or number in set(sub_nos))
        )
        if not chosen and not shares:
            raise MainNotWaiting()
        _write(main, period_id, chosen, actor, reason.strip()[:200], on)
    return chosen


def _write(main: WaitingMain, period_id: int, sub_nos: tuple[str, ...], actor: Actor, reason: str, on: date) -> None:
    period = ReadingPeriod.objects.get(pk=period_id)
    subs: list[int | None] = [
        row[0] for row in rows_of("SELECT id FROM service_point WHERE point_no = ANY(%s)", [list(sub_nos)])
    ]
    if main.kind is LinkKind.ALLOCATE:
        subs.append(None)
    MainRelease.objects.bulk_create(
        MainRelease(
            company_id=period.company_id,
            main_id=main.main_id,
            period_id=period_id,
            sub_id=sub_id,
            reason=reason,
            released_by_id=actor.staff_id,
            released_on=on,
        )
        for sub_id in subs
    )
    record(
        actor=actor,
        action="readings.release_main",
        object_type="service_point",
        object_key=main.point_no,
        company_id=period.company_id,
        unit_id=main.unit_id,
        after={"period": period.yyyymm, "round": period.round_no, "kind": main.kind, "without": list(sub_nos)},
        reason=reason,
    )
