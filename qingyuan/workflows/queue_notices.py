"""Notices of issued bills (账单通知) from a run to the outbox, window by window, after and apart from the issue.

The transaction that makes a run ISSUED leaves a request (`billing.operations.telling`). A job works it in windows of bill ids,
each window and how far it reaches in one transaction: one that is killed is done again from where it stood, and what is
there already stays as it is. A lost job is deferred again by `reconcile`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import DatabaseError, transaction

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.notifications import operations as notifications
from qingyuan.domains.notifications import queries
from qingyuan.domains.notifications.declarations import CHANNEL, LANGUAGE, SEND, TELL_BILLS, TELL_ZERO_BILLS
from qingyuan.domains.notifications.operations import NewNotice
from qingyuan.domains.notifications.operations.requests import QUEUE, Claimed
from qingyuan.domains.notifications.rules.reach import Asked, way_to
from qingyuan.domains.notifications.rules.states import Channel, Language, NoticeKind, NoticeState
from qingyuan.domains.notifications.rules.texts import Text, taken_apart
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.overviews.bill_notices import ToldBill, accounts_of_run, bill_to_tell, bills_of_run, bounds_of_run
from qingyuan.overviews.notice_fields import kind_of, values_of
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff

WINDOW = 2000
"""Ids of one window: their accounts are locked (shared) while it is queued, a tenth of a second or two."""


@dataclass(frozen=True, slots=True)
class _UnitRules:
    """What the parameters say for a unit on a day."""

    tells_bills: bool
    tells_zero_bills: bool
    channel: Channel
    language: Language


@dataclass
class _Desk:
    """What is the same for all bills of a company: its texts taken apart, its name, its units' parameters."""

    company: str
    hotline: str
    texts: Mapping[tuple[NoticeKind, Language], tuple[Text, int]]
    on: date
    units: dict[int, _UnitRules] = field(default_factory=dict)

    def rules(self, unit_id: int) -> _UnitRules:
        """The unit's parameters, read once."""
        if unit_id not in self.units:
            at = {"unit_id": unit_id, "on": self.on}
            self.units[unit_id] = _UnitRules(
                parameters.boolean(TELL_BILLS, **at),  # type: ignore[arg-type]
                parameters.boolean(TELL_ZERO_BILLS, **at),  # type: ignore[arg-type]
                Channel(parameters.text(CHANNEL, **at)),  # type: ignore[arg-type]
                Language(parameters.text(LANGUAGE, **at)),  # type: ignore[arg-type]
            )
        return self.units[unit_id]


def work_on(*, request_id: int) -> None:
    """Work a request window by window to its end; an error other than the database's is kept for a person.

    Window by window in one job: a run of 100 000 bills takes seconds, and a worker that dies leaves whole windows.
    """
    try:
        with jobs.no_cycles_collected():
            while work_window(request_id=request_id):
                pass
    except DatabaseError:
        raise
    except Exception as error:
        code = error.code if isinstance(error, DomainError) else "notifications.queueing_broke"
        notifications.give_up(request_id=request_id, code=code, detail=f"{type(error).__name__}: {error}")
        raise


def work_window(*, request_id: int) -> bool:
    """Queue the request's next window in one transaction. False: nothing is left to do, or others do it."""
    with transaction.atomic():
        claimed = notifications.claim(request_id)
        if claimed is None:
            return False
        reached, last = _place(claimed)
        until = min(reached + WINDOW, last)
        desk = desk_of(claimed.company_id, on=claimed.on)
        # Who cancels a bill holds its account. Locked before the bills are read, no bill can be cancelled between the look
        # at it and the commit of its notice; waiting for one that is, its reversal is seen.
        customers.lock_accounts(accounts_of_run(claimed.source_id, after=reached, until=until), shared=True)
        bills = bills_of_run(claimed.source_id, after=reached, until=until)
        notices = [made for bill in bills if (made := notice_of(bill, desk)) is not None]
        done = notifications.queue(notices=notices, request_id=claimed.id)
        notifications.advance(
            claimed,
            actor=system_actor(f"notices {claimed.source_no}", company_id=claimed.company_id, origin="worker"),
            reached=until,
            last=last,
            queued=done.queued,
            unreachable=done.unreachable,
            untold=len(bills) - len(notices),
        )
    return until < last


