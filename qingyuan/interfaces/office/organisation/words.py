"""What kinds and states of units are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.platform.organisation.models import UnitKind
from qingyuan.platform.organisation.queries import Unit

KINDS = {
    UnitKind.GROUP: _("Utility group"),
    UnitKind.COMPANY: _("Water company"),
    UnitKind.BRANCH: _("Branch"),
    UnitKind.STATION: _("Station"),
}


def state_chip(unit: Unit) -> Chip:
    return (
        Chip(pgettext_lazy("unit", "closed"), Tone.GREY)
        if unit.closed_date is not None
        else Chip(pgettext_lazy("unit", "open"), Tone.GREEN)
    )
