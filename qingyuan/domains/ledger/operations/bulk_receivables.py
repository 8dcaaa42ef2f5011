"""Posting receivables that lie in tables (成批应收入账): the way of the billing run's mass, from table to table.

What takes thought (money that does not cover the bill, older debts beside it, several bills of one account) is posted by
`post_receivables`; the rest is either not touched by any prepayment or cleared by it whole.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from qingyuan.domains.ledger.operations import balances, offsets
from qingyuan.domains.ledger.operations.desk import Desk, accounts_on_hold, lay_out
from qingyuan.domains.ledger.operations.fen import ids_text
from qingyuan.domains.ledger.operations.journals import Draft, post_journals
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.operations.receivables import post_receivables
from qingyuan.domains.ledger.queries.chart import Books, books_of
from qingyuan.domains.ledger.rules.allocation import allocate
from qingyuan.domains.ledger.rules.posting import NewReceivable, PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, JournalKind, ReceivableKind
from qingyuan.kernel.actor import Actor


class ReceivableSource(NamedTuple):
    """Receivables as two SELECTs. `items`: bill_id, label, unit_id, account_id, customer_id, yyyymm, amount (> 0), parts_no.
    `parts`: parts_no, charge_item_id, amount (> 0), which sum to the item's amount; many items share one set of parts.
    """

    items: str
    parts: str


class Covered(NamedTuple):
    """A new receivable that one prepayment clears whole."""

    bill_id: int
    prepayment_id: int


def hold_money(*, money_of: Iterable[int], owed_of: Iterable[int], bill_ids: Iterable[int]) -> Desk:
    """Lock and read what several postings of one transaction will touch, so that each may follow the other: what accounts
    with money (of `money_of`) and the accounts `owed_of` owe, the receivables of these bills, and then the prepayments.
    """
    return lay_out(money_of=money_of, owed_of=owed_of, bill_ids=bill_ids)


def post_bulk_receivables(
    *,
    actor: Actor,
    company_id: int,
    posting_date: date,
    due_date: date,
    source: PostingSource,
    receivables: ReceivableSource,
    desk: Desk,
) -> None:
    """Post the receivables of one company in the caller's transaction, with automatic offset from prepayment.

    The caller holds the accounts, and their money by `hold_money`, which gave the `desk`; money that came in since then
    stays prepayment. It has found the accounts, in this transaction, among the company's, and the customers among their
    holders (which foreign keys guard): the check of references that `post_receivables` makes. Refusals as that, whose rows
    these are, row for row; the journals are apart where some receivables had to be thought about.
    """
    period_id = hold_open_period(company_id, posting_date)
    _lay_out(receivables)
    covered, intricate = _funded(desk, posting_date)
    _place(covered, intricate)
    books = books_of(company_id)
    drafts = _bills(books)
    cleared = _offsets(books)
    post_journals(
        [*drafts.values(), *cleared.values()],
        actor=actor,
        periods={company_id: period_id},
        posting_date=posting_date,
        source=source,
    )
    given: dict[str, Any] = {
        "company": company_id,
        "posting": posting_date,
        "due": due_date,
        "kind": ReceivableKind.BILL.value,
        "units": ids_text(drafts),
        "journals": ids_text(draft.id for draft in drafts.values()),
        "offset_units": ids_text(cleared),
        "offset_journals": ids_text(draft.id for draft in cleared.values()),
    }
    _write(given, offsetting=bool(covered))
    if intricate:
        post_receivables(
            actor=actor,
            company_id=company_id,
            posting_date=posting_date,
            source=source,
            receivables=_receivables_of(intricate, due_date),
        )


def _lay_out(receivables: ReceivableSource) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        cursor.execute(
            f"INSERT INTO posting_item (bill_id, label, unit_id, account_id, customer_id, yyyymm, amount, parts_no)"
            f" {receivables.items} ORDER BY bill_id"
        )
        cursor.execute(f"INSERT INTO posting_part {receivables.parts}")


def _funded(desk: Desk, on: date) -> tuple[list[Covered], list[int]]:
    """The bills of accounts whose money is on the desk: those that it clears whole, and those that take thought."""
    funds = [held for held in desk.prepayments.values() if held.balance > 0]
    if not funds:
        return [], []
    funds_of = Counter(held.account_id for held in funds)
    bills = _rows(_OF_ACCOUNTS, [ids_text(funds_of)])
    bills_of = Counter(row[0] for row in bills)
    on_hold = accounts_on_hold(funds_of, on)
    modes = offsets.modes_on(on)
    fund_of = {held.account_id: held for held in funds}
    covered, intricate = [], []
    for account_id, customer_id, unit_id, bill_id, amount in bills:
        held = fund_of[account_id]
        alone = funds_of[account_id] == bills_of[account_id] == 1 and not desk.of_account(account_id)
        whole = allocate(held.balance, [amount], modes(unit_id)[0]).amounts[0] == amount
        if alone and whole and held.customer_id == customer_id and account_id not in on_hold:
            covered.append(Covered(bill_id, held.id))
        else:
            intricate.append(bill_id)
    return covered, intricate


def _place(covered: Sequence[Covered], intricate: Sequence[int]) -> None:
    """Take out what takes thought, note by what prepayment the others are cleared."""
    with connection.cursor() as cursor:
        if intricate:
            cursor.execute(
                "WITH apart AS (DELETE FROM posting_item WHERE bill_id = ANY(%s::bigint[]) RETURNING *)"
                " INSERT INTO posting_apart SELECT * FROM apart",
                [ids_text(intricate)],
            )
        if covered:
            cursor.execute(
                "UPDATE posting_item p SET prepayment_id = n.prepayment_id, outstanding = 0,"
                " movement_id = nextval('prepayment_movement_id_seq')"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS n(bill_id, prepayment_id) WHERE p.bill_id = n.bill_id",
                [ids_text(one.bill_id for one in covered), ids_text(one.prepayment_id for one in covered)],
            )


def _bills(books: Books) -> dict[int, Draft]:
    """By unit: receivable against what each charge item is booked to."""
    drafts: dict[int, Draft] = {}
    for unit_id, charge_id, amount in _rows(_SUMS.format(where="true")):
        draft = drafts.setdefault(unit_id, Draft(books.company_id, unit_id, JournalKind.BILLS))
        draft.add(books.account(ChartRole.RECEIVABLE), charge_id, amount)
        draft.add(books.account_of_charge(charge_id, unit_id), charge_id, -amount)
    return drafts


def _offsets(books: Books) -> dict[int, Draft]:
    """By unit: prepayment against receivable."""
    drafts: dict[int, Draft] = {}
    for unit_id, charge_id, amount in _rows(_SUMS.format(where="i.prepayment_id IS NOT NULL")):
        draft = drafts.setdefault(unit_id, Draft(books.company_id, unit_id, JournalKind.AUTO_OFFSET))
        draft.add(books.account(ChartRole.PREPAYMENT), None, amount)
        draft.add(books.account(ChartRole.RECEIVABLE), charge_id, -amount)
    return drafts


def _write(given: dict[str, Any], *, offsetting: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, given)
        cursor.execute(_PARTS)
        if offsetting:
            for statement in (_MOVEMENTS, _CLEARINGS, _PREPAYMENTS):
                cursor.execute(statement, given)
        cursor.execute("SELECT count(DISTINCT account_id) FROM posting_item")
        accounts = cursor.fetchone()[0]
        cursor.execute(_HOLD_BALANCES)
        cursor.execute(_BALANCES, given)
        if cursor.rowcount != accounts:
            balances.refresh_balances([row[0] for row in _rows("SELECT account_id FROM posting_item")])


def _receivables_of(bill_ids: Sequence[int], due_date: date) -> list[NewReceivable]:
    parts: dict[int, list[tuple[int, Decimal]]] = {}
    for parts_no, charge_id, amount in _rows("SELECT parts_no, charge_item_id, amount FROM posting_part ORDER BY 1, 2"):
        parts.setdefault(parts_no, []).append((charge_id, amount))
    rows = _rows(
        "SELECT bill_id, label, unit_id, account_id, customer_id, yyyymm, amount, parts_no FROM posting_apart ORDER BY bill_id"
    )
    return [
        NewReceivable(
            bill_id, label, unit_id, account_id, customer_id, yyyymm, due_date, amount, tuple(parts[parts_no])
        )
        for bill_id, label, unit_id, account_id, customer_id, yyyymm, amount, parts_no in rows
    ]


def _rows(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()  # type: ignore[no-any-return]


_COLUMNS = """
    bill_id bigint, label text, unit_id bigint, account_id bigint, customer_id bigint, yyyymm int, amount numeric(14,2),
    parts_no int, open_item_id bigint DEFAULT nextval('open_item_id_seq'), outstanding numeric(14,2), prepayment_id bigint,
    movement_id bigint
