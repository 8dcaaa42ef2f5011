"""The list of meters and one meter's page (水表档案)."""

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import tabs, words
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Tab, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, volume_text
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.kernel.actor import Actor
from qingyuan.overviews import account_readings, meter_list
from qingyuan.overviews.meter_list import HungAt, MeterDetail, MeterFilter, MeterRow, RegisterRow

CALIBRES = (15, 20, 25, 32, 40, 50, 80, 100, 150, 200, 300)


def account_address(row: MeterRow) -> str | None:
    return reverse("accounts:meters", args=[row.account_no]) if row.account_no else None


METERS: ListSpec[MeterRow] = ListSpec(
    key="meters",
    title=_("Meters"),
    unit=_("meters"),
    sort="meter_no",
    columns=(
        Column(
            "meter_no",
            _("Meter no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("meters:detail", args=[row.meter_no]),
        ),
        Column("model_name", _("Model")),
        Column("calibre", _("Calibre"), ColumnKind.IDENTIFIER, value=lambda row: f"DN{row.calibre}", sortable=True),
        Column("state", _("State"), ColumnKind.CHIP, value=lambda row: words.METER_STATES[row.state]),
        Column("account_no", _("Account no."), ColumnKind.IDENTIFIER, link=account_address),
        Column("holder_name", _("Account name")),
        Column("address", _("Address")),
        Column("book_no", _("Book"), ColumnKind.IDENTIFIER),
        Column("installed_at", _("Installed at"), ColumnKind.INSTANT, shown=False),
        Column("maker_name", _("Maker"), shown=False),
        Column("made_date", _("Made on"), ColumnKind.DATE, shown=False),
        Column("verify_by_date", _("Verify by"), ColumnKind.DATE, sortable=True),
    ),
    empty=EmptyState(_("There is no meter yet. Meters come with the opening of accounts.")),
)


class MetersFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Meter no. / account no."), "data-key": "filter"}
        ),
    )
    state = forms.ChoiceField(label=_("State"), choices=words.choices(words.METER_STATES))
    calibre = forms.ChoiceField(label=_("Calibre"), choices=[(str(size), f"DN{size}") for size in CALIBRES])
    verify_before = forms.DateField(label=_("To be verified before"))


def load(actor: Actor, query: ListQuery) -> ListResult[MeterRow]:
    asked = query.filters
    found = meter_list.meter_page(
        actor,
        MeterFilter(
            text=asked.get("q") or "",
            state=asked.get("state") or "",
            calibre=int(asked["calibre"]) if asked.get("calibre") else None,
            verify_before=asked.get("verify_before"),
        ),
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows=found.rows, count=found.count)


@requires("meters.view")
def meters(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, METERS, MetersFilter, load)


@requires("meters.view")
def detail(request: OfficeRequest, meter_no: str) -> HttpResponse:
    found = meter_list.meter_detail(request.actor, meter_no, on=timezone.localdate())
    tables = [
        sub_table(_("Where it hung"), HUNG_COLUMNS, found.installations, caption_shown=True),
        sub_table(_("Registers"), REGISTER_COLUMNS, found.registers, caption_shown=True),
    ]
    return detail_response(request, _page(request, found, "detail"), "accounts/tables.html", context={"tables": tables})


@requires("readings.view")
def readings(request: OfficeRequest, meter_no: str) -> HttpResponse:
    found = meter_list.meter_detail(request.actor, meter_no, on=timezone.localdate())
    rows = account_readings.readings_of_points(found.point_ids, english=words.english())
    own = [row for row in rows if row.meter_no in ("", found.row.meter_no)]
    tables = [sub_table(_("Readings"), tabs.READING_COLUMNS, own, empty=_("Nothing has been read yet."))]
    return detail_response(
        request, _page(request, found, "readings"), "accounts/tables.html", context={"tables": tables}
    )


def _page(request: OfficeRequest, found: MeterDetail, tab: str) -> DetailPage:
    row = found.row
    may_exchange = row.point_no and "meters.install" in request.permissions
    tab_list = [Tab("detail", _("Overview"), reverse("meters:detail", args=[row.meter_no]))]
    if "readings.view" in request.permissions:
        tab_list.append(Tab("readings", _("Readings"), reverse("meters:readings", args=[row.meter_no])))
    return DetailPage(
        title=gettext("Meter %(number)s") % {"number": row.meter_no},
        chips=(words.METER_STATES[row.state], Chip(f"DN{row.calibre}", Tone.BLUE)),
        facts=(
            Fact(_("Model"), row.model_name),
            Fact(_("Maker"), row.maker_name),
            Fact(_("Account"), f"{row.holder_name} {row.account_no}".strip(), url=account_address(row) or ""),
            Fact(_("Address"), row.address),
            Fact(_("Book"), row.book_no),
            Fact(_("Installed at"), instant_text(row.installed_at)),
            Fact(_("Made on"), date_text(row.made_date)),
            Fact(_("Verify by"), date_text(row.verify_by_date)),
        ),
        actions=(
            Action(
                _("Exchange meter"),
                reverse("meters:exchange", args=[row.point_no]),
                "meters.install",
                "refresh",
                primary=True,
            ),
        )
        if may_exchange
        else (),
        tabs=tuple(tab_list),
        current_tab=tab,
        back_url=reverse("meters:list"),
    )


HUNG_COLUMNS: tuple[Column[HungAt], ...] = (
    Column("point_no", _("Point no."), ColumnKind.IDENTIFIER),
    Column(
        "account_no",
        _("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:meters", args=[row.account_no]) if row.account_no else None,
    ),
    Column("address", _("Address")),
    Column("installed_at", _("Installed at"), ColumnKind.INSTANT),
    Column("start", _("Start value"), value=lambda row: " / ".join(volume_text(one) for one in row.start_values)),
    Column("removed_at", _("Removed at"), ColumnKind.INSTANT),
    Column("final", _("Final value"), value=lambda row: " / ".join(volume_text(one) for one in row.final_values)),
    Column("multiplier", _("Multiplier"), value=lambda row: f"× {row.multiplier.normalize():f}"),
)
REGISTER_COLUMNS: tuple[Column[RegisterRow], ...] = (
    Column("register_no", _("Register"), ColumnKind.INTEGER),
    Column("digits", _("Digits"), ColumnKind.INTEGER),
    Column("decimals", _("Places"), ColumnKind.INTEGER),
    Column("maximum", _("Rolls over at"), ColumnKind.VOLUME),
    Column(
        "direction",
        _("Direction"),
        value=lambda row: gettext("reverse") if row.direction == "REVERSE" else gettext("forward"),
    ),
)
