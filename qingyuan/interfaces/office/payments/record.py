"""A payment's page from what the overview says (收款明细页)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.payments.links import account_url, bill_url
from qingyuan.interfaces.office.payments.words import CHANNELS, STANDS, TENDERS, THROUGH, USES, VOIDED, tender_words
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, instant_text, money_text
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind
from qingyuan.overviews.payment_page import ClearedLine, PartLine, PaymentPage, PrintLine, TenderLine


@dataclass(frozen=True, slots=True)
class PaymentTables:
    """The tables below the header."""

    tenders: SubTable
    parts: SubTable
    cleared: SubTable
    prints: SubTable


def payment_header(page: PaymentPage, permissions: Collection[str]) -> DetailPage:
    """The header: who, when, how much, what may be done."""
    facts = [
        Fact(_("Taken at"), instant_text(page.taken_at)),
        Fact(_("Cashier"), page.taken_by),
        Fact(_("Hall"), page.unit_name),
        Fact(_("Paid by"), tender_words(one.kind for one in page.tenders)),
        Fact(_("Receipt no."), page.receipt_no),
        Fact(_("Shift no."), page.session_no, url=_shift_url(page, permissions)),
    ]
    if page.value_date != timezone.localtime(page.taken_at).date():
        facts.append(Fact(_("Value date"), date_text(page.value_date)))
    if page.channel != "COUNTER":
        facts.append(Fact(_("Channel"), CHANNELS[page.channel]))
    if page.payer_name:
        facts.append(Fact(_("Payer"), page.payer_name))
    if page.channel_serial:
        facts.append(Fact(_("Channel's number"), page.channel_serial))
    if page.is_void:
        facts += [
            Fact(_("Voided by"), page.voided_by),
            Fact(_("Voided at"), instant_text(page.voided_at)),
            Fact(_("Reason for the void"), page.void_reason),
        ]
    actions = []
    if page.can_be_voided and "payments.void" in permissions:
        actions.append(Action(_("Void"), reverse("payments:void", args=[page.payment_no]), icon="ban"))
    return DetailPage(
        title=str(_("Payment record")),
        number=page.payment_no,
        chips=(VOIDED if page.is_void else STANDS,),
        facts=tuple(facts),
        figures=(
            Figure(_("Handed over"), money_text(page.tendered)),
            Figure(_("Change given"), money_text(page.change_given)),
            Figure(_("Received"), money_text(page.received)),
        ),
        actions=tuple(actions),
        notice=_("This payment was voided: its money does not count.") if page.is_void else "",
        back_url=reverse("payments:list"),
    )


def payment_tables(page: PaymentPage, permissions: Collection[str] = ()) -> PaymentTables:
    """Tenders, parts, clearings per charge item, printings."""
    tenders: tuple[Column[TenderLine], ...] = (
        Column("kind", _("Paid by"), value=lambda row: TENDERS[row.kind]),
        Column("amount", _("Amount"), ColumnKind.MONEY),
        Column("reference", _("Slip no."), ColumnKind.IDENTIFIER),
    )
    parts: tuple[Column[PartLine], ...] = (
        Column(
            "account_no",
            _("Account no."),
            ColumnKind.IDENTIFIER,
            link=lambda row: account_url(row.account_no, permissions),
        ),
        Column("name", _("Account name")),
        Column("use", _("Used for"), value=lambda row: USES[row.use]),
        Column("amount", _("Amount"), ColumnKind.MONEY),
    )
    prints: tuple[Column[PrintLine], ...] = (
        Column("print_no", _("Printing no."), ColumnKind.INTEGER),
        Column("printed_at", _("Printed at"), ColumnKind.INSTANT),
        Column("printed_by", _("Printed by")),
    )
    return PaymentTables(
        tenders=sub_table(_("Handed over"), tenders, page.tenders, caption_shown=True),
        parts=sub_table(_("Where the money went"), parts, page.parts, caption_shown=True),
        cleared=sub_table(
            _("Cleared, per charge item"), _cleared_columns(permissions), page.cleared,
            empty=_("It cleared no bill: all of it went into prepayment."), caption_shown=True,
        ),
        prints=sub_table(
            _("Printings of the receipt"), prints, page.prints, empty=_("Not printed yet."), caption_shown=True
        ),
    )  # fmt: skip


def _cleared_columns(permissions: Collection[str]) -> tuple[Column[ClearedLine], ...]:
    english = (get_language() or "").startswith("en")
    return (
        Column("account_no", _("Account no."), ColumnKind.IDENTIFIER),
        Column(
            "label", _("Bill no."), ColumnKind.IDENTIFIER,
            link=lambda row: bill_url(row.label, permissions) if row.bill_id else None,
        ),
        Column("yyyymm", _("Billing month"), ColumnKind.MONTH),
        Column("charge", _("Charge item"), value=lambda row: (english and row.charge_en) or row.charge),
        Column("payee", _("Collected for")),
        Column("through", _("Cleared by"), value=lambda row: THROUGH[row.through]),
        Column("amount", _("Amount"), ColumnKind.MONEY),
    )  # fmt: skip


def _shift_url(page: PaymentPage, permissions: Collection[str]) -> str:
    if not page.session_no or "payments.view" not in permissions:
        return ""
    return reverse("counter:shift-record", args=[page.session_no])
