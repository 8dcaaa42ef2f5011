"""Pages of bills: the list and one bill."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.billing.rules.states import BillBasis
from qingyuan.domains.notifications.queries import notices_of_bill
from qingyuan.domains.notifications.rules.states import MAY_BE_QUEUED_AGAIN
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.bills.explanation import tree_of
from qingyuan.interfaces.office.bills.forms import BillFilter
from qingyuan.interfaces.office.bills.paper import explanation_pdf
from qingyuan.interfaces.office.bills.slips import by_item_table
from qingyuan.interfaces.office.bills.words import BASIS_WORDS, LINE_WORDS, SOURCE_WORDS, kind_chip, state_chip
from qingyuan.interfaces.office.notices.columns import OF_BILL
from qingyuan.interfaces.office.shell.addresses import address_if_routed
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
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, money_text, month_text, volume_text
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.bills import (
    BillPage,
    BillRow,
    ClearingRow,
    LineRow,
    LinkedBill,
    TierUseRow,
    bill_list,
    bill_page,
)

BILLS: ListSpec[BillRow] = ListSpec(
    key="bills",
    title=gettext_lazy("Bills"),
    unit=gettext_lazy("bills"),
    sort="bill_no",
    descending=True,
    columns=(
        Column(
            "bill_no",
            gettext_lazy("Bill no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("bills:detail", args=[row.bill_no]),
        ),
        Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH, sortable=True),
        Column(
            "account_no",
            gettext_lazy("Account no."),
            ColumnKind.IDENTIFIER,
            link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
        ),
        Column("customer_name", gettext_lazy("Account name")),
        Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER),
        Column("kind", gettext_lazy("Kind"), ColumnKind.CHIP, value=lambda row: kind_chip(row.kind)),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: state_chip(row.is_live)),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME, sortable=True, totalled=True),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY, sortable=True, totalled=True),
        Column("outstanding", gettext_lazy("Owed"), ColumnKind.DEBT),
        Column("due_date", gettext_lazy("Due"), ColumnKind.DATE),
        Column("posting_date", gettext_lazy("Posted"), ColumnKind.DATE, shown=False),
    ),
    empty=EmptyState(gettext_lazy("There are no bills yet. Bills come from a billing run.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[BillRow]:
    found = bill_list(
        actor,
        filters=query.filters,
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
        on=timezone.localdate(),
    )
    return ListResult(found.rows, found.count, {"amount": found.amount, "volume": found.volume})


@requires("billing.view")
def bills(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, BILLS, BillFilter, _load)


@requires("billing.view")
def bill(request: OfficeRequest, bill_no: str) -> HttpResponse:
    found = bill_page(request.actor, bill_no, on=timezone.localdate())
    sees_runs = "billing.view_runs" in request.permissions
    may_change = "billing.cancel" in request.permissions and found.row.is_live
    context = {
        "bill": found,
        "lines": _lines(found),
        "clearings": _clearings(found),
        "by_item": by_item_table(found),
        "tier_use": _tier_use(found),
        "tree": tree_of(found.explanation, permissions=request.permissions),
        "facts": _facts(found, sees_runs=sees_runs),
        "links": _links(found),
        "cancel": _cancel(found) if may_change else None,
        "rebill": _rebill(found) if may_change and found.corrects is None and not _by_hand(found) else None,
        "adjust_url": _adjust_url(found) if "readings.adjust" in request.permissions else "",
        "proposals_url": _proposals_url(found) if sees_runs else "",
        **_notices(request, found),
    }
    return detail_response(request, _page(found), "bills/bill.html", context=context)


@requires("billing.view")
def explanation(request: OfficeRequest, bill_no: str) -> HttpResponse:
    """The explanation on paper: nothing is counted, so it is a plain page to open."""
    found = bill_page(request.actor, bill_no, on=timezone.localdate())
    response = HttpResponse(explanation_pdf(found, tree_of(found.explanation)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{bill_no}.pdf"'
    return response


def _notices(request: OfficeRequest, found: BillPage) -> dict[str, object]:
    """What the customer was told of the bill, and whether it can be told now."""
    if "notifications.view" not in request.permissions:
        return {}
    rows = notices_of_bill(found.row.bill_no)
    is_open = all(row.state in MAY_BE_QUEUED_AGAIN for row in rows)
    return {
        "notices": sub_table(gettext_lazy("Notices"), OF_BILL, rows, empty=gettext_lazy("There is no notice of it.")),
        "may_notify": "notifications.send" in request.permissions and found.row.is_live and is_open,
    }


def _page(found: BillPage) -> DetailPage:
    row = found.row
    figures = [Figure(gettext_lazy("Amount (yuan)"), money_text(row.amount))]
    if row.outstanding is not None:
        figures.append(Figure(gettext_lazy("Owed (yuan)"), money_text(row.outstanding), owed=row.outstanding > 0))
    return DetailPage(
        title=_("Bill"),
        number=row.bill_no,
        chips=(state_chip(row.is_live), kind_chip(row.kind)),
        facts=(
            Fact(gettext_lazy("Account no."), row.account_no, url=address_if_routed("accounts:detail", row.account_no)),
            Fact(gettext_lazy("Account name"), row.customer_name),
            Fact(gettext_lazy("Period"), month_text(row.yyyymm)),
            *(() if _by_hand(found) else (_usage(found),)),
            Fact(gettext_lazy("Posted"), date_text(row.posting_date)),
            Fact(gettext_lazy("Due"), date_text(row.due_date)),
        ),
        figures=tuple(figures),
        notice=_notice(found),
        back_url=reverse("bills:list"),
    )


def _by_hand(found: BillPage) -> bool:
    """A fee: it has no usage, and no reading to bill again."""
    return found.basis == BillBasis.MANUAL


def _adjust_url(found: BillPage) -> str:
    """Where this bill's month is adjusted: only that of a live bill of a reading, and never a correction's."""
    if not found.row.is_live or found.corrects is not None or found.reading_item_id is None:
        return ""
    address = address_if_routed("readings:adjust", found.reading_item_id)
    return f"{address}?bill={found.row.bill_no}" if address else ""


def _usage(found: BillPage) -> Fact:
    span = {
        "start": date_text(found.from_date),
        "end": date_text(found.to_date),
        "volume": volume_text(found.row.volume),
    }
    return Fact(gettext_lazy("Usage"), _("%(start)s to %(end)s, %(volume)s m³") % span)


def _notice(found: BillPage) -> str:
    if found.reversal is None:
        return ""
    return _("Cancelled on %(day)s by %(by)s: %(reason)s") % {
        "day": date_text(found.reversal.posting_date),
        "by": found.reversal.by or _("the system"),
        "reason": found.reversal.reason,
    }


def _proposals_url(found: BillPage) -> str:
    return f"{reverse('billing:proposals')}?q={found.row.account_no}" if found.open_proposals else ""


def _facts(found: BillPage, *, sees_runs: bool) -> FactList:
    facts = [
        Fact(
            gettext_lazy("Billing run"),
            found.run_no,
            url=reverse("billing:run", args=[found.run_id]) if sees_runs else "",
        ),
        Fact(gettext_lazy("Organisation unit"), found.unit_name),
        Fact(gettext_lazy("Book"), found.row.book_no),
        Fact(gettext_lazy("Service point"), found.point_no),
        Fact(gettext_lazy("Tier group"), found.group_no),
        Fact(gettext_lazy("Months"), str(found.months)),
        Fact(gettext_lazy("Basis"), BASIS_WORDS.get(found.basis, found.basis)),
        Fact(gettext_lazy("Tax in it (yuan)"), money_text(found.tax_amount)),
        Fact(gettext_lazy("Fingerprint"), found.hash[:12]),
    ]
    if found.carry_after:
        facts.append(Fact(gettext_lazy("Carried over (m³)"), volume_text(found.carry_after)))
    if found.reversal is not None:
        facts.append(Fact(gettext_lazy("Cancelled at"), instant_text(found.reversal.at)))
    return FactList(tuple(facts), heading=gettext_lazy("About the bill"))


def _links(found: BillPage) -> FactList | None:
    """Bills that replace, are replaced, correct or are corrected."""
    pairs: list[tuple[object, LinkedBill | None]] = [
        (_("Replaces"), found.replaces),
        (_("Replaced by"), found.replaced_by),
        (_("Corrects"), found.corrects),
        *((_("Corrected by"), one) for one in found.corrections),
    ]
    facts = tuple(
        Fact(
            str(label),
            f"{one.bill_no} · {month_text(one.yyyymm)} · {money_text(one.amount)}",
            url=reverse("bills:detail", args=[one.bill_no]),
        )
        for label, one in pairs
        if one is not None
    )
    return FactList(facts, heading=gettext_lazy("Other bills")) if facts else None


def _lines(found: BillPage) -> SubTable:
    english = get_language() == "en"
    price_kind = ColumnKind.MONEY if _by_hand(found) else ColumnKind.PRICE  # a fee's price is of a piece, not of a m³
    columns: tuple[Column[LineRow], ...] = (
        Column(
            "item_name",
            gettext_lazy("Charge item"),
            value=lambda line: line.item_name_en if english else line.item_name,
        ),
        Column("kind", gettext_lazy("Kind"), value=lambda line: LINE_WORDS.get(line.kind, line.kind)),
        Column("tier", gettext_lazy("Tier"), ColumnKind.INTEGER),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        Column("price", gettext_lazy("Unit price"), price_kind),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
        Column("tax_amount", gettext_lazy("Tax in it"), ColumnKind.MONEY),
        Column(
            "class_name",
            gettext_lazy("Usage class"),
            value=lambda line: line.class_name_en if english else line.class_name,
        ),
        Column("plan", gettext_lazy("Price plan"), value=_plan, link=_plan_link),
        Column("document_no", gettext_lazy("Price document no.")),
    )
    totals = {"amount": found.row.amount, "tax_amount": found.tax_amount}
    return sub_table(gettext_lazy("Lines"), columns, found.lines, totals=totals)


def _plan(line: LineRow) -> str:
    return f"{line.plan_code} {date_text(line.version_date)}" if line.plan_code else ""


def _plan_link(line: LineRow) -> str | None:
    return (address_if_routed("tariffs:detail", line.plan_code) or None) if line.plan_code else None


def _clearings(found: BillPage) -> SubTable:
    columns: tuple[Column[ClearingRow], ...] = (
        Column("value_date", gettext_lazy("Date"), ColumnKind.DATE),
        Column("source", gettext_lazy("Cleared by"), value=lambda row: SOURCE_WORDS[row.source]),
        Column(
            "reference",
            gettext_lazy("Payment no."),
            ColumnKind.IDENTIFIER,
            link=lambda row: (address_if_routed("payments:detail", row.reference) or None) if row.reference else None,
        ),
        Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    )
    cleared = sum((row.amount for row in found.clearings), start=found.row.amount * 0)
    empty = gettext_lazy("Nothing has been paid on this bill yet.")
    return sub_table(gettext_lazy("Clearings"), columns, found.clearings, totals={"amount": cleared}, empty=empty)


def _tier_use(found: BillPage) -> SubTable | None:
    if not found.tier_use:
        return None
    columns: tuple[Column[TierUseRow], ...] = (
        Column("counter", gettext_lazy("Counted under")),
        Column("cycle_start_date", gettext_lazy("Cycle from"), ColumnKind.DATE),
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        Column(
            "is_reversal",
            gettext_lazy("State"),
            ColumnKind.CHIP,
            value=lambda row: Chip(gettext_lazy("taken back"), Tone.GREY) if row.is_reversal else None,
        ),
    )
    return sub_table(gettext_lazy("Counted in tier use"), columns, found.tier_use)


def _cancel(found: BillPage) -> Confirm:
    return Confirm(
        key="cancel-bill",
        title=_("Cancel bill %(bill)s?") % {"bill": found.row.bill_no},
        consequence=gettext_lazy(
            "The postings are reversed, what was paid goes to the prepaid balance, the tier use is taken back, and the reading can be billed again. Corrections of the bill are cancelled with it."
        ),
        url=reverse("bills:cancel", args=[found.row.bill_no]),
        submit=gettext_lazy("Cancel the bill"),
        expected=money_text(found.row.amount),
        with_reason=True,
    )


def _rebill(found: BillPage) -> Confirm:
    return Confirm(
        key="rebill",
        title=_("Cancel bill %(bill)s and bill again?") % {"bill": found.row.bill_no},
        consequence=gettext_lazy(
            "The bill is cancelled, and its reading is billed anew as it stands now, at the same tier position. Either both happen or neither."
        ),
        url=reverse("bills:rebill", args=[found.row.bill_no]),
        submit=gettext_lazy("Bill again"),
        expected=money_text(found.row.amount),
        with_reason=True,
    )
