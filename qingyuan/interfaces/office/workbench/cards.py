"""What the start page is made of (工作台卡片): open work, figures, notices, first steps; all words and links finished."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qingyuan.interfaces.office.shell.formats import instant_text, integer_text, money_text
from qingyuan.overviews.workbench import Workbench
from qingyuan.overviews.workbench_counters import Counted


@dataclass(frozen=True, slots=True)
class Task:
    """Open work: how many of what; where to do it (empty: nowhere yet)."""

    label: str
    count: str
    detail: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class TodayFigure:
    """One of today's figures. `detail` stands below it in small."""

    label: str
    text: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something that ought to be mended, and where."""

    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class StartStep:
    """One of the first steps of a new company."""

    label: str
    done: bool
    url: str


# counter → (what is open, address, icon); the label is chosen by count in `_task_label`
_TASKS: tuple[tuple[str, str, str], ...] = (
    ("to_review", "readings:review", "checklist"),
    ("to_read", "readings:tasks", "edit"),
    ("run_exceptions", "billing:runs", "alert-triangle"),
    ("starts_unmade", "billing:plans", "alert-triangle"),
    ("runs_to_check", "billing:runs", "list-check"),
    ("runs_to_issue", "billing:runs", "send"),
    ("proposals", "billing:proposals", "receipt-refund"),
    ("adjustments", "readings:adjustments", "adjustments"),
    ("notices_failed", "notices:list", "message"),
    ("open_shifts", "counter:shifts", "clock"),
    ("without_role", "staff:list", "user-check"),
    ("refused_sign_ins", "audit:list", "lock"),
)


def link(name: str) -> str:
    """The address of a page, empty where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def tasks_of(page: Workbench, permissions: Collection[str]) -> tuple[Task, ...]:
    """Open work of this person: only what there is."""
    tasks = []
    for name, url_name, icon in _TASKS:
        found = page.counts.get(name)
        if found is not None and found.count:
            url = _task_url(name, url_name)
            tasks.append(Task(_task_label(name), integer_text(found.count), _task_detail(name, found), url, icon))
    if "payments.take" in permissions:
        tasks.insert(0, _shift(page))
    return tuple(tasks)


def _task_detail(name: str, found: Counted) -> str:
    if name == "to_review" and found.of:
        return _("%(count)s of them unusual") % {"count": integer_text(found.of)}
    return _("%(amount)s yuan") % {"amount": money_text(found.amount)} if found.amount else ""


def _task_label(name: str) -> str:
    return {
        "to_review": _("Readings to review"),
        "to_read": _("Meters still to be read"),
        "run_exceptions": _("Bills held back in runs"),
        "starts_unmade": _("Starts of billing plans that failed"),
        "runs_to_check": _("Runs to check"),
        "runs_to_issue": _("Runs to issue"),
        "proposals": _("Corrections to decide"),
        "adjustments": _("Volume adjustments to decide"),
        "notices_failed": _("Notices that failed"),
        "open_shifts": _("Shifts not closed"),
        "without_role": _("People without a role"),
        "refused_sign_ins": _("Refused sign-ins today"),
    }[name]


def _task_url(name: str, url_name: str) -> str:
    url = link(url_name)
    query = {
        "refused_sign_ins": "?action=staff.sign_in_refused",
        "open_shifts": "?state=OPEN",
        "starts_unmade": "?state=waiting",
        "adjustments": "?state=REQUESTED",
        "notices_failed": "?state=FAILED",
    }.get(name, "")
    return f"{url}{query}" if url else ""


def _shift(page: Workbench) -> Task:
    if page.shift is None:
        return Task(
            _("My shift is not open"), "", _("Open it before the first payment"), link("counter:counter"), "cash"
        )
    taken = page.counts.get("taken_by_me")
    count = taken.count if taken else 0
    detail = _("open since %(at)s, %(amount)s yuan taken") % {
        "at": instant_text(page.shift.opened_at),
        "amount": money_text(taken.amount if taken else None),
    }
    label = ngettext("My shift: payment", "My shift: payments", count)
    return Task(label, integer_text(count), detail, link("counter:shift") or link("counter:counter"), "cash")


