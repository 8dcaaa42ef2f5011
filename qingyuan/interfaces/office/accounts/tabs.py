"""The tabs of an account's page (档案页签), one address each."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import is_valid_path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import point_cards, words
from qingyuan.interfaces.office.accounts.history import timeline_of
from qingyuan.interfaces.office.accounts.record import address_of, detail_page, header_for
from qingyuan.interfaces.office.shell import charts
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Fact, FactList, SubTable, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, money_text, volume_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.overviews import account_money, account_page, account_points, account_readings
from qingyuan.overviews.account_header import AccountHeader, HoldRow
from qingyuan.overviews.account_money import AccountBill, AccountPayment, PrepaymentRow
from qingyuan.overviews.account_page import HeldFrom, OverviewTab, PeopleFrom, ReliefFrom, TierBand, TierUse
from qingyuan.overviews.account_readings import ReadingRow


@requires("customers.view")
def overview(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no)
    tab = account_page.overview_tab(header, on=timezone.localdate())
    context = {
        "chart": _usage_chart(tab),
        "has_usage": bool(tab.usage),
        "has_estimates": any(month.is_estimated for month in tab.usage),
        "file_facts": _file_facts(request, header, tab),
        "tiers": [_tier_table(use) for use in tab.tiers],
        "holders": sub_table(_("Holders"), HOLDER_COLUMNS, tab.holders, caption_shown=True),
        "people": sub_table(_("Household size"), PEOPLE_COLUMNS, tab.people, caption_shown=True)
        if tab.people
        else None,
        "reliefs": sub_table(_("Relief"), RELIEF_COLUMNS, tab.reliefs, caption_shown=True) if tab.reliefs else None,
        "holds": sub_table(_("Holds"), _hold_columns(request, header), header.holds, caption_shown=True)
        if header.holds
        else None,
    }
    return detail_response(request, detail_page(request, header, "detail"), "accounts/overview.html", context=context)


@requires("meters.view")
def meters(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, "meters.view")
    points = account_points.point_details(
        [point.point_id for point in header.points], on=timezone.localdate(), english=words.english()
    )
    places = {point.point_id: point for point in header.points}
    context = {"points": [point_cards.card(request, point, places[point.id]) for point in points]}
    return detail_response(request, detail_page(request, header, "meters"), "accounts/meters.html", context=context)


@requires("readings.view")
def readings(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, "readings.view")
    rows = account_readings.readings_of_account(header.id, english=words.english())
    tables = [sub_table(_("Readings"), READING_COLUMNS, rows, empty=_("Nothing has been read yet."))]
    return _tables(request, header, "readings", tables)


@requires("billing.view")
def bills(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, "billing.view")
    tab = account_money.bills_tab(header.id, header.dues)
    table = sub_table(
        _("Bills"),
        BILL_COLUMNS,
        tab.rows,
        totals={"volume": tab.volume, "amount": tab.amount, "outstanding": tab.outstanding},
        empty=_("No bill has been issued yet."),
    )
    tables = [table]
    # A table of its own: with one more column that of the bills is wider than a small screen.
    if partly := [row for row in tab.rows if row.owed_by_item]:
        tables.append(sub_table(_("Bills cleared in part"), PARTLY_COLUMNS, partly, caption_shown=True))
    return _tables(request, header, "bills", tables, note=_newest_only(len(tab.rows), tab.count))


@requires("payments.view")
def payments(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no, "payments.view")
    tab = account_money.payments_tab(header.id)
    tables = [
        sub_table(_("Payment history"), PAYMENT_COLUMNS, tab.rows, empty=_("Nothing has been paid yet.")),
        sub_table(
            _("Changes of the balance"),
            MOVEMENT_COLUMNS,
            tab.movements,
            caption_shown=True,
            empty=_("Nothing has been paid ahead yet."),
        ),
    ]
    return _tables(request, header, "payments", tables, note=_newest_only(len(tab.rows), tab.count))


@requires("customers.view")
def log(request: OfficeRequest, account_no: str) -> HttpResponse:
    header = header_for(request, account_no)
    context = {"timeline": timeline_of(account_page.log_tab(header), opened_at=header.created_at)}
    return detail_response(request, detail_page(request, header, "log"), "accounts/log.html", context=context)


def _tables(
    request: OfficeRequest, header: AccountHeader, tab: str, tables: list[SubTable], *, note: str = ""
) -> HttpResponse:
    return detail_response(
        request, detail_page(request, header, tab), "accounts/tables.html", context={"tables": tables, "note": note}
    )


def _newest_only(shown: int, count: int) -> str:
    return (
        gettext("The newest %(shown)s of %(count)s are shown.") % {"shown": shown, "count": count}
        if shown < count
        else ""
    )


def _usage_chart(tab: OverviewTab) -> charts.BarChart:
    last = tab.usage[-1].yyyymm if tab.usage else 0
    return charts.BarChart(
        title=gettext("Volume of the last %(count)s periods") % {"count": len(tab.usage)},
        points=tuple(
            charts.Point(
                f"{month.yyyymm // 100 % 100:02d}-{month.yyyymm % 100:02d}" + ("*" if month.is_estimated else ""),
                Decimal(volume_text(month.volume).replace(",", "")),
                emphasised=month.yyyymm == last,
            )
            for month in tab.usage
        ),
        unit="m³",
        category=gettext("Period"),
    )


def _file_facts(request: OfficeRequest, header: AccountHeader, tab: OverviewTab) -> FactList:
    holder = header.holder
    facts = [
        Fact(_("Collection"), words.word(words.COLLECTION_KINDS, header.collection_kind)),
        Fact(
            _("People of the household"),
            str(tab.people_now.people) if tab.people_now else _("not registered, the tariff's base counts"),
        ),
        Fact(_("Relief"), "、".join(row.name for row in tab.reliefs if row.is_current) or _("no relief in force")),
        Fact(_("Start of the tier cycle"), header.tier_anchor or _("as the tariff says")),
        Fact(_("Old account no."), "、".join(tab.old_nos)),
    ]
    if holder is not None:
        may_see = holder.document_mask and "customers.see_document" in request.permissions
        facts += [
            Fact(_("Customer no."), holder.customer_no),
            Fact(_("Contact person"), holder.contact_name),
            Fact(_("Identity document"), holder.document_mask, url=address_of(header, "document") if may_see else ""),
            Fact(_("Tax no."), holder.tax_no),
        ]
    facts += [Fact(scheme, value) for scheme, value in tab.classifications]
    facts.append(Fact(_("Remark"), header.note))
    return FactList(tuple(facts), heading=_("Account particulars"))


def _tier_table(use: TierUse) -> SubTable:
    caption = gettext("Tier use since %(date)s: %(used)s m³") % {
        "date": date_text(use.cycle_start_date),
        "used": volume_text(use.used),
    }
    if use.shared_with:
        caption += gettext(", shared with %(count)s more") % {"count": use.shared_with}
    return sub_table(
        caption,
        TIER_COLUMNS,
        use.bands,
        caption_shown=True,
        empty=_("%(caption)s. The limits follow from the quota of the point.") % {"caption": caption},
    )


def _hold_columns(request: OfficeRequest, header: AccountHeader) -> tuple[Column[HoldRow], ...]:
    """With a way to lift each hold in force, for who may."""
    may = "customers.hold" in request.permissions
    lift: Column[HoldRow] = Column(
        "lift",
        _("Lift"),
        value=lambda row: gettext("Lift the hold") if row.is_current and may else "",
        link=lambda row: address_of(header, "hold-lift", row.id) if row.is_current and may else None,
    )
    return (*HOLD_COLUMNS, lift)


def _bill_address(row: AccountBill) -> str | None:
    """The bill's page, which another area has."""
    address = f"/bills/{quote(row.bill_no)}/"
    return address if is_valid_path(address) else None