"""
_CREATE = f"""
    CREATE TEMP TABLE IF NOT EXISTS posting_item ({_COLUMNS}) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS posting_apart ({_COLUMNS}) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS posting_part (parts_no int, charge_item_id bigint, amount numeric(14,2))
        ON COMMIT DELETE ROWS;
    DELETE FROM posting_item; DELETE FROM posting_apart; DELETE FROM posting_part;
"""
_OF_ACCOUNTS = """
    SELECT account_id, customer_id, unit_id, bill_id, amount FROM posting_item WHERE account_id = ANY(%s::bigint[])
    ORDER BY bill_id
"""
_SUMS = """
    SELECT i.unit_id, p.charge_item_id, sum(i.bills * p.amount)
    FROM (SELECT unit_id, parts_no, count(*) AS bills FROM posting_item i WHERE {where} GROUP BY unit_id, parts_no) AS i
    JOIN posting_part p ON p.parts_no = i.parts_no GROUP BY 1, 2 ORDER BY 1, 2
"""
_ITEMS = """
    INSERT INTO open_item (id, company_id, unit_id, account_id, customer_id, kind, bill_id, label, yyyymm, due_date, amount,
                           outstanding, posting_date, journal_id)
    SELECT i.open_item_id, %(company)s, i.unit_id, i.account_id, i.customer_id, %(kind)s, i.bill_id, i.label, i.yyyymm,
           %(due)s, i.amount, COALESCE(i.outstanding, i.amount), %(posting)s, j.journal_id
    FROM posting_item i
    JOIN unnest(%(units)s::bigint[], %(journals)s::bigint[]) AS j(unit_id, journal_id) ON j.unit_id = i.unit_id
