"""Columns of notices (通知列): of the list, and of a bill's or an account's history."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext_lazy

from qingyuan.domains.notifications.queries import BatchRow, NoticeRow
from qingyuan.interfaces.office.notices.words import CHANNELS, KINDS, reason_text, recipient_text, state_chip
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind

_QUEUED_AT: Column[NoticeRow] = Column("queued_at", gettext_lazy("Queued"), ColumnKind.INSTANT, sortable=True)
_KIND: Column[NoticeRow] = Column("kind", gettext_lazy("Notice"), value=lambda row: KINDS[row.kind])
_SUBJECT: Column[NoticeRow] = Column(
    "subject",
    gettext_lazy("Bill no."),
    ColumnKind.IDENTIFIER,
    link=lambda row: address_if_routed("bills:detail", row.subject) or None,
)
_CHANNEL: Column[NoticeRow] = Column("channel", gettext_lazy("Channel"), value=lambda row: CHANNELS[row.channel])
_RECIPIENT: Column[NoticeRow] = Column("recipient", gettext_lazy("Recipient"), value=recipient_text)
_STATE: Column[NoticeRow] = Column(
    "state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: state_chip(row.state)
)
_REASON: Column[NoticeRow] = Column("reason", gettext_lazy("Reason"), value=reason_text)
_BATCH: Column[NoticeRow] = Column(
    "batch_no",
    gettext_lazy("Batch"),
    ColumnKind.IDENTIFIER,
    link=lambda row: reverse("notices:batch", args=[row.batch_no]) if row.batch_no else None,
)
_TEXT: Column[NoticeRow] = Column("text", gettext_lazy("Content"))

LIST: tuple[Column[NoticeRow], ...] = (
    _QUEUED_AT,
    _KIND,
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        fixed=True,
        link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
    ),
    Column("name", gettext_lazy("Account name")),
    _SUBJECT,
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    _RECIPIENT,
    _STATE,
    _REASON,
    replace(_CHANNEL, shown=False),
    replace(_BATCH, shown=False),
    Column("text", gettext_lazy("Content"), ColumnKind.LONG_TEXT, shown=False),
    Column("changed_at", gettext_lazy("Last change"), ColumnKind.INSTANT, shown=False),
)
OF_ACCOUNT: tuple[Column[NoticeRow], ...] = (
    _QUEUED_AT, _KIND, _SUBJECT, _RECIPIENT, _STATE, _REASON, _BATCH, _TEXT,
)  # fmt: skip
OF_BILL: tuple[Column[NoticeRow], ...] = (
    _QUEUED_AT, _KIND, _CHANNEL, _RECIPIENT, _STATE, _REASON, _BATCH, _TEXT,
)  # fmt: skip

BATCHES: tuple[Column[BatchRow], ...] = (
    Column(
        "batch_no",
        gettext_lazy("Batch"),
        ColumnKind.IDENTIFIER,
        sortable=True,
        fixed=True,
        link=lambda row: reverse("notices:batch", args=[row.batch_no]),
    ),
    Column("channel", gettext_lazy("Channel"), value=lambda row: CHANNELS[row.channel]),
    Column("unit_name", gettext_lazy("Organisation unit")),
    Column("count", gettext_lazy("Notices"), ColumnKind.INTEGER),
    Column("delivered", gettext_lazy("Delivered"), ColumnKind.INTEGER),
    Column("failed", gettext_lazy("Failed"), ColumnKind.INTEGER),
    Column("waiting", gettext_lazy("No result yet"), ColumnKind.INTEGER),
    Column("made_by", gettext_lazy("Handed over by")),
    Column("made_at", gettext_lazy("Made"), ColumnKind.INSTANT),
    Column(
        "downloads",
        gettext_lazy("File"),
        ColumnKind.CHIP,
        value=lambda row: (
            Chip(gettext_lazy("downloaded"), Tone.GREEN)
            if row.downloads
            else Chip(gettext_lazy("not downloaded"), Tone.AMBER)
        ),
    ),
)
