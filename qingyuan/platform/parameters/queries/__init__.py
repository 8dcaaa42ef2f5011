"""Reads of parameters: values in force, history, the page."""

from qingyuan.platform.parameters.queries.page import Change, Line, history, page
from qingyuan.platform.parameters.queries.values import (
    InForce,
    at_units,
    boolean,
    decimal,
    in_force,
    integer,
    several,
    text,
    value,
)

__all__ = [
    "Change",
    "InForce",
    "Line",
    "at_units",
    "boolean",
    "decimal",
    "history",
    "in_force",
    "integer",
    "page",
    "several",
    "text",
    "value",
]
