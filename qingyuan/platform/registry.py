"""The registers of what the apps declare (登记簿): permissions, parameters, number kinds, audit actions.

Filled once at start-up by `DeclaredApp.ready`; read by staff, parameters, numbering and audit. A code declared
twice, or asked for without being declared, is a programming error and raises at once.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, Permission

Declared = TypeVar("Declared", Permission, Parameter, NumberKind, AuditAction)


class Register(Generic[Declared]):
    """Declarations of one sort by code, in the order in which they came."""

    def __init__(self, sort: str) -> None:
        self.sort = sort
        self._by_code: dict[str, Declared] = {}

    def add(self, declarations: Iterable[Declared]) -> None:
        for declaration in declarations:
            known = self._by_code.setdefault(declaration.code, declaration)
            if known != declaration:
                raise LookupError(f"{self.sort} {declaration.code} is declared twice")

    def get(self, code: str) -> Declared:
        try:
            return self._by_code[code]
        except KeyError:
            raise LookupError(f"{self.sort} {code} is not declared") from None

    def all(self) -> Mapping[str, Declared]:
        return self._by_code


permissions: Register[Permission] = Register("permission")
parameters: Register[Parameter] = Register("parameter")
number_kinds: Register[NumberKind] = Register("number kind")
audit_actions: Register[AuditAction] = Register("audit action")


def register(
    *,
    declared_permissions: Iterable[Permission] = (),
    declared_parameters: Iterable[Parameter] = (),
    declared_number_kinds: Iterable[NumberKind] = (),
    declared_audit_actions: Iterable[AuditAction] = (),
) -> None:
    """Enter one app's declarations."""
    permissions.add(declared_permissions)
    parameters.add(declared_parameters)
    number_kinds.add(declared_number_kinds)
    audit_actions.add(declared_audit_actions)
