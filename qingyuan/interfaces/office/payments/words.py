"""Words for the codes of payments (付款方式、渠道、状态), shared by the counter and the lists."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.text import Label

TENDERS: dict[str, Label] = {
    "CASH": _("Cash"),
    "CARD": _("Bank card"),
    "TRANSFER": _("Bank transfer"),
    "CHANNEL": _("Bank or channel"),
}
CHANNELS: dict[str, Label] = {"COUNTER": _("At the counter"), "BATCH": _("Batch entry")}
SHIFT_STATES = {"OPEN": Chip(_("Open shift"), Tone.BLUE), "CLOSED": Chip(_("Closed shift"), Tone.GREY)}
STANDS = Chip(_("Valid"), Tone.GREEN)
VOIDED = Chip(_("Voided"), Tone.RED)
USES: dict[str, Label] = {"RECEIVABLES": _("Clearing of bills"), "PREPAYMENT": _("Into prepayment")}
THROUGH: dict[str, Label] = {"PAYMENT": _("This payment"), "PREPAYMENT": _("Offset from prepayment")}


def tender_words(kinds: Iterable[str]) -> str:
    """现金 + 刷卡, each once."""
    return " + ".join(str(TENDERS[kind]) for kind in dict.fromkeys(kinds))
