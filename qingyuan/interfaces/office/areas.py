"""Which areas (功能区) the office has: every package beside this file."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType

from qingyuan.interfaces import office

SHELL = f"{office.__name__}.shell"


@cache
def area_packages() -> tuple[str, ...]:
    """Dotted names of the area packages in alphabetical order; the shell is the frame, not an area."""
    found = sorted(f"{office.__name__}.{module.name}" for module in iter_modules(office.__path__) if module.ispkg)
    return tuple(name for name in found if name != SHELL)


@cache
def area_modules(name: str) -> tuple[ModuleType, ...]:
    """The module `name` (navigation) of each area that has one."""
    wanted = (f"{package}.{name}" for package in area_packages())
    return tuple(import_module(module) for module in wanted if find_spec(module) is not None)
