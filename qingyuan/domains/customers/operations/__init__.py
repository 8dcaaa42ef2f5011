"""Writes of the customer file."""

from qingyuan.domains.customers.operations.opening import NewAccount, NewRelief, open_account, open_accounts

__all__ = ["NewAccount", "NewRelief", "open_account", "open_accounts"]
