"""Canonical JSON and its hash (规范化 JSON): the same facts give the same bytes on every machine and in every year."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: object) -> str:
    """Sorted keys, no spaces, decimals as strings in their own scale, dates as ISO. Instants are refused; the caller passes no floats (an architecture test sees to it in rules and operations)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain, allow_nan=False)


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
