"""What the demo's registers show at each reading: a pure function of the account and the month, so that a filling that
was interrupted goes on where it stopped.
"""

from dataclasses import dataclass
from decimal import Decimal

from qingyuan.kernel.period import Month
from qingyuan.tools.demo.city import DemoAccount, Peculiarity, volume_of

FULL_CIRCLE = 100_000
EXCHANGE_AFTER_MONTHS = 3
"""An account's meter is exchanged in the first month it is read after so many months."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A register's value at the month's reading. `rolled_over`: it passed its full circle since the month before."""

    value: Decimal
    rolled_over: bool


class Registers:
    """The registers of a city from `start` (the first month with use) on."""

    def __init__(self, city: tuple[DemoAccount, ...], start: Month) -> None:
        self.start = start
        self._subs: dict[int, list[DemoAccount]] = {}
        for account in city:
            if account.main_index is not None:
                self._subs.setdefault(account.main_index, []).append(account)

    def use(self, account: DemoAccount, first: Month, last: Month) -> int:
        """What flowed through the account's meter in the months first … last, subs behind a main included."""
        months = range(last.months_since(first) + 1)
        through = [account, *self._subs.get(account.index, ())]
        return sum(volume_of(each, first.plus(step).number) for step in months for each in through)

    def exchange_month(self, account: DemoAccount) -> Month | None:
        """The month on whose fifth day the account gets another meter; None for most."""
        if Peculiarity.EXCHANGE not in account.peculiarities:
            return None
        return self.start.plus(EXCHANGE_AFTER_MONTHS)

    def final_of_old(self, account: DemoAccount) -> Decimal:
        """Where the old meter stood when it was taken off: a fifth into the month of the exchange."""
        month = self.exchange_month(account)
        if month is None:
            raise ValueError("the account's meter is not exchanged")
        before = self.use(account, self.start, month.plus(-1))
        return Decimal(account.first_value + before + self.use(account, month, month) // 5)

    def at(self, account: DemoAccount, month: Month) -> Shown:
        """What the meter hanging in the month shows at its end."""
        exchanged = self.exchange_month(account)
        if exchanged is not None and month >= exchanged:
            since = self.use(account, exchanged, month)
            return Shown(Decimal(since - self.use(account, exchanged, exchanged) // 5), rolled_over=False)
        total = account.first_value + self.use(account, self.start, month)
        return Shown(Decimal(total % FULL_CIRCLE), rolled_over=total >= FULL_CIRCLE)


def is_no_access(account: DemoAccount, month: Month) -> bool:
    """Whether the reader found nobody at home; every third month of those who often are not."""
    return Peculiarity.NO_ACCESS in account.peculiarities and (month.month + account.index) % 3 == 0
