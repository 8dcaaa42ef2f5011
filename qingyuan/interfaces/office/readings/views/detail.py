"""One item in full: stretches, reads from all sources, anomalies and decisions, and the usage that came of it."""

import json
from collections.abc import Mapping
from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import queries
from qingyuan.domains.readings.queries import (
    AdjustmentRow,
    AnomalyDetail,
    ConsumptionFacts,
    ItemDetail,
    LossShare,
    ReadRowDetail,
    ReleasedMain,
    SegmentDetail,
    SubUsage,
    UsagePart,
)
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.scope import company_of, today
from qingyuan.interfaces.office.readings.views.adjusting import COLUMNS
from qingyuan.interfaces.office.readings.words import (
    ANOMALIES,
    DECISIONS,
    END_KINDS,
    PARTS,
    SHARINGS,
    SOURCES,
    STATES,
    anomaly_chips,
)
from qingyuan.interfaces.office.shell.charts import BarChart, Point
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import (
    Confirm,
    DetailPage,
    Fact,
    FactList,
    Figure,
    SubTable,
    detail_response,
    sub_table,
)
from qingyuan.interfaces.office.shell.formats import date_text, month_text, volume_text
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.files import queries as files

_V = ColumnKind.VOLUME
_R = ColumnKind.READING
_N = ColumnKind.INTEGER
_I = ColumnKind.IDENTIFIER


def _counts(row: ReadRowDetail) -> Chip:
    return Chip(_("this one counts"), Tone.GREEN) if row.is_chosen else Chip(_("kept only"))


def _sentence(row: AnomalyDetail) -> str:
    facts: Mapping[str, object] = json.loads(row.facts)
    return code_sentence(f"readings.anomaly.{row.code.lower()}", facts)


SEGMENTS: tuple[Column[SegmentDetail], ...] = (
    Column("meter_no", gettext_lazy("Meter no."), _I),
    Column("register_no", gettext_lazy("Register"), _N),
    Column("start_date", gettext_lazy("From"), ColumnKind.DATE),
    Column("start_value", gettext_lazy("Value then"), _R),
    Column("end_date", gettext_lazy("To"), ColumnKind.DATE),
    Column("end_value", gettext_lazy("Value at the end"), _R),
    Column("multiplier", gettext_lazy("Multiplier"), ColumnKind.INTEGER),
    Column("volume", gettext_lazy("Usage"), _V),
    Column("end_kind", gettext_lazy("How it ended"), value=lambda row: END_KINDS.get(row.end_kind, row.end_kind)),
)
READS: tuple[Column[ReadRowDetail], ...] = (
    Column("read_at", gettext_lazy("Read at"), ColumnKind.INSTANT),
    Column("value", gettext_lazy("Register value"), _R),
    Column("register_no", gettext_lazy("Register"), _N),
    Column("source", gettext_lazy("Source"), value=lambda row: SOURCES.get(row.source, row.source)),
    Column("condition_code", gettext_lazy("Condition"), _I),
    Column("reader_name", gettext_lazy("Read by")),
    Column("is_chosen", gettext_lazy("Which counts"), ColumnKind.CHIP, value=_counts),
    Column("note", gettext_lazy("Remark")),
)
NOTICED: tuple[Column[AnomalyDetail], ...] = (
    Column("code", gettext_lazy("Noticed"), ColumnKind.CHIP, value=lambda row: ANOMALIES.get(row.code, Chip(row.code))),
    Column("sentence", gettext_lazy("What was found"), ColumnKind.LONG_TEXT, value=_sentence),
    Column("decision", gettext_lazy("Decision"), value=lambda row: DECISIONS.get(row.decision, row.decision)),
    Column("reason", gettext_lazy("Opinion"), ColumnKind.LONG_TEXT),
    Column("decided_by", gettext_lazy("By")),
    Column("decided_at", gettext_lazy("At"), ColumnKind.INSTANT),
)
PART_COLUMNS: tuple[Column[UsagePart], ...] = (
    Column("kind", gettext_lazy("Part of the usage"), value=lambda row: PARTS.get(row.kind, row.kind)),
    Column("from_date", gettext_lazy("From"), ColumnKind.DATE),
    Column("to_date", gettext_lazy("To"), ColumnKind.DATE),
    Column("meter_no", gettext_lazy("Meter no."), _I),
    Column("start_value", gettext_lazy("Value then"), _R),
    Column("end_value", gettext_lazy("Value at the end"), _R),
    Column("volume", gettext_lazy("Usage"), _V),
    Column(
        "readings", gettext_lazy("Readings behind it"), _I, value=lambda row: [f"#{one}" for one in row.reading_ids]
    ),
)
SUBS: tuple[Column[SubUsage], ...] = (
    Column("point_no", gettext_lazy("Sub"), _I),
    Column("revision", gettext_lazy("Revision"), _N),
    Column("volume", gettext_lazy("Usage"), _V),
)
LOSS: tuple[Column[LossShare], ...] = (
    Column("main_point_no", gettext_lazy("Main's point"), _I),
    Column("main_volume", gettext_lazy("Main's usage"), _V),
    Column("subs_volume", gettext_lazy("Sum of subs"), _V),
    Column("shared", gettext_lazy("Shared difference"), _V),
    Column("method", gettext_lazy("Way of sharing"), value=lambda row: SHARINGS[row.method]),
    Column("volume", gettext_lazy("Share of the point"), _V),
)
RELEASED: tuple[Column[ReleasedMain], ...] = (
    Column("sub_no", gettext_lazy("Sub"), _I, value=lambda row: row.sub_no or _("the difference is not shared")),
    Column("reason", gettext_lazy("Reason"), ColumnKind.LONG_TEXT),
    Column("released_by", gettext_lazy("Decided by")),
    Column("released_on", gettext_lazy("Decided on"), ColumnKind.DATE),
)

