"""How values are written for people: one place for money, volumes, dates and masked numbers."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from qingyuan.kernel.period import Month

NOTHING = "—"


def money_text(amount: Decimal | None) -> str:
    """Two places; separators from five digits on (12,345.00 but 1234.00); a dash for None."""
    if amount is None:
        return NOTHING
    text = f"{amount:.2f}"
    digits = len(text.lstrip("-").partition(".")[0])
    return f"{amount:,.2f}" if digits >= 5 else text


def volume_text(volume: Decimal | None) -> str:
    """Up to three places without trailing zeros; separators from five digits on; a dash for None."""
    return NOTHING if volume is None else _trimmed(volume, 3)


def price_text(price: Decimal | None) -> str:
    """A unit price: at least two places, up to six; a dash for None."""
    if price is None:
        return NOTHING
    whole, _, fraction = f"{price:.6f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def integer_text(number: int | Decimal | None) -> str:
    """A count, with separators from five digits on; a dash for None."""
    return NOTHING if number is None else _trimmed(Decimal(number), 0)


def percent_text(share: Decimal | None) -> str:
    """A share (0.125) as +12.5%, with its sign; a dash for None."""
    return NOTHING if share is None else f"{share * 100:+.1f}%"


def date_text(day: date | None) -> str:
    return NOTHING if day is None else day.isoformat()


def instant_text(instant: datetime | None) -> str:
    """Date and time to the minute in the office's time zone."""
    if instant is None:
        return NOTHING
    local = timezone.localtime(instant) if timezone.is_aware(instant) else instant
    return local.strftime("%Y-%m-%d %H:%M")


def month_text(month: Month | int | None) -> str:
    """A month or its yyyymm number as 2026-11."""
    if month is None:
        return NOTHING
    return str(Month.from_number(month) if isinstance(month, int) else month)


def masked_phone(phone: str) -> str:
    """First three and last four characters (139****6553); short numbers show the last two only."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"{'*' * max(len(phone) - 2, 0)}{phone[-2:]}" if phone else NOTHING


def _trimmed(number: Decimal, places: int) -> str:
    text = f"{number:.{places}f}"
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole.lstrip("-")) >= 5 else whole
    fraction = fraction.rstrip("0")
    return f"{grouped}.{fraction}" if fraction else grouped
