"""The list of notices (通知), and what is done to single ones: a bill told by hand, an account's own choices."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.queries.notices import ContactChoice, notice_choices
from qingyuan.domains.notifications import operations, queries
from qingyuan.domains.notifications.queries import NoticeFilter, NoticeRow
from qingyuan.domains.notifications.rules.states import NoticeState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.notices import columns
from qingyuan.interfaces.office.notices.forms import ChoicesForm, NoticeFilterForm
from qingyuan.interfaces.office.notices.words import STATES
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.formats import masked_phone
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Action, BatchAction, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import StaleEdit
from qingyuan.overviews.account_header import account_header
from qingyuan.workflows import queue_notices

MOST_AT_ONCE, MOST_TOLD = 100, 5
VIEW, SEND, CHANGE = "notifications.view", "notifications.send", "customers.change"

NOTICES: ListSpec[NoticeRow] = ListSpec(
    key="notices",
    title=gettext_lazy("Notices"),
    unit=gettext_lazy("notices"),
    columns=columns.LIST,
    sort="queued_at",
    descending=True,
    row_id=lambda row: row.subject,
    batch_actions=(BatchAction(gettext_lazy("Queue again"), "/notices/again/", SEND, "refresh"),),
    row_tone=lambda row: "muted" if row.state is NoticeState.CANCELLED else "",
    actions=(
        Action(gettext_lazy("Make a batch"), "/notices/batches/new/", SEND, "send", key="new", primary=True),
        Action(gettext_lazy("Batches"), "/notices/batches/", VIEW, "list"),
    ),
    empty=EmptyState(
        gettext_lazy("There are no notices yet. They are queued when a billing run is issued or a fee is charged.")
    ),
)


@requires(VIEW)
def notices(request: OfficeRequest) -> HttpResponseBase:
    """Notices with filter, counts by state and export."""
    context = {"state_links": _state_links(request), "requests": _requests(request)}
    return list_response(request, NOTICES, NoticeFilterForm, _load, context=context, template="notices/list.html")


@requires(VIEW)
def states(request: OfficeRequest) -> HttpResponse:
    """The counts by state again, for a filter that was changed."""
    return render(request, "notices/states.html", {"state_links": _state_links(request)})


@requires(SEND)
@require_POST
def resume(request: OfficeRequest, request_id: int) -> HttpResponseBase:
    """Take up the queueing of a run's notices that met an error."""
    with told(request, _("The queueing goes on.")):
        operations.resume(actor=request.actor, request_id=request_id, on=timezone.localdate())
    return redirect("notices:list")


@requires(SEND)
@require_POST
def notify(request: OfficeRequest, bill_no: str) -> HttpResponseBase:
    """Queue the notice of a bill by hand; back to where the button was."""
    with told(request):
        state = queue_notices.notify_bill(actor=request.actor, bill_no=bill_no, on=timezone.localdate())
        _say(request, state)
    return redirect("bills:detail", bill_no)


@requires(SEND)
@require_POST
def again(request: OfficeRequest) -> HttpResponseBase:
    """Queue the selected notices again: those that failed or reached nobody."""
    asked = list(dict.fromkeys(request.POST.getlist("ids")))[:MOST_AT_ONCE]
    result = queue_notices.notify_bills(actor=request.actor, bill_nos=asked, on=timezone.localdate())
    if result.done:
        messages.success(request, _("%(count)s notices were looked at again.") % {"count": result.done})
    for issue in result.failed[:MOST_TOLD]:
        messages.error(request, f"{issue.place}: {code_sentence(issue.code, issue.params)}")
    return redirect("notices:list")


@requires(CHANGE)
def choices(request: OfficeRequest, account_no: str) -> HttpResponse:
    """How an account wants to be told."""
    on = timezone.localdate()
    header = account_header(request.actor, account_no, on=on, permissions=("customers.view", CHANGE))
    stored = notice_choices(header.id, on=on)
    initial = {
        "channel": stored.channel,
        "contact": stored.contact_id,
        "language": stored.language,
        "seen": stored.version,
    }
    form = ChoicesForm([_contact(one) for one in stored.contacts], request.POST or None, initial=initial)
    back = reverse("accounts:detail", args=[account_no])
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            with form.refusals_as_messages(otherwise="channel"):
                customers.set_notices(
                    actor=request.actor,
                    account_id=header.id,
                    channel=clean["channel"],
                    language=clean["language"],
                    contact_id=clean["contact"],
                    version=clean["seen"],
                    on=on,
                )
                return done(request, _("The choices were saved."), back)
        except StaleEdit:
            form.add_error(None, _("Another person changed this since you opened it. Open the page anew."))
    page = FormPage(
        title=with_name(_("Notices of account"), account_no, header.holder.name if header.holder else ""),
        cancel_url=back,
        intro=_("It counts for notices queued from now on; what is queued already stays."),
    )
    return form_response(request, form, page)


def _contact(one: ContactChoice) -> tuple[str, Label]:
    words = [one.name or one.role, masked_phone(one.phone) if one.phone else _("no phone number")]
    if not one.may_message:
        words.append(_("has not agreed to messages"))
    return str(one.id), "，".join(word for word in words if word)


def _say(request: HttpRequest, state: NoticeState) -> None:
    if state is NoticeState.QUEUED:
        messages.success(request, _("The notice is queued."))
    else:
        messages.warning(request, _("The account cannot be told: see why under “Notices”."))


def _requests(request: OfficeRequest) -> list[dict[str, object]]:
    """Runs whose notices are still being queued, or met an error."""
    return [
        {
            "text": _("Run %(run)s: %(done)s notices queued so far.")
            % {"run": one.source_no, "done": one.queued + one.unreachable},
            "is_stopped": bool(one.error_code),
            "url": reverse("notices:resume", args=[one.id]) if one.error_code and SEND in request.permissions else "",
        }
        for one in queries.open_requests(request.actor.company_id, limit=5)
    ]


def _load(actor: Actor, query: ListQuery) -> ListResult[NoticeRow]:
    found = queries.notices(
        actor,
        _wanted(query.filters),
        on=timezone.localdate(),
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
    )
    return ListResult(found.rows, found.count)


def _wanted(asked: Mapping[str, Any]) -> NoticeFilter:
    return NoticeFilter(
        text=asked.get("q", "").strip(),
        state=asked.get("state", ""),
        kind=asked.get("kind", ""),
        channel=asked.get("channel", ""),
        reason=asked.get("reason", ""),
        batch_no=asked.get("batch", "").strip(),
        run_no=asked.get("run", "").strip(),
    )


def _state_links(request: OfficeRequest) -> list[dict[str, object]]:
    """A link for all and for each state, with the counts within the filter. A filter that does not hold counts nothing."""
    form = NoticeFilterForm(request.GET)
    is_valid = form.is_valid()
    wanted = _wanted(form.cleaned_data if is_valid else {})
    counts = queries.counts_by_state(request.actor, wanted, on=timezone.localdate()) if is_valid else {}
    kept = {name: value for name, value in request.GET.items() if value and name in form.fields and name != "state"}

    def one(state: str, label: Label, count: int) -> dict[str, object]:
        query = urlencode({**kept, "state": state} if state else kept)
        url = f"{reverse('notices:list')}?{query}" if query else reverse("notices:list")
        return {"url": url, "label": label, "count": count, "is_current": state == wanted.state}

    every = one("", _("all"), sum(counts.values()))
    return [every, *(one(state, STATES[state], counts.get(state, 0)) for state in NoticeState)]
