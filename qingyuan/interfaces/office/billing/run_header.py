"""The head of a run's page: facts, stepper, what may be done now, and its dialogs."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.interfaces.office.billing.words import exception_sentence, purpose_chip, state_chip
from qingyuan.interfaces.office.shell.details import (
    Confirm,
    DetailPage,
    Fact,
    FactList,
    Figure,
    Progress,
    Step,
    Stepper,
    Tab,
)
from qingyuan.interfaces.office.shell.formats import (
    date_text,
    instant_text,
    integer_text,
    money_text,
    month_text,
    volume_text,
)
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.billing_runs import RunPage

_AFTER_ISSUE = frozenset({RunState.ISSUED, RunState.UNDOING, RunState.UNDONE})
_AFTER_CHECK = frozenset({RunState.CHECKED, RunState.ISSUING, *_AFTER_ISSUE})
_AFTER_CALCULATION = frozenset({RunState.CALCULATED, *_AFTER_CHECK})
_UNDER_WAY = frozenset({RunState.CALCULATING, RunState.ISSUING, RunState.UNDOING})
_UNDOING = frozenset({RunState.UNDOING, RunState.UNDONE})
_UNISSUED = frozenset({RunState.DRAFT, RunState.CALCULATING, RunState.CALCULATED, RunState.CHECKED})


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the head: posts at once to `url`, or opens the dialog `opens`."""

    label: Label
    icon: str
    url: str = ""
    opens: str = ""
    primary: bool = False


def page(found: RunPage, tab: str) -> DetailPage:
    row = found.row
    return DetailPage(
        title=_("Billing run"),
        number=row.run_no,
        chips=(state_chip(row.state), purpose_chip(row.purpose)),
        facts=(
            Fact(gettext_lazy("Organisation unit"), row.unit_name),
            Fact(gettext_lazy("Period"), month_text(row.yyyymm)),
            Fact(gettext_lazy("Business date"), date_text(row.business_date)),
            Fact(
                gettext_lazy("Recurring fees") if found.row.is_standing else gettext_lazy("Readings"),
                integer_text(row.scope),
            ),
        ),
        figures=(
            Figure(gettext_lazy("Bills"), integer_text(row.bills)),
            Figure(gettext_lazy("Volume (m³)"), volume_text(found.volume)),
            Figure(gettext_lazy("Amount (yuan)"), money_text(row.amount)),
            *((Figure(gettext_lazy("Held bills"), integer_text(row.held)),) if row.held else ()),
        ),
        tabs=_tabs(found),
        current_tab=tab,
        notice=_notice(found),
        back_url=reverse("billing:runs"),
    )


def _tabs(found: RunPage) -> tuple[Tab, ...]:
    run_id = found.row.id
    return (
        Tab("overview", gettext_lazy("Progress"), reverse("billing:run", args=[run_id])),
        Tab("totals", gettext_lazy("Totals"), reverse("billing:run-totals", args=[run_id])),
        Tab(
            "exceptions",
            gettext_lazy("Exceptions"),
            reverse("billing:run-exceptions", args=[run_id]),
            found.row.exceptions + found.stale,
        ),
        Tab(
            "review",
            gettext_lazy("To look at"),
            reverse("billing:run-review", args=[run_id]),
            found.row.notices + found.row.held,
        ),
        Tab("compare", gettext_lazy("Compare"), reverse("billing:run-compare", args=[run_id])),
    )


def _notice(found: RunPage) -> str:
    if found.failures:
        return _("%(count)s chunks could not be worked. Mend the cause, then resume the run.") % {
            "count": len(found.failures)
        }
    if found.row.is_paused and found.row.state in _UNDER_WAY:
        return _("The run is paused: %(done)s of %(scope)s readings are done.") % {
            "done": integer_text(found.done),
            "scope": integer_text(found.row.scope),
        }
    if found.row.state is RunState.DISCARDED:
        return _("The run was discarded: its books and accounts are free for other runs.")
    if found.row.state is RunState.ISSUED and found.stale:
        return _("%(count)s bills were not issued since their readings, people or prices moved meanwhile.") % {
            "count": found.stale
        }
    if found.row.state is RunState.UNDONE:
        return (
            _("The run was undone: its bills are cancelled, its recurring fees are due again.")
            if found.row.is_standing
            else _("The run was undone: its bills are cancelled, its readings can be billed again.")
        )
    if found.row.held and found.row.state is RunState.ISSUED:
        return _("%(count)s held bills over %(amount)s yuan were not issued; their readings wait for a later run.") % {
            "count": found.row.held,
            "amount": money_text(found.held_amount),
        }
    if found.row.held and found.row.state in _AFTER_CALCULATION:
        return _("%(count)s bills over %(amount)s yuan are held: they are not issued until a person releases them.") % {
            "count": found.row.held,
            "amount": money_text(found.held_amount),
        }
    return ""


