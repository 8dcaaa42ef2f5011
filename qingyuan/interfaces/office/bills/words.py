"""Words for the codes of bills (帐单用语)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qingyuan.domains.billing.rules.states import BillBasis, BillKind
from qingyuan.domains.ledger.rules.states import ClearingSource
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.text import Label

CANCELLED = pgettext_lazy("bill", "cancelled")
KIND_WORDS: Mapping[BillKind, Label] = {
    BillKind.REGULAR: _("regular"),
    BillKind.FINAL: _("final"),
    BillKind.ESTIMATED: _("estimated"),
    BillKind.BACK_BILL: _("back-bill"),
    BillKind.REFUND: _("refund"),
    BillKind.OTHER: _("other"),
}
BASIS_WORDS: Mapping[str, Label] = {
    BillBasis.METERED: _("metered"),
    BillBasis.SALE: _("sale"),
    BillBasis.UNMETERED: _("unmetered"),
    BillBasis.MANUAL: _("by hand"),
}
SOURCE_WORDS: Mapping[ClearingSource, Label] = {
    ClearingSource.PAYMENT: _("Payment"),
    ClearingSource.PREPAYMENT: _("Offset from prepayment"),
    ClearingSource.CREDIT: _("Credit of a correction"),
    ClearingSource.REVERSAL: _("Bill cancelled"),
    ClearingSource.WRITE_OFF: _("Written off"),
}
LINE_WORDS: Mapping[str, Label] = {
    LineKind.TIER: _("tiered"),
    LineKind.FLAT: _("flat"),
    LineKind.FIXED: _("fixed fee"),
    LineKind.PERCENT: _("surcharge"),
    LineKind.RELIEF: _("relief"),
    LineKind.MINIMUM: _("up to the minimum"),
    LineKind.ROUNDING: _("rounding difference"),
    LineKind.TAX: _("tax on top"),
    LineKind.FEE: _("other fee"),
}


def kind_chip(kind: BillKind) -> Chip:
    """The bill's kind; what is not the regular case stands out."""
    tone = {BillKind.REGULAR: Tone.GREY, BillKind.FINAL: Tone.GREY}.get(kind, Tone.AMBER)
    return Chip(KIND_WORDS[kind], tone)


def state_chip(is_live: bool) -> Chip:
    return Chip(_("valid"), Tone.GREEN) if is_live else Chip(CANCELLED, Tone.GREY)
