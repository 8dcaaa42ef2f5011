"""The roles that ship (角色模板): product.md, "Who uses it". A utility copies and changes them as it likes.

A permission is a code, or `area.*` for all that the area declares, or `*.view` for all reading.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """One shipped role."""

    code: str
    name: str
    name_en: str
    permissions: tuple[str, ...]


_ACCOUNTS = ("customers.view", "customers.search", "routes.view", "meters.view", "readings.view")
_MONEY = ("billing.view", "ledger.view", "payments.view")

SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR = "system_admin", "security_admin", "auditor"

TEMPLATES: tuple[RoleTemplate, ...] = (
    RoleTemplate(
        "records_clerk",
        "户档员",
        "Records clerk",
        (
            *_ACCOUNTS,
            "billing.view",
            "customers.open",
            "customers.change",
            "meters.install",
            "meters.change",
            "notifications.view",
            "files.attach",
        ),
    ),
    RoleTemplate(
        "records_supervisor",
        "户档主管",
        "Records supervisor",
        (
            *_ACCOUNTS,
            *_MONEY,
            "customers.*",
            "routes.*",
            "meters.*",
            "notifications.view",
            "files.*",
            "jobs.view",
            "staff.view",
        ),
    ),
    RoleTemplate(
        "meter_reader",
        "抄表员",
        "Meter reader",
        (*_ACCOUNTS, "readings.record", "files.attach"),
    ),
    RoleTemplate(
        "reading_clerk",
        "抄表录入员",
        "Reading entry clerk",
        (*_ACCOUNTS, "readings.record", "readings.adjust", "files.attach"),
    ),
    RoleTemplate(
        "reading_supervisor",
        "抄表主管",
        "Reading supervisor",
        (
            *_ACCOUNTS,
            "readings.*",
            "routes.*",
            "meters.*",
            "billing.view",
            "billing.view_runs",
            "files.*",
            "jobs.view",
            "staff.view",
        ),
    ),
    RoleTemplate(
        "billing_clerk",
        "计费员",
        "Billing clerk",
        (
            *_ACCOUNTS,
            *_MONEY,
            "tariffs.view",
            "tariffs.edit",
            "billing.view_runs",
            "billing.run",
            "billing.fee_types",
            "billing.charge_fees",
            "notifications.view",
            "notifications.send",
            "billing.standing_fees",
            "billing.charge_standing_fees",
            "jobs.view",
            "files.attach",
        ),
    ),
    RoleTemplate(
        "billing_supervisor",
        "计费主管",
        "Billing supervisor",
        (
            *_ACCOUNTS,
            *_MONEY,
            "tariffs.*",
            "billing.*",
            "notifications.*",
            "readings.correct",
            "readings.adjust",
            "readings.decide_adjustments",
            "readings.release_mains",
            "jobs.view",
            "files.*",
        ),
    ),
    RoleTemplate(
        "cashier",
        "收费员",
        "Cashier",
        (
            "customers.view",
            "customers.search",
            "billing.view",
            "payments.view",
            "payments.take",
            "payments.void",
            "payments.close_shift",
            "payments.reprint",
        ),
    ),
    RoleTemplate(
        "cashier_supervisor",
        "收费主管",
        "Cashier supervisor",
        (
            "customers.view",
            "customers.search",
            *_MONEY,
            "payments.*",
            "ledger.agree_instalments",
            "ledger.approve_instalments",
            "staff.view",
        ),
    ),
    RoleTemplate(
        "finance",
        "财务",
        "Finance",
        ("customers.view", "customers.search", *_MONEY, "billing.view_runs", "tariffs.view", "ledger.*", "jobs.view"),
    ),
    RoleTemplate(
        "customer_service",
        "客服",
        "Customer service",
        (*_ACCOUNTS, *_MONEY, "notifications.view", "files.attach"),
    ),
    RoleTemplate(
        SYSTEM_ADMIN,
        "系统管理员",
        "System administrator",
        (
            "organisation.*",
            "company.*",
            "staff.*",
            "parameters.*",
            "dictionary.*",
            "calendar.*",
            "jobs.*",
            "files.*",
            "routes.view",
        ),
    ),
    RoleTemplate(
        SECURITY_ADMIN,
        "安全管理员",
        "Security administrator",
        ("organisation.view", "staff.view", "roles.*", "parameters.view", "routes.view"),
    ),
    RoleTemplate(
        AUDITOR,
        "审计员",
        "Auditor",
        ("audit.*", "*.view", "billing.view_runs"),
    ),
)


def template(code: str) -> RoleTemplate:
    """The template of this code. Raises LookupError."""
    for one in TEMPLATES:
        if one.code == code:
            return one
    raise LookupError(f"no role template {code}")


def shipped(code: str) -> tuple[str, ...]:
    """What the template of this code may do, as it ships; nothing for a role of the utility's own, or one shipped no more."""
    return next((one.permissions for one in TEMPLATES if one.code == code), ())


def shown_name(name: str, template_code: str, language: str) -> str:
    """A role's name in the reader's language: a shipped role that still has its Chinese name has an English one too."""
    unchanged = next((one for one in TEMPLATES if one.code == template_code and one.name == name), None)
    return unchanged.name_en if unchanged is not None and language.startswith("en") else name


def expanded(permissions: Iterable[str], declared: Mapping[str, object]) -> tuple[str, ...]:
    """The declared codes that the patterns name, in alphabetical order; a code that is not declared is left out."""
    patterns = tuple(permissions)
    return tuple(sorted(code for code in declared if any(fnmatchcase(code, pattern) for pattern in patterns)))