"""
_PARTS = """
    INSERT INTO open_item_part (open_item_id, charge_item_id, amount)
    SELECT i.open_item_id, p.charge_item_id, p.amount FROM posting_item i JOIN posting_part p ON p.parts_no = i.parts_no
"""
_MOVEMENTS = """
    INSERT INTO prepayment_movement (id, prepayment_id, kind, amount, source_type, source_id, value_date, journal_id)
    SELECT i.movement_id, i.prepayment_id, 'OFFSET', -i.amount, 'OPEN_ITEM', i.open_item_id, %(posting)s, j.journal_id
    FROM posting_item i
    JOIN unnest(%(offset_units)s::bigint[], %(offset_journals)s::bigint[]) AS j(unit_id, journal_id) ON j.unit_id = i.unit_id
    WHERE i.prepayment_id IS NOT NULL
"""
_CLEARINGS = """
    INSERT INTO clearing (company_id, open_item_id, charge_item_id, source, source_id, amount, value_date, journal_id)
    SELECT %(company)s, i.open_item_id, p.charge_item_id, 'PREPAYMENT', i.movement_id, p.amount, %(posting)s, j.journal_id
    FROM posting_item i
    JOIN posting_part p ON p.parts_no = i.parts_no
    JOIN unnest(%(offset_units)s::bigint[], %(offset_journals)s::bigint[]) AS j(unit_id, journal_id) ON j.unit_id = i.unit_id
    WHERE i.prepayment_id IS NOT NULL
"""
_PREPAYMENTS = """
    UPDATE prepayment p SET balance = p.balance - i.amount FROM posting_item i WHERE i.prepayment_id = p.id
"""
_HOLD_BALANCES = """
    SELECT count(*) FROM (SELECT 1 FROM account_balance WHERE account_id IN (SELECT account_id FROM posting_item)
                          ORDER BY account_id FOR NO KEY UPDATE) AS held
"""
_BALANCES = """
    UPDATE account_balance b SET owed = b.owed + n.owed, open_count = b.open_count + n.items, prepaid = b.prepaid - n.used,
           oldest_due_date = CASE WHEN n.items > 0 THEN least(b.oldest_due_date, %(due)s) ELSE b.oldest_due_date END
    FROM (SELECT account_id, sum(COALESCE(outstanding, amount)) AS owed, count(*) FILTER (WHERE outstanding IS NULL) AS items,
                 COALESCE(sum(amount) FILTER (WHERE outstanding = 0), 0) AS used
          FROM posting_item GROUP BY account_id) AS n
    WHERE b.account_id = n.account_id
"""