def context(found: RunPage, permissions: Collection[str]) -> dict[str, object]:
    """What every tab of the run's page shows."""
    asked = stepper(found)
    return {
        "run": found,
        "under_way": found.row.state in _UNDER_WAY,
        "stepper": asked,
        "still": still(asked),
        "failures": failures(found),
        "dialogs": dialogs(found, permissions),
        "buttons": buttons(found, permissions),
    }


def facts(found: RunPage) -> FactList:
    """Who did what when, and the result hash."""
    return FactList(
        (
            Fact(gettext_lazy("Started by"), _who(found.created_by, instant_text(found.created_at))),
            *_plan(found),
            Fact(gettext_lazy("Calculated at"), instant_text(found.calculated_at)),
            Fact(gettext_lazy("Checked by"), found.checked_by),
            Fact(gettext_lazy("Issued by"), _who(found.issued_by, instant_text(found.issued_at))),
            Fact(gettext_lazy("Posting date"), date_text(found.posting_date)),
            *_undoing(found),
            Fact(gettext_lazy("Due date"), date_text(found.due_date)),
            Fact(gettext_lazy("Chunks"), integer_text(found.chunk_count)),
            Fact(gettext_lazy("Result hash"), found.result_hash[:16]),
        ),
        heading=gettext_lazy("Course"),
    )


def _plan(found: RunPage) -> tuple[Fact, ...]:
    if found.plan is None:
        return ()
    plan_id, name = found.plan
    return (Fact(gettext_lazy("By the plan"), name, url=reverse("billing:plan", args=[plan_id])),)


def _undoing(found: RunPage) -> tuple[Fact, ...]:
    if not found.undone_by:
        return ()
    return (
        Fact(gettext_lazy("Undone by"), _who(found.undone_by, instant_text(found.undone_at))),
        Fact(gettext_lazy("Reason for undoing"), found.undo_reason),
    )


def _who(name: str, at: str) -> str:
    return f"{name} {at}".strip()


def failures(found: RunPage) -> list[str]:
    """Each failed chunk with its reason."""
    return [
        _("Chunk %(no)s: %(reason)s") % {"no": number, "reason": _failure(code, detail)}
        for number, code, detail in found.failures
    ]


def _failure(code: str, detail: str) -> str:
    """Why a chunk could not be worked. A refusal's places are not kept apart: where its sentence lacks one, the log's text
    says what stood there.
    """
    sentence = exception_sentence(code, {"detail": detail})
    return f"{sentence} [{detail}]" if "{" in sentence else sentence


def stepper(found: RunPage, *, polled: bool = False) -> Stepper:
    """计算 → 核对 → 签发; a rehearsal ends after the calculation."""
    state = found.row.state
    under_way = state in _UNDER_WAY
    steps = [_step(gettext_lazy("Calculate"), state in _AFTER_CALCULATION, state is RunState.CALCULATING, found)]
    if found.row.purpose is RunPurpose.REAL:
        steps += [
            _step(gettext_lazy("Check"), state in _AFTER_CHECK, state is RunState.CALCULATED, found),
            _step(
                gettext_lazy("Issue"),
                state in _AFTER_ISSUE,
                state in {RunState.CHECKED, RunState.ISSUING},
                found,
            ),
        ]
    if state in _UNDOING:
        steps.append(_step(gettext_lazy("Undo"), state is RunState.UNDONE, state is RunState.UNDOING, found))
    return Stepper(
        key="run",
        steps=tuple(steps),
        progress=Progress(found.done, found.row.scope) if under_way else None,
        poll_url=reverse("billing:progress", args=[found.row.id]) if _is_polled(found) else "",
        reload_when_done=polled and not _is_polled(found),
    )


def _is_polled(found: RunPage) -> bool:
    """Whether the page has to ask again: a run that failed or is paused moves only when a person lets it."""
    return found.row.state in _UNDER_WAY and not found.failures and not found.row.is_paused


def still(asked: Stepper) -> Stepper:
    """The same without asking again: the region around it asks, so that the books come along."""
    return replace(asked, poll_url="", reload_when_done=False)


def _step(label: Label, is_done: bool, is_current: bool, found: RunPage) -> Step:
    if is_done:
        return Step(label, "done")
    if is_current:
        return Step(label, "failed" if found.failures else "current")
    return Step(label, "waiting")


