"""The demo company (演示水司) and its people: there at once, before the city is filled in the background."""

from datetime import date

from qingyuan.kernel.actor import system_actor
from qingyuan.platform.organisation import queries as units
from qingyuan.tools.demo.city import HALLS
from qingyuan.workflows.found_company import Branch, FirstPerson, FoundedCompany, found_company

CODE = "D0"
NAME = "清源市自来水公司（演示）"
GROUP_NAME = "清源水务集团（演示）"
# Known to everybody who reads this: `qingyuan run` prints it, and only a demo database has it.
PASSWORD = "Yanshi-2026"  # noqa: S105

# (login, name, role, unit; empty: the company)
_PEOPLE = (
    ("hudang", "户档员一（演示）", "records_clerk", ""),
    ("hudangzg", "户档主管（演示）", "records_supervisor", ""),
    ("chaobiao", "抄表员一（演示）", "meter_reader", "D1"),
    ("luru", "抄表录入员（演示）", "reading_clerk", ""),
    ("chaobiaozg", "抄表主管（演示）", "reading_supervisor", ""),
    ("jifei", "计费员（演示）", "billing_clerk", ""),
    ("jifeizg", "计费主管（演示）", "billing_supervisor", ""),
    ("shoufei1", "收费员一（演示）", "cashier", "D1"),
    ("shoufei2", "收费员二（演示）", "cashier", "D2"),
    ("shoufeizg", "收费主管（演示）", "cashier_supervisor", ""),
    ("caiwu", "财务（演示）", "finance", ""),
    ("kefu", "客服（演示）", "customer_service", ""),
    ("xitong", "系统管理员（演示）", "system_admin", ""),
    ("anquan", "安全管理员（演示）", "security_admin", ""),
    ("shenji", "审计员（演示）", "auditor", ""),
)
PEOPLE = tuple(
    FirstPerson(login=login, staff_no=f"D{number:03}", name=name, role_code=role, unit_code=unit, password=PASSWORD)
    for number, (login, name, role, unit) in enumerate(_PEOPLE, start=1)
)


def is_there() -> bool:
    """Whether this database is the demo's."""
    return any(company.code == CODE for company in units.companies())


def found(*, on: date) -> FoundedCompany:
    """Make the company with its halls and people, all valid from `on`. Raises as the workflow does."""
    return found_company(
        actor=system_actor("demo"),
        code=CODE,
        name=NAME,
        group_name=GROUP_NAME,
        branches=[Branch(hall.code, hall.name) for hall in HALLS],
        first_people=PEOPLE,
        on=on,
        first_period=None,
    )