ADJUSTED: tuple[Column[AdjustmentRow], ...] = tuple(
    one for one in COLUMNS if one.key in {"adjustment_no", "charge", "change", "reason", "state"}
)


@requires("readings.view")
def reading_item(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """The item's page."""
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=reading_item_id, on=today())
    facts = queries.consumption_facts([reading_item_id]).get(reading_item_id)
    [task] = queries.tasks(
        actor=request.actor,
        company_id=company_of(request.actor),
        on=today(),
        yyyymm=detail.yyyymm,
        round_no=detail.round_no,
        book_ids=[detail.book_id],
    )
    page = DetailPage(
        title=_("Reading of a point"),
        number=f"{detail.entry.account_no or detail.entry.point_no} · {month_text(detail.yyyymm)}",
        chips=(STATES[detail.entry.state], *anomaly_chips(detail.entry)),
        facts=_facts(detail, f"{task.book_no} {task.book_name}"),
        figures=_figures(detail),
        actions=_actions(request, detail, task.task_id),
        notice=_notice(detail, facts),
    )
    context = {
        "segments": sub_table(gettext_lazy("Registers of the period"), SEGMENTS, detail.segments),
        "reads": sub_table(gettext_lazy("Reads from all sources"), READS, detail.reads),
        "noticed": sub_table(gettext_lazy("Noticed and decided"), NOTICED, detail.anomalies),
        "grounds": _grounds(detail, task.reader_name),
        "consumption": facts,
        "parts": None
        if facts is None
        else sub_table(gettext_lazy("Parts of the usage"), PART_COLUMNS, facts.usage_parts),
        "subs": _subs(facts),
        "loss": _loss(facts),
        "released": _released(reading_item_id),
        "adjusted": _adjusted(reading_item_id),
        "chart": _chart(detail),
        "page_item": reading_item_id,
        "photos": sorted({one.photo_hash for one in detail.reads if one.photo_hash}),
        "confirms": _confirms(request, detail),
    }
    return detail_response(request, page, "readings/detail.html", context=context)


def _facts(detail: ItemDetail, book: str) -> tuple[Fact, ...]:
    entry = detail.entry
    return (
        Fact(gettext_lazy("Holder"), entry.holder_name or "—"),
        Fact(gettext_lazy("Address"), entry.address),
        Fact(gettext_lazy("Meter no."), entry.meter_no or "—"),
        Fact(gettext_lazy("Book"), book),
        Fact(gettext_lazy("Previous"), f"{volume_text(entry.previous_value)} · {date_text(entry.previous_date)}"),
        Fact(gettext_lazy("Reading date"), date_text(entry.read_date)),
    )


def _grounds(detail: ItemDetail, reader_name: str) -> FactList:
    """What the reading was compared with."""
    entry = detail.entry
    return FactList(
        (
            Fact(gettext_lazy("Average a month"), _cubic(entry.average_volume)),
            Fact(gettext_lazy("A year ago"), _cubic(entry.last_year_volume)),
            Fact(gettext_lazy("Held above"), _cubic(entry.high_usage_limit)),
            Fact(gettext_lazy("Condition"), entry.condition_code or "—"),
            Fact(gettext_lazy("Point no."), entry.point_no),
            Fact(gettext_lazy("Reader"), reader_name or "—"),
        ),
        heading=gettext_lazy("Compared with"),
    )


def _cubic(volume: Decimal | None) -> str:
    return "—" if volume is None else f"{volume_text(volume.quantize(Decimal('0.1')))} m³"


def _figures(detail: ItemDetail) -> tuple[Figure, ...]:
    entry = detail.entry
    return (
        Figure(gettext_lazy("This reading"), volume_text(None if entry.state == "PENDING" else entry.value)),
        Figure(gettext_lazy("Usage, m³"), volume_text(entry.usage_volume)),
    )


