"""The `qingyuan` program: finds the command, brings up what it needs, runs it."""

import os
import sys

from qingyuan import __version__
from qingyuan.config import environment
from qingyuan.config.environment import SettingError
from qingyuan.config.postgres.binaries import PostgresError
from qingyuan.interfaces.commands import _frame
from qingyuan.interfaces.commands._frame import Found, Needs
from qingyuan.kernel.errors import DomainError


def main(arguments: list[str] | None = None) -> int:
    """Run `qingyuan <command> …`. Returns the exit status: 0 done, 1 refused or found something, 2 cannot be used."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in {"help", "-h", "--help"}:
        _print_help()
        return 0
    if words[0] in {"--version", "version"}:
        print(__version__)
        return 0
    command = _frame.commands().get(words[0])
    if command is None:
        _frame.complain(f"no command {words[0]!r}; `qingyuan help` lists them")
        return _frame.EXIT_UNUSABLE
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingyuan.config.settings")
    try:
        return _with_needs(command, words[1:])
    except (PostgresError, SettingError) as error:
        _frame.complain(str(error))
        return _frame.EXIT_UNUSABLE
    except DomainError as error:
        _frame.complain(_frame.sentence(error))
        return _frame.EXIT_REFUSED
    except KeyboardInterrupt:
        return 130


def _with_needs(command: Found, arguments: list[str]) -> int:
    if command.needs is Needs.NOTHING:
        return _frame.execute(command, arguments)
    if command.needs is Needs.DJANGO or {"-h", "--help"} & set(arguments):
        _set_up_django()
        return _frame.execute(command, arguments)
    from qingyuan.config.own_database import database_in_use

    _frame.end_on_termination()
    with database_in_use():
        _set_up_django()
        try:
            return _frame.execute(command, arguments)
        finally:
            from django.db import connections

            connections.close_all()


def _set_up_django() -> None:
    """Django, speaking the language of the command line."""
    import django
    from django.utils import translation

    django.setup()
    translation.activate({"zh_Hans": "zh-hans"}.get(environment.language(), environment.language()))


def _print_help() -> None:
    print("usage: qingyuan <command> [arguments]\n\ncommands:")
    for command in _frame.commands().values():
        print(f"  {command.name:<14}{command.summary}")
    print("\n`qingyuan <command> --help` tells more. Settings are environment variables: see docs/settings.md.")


if __name__ == "__main__":
    raise SystemExit(main())
