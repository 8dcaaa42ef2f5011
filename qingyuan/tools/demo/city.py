"""The plan of the demo city: who lives where, under which price, and what is peculiar about them. Pure and deterministic."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from qingyuan.kernel.errors import DomainError
from qingyuan.tools.demo import names

SEED = 20131
POINTS_PER_BOOK = 100
SUBS_PER_MAIN = 4


class Peculiarity(StrEnum):
    """What an account or point shows; each has its least share of the city."""

    MIXED_USE = "MIXED_USE"
    MAIN = "MAIN"
    SUB = "SUB"
    ROLLOVER = "ROLLOVER"
    EXCHANGE = "EXCHANGE"
    NO_ACCESS = "NO_ACCESS"
    ARREARS = "ARREARS"
    PREPAID = "PREPAID"
    HIGH_USAGE = "HIGH_USAGE"


LEAST_SHARE = {
    Peculiarity.MIXED_USE: 0.03,
    Peculiarity.ROLLOVER: 0.025,
    Peculiarity.EXCHANGE: 0.025,
    Peculiarity.NO_ACCESS: 0.03,
    Peculiarity.ARREARS: 0.08,
    Peculiarity.PREPAID: 0.10,
    Peculiarity.HIGH_USAGE: 0.02,
}
PAYING = (Peculiarity.ARREARS, Peculiarity.PREPAID)
METERING = tuple(peculiarity for peculiarity in LEAST_SHARE if peculiarity not in PAYING)


@dataclass(frozen=True, slots=True)
class Hall:
    """A business hall (营业所) with the residential price table its quarter is shown with."""

    code: str
    name: str
    residential_plan: str
    months_interval: int


HALLS = (
    Hall("D1", "城东营业所（演示）", "sh-res", 2),
    Hall("D2", "城西营业所（演示）", "gz-res", 1),
    Hall("D3", "城南营业所（演示）", "tj-res", 1),
    Hall("D4", "城北营业所（演示）", "hrb-res", 2),
)
OTHER_PLANS = (("INDUSTRY", "sh-ind"), ("PUBLIC", "sh-adm"), ("LOW_INCOME", "yd-low"))
CLASS_SHARES = (("RESIDENTIAL", 0.80), ("INDUSTRY", 0.09), ("PUBLIC", 0.06), ("LOW_INCOME", 0.05))
LEAST_PER_PLAN = 50
SMALLEST_CITY = 200


class CityTooSmall(DomainError):
    """Too few accounts for a city that shows everything."""

    code = "demo.city_too_small"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account with one point. `monthly_volume` is its usual use in m³ a month; `main_index` the main it hangs under."""

    index: int
    account_no: str
    hall: Hall
    book_no: str
    order_no: int
    usage_class: str
    name: str
    is_organisation: bool
    phone: str
    street: tuple[str, str]
    estate: tuple[str, str] | None
    street_no: str
    building: str
    entrance: str
    room: str
    people: int
    calibre: int
    monthly_volume: int
    first_value: int
    peculiarities: frozenset[Peculiarity] = field(default_factory=frozenset)
    main_index: int | None = None


def plan_city(accounts: int) -> tuple[DemoAccount, ...]:
    """The city of `accounts` accounts, in the order of their numbers. From 400 on, every plan has at least 50."""
    if accounts < SMALLEST_CITY:
        raise CityTooSmall(asked=accounts, least=SMALLEST_CITY)
    rng = Random(SEED)  # noqa: S311 -- a city that is the same every time is the point
    classes = _classes(accounts)
    city: list[DemoAccount] = []
    per_hall = [0] * len(HALLS)
    for index in range(accounts):
        hall_index = index % len(HALLS)
        place = per_hall[hall_index]
        per_hall[hall_index] += 1
        city.append(_account(rng, index, HALLS[hall_index], place, classes[index]))
    return tuple(_with_peculiarities(city))


