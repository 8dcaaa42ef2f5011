"""Reads of the customer file."""

from qingyuan.domains.customers.queries.refs import AccountRef, account_ref, account_refs, account_refs_by_id

__all__ = ["AccountRef", "account_ref", "account_refs", "account_refs_by_id"]
