"""Examples of the addresses of price plans, billing runs and bills, from the demo utility."""

from collections.abc import Callable
from datetime import date

from qingyuan.domains.billing.models import Bill, BillingRun, FeeType, RunPlan, ScheduledStart, StandingFee
from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.domains.billing.rules.run_plans import StartState
from qingyuan.domains.customers.models import Account
from qingyuan.domains.tariffs.models import ChargeItem, PriceVersion
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation.models import OrgUnit
from tests.factories.run_plans import local, make_run_plan


def _golden_version() -> int:
    return PriceVersion.objects.filter(plan__code="golden-res").values_list("id", flat=True)[0]


def _draft() -> dict[str, object]:
    code, version_id = PriceVersion.objects.filter(state="DRAFT").values_list("plan__code", "id")[0]
    return {"code": code, "version_id": version_id}


def _run() -> dict[str, object]:
    return {"run_id": BillingRun.objects.order_by("-scope_count", "-id").values_list("id", flat=True)[0]}


def _bill() -> dict[str, object]:
    return {"bill_no": Bill.objects.filter(kind="REGULAR").order_by("-id").values_list("bill_no", flat=True)[0]}


def _fee_type() -> dict[str, object]:
    """The demo has none yet: the first look makes one."""
    charge_item = ChargeItem.objects.order_by("position", "id")[0]
    given = {"name": "校表费", "charge_item": charge_item, "pricing": FeePricing.UNIT, "price": "25.50", "piece": "只"}
    FeeType.objects.get_or_create(company_id=charge_item.company_id, code="JB", defaults=given)
    return {"code": "JB"}


def _fee_account() -> dict[str, object]:
    _fee_type()
    return {"account_no": Account.objects.filter(state="ACTIVE").order_by("id").values_list("account_no", flat=True)[0]}


def _standing_fee() -> dict[str, object]:
    """The demo has none yet: the first look makes one."""
    account = Account.objects.get(**_fee_account())
    given = {
        "company_id": account.company_id,
        "quantity": "1",
        "every_months": 1,
        "from_yyyymm": 202601,
        "note": "物业代收协议",
    }
    found, _ = StandingFee.objects.get_or_create(
        account=account, fee_type=FeeType.objects.get(company_id=account.company_id, code="JB"), defaults=given
    )
    return {"standing_fee_id": found.pk}


def _run_plan() -> dict[str, object]:
    """The demo has none: the first look makes one, with a start that failed and one that was left."""
    made = RunPlan.objects.first()
    if made is None:
        company_id = OrgUnit.objects.get(is_company=True).pk
        made = RunPlan.objects.get(pk=make_run_plan(company_id, made=date(2026, 1, 1), active_from=date(2026, 1, 1)))
        for yyyymm, state in ((202601, StartState.LEFT), (202602, StartState.FAILED)):
            ScheduledStart.objects.create(
                plan=made,
                yyyymm=yyyymm,
                state=state,
                planned_at=local(date(2026, yyyymm % 100 + 1, 3), 6),
                settled_at=local(date(2026, yyyymm % 100 + 1, 3), 6),
                error_code="billing.run_plan_no_period",
                error_params={"period": str(Month.from_number(yyyymm))},
            )
    return {"plan_id": made.pk}


BILLING: dict[str, Callable[[], dict[str, object]]] = {
    "billing:run": _run,
    "billing:run-totals": _run,
    "billing:run-exceptions": _run,
    "billing:run-review": _run,
    "billing:run-compare": _run,
    "billing:plan": _run_plan,
    "billing:edit-plan": _run_plan,
    "bills:detail": _bill,
    "calculator:of-company": lambda: {"company_code": OrgUnit.objects.get(is_company=True).code},
    "fees:charge": _fee_account,
    "fees:edit-type": _fee_type,
    "fees:standing-fee": _standing_fee,
    "fees:standing-of": _fee_account,
    "tariffs:assign": lambda: {"code": "sh-res"},
    "tariffs:cases": _draft,
    "tariffs:cases-text": _draft,
    "tariffs:documents": _draft,
    "tariffs:edit": _draft,
    "tariffs:edit-text": _draft,
    "tariffs:new-version": lambda: {"code": "golden-res", "version_id": _golden_version()},
    "tariffs:detail": lambda: {"code": "sh-res"},
    "tariffs:version": _draft,
}

NO_BILLING_PAGES = {
    "billing:progress": "a part of a page",
    "billing:plan-preview": "a part of a page",
    "billing:pause-plan": "takes a POST alone",
    "billing:resume-plan": "takes a POST alone",
    "billing:start-plan": "takes a POST alone",
    "billing:leave-start": "takes a POST alone",
    "billing:check": "takes a POST alone",
    "billing:run-workbook": "XLSX; seen in tests/flows/billing",
    "billing:hold": "takes a POST alone",
    "billing:release": "takes a POST alone",
    "billing:pause": "takes a POST alone",
    "billing:continue": "takes a POST alone",
    "billing:undo": "takes a POST alone",
    "billing:issue": "takes a POST alone",
    "billing:recalculate": "takes a POST alone",
    "billing:resume": "takes a POST alone",
    "billing:discard": "takes a POST alone",
    "billing:decide-proposal": "needs an open proposal; seen in tests/flows/bills",
    "fees:import-template": "a spreadsheet; seen in tests/flows/fees",
    "bills:cancel": "takes a POST alone",
    "bills:explanation": "PDF; seen in tests/flows/bills",
    "bills:slips": "PDF; seen in tests/flows/bills",
    "bills:rebill": "takes a POST alone",
    "tariffs:example": "a part of a page",
    "tariffs:document": "a file",
    "tariffs:discard": "takes a POST alone",
    "tariffs:export": "a file",
    "tariffs:remove-case": "takes a POST alone",
    "tariffs:work": "a part of a page, by POST",
    "tariffs:sample": "a file",
    "tariffs:publish": "takes a POST alone",
}
