"""Reads of the customer file."""

from qingyuan.domains.customers.queries.billing_facts import (
    AccountFacts,
    ReliefFact,
    billing_facts,
    holds_on,
    not_to_read,
)
from qingyuan.domains.customers.queries.payer_groups import (
    GroupRef,
    account_of_payer,
    find_groups,
    group_of_account,
    group_ref,
    members_on,
)
from qingyuan.domains.customers.queries.payers import PayerFacts, payers
from qingyuan.domains.customers.queries.refs import (
    AccountRef,
    account_ref,
    account_refs,
    account_refs_by_id,
    customer_id_of,
)
from qingyuan.domains.customers.queries.search import Candidate, Hit, candidates, hits, search

__all__ = [
    "AccountFacts",
    "AccountRef",
    "Candidate",
    "GroupRef",
    "Hit",
    "PayerFacts",
    "ReliefFact",
    "account_of_payer",
    "account_ref",
    "account_refs",
    "account_refs_by_id",
    "billing_facts",
    "candidates",
    "customer_id_of",
    "find_groups",
    "group_of_account",
    "group_ref",
    "hits",
    "holds_on",
    "members_on",
    "not_to_read",
    "payers",
    "search",
]
