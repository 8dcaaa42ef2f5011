"""Reads of audit: the trail, and the proof of its chain."""

from qingyuan.platform.audit.queries.chain import ChainBreach, ChainState, verify_chain
from qingyuan.platform.audit.queries.entries import PAGE_LIMIT, Entry, Filter, entries, entry, history

__all__ = [
    "PAGE_LIMIT",
    "ChainBreach",
    "ChainState",
    "Entry",
    "Filter",
    "entries",
    "entry",
    "history",
    "verify_chain",
]
