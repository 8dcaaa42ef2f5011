"""What all tabs and forms of an account share: the header, the tabs, the actions (档案页头)."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.payments.instalments import instalment_text
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, MaskedValue, Tab
from qingyuan.interfaces.office.shell.formats import date_text, masked_phone, money_text
from qingyuan.interfaces.office.shell.lists import Action
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.account_header import AccountHeader, account_header

TABS: tuple[tuple[str, Label, str, str], ...] = (
    ("detail", _("Overview"), "accounts:detail", "customers.view"),
    ("meters", _("Meters"), "accounts:meters", "meters.view"),
    ("readings", _("Readings"), "accounts:readings", "readings.view"),
    ("bills", _("Bills"), "accounts:bills", "billing.view"),
    ("payments", _("Payment history"), "accounts:payments", "payments.view"),
    ("notices", _("Notices"), "accounts:notices", "notifications.view"),
    ("files", _("Attachments"), "accounts:files", "customers.view"),
    ("log", _("Log"), "accounts:log", "customers.view"),
)


def header_for(request: OfficeRequest, account_no: str, *permissions: str) -> AccountHeader:
    """The account, which the person reaches by customers.view and by each of `permissions`. Raises NotFound."""
    return account_header(
        request.actor, account_no, on=timezone.localdate(), permissions=("customers.view", *permissions)
    )


def address_of(header: AccountHeader, name: str = "detail", *arguments: object) -> str:
    """The address of one of the account's pages."""
    return reverse(f"accounts:{name}", args=[header.account_no, *arguments])


def detail_page(request: OfficeRequest, header: AccountHeader, tab: str) -> DetailPage:
    """The header with its tabs, those that the person may open."""
    return DetailPage(
        title=header.holder.name if header.holder else gettext("No holder"),
        number=header.account_no,
        chips=_chips(header),
        facts=_facts(request, header),
        figures=(
            Figure(_("Owed (yuan)"), money_text(header.owed), owed=header.owed > 0),
            Figure(_("Balance (yuan)"), money_text(header.prepaid)),
        ),
        actions=_actions(request, header),
        tabs=tuple(
            Tab(key, label, reverse(name, args=[header.account_no]))
            for key, label, name, permission in TABS
            if permission in request.permissions
        ),
        current_tab=tab,
        notice=_notice(header),
        back_url=reverse("accounts:list"),
    )


def _chips(header: AccountHeader) -> tuple[Chip, ...]:
    chips = [words.ACCOUNT_STATES[header.state]]
    if header.holder and header.holder.kind == "ORGANISATION":
        chips.append(Chip(words.CUSTOMER_KINDS["ORGANISATION"], Tone.BLUE))
    if header.oldest_due_date and header.oldest_due_date < timezone.localdate():
        chips.append(Chip(gettext("Overdue since %(date)s") % {"date": date_text(header.oldest_due_date)}, Tone.RED))
    if header.instalment is not None:
        chips.append(Chip(instalment_text(header.instalment, header.instalment_count), Tone.BLUE))
    return tuple(chips)


def _facts(request: OfficeRequest, header: AccountHeader) -> tuple[Fact, ...]:
    holder = header.holder
    phone = MaskedValue(
        masked_phone(holder.phone) if holder else "",
        address_of(header, "phone") if holder and holder.phone else "",
    )
    books = {point.book_no: point.book_name for point in header.points if point.book_no}
    meters = [point.meter_no for point in header.points if point.meter_no]
    return (
        Fact(_("Address"), header.address),
        Fact(_("Phone"), masked=phone) if holder and holder.phone else Fact(_("Phone"), ""),
        Fact(_("Book"), "、".join(books)),
        Fact(
            _("Meter"),
            "、".join(meters[:3]) + (" …" if len(meters) > 3 else ""),
            url=address_of(header, "meters") if meters and "meters.view" in request.permissions else "",
        ),
        Fact(_("Unit"), header.unit_name),
        Fact(_("Opened on"), date_text(header.opened_date)),
    )


def _actions(request: OfficeRequest, header: AccountHeader) -> tuple[Action, ...]:
    """The business forms; a closed account has none but holds."""
    offered: list[Action] = []
    if header.state != "CLOSED":
        offered = [
            Action(_("Change holder"), address_of(header, "holder"), "customers.change", "user-check"),
            Action(_("Contact"), address_of(header, "contact"), "customers.change", "phone"),
            Action(_("Household"), address_of(header, "people"), "customers.change", "users"),
            Action(_("Relief"), address_of(header, "relief"), "customers.change", "percentage"),
            Action(_("Customer tax rate"), address_of(header, "tax"), "customers.change", "receipt"),
            Action(_("Change"), address_of(header, "edit"), "customers.change", "edit", key="edit"),
        ]
    if "payments.take" in request.permissions:
        counter = f"{reverse('counter:counter')}?{urlencode({'account': header.account_no})}"
        offered.insert(0, Action(_("Take payment"), counter, "payments.take", "cash", primary=True))
    if header.state != "CLOSED" and header.holder is not None:
        fee = reverse("fees:charge", args=[header.account_no])
        offered.append(Action(_("Charge a fee"), fee, "billing.charge_fees", "receipt"))
        if header.owed > 0:
            plan = reverse("instalments:new", args=[header.account_no])
            offered.append(Action(_("Instalments"), plan, "ledger.agree_instalments", "calendar"))
        standing = reverse("fees:standing-of", args=[header.account_no])
        offered.append(Action(_("Recurring fees"), standing, "billing.standing_fees", "refresh"))
    offered.append(Action(_("Hold"), address_of(header, "hold"), "customers.hold", "lock"))
    return tuple(action for action in offered if action.permission in request.permissions)


def _notice(header: AccountHeader) -> Label:
    held: Mapping[str, str] = {
        words.word(words.HOLD_ACTIVITIES, hold.activity): hold.reason for hold in header.holds if hold.is_current
    }
    if not held:
        return ""
    return gettext("On hold: %(holds)s") % {"holds": "；".join(f"{word}（{reason}）" for word, reason in held.items())}
