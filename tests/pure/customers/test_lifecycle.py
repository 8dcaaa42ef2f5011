"""Which state of an account may follow which."""

import pytest

from qingyuan.domains.customers.rules.lifecycle import FOLLOWS, StateNotAllowed, check_transition
from qingyuan.domains.customers.rules.states import AccountState

ALLOWED = {
    ("PRE_OPENED", "ACTIVE"),
    ("PRE_OPENED", "CLOSING"),
    ("ACTIVE", "SUSPENDED"),
    ("ACTIVE", "CLOSING"),
    ("SUSPENDED", "ACTIVE"),
    ("SUSPENDED", "CLOSING"),
    ("CLOSING", "ACTIVE"),
    ("CLOSING", "CLOSED"),
}


@pytest.mark.parametrize("now", list(AccountState))
@pytest.mark.parametrize("wanted", list(AccountState))
def test_check_transition(now: AccountState, wanted: AccountState) -> None:
    if (now.value, wanted.value) in ALLOWED:
        check_transition(now, wanted)
        return
    with pytest.raises(StateNotAllowed):
        check_transition(now, wanted)


def test_nothing_follows_a_closed_account() -> None:
    assert FOLLOWS[AccountState.CLOSED] == ()
