"""Run a Django management command (stands for manage.py): `qingyuan django shell`."""

import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after `django` goes to Django as it is."""
    parser.add_argument("words", nargs=argparse.REMAINDER, help="the management command and its arguments")


def run(options: argparse.Namespace) -> int:
    """Hand the words over to Django, which exits by itself where it refuses."""
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *options.words])
    return 0
