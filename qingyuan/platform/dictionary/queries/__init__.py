"""Reads of the dictionary."""

from qingyuan.platform.dictionary.queries.entries import Entry, EntrySet, entries, is_known, labels, sets

__all__ = ["Entry", "EntrySet", "entries", "is_known", "labels", "sets"]
