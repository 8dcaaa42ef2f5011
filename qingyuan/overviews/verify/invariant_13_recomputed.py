"""13 Bills computed again from their snapshots give their hashes (复算一致)."""

from collections.abc import Sequence
from itertools import islice

from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.overviews.verify.finding import LIMIT, Breach, Invariant


def _check() -> Sequence[Breach]:
    return [Breach("bill", found.bill_no, found.detail) for found in islice(differing_bills(), LIMIT + 1)]


INVARIANT = Invariant(13, "Bills computed again give their hashes", _check)
