"""Writes of the customer file."""

from qingyuan.domains.customers.operations.locks import lock_accounts
from qingyuan.domains.customers.operations.opening import NewAccount, NewRelief, open_account, open_accounts
from qingyuan.domains.customers.operations.places import create_community, create_region, create_scheme
from qingyuan.domains.customers.operations.tokens import refresh_tokens, set_tokens

__all__ = [
    "NewAccount",
    "NewRelief",
    "create_community",
    "create_region",
    "create_scheme",
    "lock_accounts",
    "open_account",
    "open_accounts",
    "refresh_tokens",
    "set_tokens",
]
