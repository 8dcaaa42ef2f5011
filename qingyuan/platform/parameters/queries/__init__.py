"""Reads of parameters: values in force, history, the page."""

from qingyuan.platform.parameters.queries.values import InForce, boolean, decimal, in_force, integer, text, value

__all__ = ["InForce", "boolean", "decimal", "in_force", "integer", "text", "value"]