def notify_bill(*, actor: Actor, bill_no: str, on: date) -> NoticeState:
    """Queue the notice of one bill by hand: one that has none (older than the queue, or its unit tells no bills), or whose
    notice failed or reached nobody. Returns its state. Raises NotFound (also for a cancelled bill), NotPermitted,
    notifications.QueuedAlready.
    """
    with transaction.atomic():
        bill = bill_to_tell(bill_no)
        if bill is None:
            raise NotFound(bill=bill_no)
        staff.require(actor, SEND, on=on, unit_id=bill.unit_id, book_id=bill.book_id)
        customers.lock_accounts([bill.account_id], shared=True)
        bill = bill_to_tell(bill_no)
        if bill is None:
            raise NotFound(bill=bill_no)
        notice = notice_of(bill, desk_of(bill.company_id, on=on), by_hand=True)
        assert notice is not None
        state = notifications.queue_again(notice=notice)
        audit.record(
            actor=actor,
            action="notifications.queued_by_hand",
            object_type="bill",
            object_key=bill_no,
            company_id=bill.company_id,
            unit_id=bill.unit_id,
            after={"kind": notice.kind, "channel": notice.way.channel, "state": state},
        )
    return state


def notify_bills(*, actor: Actor, bill_nos: Sequence[str], on: date) -> BatchResult:
    """`notify_bill` for several, each by itself; what is refused is named. `ids` counts those that are queued or were found
    to be unreachable still.
    """
    done, failed = 0, []
    for bill_no in bill_nos:
        try:
            notify_bill(actor=actor, bill_no=bill_no, on=on)
        except DomainError as error:
            failed.append(BatchIssue(bill_no, error.code, error.params))
        else:
            done += 1
    return BatchResult(ids=tuple(range(done)), failed=tuple(failed))


def reconcile() -> int:
    """Defer requests that wait and that no job names; returns how many. Run every ten seconds (platform.jobs)."""
    deferred = 0
    for company_id, request_ids in queries.unworked().items():
        with transaction.atomic():
            deferred += jobs.defer_chunks(QUEUE, "company_id", company_id, list(request_ids))
    return deferred


def desk_of(company_id: int, *, on: date) -> _Desk:
    """The company's name, hotline and texts on the day."""
    profile = organisation.profile(company_id)
    unit = organisation.unit(company_id)
    texts = {key: (taken_apart(row.kind, row.text), row.version) for key, row in queries.texts(company_id).items()}
    return _Desk(
        company=profile.legal_name if profile and profile.legal_name else unit.name,
        hotline=profile.service_hotline or profile.phone if profile else "",
        texts=texts,
        on=on,
    )


def notice_of(bill: ToldBill, desk: _Desk, *, by_hand: bool = False) -> NewNotice | None:
    """The notice of a bill; None where its unit tells no bills or none of nothing, which a person may overrule."""
    rules = desk.rules(bill.unit_id)
    if not by_hand and (not rules.tells_bills or (not bill.amount and not rules.tells_zero_bills)):
        return None
    kind = kind_of(bill)
    language = Language(bill.language) if bill.language else rules.language
    text, version = desk.texts[kind, language]
    asked = Asked(bill.wants, bill.phone, bill.may_message, bill.address)
    return NewNotice(
        company_id=bill.company_id,
        unit_id=bill.unit_id,
        book_id=bill.book_id,
        kind=kind,
        subject=bill.bill_no,
        account_id=bill.account_id,
        account_no=bill.account_no,
        name=bill.name,
        language=language,
        text=text.filled(values_of(bill, kind, language, company=desk.company, hotline=desk.hotline)),
        text_version=version,
        amount=bill.amount,
        way=way_to(asked, default=rules.channel),
    )


def _place(claimed: Claimed) -> tuple[int, int]:
    """Up to where the request is queued, and where it ends; a run without bills ends where it begins."""
    if claimed.reached is not None and claimed.last is not None:
        return claimed.reached, claimed.last
    bounds = bounds_of_run(claimed.source_id)
    return (0, 0) if bounds is None else (bounds[0] - 1, bounds[1])
