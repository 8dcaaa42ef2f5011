"""Words of simulations."""

from django.utils.translation import gettext_lazy

from qingyuan.domains.simulations.rules.states import SimulationState
from qingyuan.interfaces.office.shell.chips import Chip, Tone

STATES = {
    SimulationState.RUNNING: Chip(gettext_lazy("calculating"), Tone.BLUE),
    SimulationState.DONE: Chip(gettext_lazy("done"), Tone.GREEN),
    SimulationState.FAILED: Chip(gettext_lazy("broke off"), Tone.RED),
}


def version_chip(is_draft: bool) -> Chip:
    """Whether the simulated version was a draft."""
    if is_draft:
        return Chip(gettext_lazy("draft"), Tone.AMBER)
    return Chip(gettext_lazy("published"), Tone.GREY)
