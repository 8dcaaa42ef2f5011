"""The root of all refusals (业务错误). Each domain declares its own beside the function that raises them."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable code.

    `code` (`billing.period_closed`) is the API problem type and the translation key: each locale's catalogue
    holds a sentence for it with `%(name)s` places for the keyword arguments. `str()` is for logs and names the
    code and the arguments.
    """

    code: ClassVar[str] = "kernel.refused"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        detail = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({detail})" if detail else self.code


class NotPermitted(DomainError):
    """The actor lacks the permission, or the row lies outside the units and books it reaches (无权限)."""

    code = "kernel.not_permitted"


class NotFound(DomainError):
    """No such row, or none that the actor may know of (未找到)."""

    code = "kernel.not_found"


class StaleEdit(DomainError):
    """The row was changed by another person since it was read (数据已被他人修改)."""

    code = "kernel.stale_edit"


class SameKeyOtherRequest(DomainError):
    """An idempotency key came again with another request (幂等键重复而内容不同)."""

    code = "kernel.same_key_other_request"
