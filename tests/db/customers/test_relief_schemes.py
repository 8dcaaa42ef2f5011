"""Relief schemes: what the table guards, what is refused and changes nothing, what a retired one stops."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import AccountRelief, ReliefScheme
from qingyuan.domains.customers.operations import bulk, bulk_kinds
from qingyuan.domains.customers.operations.relief_schemes import ReliefSchemeRetired, ReliefSchemeTaken
from qingyuan.domains.customers.rules.bulk import BulkRow, RowVerdict
from qingyuan.domains.customers.rules.relief_schemes import ReliefSchemeInvalid, ReliefSchemeValues, end_after
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, StaleEdit
from qingyuan.overviews.relief_schemes import offered_schemes, scheme_rows
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.customers import ON, make_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_person, make_utility

DIBAO = ReliefSchemeValues("低保减免", "市民政局", "低保证", 12)


@pytest.fixture
def utility(db: None) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    return made


def make_scheme(utility: Utility, code: str = "dibao", values: ReliefSchemeValues = DIBAO) -> int:
    return operations.create_relief_scheme(actor=SYSTEM, company_id=utility.company_id, code=code, values=values, on=ON)


def change(scheme_id: int, values: ReliefSchemeValues, version: int = 1) -> None:
    operations.update_relief_scheme(actor=SYSTEM, scheme_id=scheme_id, version=version, values=values, on=ON)


def grant(account_id: int, scheme: str = "dibao") -> int:
    return operations.set_relief(
        actor=SYSTEM, account_id=account_id, scheme=scheme, from_date=ON, to_date=None, evidence="低保证", on=ON
    )


def test_a_scheme_is_created_changed_and_told_in_the_log(utility: Utility) -> None:
    scheme_id = make_scheme(utility)

    change(scheme_id, ReliefSchemeValues(" 低保户减免 ", "水司", is_active=False))

    row = ReliefScheme.objects.get()
    assert (row.name, row.funder, row.default_months, row.is_active, row.version) == (
        "低保户减免",
        "水司",
        None,
        False,
        2,
    )
    actions = AuditEntry.objects.filter(object_type="relief_scheme").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["customers.create_relief_scheme", "customers.change_relief_scheme"]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("", DIBAO),
        ("低保", DIBAO),
        ("x", ReliefSchemeValues("  ")),
        ("x", ReliefSchemeValues("好", "资" * 61)),
        ("x", ReliefSchemeValues("好", default_months=0)),
        ("x", ReliefSchemeValues("好", default_months=601)),
    ],
)
def test_what_is_no_scheme_is_refused(utility: Utility, code: str, values: ReliefSchemeValues) -> None:
    with pytest.raises(ReliefSchemeInvalid):
        make_scheme(utility, code, values)
    assert not ReliefScheme.objects.exists()


def test_refusals_change_nothing(utility: Utility) -> None:
    scheme_id = make_scheme(utility)
    other_id = make_scheme(utility, "jun", ReliefSchemeValues("军属减免"))
    before = list(ReliefScheme.objects.order_by("id").values())
    logged = AuditEntry.objects.count()
    tries: list[tuple[type[DomainError], object]] = [
        (ReliefSchemeTaken, lambda: make_scheme(utility, "dibao", ReliefSchemeValues("另一个"))),
        (ReliefSchemeTaken, lambda: make_scheme(utility, "new", DIBAO)),
        (ReliefSchemeTaken, lambda: change(other_id, DIBAO)),
        (StaleEdit, lambda: change(scheme_id, ReliefSchemeValues("晚到"), version=7)),
        (NotFound, lambda: change(0, DIBAO)),
    ]
    for refusal, act in tries:
        with pytest.raises(refusal):
            act()  # type: ignore[operator]

    assert list(ReliefScheme.objects.order_by("id").values()) == before
    assert AuditEntry.objects.count() == logged


def test_a_hall_does_not_keep_the_company_s_schemes(utility: Utility) -> None:
    clerk = make_person(utility.east_id, "customers.change")

    with pytest.raises(NotPermitted):
        operations.create_relief_scheme(actor=clerk, company_id=utility.company_id, code="x", values=DIBAO, on=ON)
    assert not ReliefScheme.objects.exists()


def test_the_table_guards_itself(utility: Utility) -> None:
    make_scheme(utility)
    for given in (
        {"code": "dibao", "name": "另一个"},
        {"code": "x", "name": "低保减免"},
        {"code": "x", "name": ""},
        {"code": "x", "name": "y", "default_months": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReliefScheme.objects.create(company_id=utility.company_id, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReliefScheme.objects.all().delete()
    assert ReliefScheme.objects.count() == 1


def test_a_retired_scheme_is_kept_where_it_holds_and_granted_no_more(utility: Utility) -> None:
    first, second = (make_account(no, on=ON, opened_date=date(2025, 1, 10)) for no in ("10000001", "10000002"))
    scheme_id = make_scheme(utility)
    grant(first)
    change(scheme_id, ReliefSchemeValues("低保减免", is_active=False))

    with pytest.raises(ReliefSchemeRetired):
        grant(second)
    seen = bulk.judge(
        actor=SYSTEM,
        kind=bulk_kinds.ReliefKind(utility.company_id),
        rows=[BulkRow("1", "10000002", "dibao", ON, "低保证"), BulkRow("2", "10000002", "bare", ON, "证")],
        on=ON,
    )
    grant(second, "bare")  # a code without a scheme goes on as before

    refused = next(row for row in seen.rows if row.verdict is RowVerdict.REFUSED)
    assert (refused.row.place, refused.code) == ("1", "customers.relief_scheme_retired")
    assert [row.verdict for row in seen.rows].count(RowVerdict.REFUSED) == 1
    assert list(AccountRelief.objects.order_by("id").values_list("account_id", "scheme")) == [
        (first, "dibao"),
        (second, "bare"),
    ]
    assert [(row.code, row.accounts, row.in_plans) for row in scheme_rows(utility.company_id, on=ON)] == [
        ("dibao", 1, False)
    ]
    assert offered_schemes(utility.company_id, ["dibao", "bare"])[0] == (("bare", "bare"),)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 7, 1), 12, date(2026, 7, 1)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
    ],
)
def test_the_end_of_the_usual_term(start: date, months: int, end: date) -> None:
    assert end_after(start, months) == end
