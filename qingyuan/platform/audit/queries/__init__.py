"""Reads of audit: the trail, and the proof of its chain."""

from qingyuan.platform.audit.queries.chain import ChainBreach, ChainState, verify_chain
from qingyuan.platform.audit.queries.entries import (
    PAGE_LIMIT,
    Entry,
    EntryPage,
    Filter,
    entries,
    entries_page,
    entry,
    history,
)

__all__ = [
    "PAGE_LIMIT",
    "ChainBreach",
    "ChainState",
    "Entry",
    "EntryPage",
    "Filter",
    "entries",
    "entries_page",
    "entry",
    "history",
    "verify_chain",
]
