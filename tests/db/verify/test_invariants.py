"""`qingyuan verify` is green after a small story, and names invariant and row for one planted breach of each."""

import json
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from pytest import CaptureFixture

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.operations import NewPlan
from qingyuan.domains.ledger.queries import owed_items
from qingyuan.domains.ledger.rules.instalments import even_schedule
from qingyuan.domains.payments import operations as payments
from qingyuan.interfaces.commands import _frame
from qingyuan.overviews.verify.every import invariants, verify_all
from qingyuan.platform.audit import operations as audit
from tests.factories.billing import (
    account_of,
    add_fixed_share,
    bill_month,
    make_billable_points,
    make_priced_town,
    set_class,
    share_group,
)
from tests.factories.ledger import Company
from tests.factories.payments import open_till, take
from tests.factories.platform import SYSTEM
from tests.factories.readings import link_sub

JANUARY, FEBRUARY, MARCH = date(2025, 1, 20), date(2025, 2, 20), date(2025, 3, 20)


@pytest.fixture(scope="module")
def story(module_db: str) -> None:
    """Five points, two of them one tier group, a main with a sub, mixed use; three months, payments, a cancelled bill."""
    priced = make_priced_town()
    one, two, main, sub, mixed = make_billable_points(priced, 5)
    share_group([account_of(one), account_of(two)], "G-1")
    link_sub(priced.town, main, sub)
    set_class(priced, [mixed], "INDUSTRY")
    add_fixed_share(priced, mixed, "RESIDENTIAL", 20)
    bill_month(priced, JANUARY, {one: "140", two: "300", main: "200", sub: "130", mixed: "200"})
    bills = bill_month(priced, FEBRUARY, {one: "180", two: "330", main: "290", sub: "150", mixed: "260"})
    billing.rebill(actor=SYSTEM, bill_id=bills[0].pk, posting_date=FEBRUARY, reason="演示")
    bill_month(priced, MARCH, {one: "200", two: "350", main: "300", sub: "155", mixed: "300"})
    till = open_till(Company(priced.town.utility, "01"))
    take(till, {account_of(one): "500.00"}, on=MARCH)
    take(till, {account_of(two): "50.00"}, cash="60.00", on=MARCH)
    taken = take(till, {account_of(sub): "10.00"}, on=MARCH)
    payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="试", on=MARCH)
    take(till, {account_of(mixed): "20.00"}, on=MARCH)
    agree(account_of(two), on=MARCH)
    deadline = time.monotonic() + 60
    while audit.seal() is None:  # a transaction of a test beside this one keeps the horizon until it ends
        assert time.monotonic() < deadline


def agree(account_id: int, *, on: date) -> None:
    """An agreement over all that the account owes, in three instalments."""
    owed = owed_items(account_ids=[account_id])
    total = sum((one.outstanding for one in owed), Decimal("0.00"))
    plan = NewPlan(account_id, tuple(one.id for one in owed), even_schedule(total, 3, on), "困难", "申请 1")
    ledger.request_plan(actor=SYSTEM, plan=plan, on=on)


