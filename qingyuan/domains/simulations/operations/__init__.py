"""Writes of simulations."""

from qingyuan.domains.simulations.operations.finish import finish
from qingyuan.domains.simulations.operations.start import (
    MonthsRefused,
    NothingBilled,
    NothingToReplace,
    delete,
    name_job,
    restart,
    start,
)
from qingyuan.domains.simulations.operations.work import record_failure, work_chunk

__all__ = [
    "MonthsRefused",
    "NothingBilled",
    "NothingToReplace",
    "delete",
    "finish",
    "name_job",
    "record_failure",
    "restart",
    "start",
    "work_chunk",
]