def _tier_name(band: TierBand) -> str:
    return gettext("Tier %(number)s") % {"number": band.number}


def _tier_span(band: TierBand) -> str:
    start = volume_text(band.from_volume)
    return f"{start} – {volume_text(band.to_volume)}" if band.to_volume is not None else f"> {start}"


def _bill_state(row: AccountBill) -> Chip:
    if row.is_reversed:
        return Chip(_("Cancelled"), Tone.GREY)
    if row.outstanding is None:
        return Chip(_("Credit"), Tone.BLUE)
    if row.outstanding == 0:
        return Chip(_("Paid"), Tone.GREEN)
    if row.due_date < timezone.localdate():
        return Chip(_("Overdue"), Tone.RED)
    return Chip(_("Unpaid"), Tone.AMBER)


def _columns(*columns: Any) -> tuple[Any, ...]:
    return columns


HOLDER_COLUMNS: tuple[Column[HeldFrom], ...] = _columns(
    Column("name", _("Holder")),
    Column("customer_no", _("Customer no."), ColumnKind.IDENTIFIER),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
)
PEOPLE_COLUMNS: tuple[Column[PeopleFrom], ...] = _columns(
    Column("people", _("People"), ColumnKind.IDENTIFIER, value=lambda row: str(row.people)),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
    Column("evidence", _("Evidence"), ColumnKind.LONG_TEXT),
)
RELIEF_COLUMNS: tuple[Column[ReliefFrom], ...] = _columns(
    Column("name", _("Scheme")),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
    Column(
        "state",
        _("State"),
        ColumnKind.CHIP,
        value=lambda row: Chip(_("In force"), Tone.GREEN) if row.is_current else Chip(_("Not in force"), Tone.GREY),
    ),
    Column("evidence", _("Evidence"), ColumnKind.LONG_TEXT),
)
HOLD_COLUMNS: tuple[Column[HoldRow], ...] = _columns(
    Column("activity", _("What is on hold"), value=lambda row: words.word(words.HOLD_ACTIVITIES, row.activity)),
    Column("reason", _("Reason of the hold"), ColumnKind.LONG_TEXT),
    Column("span", _("In effect"), value=lambda row: words.span(row.from_date, row.to_date)),
)
TIER_COLUMNS: tuple[Column[TierBand], ...] = _columns(
    Column("number", _("Tier"), value=_tier_name),
    Column("span", _("Range (m³)"), value=_tier_span),
    Column("used", _("Used"), ColumnKind.VOLUME),
    Column(
        "left",
        _("Remaining"),
        ColumnKind.VOLUME,
        value=lambda band: None if band.to_volume is None else band.to_volume - band.from_volume - band.used,
    ),
)
READING_COLUMNS: tuple[Column[ReadingRow], ...] = _columns(
    Column("yyyymm", _("Period"), ColumnKind.MONTH),
    Column("meter_no", _("Meter no."), ColumnKind.IDENTIFIER),
    Column("start_value", _("Previous value"), ColumnKind.VOLUME),
    Column("end_value", _("Present value"), ColumnKind.VOLUME),
    Column("volume", _("Volume"), ColumnKind.VOLUME),
    Column("end_date", _("Read on"), ColumnKind.DATE),
    Column(
        "condition",
        _("Condition"),
        value=lambda row: row.condition or (gettext("estimated") if row.is_estimated else ""),
    ),
    Column("state", _("State"), ColumnKind.CHIP, value=lambda row: words.READING_STATES[row.state]),
    Column(
        "anomalies",
        _("Anomalies"),
        ColumnKind.LONG_TEXT,
        value=lambda row: "、".join(words.word(words.ANOMALIES, code) for code in row.anomalies),
    ),
    Column("read_by", _("Reader")),
)
BILL_COLUMNS: tuple[Column[AccountBill], ...] = _columns(
    Column("bill_no", _("Bill no."), ColumnKind.IDENTIFIER, link=_bill_address),
    Column("yyyymm", _("Period"), ColumnKind.MONTH),
    Column("kind", _("Kind"), value=lambda row: words.word(words.BILL_KINDS, row.kind)),
    Column("span", _("Days of use"), value=lambda row: f"{date_text(row.from_date)} ~ {date_text(row.to_date)}"),
    Column("volume", _("Volume"), ColumnKind.VOLUME),
    Column("amount", _("Amount due"), ColumnKind.MONEY),
    Column("outstanding", _("Outstanding"), ColumnKind.DEBT),
    Column("due_date", _("Due on"), ColumnKind.DATE),
    Column("state", _("State"), ColumnKind.CHIP, value=_bill_state),
)
PARTLY_COLUMNS: tuple[Column[AccountBill], ...] = _columns(
    Column("bill_no", _("Bill no."), ColumnKind.IDENTIFIER, link=_bill_address),
    Column("yyyymm", _("Period"), ColumnKind.MONTH),
    Column("amount", _("Amount due"), ColumnKind.MONEY),
    Column("outstanding", _("Outstanding"), ColumnKind.DEBT),
    Column(
        "owed_by_item",
        _("Still owed of it"),
        ColumnKind.LONG_TEXT,
        value=lambda row: " · ".join(
            f"{one.name_en if words.english() else one.name} {money_text(one.owed)}" for one in row.owed_by_item
        ),
    ),
)
PAYMENT_COLUMNS: tuple[Column[AccountPayment], ...] = _columns(
    Column("taken_at", _("Taken at"), ColumnKind.INSTANT),
    Column(
        "payment_no",
        _("Payment no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("payments:detail", args=[row.payment_no]),
    ),
    Column(
        "receipt_no",
        _("Receipt no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("payments:receipt", args=[row.receipt_no]) if row.receipt_no else None,
    ),
    Column("amount", _("Received"), ColumnKind.MONEY),
    Column("prepaid", _("of it paid ahead"), ColumnKind.MONEY),
    Column("channel", _("Channel"), value=lambda row: words.word(words.CHANNELS, row.channel)),
    Column("unit_name", _("Unit")),
    Column("taken_by", _("Cashier")),
    Column(
        "state",
        _("State"),
        ColumnKind.CHIP,
        value=lambda row: Chip(_("Valid"), Tone.GREEN) if row.void_reason is None else Chip(_("Void"), Tone.GREY),
    ),
)
MOVEMENT_COLUMNS: tuple[Column[PrepaymentRow], ...] = _columns(
    Column("value_date", _("Date"), ColumnKind.DATE),
    Column("kind", _("Kind"), value=lambda row: words.word(words.MOVEMENTS, row.kind)),
    Column("amount", _("Amount"), ColumnKind.MONEY),
)
