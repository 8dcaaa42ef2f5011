"""14 The audit chain is unbroken (审计链完整)."""

from collections.abc import Sequence

from qingyuan.overviews.verify.finding import LIMIT, Breach, Invariant
from qingyuan.platform.audit.queries import verify_chain


def _check() -> Sequence[Breach]:
    found = verify_chain().breaches
    return [
        Breach("audit_seal", str(each.seal_id), f"entries {each.from_id} to {each.to_id}: {each.reason}")
        for each in found[: LIMIT + 1]
    ]


INVARIANT = Invariant(14, "The audit chain is unbroken", _check)
