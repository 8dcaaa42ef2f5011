"""The hash of a link of the audit chain (审计链)."""

import hashlib
from collections.abc import Iterable, Mapping

from qingyuan.kernel.canonical import canonical_json

FORMAT = "qy-audit/1"
FIRST = "0" * 64


class LinkHash:
    """sha256 over the format's name, the previous link's hash, and each entry's canonical JSON, in the order of ids."""

    def __init__(self, previous_hash: str) -> None:
        self._digest = hashlib.sha256(f"{FORMAT}\n{previous_hash}\n".encode())
        self.count = 0

    def add(self, entries: Iterable[Mapping[str, object]]) -> "LinkHash":
        """Take in more entries."""
        for entry in entries:
            self._digest.update(canonical_json(entry).encode("utf-8"))
            self._digest.update(b"\n")
            self.count += 1
        return self

    @property
    def hexadecimal(self) -> str:
        return self._digest.hexdigest()
