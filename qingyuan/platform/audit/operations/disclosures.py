"""Reads that leave a trace (留痕查询): an exported list, a masked number shown whole. Nothing else is written."""

from collections.abc import Mapping

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.platform.audit.operations.record import record


@transaction.atomic
def record_export(*, actor: Actor, list_key: str, rows: int, filters: Mapping[str, str], file_kind: str) -> None:
    """Put on record that a list was taken out as a file: which filter, how many rows."""
    record(
        actor=actor,
        action="audit.list_exported",
        object_type="list",
        object_key=list_key,
        after={"rows": rows, "filters": dict(filters), "kind": file_kind},
    )


@transaction.atomic
def record_reveal(*, actor: Actor, object_type: str, object_key: str, field: str) -> None:
    """Put on record that a masked number of this object was shown whole."""
    record(
        actor=actor,
        action="audit.number_revealed",
        object_type=object_type,
        object_key=object_key,
        after={"field": field},
    )
