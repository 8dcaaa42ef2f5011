"""Fixed fees (固定费): per month or per bill, by calibre, pro-rated in months of opening and closing."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.cycles import calendar_months, on_month
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.plan import FeeScope, FixedCharge, FixedWhen, Per, Prorate
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_fraction

_EXACT_SCALE = 12


class CalibreMissing(DomainError):
    """The plan's fee depends on the meter's calibre and none is given (缺少口径)."""

    code = "tariffs.calibre_missing"


class CalibreNotPriced(DomainError):
    """The plan has no fee for this calibre (该口径无价)."""

    code = "tariffs.calibre_not_priced"


def fixed_lines(work: Work, part: Part, charge: CompiledCharge, parts_of_share: list[Part]) -> list[Draft]:
    """The fee's line in this part, or none: not due, or its months belong to another version.

    Raises CalibreMissing, CalibreNotPriced.
    """
    fixed = charge.fixed
    assert fixed is not None
    if not _due(work, fixed):
        return []
    fee = _fee(work.request, charge, fixed)
    times = _times(work, part, fixed, parts_of_share)
    if not times:
        return []
    exact = round_fraction(Fraction(fee) * times, _EXACT_SCALE) if times.denominator > 1 else fee * times.numerator
    draft = Draft(LineKind.FIXED, charge, exact, work.round_line(exact), price=fee)
    draft.times = round_fraction(times, 6) if times.denominator > 1 else Decimal(times.numerator)
    return [draft]


def _due(work: Work, fixed: FixedCharge) -> bool:
    request = work.request
    if fixed.scope is FeeScope.ACCOUNT and not request.account_fees:
        return False
    if fixed.when is FixedWhen.ALWAYS:
        return True
    if work.credit:
        return False
    if fixed.scope is FeeScope.ACCOUNT and request.account_used is not None:
        return request.account_used
    return request.usage > 0


def _fee(request: RatingRequest, charge: CompiledCharge, fixed: FixedCharge) -> Decimal:
    if fixed.amount is not None:
        return fixed.amount
    if not request.calibre:
        raise CalibreMissing(plan=charge.plan_code, charge_item=charge.item_code)
    for calibre, fee in fixed.by_calibre or ():
        if calibre == request.calibre:
            return fee
    known = ", ".join(calibre for calibre, _ in fixed.by_calibre or ())
    raise CalibreNotPriced(plan=charge.plan_code, charge_item=charge.item_code, calibre=request.calibre, known=known)


def _times(work: Work, part: Part, fixed: FixedCharge, parts: list[Part]) -> Fraction:
    """How often the fee falls due in this part: its months, or their shares when pro-rated."""
    if fixed.per is Per.BILL:
        return Fraction(1 if part is parts[-1] else 0)
    request = work.request
    if work.period is None or (len(parts) == 1 and fixed.prorate is Prorate.NONE):
        return Fraction(request.months if part is parts[-1] else 0)
    months = [month for month in calendar_months(work.period, request.months) if _part_of(month, parts) is part]
    if fixed.prorate is Prorate.NONE:
        return Fraction(len(months))
    return sum((_share_of(month, fixed.prorate, request.opened, request.closed) for month in months), Fraction(0))


def _part_of(month: date, parts: list[Part]) -> Part:
    """The part whose version is in force on the month's first day; the first one for months before it."""
    begun = [part for part in parts if part.governing.start <= month]
    return (begun or parts[:1])[-1]


def _share_of(month: date, prorate: Prorate, opened: date | None, closed: date | None) -> Fraction:
    """The share of the month in which the account was open, by days or by its two halves (1st to 15th, 16th on)."""
    following = on_month(month.year, month.month + 1, 1)
    if prorate is Prorate.DAYS:
        return Fraction(_open_days(month, following, opened, closed), (following - month).days)
    middle = month + timedelta(days=15)
    halves = (_open_days(month, middle, opened, closed), _open_days(middle, following, opened, closed))
    return Fraction(sum(1 for days in halves if days), 2)


def _open_days(start: date, end: date, opened: date | None, closed: date | None) -> int:
    first = max(start, opened) if opened is not None else start
    last = min(end, closed) if closed is not None else end
    return max(0, (last - first).days)
