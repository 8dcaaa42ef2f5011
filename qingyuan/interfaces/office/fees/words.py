"""Words for the codes of other fees (其它费用用语)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.queries.fees import FeeTypeRow
from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.text import Label

PRICING_WORDS: Mapping[FeePricing, Label] = {
    FeePricing.UNIT: gettext_lazy("by quantity"),
    FeePricing.FIXED: gettext_lazy("fixed amount"),
    FeePricing.FREE: gettext_lazy("amount entered each time"),
}


def type_text(row: FeeTypeRow) -> str:
    """A fee type as it is chosen: its name with what it costs."""
    if row.price is None:
        return f"{row.name}, {PRICING_WORDS[row.pricing]}"
    each = f" / {row.piece}" if row.piece else ""
    return _("%(name)s, %(price)s yuan%(each)s") % {"name": row.name, "price": money_text(row.price), "each": each}
