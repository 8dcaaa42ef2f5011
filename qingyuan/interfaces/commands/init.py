"""Found a company with its three separated administrators (系统/安全/审计)."""

import argparse
from datetime import date

from django.utils import timezone

from qingyuan.kernel.actor import system_actor
from qingyuan.workflows.found_company import FirstPerson, found_company


def arguments(parser: argparse.ArgumentParser) -> None:
    """The company and the logins of the first people, who then let the others in."""
    parser.add_argument("--code", default="01", help="the company's code (default 01)")
    parser.add_argument("--name", required=True, help="the company's name")
    parser.add_argument(
        "--group", default="", help="the group's name, if this is the first company (default: as --name)"
    )
    parser.add_argument("--system-admin", default="sysadmin", help="login of the system administrator")
    parser.add_argument("--security-admin", default="secadmin", help="login of the security administrator")
    parser.add_argument("--auditor", default="auditor", help="login of the auditor")


def run(options: argparse.Namespace) -> int:
    """Found the company and print the one-time passwords, once."""
    today: date = timezone.localdate()
    people = (
        (options.system_admin, "系统管理员", "system_admin"),
        (options.security_admin, "安全管理员", "security_admin"),
        (options.auditor, "审计员", "auditor"),
    )
    founded = found_company(
        actor=system_actor("init"),
        code=options.code,
        name=options.name,
        group_name=options.group or options.name,
        branches=[],
        first_people=[FirstPerson(login, f"{options.code}-{login}", name, role) for login, name, role in people],
        on=today,
        first_period=today.year * 100 + today.month,
    )
    print("One-time passwords, shown only here; each is changed at the first sign-in:")
    for login, password in founded.passwords:
        print(f"  {login:<20}{password}")
    return 0
