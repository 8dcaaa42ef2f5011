"""Reads of staff: people, roles, who may do what and where."""

from qingyuan.platform.staff.queries.reach import EVERYTHING, NOTHING, Reach, reach

__all__ = ["EVERYTHING", "NOTHING", "Reach", "reach"]
