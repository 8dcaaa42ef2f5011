"""Locking reading items for the domains above, which may not know this domain's tables."""

from collections.abc import Iterable

from qingyuan.domains.readings.models import ReadingItem
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank


def lock_items(reading_item_ids: Iterable[int]) -> None:
    """Lock the items through the door (rank READING_ITEM) until the caller's transaction ends; raises as `door.hold`."""
    hold(Rank.READING_ITEM, ReadingItem, reading_item_ids)
