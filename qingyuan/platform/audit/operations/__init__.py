"""Writes of audit: entries and seals. Nothing is ever changed or removed."""

from qingyuan.platform.audit.operations.disclosures import record_export, record_reveal
from qingyuan.platform.audit.operations.record import record, record_bulk
from qingyuan.platform.audit.operations.seal import Sealed, seal

__all__ = ["Sealed", "record", "record_bulk", "record_export", "record_reveal", "seal"]
