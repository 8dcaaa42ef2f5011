"""What a confirmation dialog sent (确认): the typed text and the reason, checked again on the server."""

from typing import ClassVar

from django.http import HttpRequest

from qingyuan.kernel.errors import DomainError

_REASON_LENGTH = 200


class NotConfirmed(DomainError):
    """What was typed is not what was to be typed, or the reason is missing (确认内容不符或未填原因)."""

    code: ClassVar[str] = "office.not_confirmed"


def check_typed(request: HttpRequest, expected: str) -> None:
    """The typed text is the expected one, separators and spaces aside. Raises NotConfirmed."""
    if _plain(request.POST.get("typed", "")) != _plain(expected):
        raise NotConfirmed(expected=expected)


def given_reason(request: HttpRequest) -> str:
    """The reason. Raises NotConfirmed when it is empty."""
    reason = request.POST.get("reason", "").strip()[:_REASON_LENGTH]
    if not reason:
        raise NotConfirmed(expected="")
    return reason


def _plain(text: str) -> str:
    return text.replace(",", "").replace(" ", "").strip()
