"""Writes of the dictionary."""

from qingyuan.platform.dictionary.operations.entries import EntryExists, add_entry, seed_shipped_sets, update_entry

__all__ = ["EntryExists", "add_entry", "seed_shipped_sets", "update_entry"]