def _actions(request: OfficeRequest, detail: ItemDetail, task_id: int) -> tuple[Action, ...]:
    item_id, state = detail.entry.reading_item_id, detail.entry.state
    found = [Action(gettext_lazy("Sheet of the book"), reverse("readings:grid", args=[task_id]), icon="list")]

    def offer(label: object, name: str, permission: str, states: set[str], icon: str) -> None:
        if state in states and permission in request.permissions:
            found.append(Action(str(label), reverse(f"readings:{name}", args=[item_id]), icon=icon))

    entered = {"PENDING"} if "readings.review" in request.permissions else {"PENDING", "READ", "HELD"}
    offer(_("Enter the reading"), "enter", "readings.record", entered, "edit")
    offer(_("Change the reading"), "change", "readings.review", {"READ", "HELD"}, "edit")
    offer(_("Correct the reading"), "correct", "readings.correct", {"APPROVED", "BILLED"}, "edit")
    offer(_("Adjust the volume"), "adjust", "readings.adjust", {"APPROVED", "BILLED"}, "adjustments")
    return tuple(found)


def _confirms(request: OfficeRequest, detail: ItemDetail) -> tuple[Confirm, ...]:
    item_id, state = detail.entry.reading_item_id, detail.entry.state
    if "readings.plan" not in request.permissions:
        return ()
    if state == "SKIPPED":
        return (
            Confirm(
                key="reopen",
                title=gettext_lazy("Read after all"),
                consequence=gettext_lazy("The point is to be read in this period after all."),
                url=reverse("readings:reopen", args=[item_id]),
                submit=gettext_lazy("Read after all"),
                with_reason=True,
                danger=False,
            ),
        )
    if state not in {"PENDING", "READ", "HELD"}:
        return ()
    return (
        Confirm(
            key="skip",
            title=gettext_lazy("Leave out this period"),
            consequence=gettext_lazy("The point is not read in this period; the next reading covers its span."),
            url=reverse("readings:skip", args=[item_id]),
            submit=gettext_lazy("Leave out"),
            with_reason=True,
        ),
    )


def _notice(detail: ItemDetail, facts: ConsumptionFacts | None) -> str:
    if detail.skip_reason:
        return code_sentence(f"readings.skipped.{detail.skip_reason.lower()}", {})
    if facts is not None and facts.waiting_subs:
        return _("This main is not billed before its subs are approved: %(subs)s") % {
            "subs": "、".join(facts.waiting_subs)
        }
    if facts is not None and facts.shared.waiting:
        return _("The difference at its main is shared; it is not billed before these are approved: %(points)s") % {
            "points": "、".join(facts.shared.waiting)
        }
    below = None if facts is None else facts.shared.below_subs
    if below is not None:
        return _("Main %(main)s used less than its subs: there is no difference to share") % {
            "main": below.main_point_no
        }
    return ""


def _subs(facts: ConsumptionFacts | None) -> SubTable | None:
    if facts is None or not facts.subs:
        return None
    return sub_table(gettext_lazy("Subs that are deducted"), SUBS, facts.subs, totals={"volume": facts.subs_volume})


def _loss(facts: ConsumptionFacts | None) -> SubTable | None:
    if facts is None or facts.loss is None:
        return None
    return sub_table(gettext_lazy("Share of the difference"), LOSS, (facts.loss,))


def _released(reading_item_id: int) -> SubTable | None:
    """Decisions not to wait at this main in the period."""
    rows = queries.releases_of_main(reading_item_id=reading_item_id)
    return sub_table(gettext_lazy("Not waited for"), RELEASED, rows) if rows else None


def _adjusted(reading_item_id: int) -> SubTable | None:
    rows = queries.adjustments_of_item(reading_item_id=reading_item_id, on=today())
    return sub_table(gettext_lazy("Volume adjustments"), ADJUSTED, rows) if rows else None


def _chart(detail: ItemDetail) -> BarChart | None:
    if not detail.history:
        return None
    points = tuple(
        Point(month_text(yyyymm)[2:], volume.normalize() + 0, emphasised=yyyymm == detail.yyyymm)
        for yyyymm, _round, volume in detail.history
    )
    return BarChart(title=_("Approved usage by period"), points=points, unit="m³", category=_("Period"))


@requires("readings.view")
def photo(request: OfficeRequest, sha256: str) -> HttpResponseBase:
    """A reading's photo, for whoever may see the reading it belongs to (`item` in the address)."""
    wanted = request.GET.get("item", "")
    if not wanted.isdigit():
        raise NotFound(photo=sha256[:12])
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=int(wanted), on=today())
    if sha256 not in {one.photo_hash for one in detail.reads}:
        raise NotFound(photo=sha256[:12])
    info = files.by_hash(sha256)
    if not info.media_type.startswith("image/"):
        raise NotFound(photo=sha256[:12])
    return HttpResponse(files.content_of(sha256), content_type=info.media_type)
