"""Writes of the customer file."""

from qingyuan.domains.customers.operations.customers import create_customer, set_contact, update_customer
from qingyuan.domains.customers.operations.documents import reveal_document
from qingyuan.domains.customers.operations.facts import change_holder, end_relief, set_household_size, set_relief
from qingyuan.domains.customers.operations.lifecycle import activate, close_account, resume, start_closing, suspend
from qingyuan.domains.customers.operations.locks import lock_accounts
from qingyuan.domains.customers.operations.notices import NoticeChoiceRefused, set_notices
from qingyuan.domains.customers.operations.opening import NewAccount, NewRelief, open_account, open_accounts
from qingyuan.domains.customers.operations.particulars import (
    add_alias,
    classify,
    lift_hold,
    place_hold,
    set_tier_anchor,
    update_account,
)
from qingyuan.domains.customers.operations.payer_groups import (
    add_members,
    change_payer_group,
    create_payer_group,
    remove_member,
)
from qingyuan.domains.customers.operations.places import create_community, create_region, create_scheme
from qingyuan.domains.customers.operations.relief_schemes import create_relief_scheme, update_relief_scheme
from qingyuan.domains.customers.operations.taxes import end_tax, set_tax
from qingyuan.domains.customers.operations.tokens import refresh_tokens, set_tokens

__all__ = [
    "NewAccount",
    "NewRelief",
    "NoticeChoiceRefused",
    "activate",
    "add_alias",
    "add_members",
    "change_holder",
    "change_payer_group",
    "classify",
    "close_account",
    "create_community",
    "create_customer",
    "create_payer_group",
    "create_region",
    "create_relief_scheme",
    "create_scheme",
    "end_relief",
    "end_tax",
    "lift_hold",
    "lock_accounts",
    "open_account",
    "open_accounts",
    "place_hold",
    "refresh_tokens",
    "remove_member",
    "resume",
    "reveal_document",
    "set_contact",
    "set_household_size",
    "set_notices",
    "set_relief",
    "set_tax",
    "set_tier_anchor",
    "set_tokens",
    "start_closing",
    "suspend",
    "update_account",
    "update_customer",
    "update_relief_scheme",
]