def sql(*statements: str) -> None:
    """Run statements with triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


BREACHES = {
    1: ("journal", ["UPDATE entry SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM entry)"]),
    2: (
        "account_balance",
        [
            "UPDATE account_balance SET owed = owed + 0.01 WHERE account_id = (SELECT min(account_id) FROM account_balance)"
        ],
    ),
    3: (
        "bill",
        [
            "UPDATE bill_line SET amount = amount + 0.01 WHERE position = 1 AND bill_id = (SELECT min(bill_id) FROM bill_line)"
        ],
    ),
    4: (
        "open_item",
        [
            (
                "INSERT INTO clearing (company_id, open_item_id, charge_item_id, source, source_id, amount, value_date, journal_id)"
                " SELECT company_id, open_item_id, charge_item_id, source, source_id, 0.01, value_date, journal_id"
                " FROM clearing WHERE amount > 0 ORDER BY id LIMIT 1"
            )
        ],
    ),
    5: (
        "chart_account",
        [
            (
                "UPDATE entry SET chart_account_id = (SELECT id FROM chart_account WHERE role = 'OVER_SHORT')"
                " WHERE id = (SELECT min(e.id) FROM entry e JOIN chart_account a ON a.id = e.chart_account_id"
                " WHERE a.role = 'RECEIVABLE')"
            )
        ],
    ),
    6: (
        "bill_live",
        ["UPDATE bill_live SET from_date = from_date - 3 WHERE bill_id = (SELECT max(bill_id) FROM bill_live)"],
    ),
    7: (
        "payment",
        [
            (
                "DO $$ DECLARE c text; BEGIN FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'payment'::regclass"
                " AND contype = 'u' AND conkey = (SELECT array_agg(attnum) FROM pg_attribute WHERE attrelid = 'payment'::regclass"
                " AND attname = 'idempotency_key') LOOP EXECUTE format('ALTER TABLE payment DROP CONSTRAINT %I', c); END LOOP; END $$"
            ),
            (
                "UPDATE payment SET idempotency_key = (SELECT idempotency_key FROM payment ORDER BY id LIMIT 1)"
                " WHERE id = (SELECT max(id) FROM payment)"
            ),
        ],
    ),
    8: (
        "receipt",
        [
            "ALTER TABLE receipt DROP CONSTRAINT receipt_number_once",
            "UPDATE receipt SET number = (SELECT min(number) FROM receipt) WHERE id = (SELECT max(id) FROM receipt)",
        ],
    ),
    9: (
        "cash_session",
        [
            "UPDATE cash_session SET state = 'CLOSED', closed_at = now(), expected_cash = 1, counted_cash = 1, over_short = 0"
        ],
    ),
    10: (
        "reading_segment",
        ["UPDATE reading_segment SET start_value = start_value + 1 WHERE id = (SELECT max(id) FROM reading_segment)"],
    ),
    11: (
        "bill",
        [
            (
                "UPDATE consumption SET volume = volume + 1 WHERE id = (SELECT min(c.id) FROM consumption c"
                " JOIN meter_link l ON l.sub_id = c.point_id)"
            )
        ],
    ),
    12: ("tier_entry", ["UPDATE tier_entry SET volume = volume + 1 WHERE id = (SELECT max(id) FROM tier_entry)"]),
    13: (
        "bill",
        [
            "UPDATE bill SET snapshot = replace(snapshot, '\"140.000\"', '\"141.000\"')",
            "UPDATE bill SET snapshot = replace(snapshot, ',\"40.000\",', ',\"41.000\",')",
        ],
    ),
    14: ("audit_seal", ["DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)"]),
    15: ("usage_share", ["UPDATE usage_share SET kind = 'REMAINDER', value = NULL WHERE kind = 'FIXED'"]),
    16: (
        "clearing",
        [
            (
                "UPDATE clearing SET charge_item_id = (SELECT id FROM charge_item WHERE code = 'refuse')"
                " WHERE id = (SELECT min(id) FROM clearing WHERE source = 'PAYMENT')"
            )
        ],
    ),
    17: (
        "payment",
        ["UPDATE payment_part SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM payment_part)"],
    ),
    18: ("instalment_plan", ["UPDATE instalment SET amount = amount + 0.01 WHERE number = 2"]),
}


def test_all_eighteen_hold_after_the_story(story: None, db: None) -> None:
    verdicts = verify_all()

    assert [verdict.number for verdict in verdicts] == list(range(1, 19))
    assert {verdict.number: verdict.breaches for verdict in verdicts if not verdict.holds} == {}


@pytest.mark.parametrize("number", sorted(BREACHES))
def test_planted_breach_is_named(story: None, db: None, number: int) -> None:
    table, statements = BREACHES[number]

    sql(*statements)

    (verdict,) = verify_all(only=[number])
    assert not verdict.holds
    assert table in {breach.table for breach in verdict.breaches}
    assert all(breach.key and breach.detail for breach in verdict.breaches)


def test_every_invariant_has_its_planted_breach() -> None:
    assert {invariant.number for invariant in invariants()} == set(BREACHES)


def test_command_exits_1_and_names_the_row_in_json(story: None, db: None, capsys: CaptureFixture[str]) -> None:
    sql(*BREACHES[3][1])
    command = _frame.commands()["verify"]

    status = _frame.execute(command, ["--json", "--only", "3", "--only", "17"])

    answer = json.loads(capsys.readouterr().out)
    assert status == 1
    assert not answer["ok"]
    assert [(one["number"], one["ok"]) for one in answer["invariants"]] == [(3, False), (17, True)]
    assert answer["invariants"][0]["breaches"][0]["table"] == "bill"


def test_rebill_check_finds_the_swapped_volume(story: None, db: None, capsys: CaptureFixture[str]) -> None:
    command = _frame.commands()["rebill"]
    assert _frame.execute(command, ["--check"]) == 0
    sql("UPDATE bill SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM bill)")

    status = _frame.execute(command, ["--check", "--json"])

    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert status == 1
    assert len(answer["differing"]) == 1


def test_rebill_check_by_period_and_by_a_sample_that_its_seed_draws_again(
    story: None, db: None, capsys: CaptureFixture[str]
) -> None:
    command = _frame.commands()["rebill"]
    months = dict(Bill.objects.values_list("yyyymm").annotate(count=Count("id")).order_by("yyyymm"))
    assert len(months) == 3
    changed = Bill.objects.order_by("id")[0]
    sql(f"UPDATE bill SET amount = amount + 0.01 WHERE id = {changed.pk}")

    def checked(*options: str) -> tuple[int, dict[str, Any]]:
        status = _frame.execute(command, ["--check", "--json", *options])
        return status, json.loads(capsys.readouterr().out.splitlines()[-1])

    assert checked("--period", "2025-02") == (
        0, {"ok": True, "bills": months[202502], "differing": [], "more": False},
    )  # fmt: skip
    status, january = checked("--period", "2025-01")
    assert status == 1
    assert [one["bill_no"] for one in january["differing"]] == [changed.bill_no]
    seen = {seed: checked("--sample", "1", "--seed", str(seed)) for seed in range(40)}
    assert all(answer["bills"] == 1 and answer["seed"] == seed for seed, (_, answer) in seen.items())
    assert {status for status, _ in seen.values()} == {0, 1}
    assert checked("--sample", "1", "--seed", "7") == seen[7]
    drawn = checked("--sample", "3")[1]
    assert checked("--sample", "3", "--seed", str(drawn["seed"]))[1] == drawn
    assert checked("--sample", "1000")[1]["bills"] == sum(months.values())


@pytest.mark.parametrize("given", [["--period", "2025-13"], ["--period", "202501"], ["--sample", "0"], ["--seed", "x"]])
def test_rebill_check_refuses_what_is_no_month_and_no_number(given: list[str], capsys: CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _frame.execute(_frame.commands()["rebill"], ["--check", *given])

    assert ended.value.code == 2
    assert given[1] in capsys.readouterr().err
