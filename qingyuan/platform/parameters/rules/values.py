"""What a declared parameter accepts (参数校验), and how its value is kept in JSON without losing a digit."""

from decimal import Decimal, InvalidOperation

from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.kernel.errors import DomainError


class ValueRefused(DomainError):
    """The value does not fit the parameter (参数值不符合要求)."""

    code = "parameters.value_refused"


class WrongType(ValueRefused):
    """The value is not of the parameter's type (参数值类型不正确)."""

    code = "parameters.wrong_type"


class OutOfLimits(ValueRefused):
    """The value is not among those allowed (参数值超出允许范围)."""

    code = "parameters.out_of_limits"


def accepted(parameter: Parameter, value: object) -> ParameterValue:
    """The value in the parameter's own type. Raises ValueRefused."""
    typed = _typed(parameter, value)
    allowed = _limits_broken(parameter, typed)
    if allowed is not None:
        raise OutOfLimits(parameter=parameter.code, value=str(value), allowed=allowed)
    reason = parameter.check(typed) if parameter.check else None
    if reason is not None:
        raise ValueRefused(parameter=parameter.code, value=str(value), reason=reason)
    return typed


def kept(value: ParameterValue) -> bool | int | str:
    """The value as JSON keeps it: a decimal as text."""
    return format(value, "f") if isinstance(value, Decimal) else value


def restored(parameter: Parameter, value: object) -> ParameterValue:
    """The value back from JSON."""
    if parameter.type is ParameterType.DECIMAL:
        return Decimal(str(value))
    if isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{parameter.code} is kept as {type(value).__name__}")


def from_text(parameter: Parameter, text: str) -> ParameterValue:
    """The value a person typed: true/false, a number, a text. Raises ValueRefused."""
    typed = text.strip()
    value: object = typed
    try:
        if parameter.type is ParameterType.BOOLEAN:
            value = {"true": True, "false": False}[typed.lower()]
        elif parameter.type is ParameterType.INTEGER:
            value = int(typed)
        elif parameter.type is ParameterType.DECIMAL:
            value = Decimal(typed)
    except (KeyError, ValueError, InvalidOperation) as error:
        raise WrongType(parameter=parameter.code, value=typed) from error
    return accepted(parameter, value)


def _typed(parameter: Parameter, value: object) -> ParameterValue:
    fits = {
        ParameterType.BOOLEAN: isinstance(value, bool),
        ParameterType.INTEGER: isinstance(value, int) and not isinstance(value, bool),
        ParameterType.DECIMAL: isinstance(value, Decimal | int) and not isinstance(value, bool),
        ParameterType.CHOICE: isinstance(value, str),
        ParameterType.TEXT: isinstance(value, str),
    }[parameter.type]
    if not fits or not isinstance(value, bool | int | Decimal | str):
        raise WrongType(parameter=parameter.code, value=str(value))
    if parameter.type is ParameterType.DECIMAL:
        value = Decimal(value)
        if not value.is_finite():
            raise WrongType(parameter=parameter.code, value=str(value))
    return value


def _limits_broken(parameter: Parameter, value: ParameterValue) -> str | None:
    if parameter.type is ParameterType.CHOICE and value not in parameter.choices:
        return " | ".join(parameter.choices)
    if parameter.type in {ParameterType.INTEGER, ParameterType.DECIMAL} and isinstance(value, int | Decimal):
        if parameter.minimum is not None and value < parameter.minimum:
            return f"≥ {parameter.minimum}"
        if parameter.maximum is not None and value > parameter.maximum:
            return f"≤ {parameter.maximum}"
    return None
