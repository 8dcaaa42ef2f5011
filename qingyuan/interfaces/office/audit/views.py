"""Pages of the audit trail (审计)."""

from datetime import date, datetime, time, timedelta

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.audit.forms import audit_filter
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import instant_text
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.register_words import action_label, object_label
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.interfaces.office.shell.trail import Change, change_text, changes_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit import queries
from qingyuan.platform.audit.queries import ChainBreach, Entry, Filter


def _sealed_chip(row: Entry) -> Chip:
    return Chip(_("sealed"), Tone.GREEN) if row.is_sealed else Chip(_("not sealed yet"), Tone.GREY)


ENTRIES: ListSpec[Entry] = ListSpec(
    key="audit",
    title=gettext_lazy("Audit trail"),
    unit=gettext_lazy("entries"),
    sort="at",
    descending=True,
    page_size=50,
    columns=(
        Column(
            "at",
            gettext_lazy("When"),
            ColumnKind.INSTANT,
            link=lambda row: reverse("audit:detail", args=[row.id]),
            sortable=True,
            fixed=True,
        ),
        Column("actor_name", gettext_lazy("Who")),
        Column("action", gettext_lazy("What was done"), value=lambda row: action_label(row.action)),
        Column("object_type", gettext_lazy("Kind of object"), value=lambda row: object_label(row.object_type)),
        Column("object_key", gettext_lazy("Number of the object"), ColumnKind.IDENTIFIER),
        Column("change", gettext_lazy("Before → after"), value=change_text),
        Column("reason", gettext_lazy("Reason")),
        Column("origin", gettext_lazy("From where"), ColumnKind.IDENTIFIER, shown=False),
        Column("code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, value=lambda row: row.action, shown=False),
        Column("request_id", gettext_lazy("Request"), ColumnKind.IDENTIFIER, shown=False),
        Column("sealed", gettext_lazy("Chain"), ColumnKind.CHIP, value=_sealed_chip, shown=False),
    ),
    empty=EmptyState(gettext_lazy("Nothing was recorded within your permissions.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[Entry]:
    asked = query.filters
    wanted = Filter(
        action=asked.get("action") or "",
        object_type=asked.get("kind") or "",
        object_key=(asked.get("key") or "").strip(),
        actor_text=(asked.get("who") or "").strip(),
        from_at=_midnight(asked.get("from_date")),
        to_at=_midnight(asked.get("to_date"), days=1),
    )
    found = queries.entries_page(
        actor,
        wanted,
        on=timezone.localdate(),
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows=found.rows, count=found.count)


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The beginning of the day (or of one some days later) in the office's time zone."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time.min, tzinfo=timezone.get_current_timezone())


@requires("audit.view")
def entries(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, ENTRIES, audit_filter(), _load)


_CHANGES: tuple[Column[Change], ...] = (
    Column("label", gettext_lazy("Field")),
    Column("before", gettext_lazy("Before"), ColumnKind.LONG_TEXT),
    Column("after", gettext_lazy("After"), ColumnKind.LONG_TEXT),
)


@requires("audit.view")
def entry(request: OfficeRequest, entry_id: int) -> HttpResponse:
    found = queries.entry(request.actor, entry_id, on=timezone.localdate())
    if found is None:
        raise NotFound(entry=entry_id)
    page = DetailPage(
        title=action_label(found.action),
        number=f"#{found.id}",
        chips=(_sealed_chip(found),),
        facts=(
            Fact(_("When"), instant_text(found.at)),
            Fact(_("Who"), found.actor_name),
            Fact(_("From where"), found.origin),
            Fact(_("Kind of object"), object_label(found.object_type)),
            Fact(_("Number of the object"), found.object_key, url=_same_object(found)),
            Fact(_("Reason"), found.reason),
            Fact(_("Code"), found.action),
            Fact(_("Request"), found.request_id),
        ),
        back_url=reverse("audit:list"),
    )
    table = sub_table(
        _("Before → after"), _CHANGES, changes_of(found), empty=_("The entry tells of no changed fields.")
    )
    return detail_response(request, page, "audit/entry.html", context={"changes": table})


def _same_object(found: Entry) -> str:
    return f"{reverse('audit:list')}?kind={found.object_type}&key={found.object_key}"


REASONS: dict[str, Label] = {
    "order": gettext_lazy("The link does not follow the one before: a link is missing or was put in."),
    "count": gettext_lazy("Entries are missing, or there are more than were sealed."),
    "hash": gettext_lazy("An entry is not as it was sealed."),
}
_BREACHES: tuple[Column[ChainBreach], ...] = (
    Column("from_id", gettext_lazy("From entry"), ColumnKind.IDENTIFIER),
    Column("to_id", gettext_lazy("To entry (not included)"), ColumnKind.IDENTIFIER),
    Column("reason", gettext_lazy("What is wrong"), value=lambda row: REASONS.get(row.reason, row.reason)),
)


@requires("audit.view")
def chain(request: OfficeRequest) -> HttpResponse:
    """Compute the chain again, when asked to: it reads every entry."""
    state = queries.verify_chain() if request.method == "POST" else None
    context: dict[str, object] = {"title": _("Audit chain"), "state": state}
    if state is not None:
        context["breaches"] = sub_table(_("Links that do not hold"), _BREACHES, state.breaches)
    return render(request, "audit/chain.html", context)
