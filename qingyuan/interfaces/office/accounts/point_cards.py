"""One point on the account's 水表 tab: its meter, its place in the book, and what decides its price."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.meters.queries import InstallationFact
from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Fact, FactList, SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, volume_text
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind
from qingyuan.overviews.account_header import PlacedPoint
from qingyuan.overviews.account_points import LinkRow, OptionRow, PointDetail, QuotaRow, ShareRow
from qingyuan.platform.dictionary import queries as dictionary


@dataclass(frozen=True, slots=True)
class PointCard:
    """What the template draws of one point."""

    number: str
    heading: str
    facts: FactList
    actions: tuple[Action, ...]
    tables: tuple[SubTable, ...]


def card(request: OfficeRequest, point: PointDetail, place: PlacedPoint | None) -> PointCard:
    """The point's card; tables without rows are left out, but shares and meters."""
    tables = [
        sub_table(_("Usage classes"), SHARE_COLUMNS, point.shares, caption_shown=True),
        sub_table(_("Meters over time"), INSTALLATION_COLUMNS, point.installations, caption_shown=True),
    ]
    if point.options:
        tables.append(sub_table(_("Own prices of charge items"), OPTION_COLUMNS, point.options, caption_shown=True))
    if point.quotas:
        tables.append(sub_table(_("Quotas"), QUOTA_COLUMNS, point.quotas, caption_shown=True))
    if point.links:
        tables.append(sub_table(_("Main and sub meters"), LINK_COLUMNS, point.links, caption_shown=True))
    return PointCard(
        number=point.point_no,
        heading=gettext("Point %(number)s") % {"number": point.point_no},
        facts=FactList(_facts(point, place)),
        actions=point_actions(request, point),
        tables=tuple(tables),
    )


def point_actions(request: OfficeRequest, point: PointDetail) -> tuple[Action, ...]:
    """The forms of a point, those that the person may open."""
    if point.closed_date is not None:
        return ()
    number = [point.point_no]
    offered = [
        Action(_("Usage classes"), reverse("meters:shares", args=number), "meters.change", "category"),
        Action(_("Own price"), reverse("meters:option", args=number), "meters.change", "tag"),
        Action(_("Quota"), reverse("meters:quota", args=number), "meters.change", "scale"),
        Action(_("Another book"), reverse("meters:move", args=number), "meters.change", "book"),
        Action(_("Sub-meters"), reverse("meters:links", args=number), "meters.change", "hierarchy"),
    ]
    if any(not link.is_main for link in point.links):
        offered.append(Action(_("End links"), reverse("meters:links-end", args=number), "meters.change", "x"))
    if point.hanging is not None:
        offered.insert(
            0, Action(_("Exchange meter"), reverse("meters:exchange", args=number), "meters.install", "refresh")
        )
    return tuple(action for action in offered if action.permission in request.permissions)


def _facts(point: PointDetail, place: PlacedPoint | None) -> tuple[Fact, ...]:
    locations = dictionary.labels("install_location", "en" if words.english() else "zh-hans")
    hanging = point.hanging
    facts = [
        Fact(
            _("Meter"),
            hanging.meter_no if hanging else words.word(words.POINT_KINDS, point.kind),
            url=reverse("meters:detail", args=[hanging.meter_no]) if hanging else "",
        ),
        Fact(_("Calibre"), f"DN{point.calibre}"),
        Fact(_("Meter location"), locations.get(point.location, point.location)),
        Fact(_("Point opened on"), date_text(point.opened_date)),
    ]
    if place is not None:
        order = f" · {place.order_no}" if place.order_no is not None else ""
        facts.insert(
            1,
            Fact(
                _("Book"),
                f"{place.book_no} {place.book_name}{order}" if place.book_no else "",
                url=reverse("routes:book", args=[place.book_no]) if place.book_no else "",
            ),
        )
    if hanging is not None and hanging.multiplier != 1:
        facts.append(Fact(_("Multiplier"), f"× {hanging.multiplier.normalize():f}"))
    if point.fixed_volume is not None:
        facts.append(Fact(_("Fixed volume"), f"{volume_text(point.fixed_volume)} m³"))
    facts += [Fact(_("Mark"), chip=Chip(words.POINT_FLAGS[flag], Tone.AMBER)) for flag in point.flags]
    return tuple(facts)


def share_value(row: ShareRow) -> str:
    """A share's size for people."""
    if row.value is None:
        return gettext("the rest")
    if row.kind == "FIXED":
        return gettext("%(volume)s m³ a month") % {"volume": volume_text(row.value)}
    return f"{(row.value * 100).normalize():f}%"


def _registers(row: InstallationFact, final: bool) -> str:
    values = [one.final_value if final else one.start_value for one in row.registers]
    return " / ".join(volume_text(value) for value in values) or "—"


def _link_kind(row: LinkRow) -> str:
    return gettext("Main meter") if row.is_main else gettext("Sub meter")


def _agreed(row: LinkRow) -> str:
    """How the difference is shared: by equal parts, at most 5 %."""
    told = [words.word(words.SHARINGS, row.sharing)] if row.sharing else []
    if row.share is not None:
        told.append(f"{(row.share * 100).normalize():f}%")
    if row.cap is not None:
        told.append(gettext("at most %(part)s of the main") % {"part": f"{(row.cap * 100).normalize():f}%"})
    return " · ".join(told)


def _in_force(row: ShareRow) -> Chip:
    return Chip(_("In force"), Tone.GREEN) if row.is_current else Chip(_("Not in force"), Tone.GREY)


SHARE_COLUMNS: tuple[Column[ShareRow], ...] = (
    Column("class_name", _("Usage class")),
    Column("kind", _("Kind of share"), value=lambda row: words.word(words.SHARE_KINDS, row.kind)),
    Column("value", _("Share"), value=share_value),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
    Column("state", _("State"), ColumnKind.CHIP, value=_in_force),
    Column("evidence", _("Evidence"), ColumnKind.LONG_TEXT),
)
INSTALLATION_COLUMNS: tuple[Column[InstallationFact], ...] = (
    Column(
        "meter_no",
        _("Meter no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("meters:detail", args=[row.meter_no]),
    ),
    Column("installed_at", _("Installed at"), ColumnKind.INSTANT),
    Column("start", _("Start value"), value=lambda row: _registers(row, False)),
    Column("removed_at", _("Removed at"), value=lambda row: instant_text(row.removed_at)),
    Column("final", _("Final value"), value=lambda row: _registers(row, True)),
    Column("multiplier", _("Multiplier"), value=lambda row: f"× {row.multiplier.normalize():f}"),
)
OPTION_COLUMNS: tuple[Column[OptionRow], ...] = (
    Column("charge_name", _("Charge item")),
    Column("plan", _("Price"), value=lambda row: row.plan or gettext("exempt")),
    Column("document_no", _("Document")),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
)
QUOTA_COLUMNS: tuple[Column[QuotaRow], ...] = (
    Column("volume", _("Quota of a cycle"), ColumnKind.VOLUME),
    Column("document_no", _("Document")),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
)
LINK_COLUMNS: tuple[Column[LinkRow], ...] = (
    Column("role", _("Role"), value=_link_kind),
    Column("point_no", _("Point no."), ColumnKind.IDENTIFIER),
    Column("kind", _("Kind of link"), value=lambda row: words.word(words.LINK_KINDS, row.kind)),
    Column("sharing", _("Shared"), value=_agreed),
    Column("from_date", _("In effect from"), ColumnKind.DATE),
)