def buttons(found: RunPage, permissions: Collection[str]) -> list[Button]:
    """What this person may do with the run as it stands; the operations decide again."""
    run_id, state = found.row.id, found.row.state
    real = found.row.purpose is RunPurpose.REAL
    made: list[Button] = []
    if "billing.check" in permissions and real and state is RunState.CALCULATED and found.row.bills:
        made.append(Button(gettext_lazy("Check done"), "check", reverse("billing:check", args=[run_id]), primary=True))
    if "billing.issue" in permissions and state is RunState.CHECKED:
        made.append(Button(gettext_lazy("Issue"), "send", opens="issue-run", primary=True))
    if "billing.release" in permissions and real and state is RunState.CALCULATED and found.row.held:
        made.append(Button(gettext_lazy("Release all held"), "check", opens="release-all"))
    if "billing.undo" in permissions and state is RunState.ISSUED and not found.row.is_single:
        made.append(Button(gettext_lazy("Undo the issue"), "arrow-back-up", opens="undo-run"))
    if "billing.run" in permissions:
        if found.failures:
            made.append(
                Button(gettext_lazy("Resume"), "player-play", reverse("billing:resume", args=[run_id]), primary=True)
            )
        if state in _UNDER_WAY and found.row.is_paused:
            made.append(
                Button(gettext_lazy("Go on"), "player-play", reverse("billing:continue", args=[run_id]), primary=True)
            )
        elif state in _UNDER_WAY and not found.failures:
            made.append(Button(gettext_lazy("Pause"), "player-pause", reverse("billing:pause", args=[run_id])))
        if state in {RunState.CALCULATED, RunState.CHECKED}:
            made.append(
                Button(gettext_lazy("Calculate again"), "refresh", reverse("billing:recalculate", args=[run_id]))
            )
        if state in _UNISSUED:
            made.append(Button(gettext_lazy("Discard"), "trash", opens="discard-run"))
    return made


def dialogs(found: RunPage, permissions: Collection[str]) -> list[Confirm]:
    run_id, row = found.row.id, found.row
    made: list[Confirm] = []
    if "billing.issue" in permissions and row.state is RunState.CHECKED:
        made.append(
            Confirm(
                key="issue-run",
                title=_("Issue run %(run)s?") % {"run": row.run_no},
                consequence=_(
                    "%(bills)s bills over %(amount)s yuan are posted to the accounts and get their numbers. Prepaid balances are offset. Taken back as a whole only as long as nothing of it is paid."
                )
                % {"bills": row.bills, "amount": money_text(row.amount)},
                url=reverse("billing:issue", args=[run_id]),
                submit=gettext_lazy("Issue"),
                expected=money_text(row.amount),
                expected_label=gettext_lazy("Type the total to confirm:"),
                danger=False,
            )
        )
    if "billing.release" in permissions and row.state is RunState.CALCULATED and row.held:
        made.append(
            Confirm(
                key="release-all",
                title=_("Release all held bills of run %(run)s?") % {"run": row.run_no},
                consequence=_("%(count)s bills over %(amount)s yuan will be issued with the others.")
                % {"count": row.held, "amount": money_text(found.held_amount)},
                url=reverse("billing:release", args=[run_id]),
                submit=gettext_lazy("Release"),
                with_reason=True,
                danger=False,
                hidden={"all": "1"},
            )
        )
    if "billing.undo" in permissions and row.state is RunState.ISSUED and not row.is_single:
        made.append(
            Confirm(
                key="undo-run",
                title=_("Undo run %(run)s?") % {"run": row.run_no},
                consequence=_(
                    "Every bill of the run is cancelled and posted back, its own offsets become prepayment again, and its readings can be billed anew. Refused when a bill was paid, corrected, or followed by a later bill."
                ),
                url=reverse("billing:undo", args=[run_id]),
                submit=gettext_lazy("Undo the issue"),
                expected=money_text(found.issued_amount),
                expected_label=gettext_lazy("Type the issued total to confirm:"),
                with_reason=True,
            )
        )
    if "billing.run" in permissions and row.state in _UNISSUED:
        made.append(
            Confirm(
                key="discard-run",
                title=_("Discard run %(run)s?") % {"run": row.run_no},
                consequence=gettext_lazy(
                    "What was calculated is given up. Readings stay approved; books and accounts are free for other runs."
                ),
                url=reverse("billing:discard", args=[run_id]),
                submit=gettext_lazy("Discard"),
                with_reason=True,
            )
        )
    return made
