"""Other fees by file: sums, refusals that change nothing, the same rows once, moved facts, cancelling, proofs, statements."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, BillLine, FeeCharge, FeeImport, FeeType
from qingyuan.domains.billing.operations import FeeRow, ImportedFees
from qingyuan.domains.billing.operations.fee_import import FeesImportedBefore, FeesMoved, FeesRefused
from qingyuan.domains.billing.operations.runs import RunNotInState
from qingyuan.domains.billing.queries.recompute import differing_bills
from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.ledger.models import AccountBalance, Journal, OpenItem
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff.queries.people import actor_of
from tests.db.billing.test_fees import DAY, make_type
from tests.db.office.people import make_staff
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM

D = Decimal


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def accounts(priced: PricedTown, count: int) -> list[Account]:
    return [Account.objects.get(pk=account_of(point)) for point in make_billable_points(priced, count)]


def fee_rows(given: list[Account], **said: str) -> list[FeeRow]:
    row = FeeRow("", "", "JB", "3", "校验水表")
    return [
        replace(row, place=str(place), account_no=account.account_no, **said)
        for place, account in enumerate(given, start=2)
    ]


def charge(
    priced: PricedTown, rows: list[FeeRow], *, leave_out: bool = False, stamp: str = "", actor: Actor = SYSTEM
) -> ImportedFees:
    company_id = priced.company_id
    if not stamp:
        stamp = billing.judge_fees(actor=actor, company_id=company_id, rows=rows, on=DAY).stamp
    return billing.charge_fees(
        actor=actor,
        company_id=company_id,
        rows=rows,
        stamp=stamp,
        leave_out=leave_out,
        file_name="费用.xlsx",
        posting_date=DAY,
    )


def counted() -> tuple[int, ...]:
    models = (Bill, BillLine, BillingRun, FeeCharge, FeeImport, OpenItem, Journal, AuditEntry)
    return tuple(model.objects.count() for model in models)


def test_a_file_is_one_run_with_a_bill_for_each_row_and_one_audit_entry(priced: PricedTown) -> None:
    make_type(priced)
    make_type(priced, "FK", name="工料费", pricing=FeePricing.FREE, price=None, piece="")
    one, two, three = accounts(priced, 3)
    rows = [
        *fee_rows([one, two]),
        FeeRow("4", three.account_no, "工料费", "88.88", "换阀门"),
        FeeRow("5", one.account_no, "FK", "0.12", "垫片"),
    ]

    made = charge(priced, rows)

    run = BillingRun.objects.get()
    bills = list(Bill.objects.order_by("run_position"))
    assert (made.count, made.left_out, made.total, made.run_id) == (4, 0, D("242.00"), run.pk)
    assert [bill.amount for bill in bills] == [D("76.50"), D("76.50"), D("88.88"), D("0.12")]
    assert {(bill.kind, bill.basis, bill.run_id) for bill in bills} == {("OTHER", "MANUAL", run.pk)}
    assert (run.totals["bills"], run.totals["issued_amount"], run.scope_count) == (4, "242.00", 4)
    assert AccountBalance.objects.get(account_id=one.pk).owed == D("76.62")
    assert FeeCharge.objects.filter(note="换阀门").get().account_id == three.pk
    entry = AuditEntry.objects.get(action="billing.fees_imported")
    assert entry.after is not None
    assert (entry.after["count"], entry.after["amount"], entry.after["run"]) == (4, "242.00", run.run_no)
    assert not AuditEntry.objects.filter(action="billing.fee_charged").exists()
    assert list(differing_bills()) == []
    assert_books_hold()
    assert [check for check in verify_all() if not check.holds] == []


def test_every_row_says_what_is_wrong_and_nothing_is_charged(priced: PricedTown) -> None:
    make_type(priced)
    make_type(priced, "OLD", name="旧", is_active=False)
    good, held, closed = accounts(priced, 3)
    AccountHold.objects.create(
        company_id=priced.company_id, account_id=held.pk, activity="BILLING", reason="争议", from_date=DAY
    )
    Account.objects.filter(pk=closed.pk).update(state="CLOSED", closed_date=DAY)
    row = fee_rows([good])[0]
    rows = [
        row,
        replace(row, place="3"),
        replace(row, place="4", account_no="X"),
        replace(row, place="5", fee_type="无"),
        replace(row, place="6", fee_type="OLD"),
        replace(row, place="7", value="3只"),
        replace(row, place="8", value=""),
        replace(row, place="9", value="-1"),
        replace(row, place="10", note=""),
        replace(row, place="11", account_no=held.account_no),
        replace(row, place="12", account_no=closed.account_no),
    ]
    before = counted()

    judged = billing.judge_fees(actor=SYSTEM, company_id=priced.company_id, rows=rows, on=DAY)

    assert [(one.row.place, one.code, one.column) for one in judged.rows] == [
        ("2", "", None),
        ("3", "billing.fee_row_repeated", None),
        ("4", "billing.fee_account_unknown", "ACCOUNT"),
        ("5", "billing.fee_type_unknown", "FEE_TYPE"),
        ("6", "billing.fee_type_inactive", "FEE_TYPE"),
        ("7", "billing.fee_value_unreadable", "VALUE"),
        ("8", "billing.fee_amount_refused", "VALUE"),
        ("9", "billing.fee_value_unreadable", "VALUE"),
        ("10", "billing.fee_note_missing", "NOTE"),
        ("11", "billing.fee_on_hold", "ACCOUNT"),
        ("12", "billing.fee_account_refused", "ACCOUNT"),
    ]
    with pytest.raises(FeesRefused):
        charge(priced, rows)
    assert counted() == before

    made = charge(priced, rows, leave_out=True)
    assert (made.count, made.left_out, made.total) == (1, 10, D("76.50"))
    assert FeeImport.objects.get().left_out_count == 10


def test_the_same_rows_are_charged_once_and_the_run_is_named(priced: PricedTown) -> None:
    make_type(priced)
    rows = fee_rows(accounts(priced, 2))
    stamp = billing.judge_fees(actor=SYSTEM, company_id=priced.company_id, rows=rows, on=DAY).stamp
    made = charge(priced, rows, stamp=stamp)
    before = counted()

    for again in (rows, [replace(row, place=f"9{row.place}") for row in rows]):
        with pytest.raises(FeesImportedBefore) as refused:
            charge(priced, again, stamp=stamp)
        assert refused.value.params == {"run": made.run_no, "day": DAY}
    assert counted() == before
    assert charge(priced, [replace(row, note="再次校验") for row in rows]).count == 2


def test_what_moved_since_the_preview_stops_it(priced: PricedTown) -> None:
    make_type(priced)
    rows = fee_rows(accounts(priced, 2))
    stamp = billing.judge_fees(actor=SYSTEM, company_id=priced.company_id, rows=rows, on=DAY).stamp
    FeeType.objects.update(price=D("30.00"))
    before = counted()

    with pytest.raises(FeesMoved):
        charge(priced, rows, stamp=stamp)

    assert counted() == before


def test_one_bill_of_it_is_cancelled_alone_and_the_run_is_not_undone(priced: PricedTown) -> None:
    make_type(priced)
    one, two = accounts(priced, 2)
    made = charge(priced, fee_rows([one, two]))
    bill = Bill.objects.get(account_id=one.pk)

    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=DAY, reason="收错")

    assert AccountBalance.objects.get(account_id=one.pk).owed == D("0.00")
    assert AccountBalance.objects.get(account_id=two.pk).owed == D("76.50")
    with pytest.raises(RunNotInState):
        billing.start_undo(actor=SYSTEM, run_id=made.run_id, posting_date=DAY, reason="x")
    assert_books_hold()
    assert [check for check in verify_all() if not check.holds] == []


def test_reach_and_limit_are_those_of_the_form(priced: PricedTown) -> None:
    make_type(priced, "FK", pricing=FeePricing.FREE, price=None)
    (account,) = accounts(priced, 1)
    company, west = priced.company_id, priced.town.utility.west_id
    clerk = actor_of(make_staff("billing.charge_fees", unit_id=company, login="one"), origin="TEST")
    other = actor_of(make_staff("billing.charge_fees", unit_id=west, login="two"), origin="TEST")
    stranger = actor_of(make_staff("billing.view", unit_id=company, login="three"), origin="TEST")
    rows = fee_rows([account], fee_type="FK", value="5000.01")

    def code(actor: Actor) -> str:
        return billing.judge_fees(actor=actor, company_id=company, rows=rows, on=DAY).rows[0].code

    assert code(clerk) == "billing.fee_over_limit"
    assert code(other) == "billing.fee_account_unknown"
    assert code(SYSTEM) == ""
    with pytest.raises(NotPermitted):
        code(stranger)


def test_the_number_of_statements_does_not_grow_with_the_rows(priced: PricedTown) -> None:
    make_type(priced)
    given = accounts(priced, 42)
    charge(priced, fee_rows(given[:2]))
    sent = []
    for some in (given[2:4], given[4:]):
        with CaptureQueriesContext(connection) as asked:
            charge(priced, fee_rows(some))
        sent.append(len(asked))

    assert sent[0] == sent[1]
