"""The life of a meter (水表状态): which state may follow which outside installing and removing."""

from qingyuan.domains.meters.rules.states import MeterState
from qingyuan.kernel.errors import DomainError

FOLLOWS = {
    MeterState.IN_STOCK: (MeterState.ISSUED, MeterState.SCRAPPED),
    MeterState.ISSUED: (MeterState.IN_STOCK, MeterState.SCRAPPED),
    MeterState.INSTALLED: (),
    MeterState.REMOVED: (MeterState.IN_STOCK, MeterState.SCRAPPED),
    MeterState.SCRAPPED: (),
}


class MeterStateNotAllowed(DomainError):
    """From the meter's state this one does not follow; installing and removing have operations of their own."""

    code = "meters.state_not_allowed"


def check_transition(now: MeterState, wanted: MeterState) -> None:
    """Raises MeterStateNotAllowed."""
    if wanted not in FOLLOWS[now]:
        raise MeterStateNotAllowed(state=now, wanted=wanted)