def figures_of(page: Workbench) -> tuple[TodayFigure, ...]:
    """Today's figures that this person may see."""
    counts = page.counts
    figures = []
    if received := counts.get("received_today"):
        figures.append(
            TodayFigure(
                _("Received today (yuan)"),
                money_text(received.amount),
                _("%(count)s payments") % {"count": integer_text(received.count)},
                link("payments:list"),
            )
        )
    if owed := counts.get("owed"):
        figures.append(
            TodayFigure(
                _("Owed in all (yuan)"),
                money_text(owed.amount),
                _("%(count)s accounts owe") % {"count": integer_text(owed.count)},
                _filtered("accounts:list", "owing=on"),
            )
        )
    if (read := counts.get("reading_progress")) and read.of:
        figures.append(
            TodayFigure(
                _("Read this period"),
                _share(read),
                _("%(done)s of %(all)s meters") % {"done": integer_text(read.count), "all": integer_text(read.of)},
                link("readings:tasks"),
            )
        )
    if accounts := counts.get("accounts_in_use"):
        figures.append(TodayFigure(_("Accounts in use"), integer_text(accounts.count), "", link("accounts:list")))
    if people := counts.get("staff_active"):
        figures.append(TodayFigure(_("Active staff"), integer_text(people.count), _signed_in(page), link("staff:list")))
    if entries := counts.get("entries_today"):
        figures.append(TodayFigure(_("Audit entries today"), integer_text(entries.count), "", link("audit:list")))
    return tuple(figures)


def _filtered(name: str, query: str) -> str:
    url = link(name)
    return f"{url}?{query}" if url else ""


def _signed_in(page: Workbench) -> str:
    found = page.counts.get("signed_in_today")
    return _("%(count)s signed in today") % {"count": integer_text(found.count)} if found else ""


def _share(read: Counted) -> str:
    permille = 1000 * read.count // read.of
    return f"{permille // 10}.{permille % 10}%"


def notices_of(page: Workbench, permissions: Collection[str]) -> tuple[NoticeLine, ...]:
    """What ought to be mended, for those who can."""
    notices = []
    if page.first_steps is None and not page.has_profile and "company.edit" in permissions:
        notices.append(
            NoticeLine(
                _("The company profile has no tax number: receipts are printed without it."),
                link("company:list"),
                _("Fill in the company profile"),
            )
        )
    if (
        page.first_steps is None
        and not page.is_period_open
        and {"ledger.close_period", "payments.take"} & set(permissions)
    ):
        notices.append(
            NoticeLine(
                _("This month's accounting period is not open: payments are posted in the next open one, or refused."),
                link("ledger:periods") if "ledger.close_period" in permissions else "",
                _("To the accounting periods"),
            )
        )
    if page.roles_with_news:
        notices.append(
            NoticeLine(
                _("This version of the program has new permissions that the roles do not have yet."),
                link("roles:list"),
                _("To the roles"),
            )
        )
    notices += [
        NoticeLine(
            _("The job %(title)s failed today.") % {"title": one.title},
            reverse("jobs:detail", args=[one.id]),
            _("See why"),
        )
        for one in page.failed_jobs
    ]
    return tuple(notices)


def first_steps_of(page: Workbench, permissions: Collection[str]) -> tuple[StartStep, ...]:
    """The first steps of a new company; links only for what the person may do."""
    steps = page.first_steps
    if steps is None:
        return ()

    def at(name: str, permission: str) -> str:
        return link(name) if permission in permissions else ""

    return (
        StartStep(_("Add branches and halls"), steps.has_units, at("organisation:new", "organisation.edit")),
        StartStep(_("Fill in the company profile"), steps.has_profile, at("company:list", "company.edit")),
        StartStep(_("Add staff and give them roles"), steps.has_staff, at("staff:new", "staff.edit")),
        StartStep(_("Publish price plans"), steps.has_prices, at("tariffs:list", "tariffs.edit")),
        StartStep(_("Make reading books"), steps.has_books, at("routes:new", "routes.manage")),
        StartStep(_("Open or import accounts"), False, at("accounts:new", "customers.open")),
    )
