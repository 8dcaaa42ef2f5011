"""The list of runs by kind: of readings, of fees (by file, recurring), and runs of one bill, which are shown when asked for."""

from datetime import date

import pytest
from django.test import Client

from qingyuan.domains.billing.models import BillingRun
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import Utility, make_utility

pytestmark = pytest.mark.django_db
SELECTIONS = {
    "R-READ": {"with_earlier": False},
    "R-FILE": {"fee": "*", "fee_import": "ab"},
    "R-STAND": {"standing": 202501},
    "R-FEE": {"fee": "JB", "account": "A1"},
    "R-AGAIN": {"replaces": "B1"},
}


@pytest.fixture
def utility(db: None) -> Utility:
    utility = make_utility()
    for run_no, selection in SELECTIONS.items():
        BillingRun.objects.create(
            run_no=run_no,
            company_id=utility.company_id,
            unit_id=utility.company_id,
            purpose="REAL",
            state="ISSUED",
            selection=selection,
            business_date=date(2025, 1, 20),
        )
    return utility


@pytest.fixture
def clerk(utility: Utility) -> Client:
    return signed_in_client(make_staff("billing.view_runs", unit_id=utility.company_id))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"R-READ", "R-FILE", "R-STAND"}),
        ("kind=fees", {"R-FILE", "R-STAND"}),
        ("kind=readings", {"R-READ"}),
        ("kind=fees&singles=on", {"R-FILE", "R-STAND", "R-FEE"}),
        ("singles=on", set(SELECTIONS)),
    ],
)
def test_runs_by_kind(clerk: Client, query: str, shown: set[str]) -> None:
    page = clerk.get(f"/billing/runs/?{query}").content.decode()

    assert {run_no for run_no in SELECTIONS if run_no in page} == shown
    assert ("费用开账</span>" in page) is bool(shown - {"R-READ", "R-AGAIN"})
