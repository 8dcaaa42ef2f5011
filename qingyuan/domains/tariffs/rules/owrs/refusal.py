"""What an OWRS file says and our format cannot (无法转换): named by its place in the file, with the reason and a remedy."""

from decimal import Decimal
from fractions import Fraction

import yaml

from qingyuan.domains.tariffs.rules.nodes import FileProblem
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_fraction


class OwrsRefused(DomainError):
    """One key of an OWRS file cannot be taken over (OWRS 文件无法转换); `problem` names line, place and reason."""

    code = "tariffs.owrs_refused"

    def __init__(self, problem: FileProblem) -> None:
        self.problem = problem
        super().__init__(line=problem.line, place=problem.place, reason=problem.code)


class NeedsMeterSize(Exception):
    """A value other than a fixed fee depends on the meter's size: the plan has to be written once per size."""


def refuse(where: yaml.Node | int, place: str, code: str, /, **params: object) -> OwrsRefused:
    """The refusal to raise. `code` is short: its sentence stands under `tariffs.owrs.<code>`."""
    line = where if isinstance(where, int) else where.start_mark.line + 1
    return OwrsRefused(FileProblem(line, place, f"tariffs.owrs.{code}", params))


def exact(value: Fraction, places: int) -> Decimal | None:
    """The fraction as a decimal with at most `places` places and 12 digits before the point; None when it is not one."""
    scaled = value * 10**places
    if scaled.denominator != 1 or abs(value) >= 10**12:
        return None
    number = Decimal(scaled.numerator).scaleb(-places)
    whole = number == number.to_integral_value()
    return number.quantize(Decimal(1)) if whole else number.normalize()


def shown_number(value: Fraction) -> str:
    """The number for a message: as a decimal where it is one, else to six places."""
    number = exact(value, 12)
    return format(number, "f") if number is not None else f"≈{round_fraction(value, 6)}"
