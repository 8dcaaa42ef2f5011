"""Made-up rows for the gallery, the same every time. People and numbers are none: 演示."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.interfaces.office.shell.chips import Chip, Tone

FAMILY_NAMES = ("徐", "张", "朱", "赵", "吴", "李", "周", "胡", "郭", "刘", "何", "王")
ROADS = ("翠湖苑", "望江花园", "中山路", "解放路", "文化巷", "建设街")
STATES = (
    Chip("正常", Tone.GREEN),
    Chip("停水", Tone.AMBER),
    Chip("正常", Tone.GREEN),
    Chip("销户", Tone.GREY),
    Chip("待审", Tone.BLUE),
)


@dataclass(frozen=True, slots=True)
class SampleAccount:
    account_no: str
    name: str
    phone: str
    address: str
    book: str
    usage_class: str
    state: Chip
    balance: Decimal
    owed: Decimal
    opened_date: date
    volume: Decimal
    history: tuple[int, ...]


def accounts() -> tuple[SampleAccount, ...]:
    return tuple(_account(place) for place in range(163))


def _account(place: int) -> SampleAccount:
    owed = Decimal(place * 7919 % 40000) / 100 if place % 3 == 0 else Decimal("0.00")
    return SampleAccount(
        account_no=f"{10010000 + place}",
        name=f"{FAMILY_NAMES[place % len(FAMILY_NAMES)]}演示{place + 1}",
        phone=f"199{place * 104729 % 100000000:08d}",
        address=f"{ROADS[place % len(ROADS)]}{place + 3}号{place % 9 + 1}栋{place % 4 + 1}单元{place % 28 + 1}01室",
        book=f"B{place // 40 + 1:03d}",
        usage_class="居民" if place % 5 else "非居民",
        state=STATES[place % len(STATES)],
        balance=Decimal(place % 4 * 5000) / 100,
        owed=owed,
        opened_date=date(2019, place % 12 + 1, place % 28 + 1),
        volume=Decimal(place * 37 % 260) / 10,
        history=tuple((place * 13 + month * 7) % 23 + 2 for month in range(11)),
    )
