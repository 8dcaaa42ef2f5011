"""Locking accounts for the domains above, which may not know this domain's tables."""

from collections.abc import Iterable

from qingyuan.domains.customers.models import Account
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank


def lock_accounts(account_ids: Iterable[int], *, shared: bool = False) -> None:
    """Lock the accounts through the door (rank ACCOUNT) until the caller's transaction ends; raises as `door.hold`."""
    hold(Rank.ACCOUNT, Account, account_ids, shared=shared)