def _classes(accounts: int) -> list[str]:
    """A class for each account: exact counts, spread evenly, so that no plan has too few."""
    least = min(LEAST_PER_PLAN, accounts // (len(HALLS) + len(OTHER_PLANS) + 1))
    counts = {code: max(least, int(accounts * share)) for code, share in CLASS_SHARES[1:]}
    slots = ["RESIDENTIAL"] * accounts
    for code, count in counts.items():
        free = [index for index, taken in enumerate(slots) if taken == "RESIDENTIAL"]
        step = len(free) / count
        for turn in range(count):
            slots[free[int(turn * step)]] = code
    return slots


def _account(rng: Random, index: int, hall: Hall, place: int, usage_class: str) -> DemoAccount:
    book = place // POINTS_PER_BOOK + 1
    organisation = usage_class in ("INDUSTRY", "PUBLIC")
    estate_code, estate_name, estate_street = names.ESTATES[(index // 40) % len(names.ESTATES)]
    streets = dict(names.STREETS)
    street = (estate_street, streets[estate_street]) if not organisation else names.STREETS[index % len(names.STREETS)]
    if usage_class == "INDUSTRY":
        name = names.shop_name(rng, street[1])
    elif usage_class == "PUBLIC":
        name = names.public_name(rng, street[1])
    else:
        name = names.person_name(rng)
    serial = index // len(names.STREETS)
    return DemoAccount(
        index=index,
        account_no=f"{10_000_001 + index:08d}",
        hall=hall,
        book_no=f"{hall.code}-{book:03d}",
        order_no=place % POINTS_PER_BOOK + 1,
        usage_class=usage_class,
        name=name,
        is_organisation=organisation,
        phone=names.phone(index + 1),
        street=street,
        estate=None if organisation else (estate_code, estate_name),
        street_no=f"{index + 1}号" if organisation else "",
        building="" if organisation else f"{serial // 24 + 1}栋",
        entrance="" if organisation else f"{serial // 12 % 2 + 1}单元",
        room="" if organisation else f"{serial // 2 % 6 + 1}{serial % 2 + 1:02d}{index % len(names.STREETS):d}室",
        people=rng.choices((3, 4, 5, 6, 7, 8), weights=(40, 30, 14, 9, 4, 3))[0],
        calibre=40 if usage_class == "INDUSTRY" else 25 if usage_class == "PUBLIC" else 15,
        monthly_volume=_usual_volume(rng, usage_class),
        first_value=rng.randrange(20, 2_000),
    )


def _usual_volume(rng: Random, usage_class: str) -> int:
    if usage_class == "INDUSTRY":
        return rng.randrange(60, 900)
    if usage_class == "PUBLIC":
        return rng.randrange(40, 300)
    return rng.choices((6, 9, 12, 16, 22, 32), weights=(14, 24, 26, 20, 11, 5))[0] + rng.randrange(0, 3)


def _with_peculiarities(city: list[DemoAccount]) -> list[DemoAccount]:
    """Marks accounts: mains with their subs first, then every other peculiarity on enough of the rest."""
    marks: list[set[Peculiarity]] = [set() for _ in city]
    mains: dict[int, int] = {}
    publics = [account.index for account in city if account.usage_class == "PUBLIC"]
    residents = [account.index for account in city if account.usage_class == "RESIDENTIAL"]
    main_count = max(2, int(len(city) * 0.021) + 1)
    free_residents = iter(residents)
    for main in _evenly(publics, min(main_count, len(publics))):
        marks[main].add(Peculiarity.MAIN)
        for _ in range(SUBS_PER_MAIN):
            sub = next(free_residents)
            marks[sub].add(Peculiarity.SUB)
            mains[sub] = main
    plain = [index for index in residents if index not in mains]
    for offset, family in enumerate((METERING, PAYING)):
        for turn, peculiarity in enumerate(family):
            candidates = plain[offset::2][turn :: len(family)]
            for index in _evenly(candidates, int(len(city) * LEAST_SHARE[peculiarity]) + 1):
                marks[index].add(peculiarity)
    return [_marked(account, marks[account.index], mains.get(account.index)) for account in city]


def _evenly(indices: list[int], count: int) -> list[int]:
    step = len(indices) / count
    return [indices[int(turn * step)] for turn in range(count)]


def _marked(account: DemoAccount, marks: set[Peculiarity], main_index: int | None) -> DemoAccount:
    volume = account.monthly_volume
    first_value = account.first_value
    if Peculiarity.MAIN in marks:
        volume = max(volume, 250)
    if Peculiarity.HIGH_USAGE in marks:
        volume += 45
    if Peculiarity.ROLLOVER in marks:
        first_value = 99_999 - 3 * volume
    return replace(
        account,
        monthly_volume=volume,
        first_value=first_value,
        peculiarities=frozenset(marks),
        main_index=main_index,
    )


def volume_of(account: DemoAccount, yyyymm: int) -> int:
    """What the account uses in a month: its usual volume with the season and its own whim, in whole m³."""
    month = yyyymm % 100
    season = (-8, -6, -3, 0, 4, 9, 14, 15, 9, 3, -3, -7)[month - 1]
    rng = Random(account.index * 1_000_003 + yyyymm)  # noqa: S311 -- the same volume every time
    whim = rng.randrange(-20, 21)
    volume = account.monthly_volume * (100 + season + whim) // 100
    if rng.random() < 0.01:
        return 0
    return max(1, volume)
