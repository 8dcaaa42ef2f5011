"""What a command may need, how commands are found, and how refusals become words and exit statuses."""

import argparse
import ast
import importlib
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType

from qingyuan.kernel.errors import DomainError

FOLDER = Path(__file__).resolve().parent
FRAME = {"entry"}
EXIT_REFUSED = 1
EXIT_UNUSABLE = 2


class Needs(StrEnum):
    """What has to be there before the command's module is imported and run."""

    NOTHING = "nothing"
    DJANGO = "django"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Found:
    """A command as its file tells of it, without importing it."""

    name: str
    summary: str
    needs: Needs

    @property
    def module(self) -> str:
        return f"{__package__}.{self.name.replace('-', '_')}"


def commands() -> dict[str, Found]:
    """All commands by name, in alphabetical order."""
    found: dict[str, Found] = {}
    for path in sorted(FOLDER.glob("*.py")):
        if not path.stem.startswith("_") and path.stem not in FRAME:
            command = _read(path)
            found[command.name] = command
    return found


def execute(command: Found, arguments: list[str]) -> int:
    """Import the command's module, parse its arguments and run it. Returns its exit status."""
    module = importlib.import_module(command.module)
    run: Callable[[argparse.Namespace], int] = module.run
    parser = argparse.ArgumentParser(prog=f"qingyuan {command.name}", description=module.__doc__)
    declare: Callable[[argparse.ArgumentParser], None] | None = getattr(module, "arguments", None)
    if declare is not None:
        declare(parser)
    return run(parser.parse_args(arguments))


def end_on_termination() -> None:
    """TERM and a closed terminal end the command like an exception, so that locks and servers are let go."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def sentence(error: DomainError) -> str:
    """The refusal in the reader's language with its code; code and arguments where Django is not set up."""
    from django.apps import apps
    from django.utils.translation import gettext

    said = gettext(error.code) if apps.ready else error.code
    if said == error.code:
        return str(error)
    return f"{said % {name: '' if value is None else value for name, value in error.params.items()}} ({error.code})"


def complain(text: str) -> None:
    """Say on the error channel why nothing was done."""
    print(f"qingyuan: {text}", file=sys.stderr)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _read(path: Path) -> Found:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    needs = Needs.DATABASE
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS":
            needs = Needs[ast.unparse(node.value).rpartition(".")[2]]
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Found(path.stem.replace("_", "-"), summary, needs)
