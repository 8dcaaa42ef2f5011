"""What a billing run leaves behind, table by table, without ids that depend on the order of work."""

from typing import Any

from django.db import connection

ROWS = {
    "bills": """
        SELECT bill_no IS NOT NULL, company_id, unit_id, kind, basis, account_id, customer_id, point_id, book_id,
               reading_item_id, group_id, yyyymm, round_no, tier_position, from_date, to_date, months, volume, amount,
               tax_amount, posting_date, due_date, replaces_bill_id, corrects_bill_id, change_id, carry_after, hash_format,
               hash, snapshot FROM bill ORDER BY account_id, hash""",
    "lines": """
        SELECT b.account_id, l.position, l.kind, l.charge_item_id, l.price_version_id, l.usage_class_id, l.tier, l.volume,
               l.metered_volume, l.price, l.amount, l.tax_rate, l.tax_amount, l.counts
        FROM bill_line l JOIN bill b ON b.id = l.bill_id ORDER BY b.account_id, b.hash, l.position""",
    "live": """SELECT point_id, yyyymm, round_no, from_date, to_date FROM bill_live ORDER BY 1, 2, 3""",
    "entries": """
        SELECT e.group_id, e.counter, e.cycle_start_date, e.position, e.sequence = e.bill_id, e.volume, e.source, e.note
        FROM tier_entry e ORDER BY 1, 2, 3, 4, 6""",
    "items": """
        SELECT company_id, unit_id, account_id, customer_id, kind, yyyymm, posting_date, due_date, amount, outstanding
        FROM open_item ORDER BY account_id, amount""",
    "parts": """
        SELECT o.account_id, p.charge_item_id, p.amount FROM open_item_part p JOIN open_item o ON o.id = p.open_item_id
        ORDER BY 1, 2, 3""",
    "clearings": """
        SELECT o.account_id, c.charge_item_id, c.source, c.amount, c.value_date, m.kind, m.amount, m.source_type
        FROM clearing c JOIN open_item o ON o.id = c.open_item_id JOIN prepayment_movement m ON m.id = c.source_id AND c.source = 'PREPAYMENT'
        ORDER BY 1, 2, 4""",
    "balances": "SELECT account_id, owed, oldest_due_date, open_count, prepaid FROM account_balance ORDER BY 1",
    "accounts": """
        SELECT j.kind, e.chart_account_id, e.charge_item_id, sum(e.amount) FROM entry e JOIN journal j ON j.id = e.journal_id
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
    "readings": "SELECT id, state FROM reading_item ORDER BY id",
}


def book_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows by its name."""
    with connection.cursor() as cursor:
        found = {}
        for name, sql in ROWS.items():
            cursor.execute(sql)
            found[name] = cursor.fetchall()
    return found
