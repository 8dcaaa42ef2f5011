"""Writes of audit: entries and seals. Nothing is ever changed or removed."""

from qingyuan.platform.audit.operations.record import record, record_bulk

__all__ = ["record", "record_bulk"]
