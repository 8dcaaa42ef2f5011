"""How payments are written in tables (收款列表的栏目)."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.payments.words import CHANNELS, STANDS, VOIDED, tender_words
from qingyuan.interfaces.office.shell.chips import Chip
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.overviews.payment_list import PaymentLine


def accounts_of(row: PaymentLine) -> str:
    """The account's number, and how many more there are."""
    if row.more_accounts:
        return gettext("%(account)s and %(count)s more") % {"account": row.account_no, "count": row.more_accounts}
    return row.account_no


def state_of(row: PaymentLine) -> Chip:
    """Standing or voided."""
    return VOIDED if row.is_void else STANDS


NUMBER: Column[PaymentLine] = Column(
    "payment_no",
    _("Payment no."),
    ColumnKind.IDENTIFIER,
    link=lambda row: reverse("payments:detail", args=[row.payment_no]),
    fixed=True,
)
RECEIPT: Column[PaymentLine] = Column("receipt_no", _("Receipt no."), ColumnKind.IDENTIFIER)
ACCOUNT: Column[PaymentLine] = Column("account_no", _("Account no."), ColumnKind.IDENTIFIER, value=accounts_of)
NAME: Column[PaymentLine] = Column("name", _("Account name"))
RECEIVED: Column[PaymentLine] = Column("received", _("Received"), ColumnKind.MONEY, sortable=True, totalled=True)
TENDERED: Column[PaymentLine] = Column("tendered", _("Handed over"), ColumnKind.MONEY, shown=False)
CHANGE: Column[PaymentLine] = Column("change_given", _("Change given"), ColumnKind.MONEY, shown=False)
PREPAID: Column[PaymentLine] = Column("prepaid", _("Of it prepaid"), ColumnKind.MONEY)
TENDER: Column[PaymentLine] = Column("tenders", _("Paid by"), value=lambda row: tender_words(row.tenders))
TAKEN: Column[PaymentLine] = Column("taken_at", _("Taken at"), ColumnKind.INSTANT, sortable=True)
VALUE_DATE: Column[PaymentLine] = Column("value_date", _("Value date"), ColumnKind.DATE, shown=False)
CASHIER: Column[PaymentLine] = Column("taken_by", _("Cashier"))
UNIT: Column[PaymentLine] = Column("unit_name", _("Hall"))
SHIFT: Column[PaymentLine] = Column(
    "session_no",
    _("Shift no."),
    ColumnKind.IDENTIFIER,
    link=lambda row: reverse("counter:shift-record", args=[row.session_no]) if row.session_no else None,
    shown=False,
)
CHANNEL: Column[PaymentLine] = Column("channel", _("Channel"), value=lambda row: CHANNELS[row.channel], shown=False)
STATE: Column[PaymentLine] = Column("state", _("State"), ColumnKind.CHIP, value=state_of)

LIST = (
    NUMBER, TAKEN, ACCOUNT, NAME, RECEIVED, PREPAID, TENDER, RECEIPT, STATE, CASHIER, UNIT, TENDERED, CHANGE,
    VALUE_DATE, SHIFT, CHANNEL,
)  # fmt: skip
OF_OWN_SHIFT = (NUMBER, TAKEN, ACCOUNT, NAME, RECEIVED, TENDER, STATE)
OF_SHIFT = (NUMBER, TAKEN, ACCOUNT, NAME, RECEIVED, PREPAID, TENDER, RECEIPT, STATE)
