"""Writes of parameters."""

from qingyuan.platform.parameters.operations.values import AlreadyInForce, ReasonMissing, set_value, withdraw_value
from qingyuan.platform.parameters.rules.values import ValueRefused

__all__ = ["AlreadyInForce", "ReasonMissing", "ValueRefused", "set_value", "withdraw_value"]
