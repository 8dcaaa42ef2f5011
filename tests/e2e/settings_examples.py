"""Arguments of the settings' addresses in the demo utility; what the demo has none of is made by the operations."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from qingyuan.kernel.actor import system_actor
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.jobs.models import Job
from qingyuan.platform.organisation import operations as organisation
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.organisation.models import CompanyBankAccount
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.parameters.models import ParameterValue
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.models import ApiToken, RoleAssignment, Staff

COMPANY, HALL, PERSON, ROLE, PARAMETER, SET = "D0", "D1", "shoufei1", "cashier", "payments.allocation", "replace_reason"
_ACTOR = system_actor("tests")


def _unit() -> dict[str, object]:
    return {"code": HALL}


def _company() -> dict[str, object]:
    return {"code": COMPANY}


def _person() -> dict[str, object]:
    return {"login": PERSON}


def _role() -> dict[str, object]:
    return {"code": ROLE}


def _parameter() -> dict[str, object]:
    return {"code": PARAMETER}


def _bank_account() -> dict[str, object]:
    known = CompanyBankAccount.objects.order_by("id").values_list("pk", flat=True).first()
    made = known or organisation.add_bank_account(
        actor=_ACTOR,
        unit_id=units.unit_by_code(COMPANY).id,
        bank_name="演示银行清源支行",
        account_name="清源市自来水公司（演示）",
        account_no="6200000000000000001",
        on=timezone.localdate(),
    )
    return {"code": COMPANY, "account_id": made}


def _assignment() -> dict[str, object]:
    held = RoleAssignment.objects.filter(staff__login=PERSON).order_by("id").values_list("pk", flat=True).first()
    return {"login": PERSON, "assignment_id": held}


def _token() -> dict[str, object]:
    person = Staff.objects.get(login=PERSON)
    known = ApiToken.objects.filter(staff=person, revoked_at=None).values_list("pk", flat=True).first()
    if known is None:
        on = timezone.localdate()
        staff.make_token(actor=_ACTOR, staff_id=person.pk, name="门户网站", to_date=on + timedelta(days=90), on=on)
        known = ApiToken.objects.filter(staff=person).values_list("pk", flat=True)[0]
    return {"login": PERSON, "token_id": known}


def _coming_value() -> dict[str, object]:
    known = ParameterValue.objects.filter(code=PARAMETER).order_by("id").values_list("pk", flat=True).first()
    made = known or parameters.set_value(
        actor=_ACTOR,
        code=PARAMETER,
        unit_id=units.unit_by_code(COMPANY).id,
        from_date=timezone.localdate() + timedelta(days=30),
        value="partly",
        reason="下月起可部分核销",
        on=timezone.localdate(),
    )
    return {"code": PARAMETER, "row_id": made}


def _job() -> dict[str, object]:
    known = Job.objects.order_by("id").values_list("pk", flat=True).first()
    if known is None:
        with transaction.atomic():
            known = jobs.start(
                actor=system_actor("tests", company_id=units.unit_by_code(COMPANY).id),
                kind="tests",
                title="演示任务",
                arguments={"months": 2},
                task_name="audit.seal",
                total=4,
            )
            jobs.fail(known, "jobs.broke", "演示")
    return {"job_id": known}


def _entry() -> dict[str, object]:
    company_id = units.unit_by_code(COMPANY).id
    return {"entry_id": AuditEntry.objects.filter(unit_id=company_id).order_by("-id").values_list("pk", flat=True)[0]}


SETTINGS: dict[str, Callable[[], dict[str, object]]] = {
    **{f"organisation:{name}": _unit for name in ("detail", "edit", "move", "close", "reopen")},
    **{f"company:{name}": _company for name in ("detail", "edit", "logo", "add-account")},
    "company:close-account": _bank_account,
    **{
        f"staff:{name}": _person
        for name in (
            "detail",
            "permissions",
            "history",
            "edit",
            "transfer",
            "deactivate",
            "reactivate",
            "reset-password",
            "assign",
            "tokens",
            "new-token",
        )
    },
    "staff:end-role": _assignment,
    "staff:revoke-token": _token,
    **{f"roles:{name}": _role for name in ("detail", "edit", "reset", "news", "remove")},
    **{f"parameters:{name}": _parameter for name in ("detail", "set")},
    "parameters:withdraw": _coming_value,
    "dictionary:detail": lambda: {"set_code": SET},
    "dictionary:new-entry": lambda: {"set_code": SET},
    "dictionary:edit": lambda: {"set_code": SET, "code": "FAULT"},
    "audit:detail": _entry,
    "jobs:detail": _job,
}
"""By the address's name; merged into EXAMPLES."""

NO_PAGES = {
    "company:logo-file": "a picture",
    "staff:phone": "a part of a page",
    "calendar:sample": "a sample file",
    "jobs:progress": "a part of a page",
    "workbench:jobs": "a part of a page",
}
"""Merged into NOT_PAGES."""
