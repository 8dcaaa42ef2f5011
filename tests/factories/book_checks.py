"""The books' invariants as SQL (domain-model.md, 1 2 4 5 16, and 8 9 17 of payments): each statement lists what breaks it, nothing when all is well.

`assert_books_hold` is for every test that posts; the overview `verify` proves the same on a live installation.
"""

from django.db import connection

CHECKS: dict[str, str] = {
    "1 journals sum to zero per company": """
        SELECT j.id, j.company_id, sum(e.amount) FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
         GROUP BY j.id HAVING coalesce(sum(e.amount), 1) <> 0 OR count(e.id) < 2""",
    "2 prepayment balance = its movements": """
        SELECT p.id, p.balance, coalesce(sum(m.amount), 0) FROM prepayment p
          LEFT JOIN prepayment_movement m ON m.prepayment_id = p.id
         GROUP BY p.id HAVING p.balance <> coalesce(sum(m.amount), 0)""",
    "2 account balance = its open items and prepayments": """
        SELECT * FROM (
          SELECT a.id, b.owed, b.oldest_due_date, b.open_count, b.prepaid,
                 (SELECT coalesce(sum(outstanding), 0) FROM open_item o WHERE o.account_id = a.id) AS true_owed,
                 (SELECT min(due_date) FROM open_item o WHERE o.account_id = a.id AND outstanding > 0) AS true_oldest,
                 (SELECT count(*) FROM open_item o WHERE o.account_id = a.id AND outstanding > 0) AS true_count,
                 (SELECT coalesce(sum(balance), 0) FROM prepayment p WHERE p.account_id = a.id) AS true_prepaid
            FROM account a LEFT JOIN account_balance b ON b.account_id = a.id
        ) found
         WHERE (owed, open_count, prepaid) IS DISTINCT FROM (true_owed, true_count, true_prepaid)
            OR oldest_due_date IS DISTINCT FROM true_oldest""",
    "4 outstanding = amount - clearings": """
        SELECT o.id, o.label, o.amount, o.outstanding, coalesce(sum(c.amount), 0) FROM open_item o
          LEFT JOIN clearing c ON c.open_item_id = o.id
         GROUP BY o.id HAVING o.outstanding <> o.amount - coalesce(sum(c.amount), 0) OR o.outstanding < 0""",
    "4 parts: amount = sum of parts, none cleared beyond itself": """
        SELECT o.id, o.label, o.amount FROM open_item o
         WHERE o.amount IS DISTINCT FROM (SELECT sum(amount) FROM open_item_part p WHERE p.open_item_id = o.id)
        UNION ALL
        SELECT c.open_item_id, c.charge_item_id::text, sum(c.amount) FROM clearing c
          LEFT JOIN open_item_part p ON p.open_item_id = c.open_item_id AND p.charge_item_id = c.charge_item_id
         GROUP BY c.open_item_id, c.charge_item_id, p.amount
        HAVING p.amount IS NULL OR sum(c.amount) > p.amount OR sum(c.amount) < 0""",
    "5 open items = receivable account, per charge item": """
        WITH owed AS (
          SELECT o.company_id, p.charge_item_id, sum(p.amount) AS amount FROM open_item_part p
            JOIN open_item o ON o.id = p.open_item_id GROUP BY 1, 2
        ), cleared AS (
          SELECT company_id, charge_item_id, sum(amount) AS amount FROM clearing GROUP BY 1, 2
        ), booked AS (
          SELECT a.company_id, e.charge_item_id, sum(e.amount) AS amount FROM entry e
            JOIN chart_account a ON a.id = e.chart_account_id WHERE a.role = 'RECEIVABLE' GROUP BY 1, 2
        )
        SELECT coalesce(o.company_id, b.company_id), coalesce(o.charge_item_id, b.charge_item_id), o.amount, c.amount,
               b.amount
          FROM owed o FULL JOIN booked b ON b.company_id = o.company_id AND b.charge_item_id = o.charge_item_id
          LEFT JOIN cleared c ON c.company_id = o.company_id AND c.charge_item_id = o.charge_item_id
         WHERE coalesce(o.amount, 0) - coalesce(c.amount, 0) <> coalesce(b.amount, 0)""",
    "5 prepayments = prepayment account": """
        WITH held AS (SELECT company_id, sum(balance) AS amount FROM prepayment GROUP BY 1),
        booked AS (
          SELECT a.company_id, sum(e.amount) AS amount FROM entry e JOIN chart_account a ON a.id = e.chart_account_id
           WHERE a.role = 'PREPAYMENT' GROUP BY 1
        )
        SELECT coalesce(h.company_id, b.company_id), h.amount, b.amount
          FROM held h FULL JOIN booked b ON b.company_id = h.company_id
         WHERE coalesce(h.amount, 0) <> -coalesce(b.amount, 0)""",
    "16 collected per charge item = its clearings = its account": """
        WITH cleared AS (
          SELECT company_id, charge_item_id, sum(amount) AS amount FROM clearing
           WHERE source IN ('PAYMENT', 'PREPAYMENT') GROUP BY 1, 2
        ), booked AS (
          SELECT j.company_id, e.charge_item_id, -sum(e.amount) AS amount FROM entry e
            JOIN journal j ON j.id = e.journal_id JOIN chart_account a ON a.id = e.chart_account_id
           WHERE a.role = 'RECEIVABLE'
             AND j.kind IN ('PAYMENT', 'PAYMENT_VOID', 'AUTO_OFFSET', 'OFFSET_UNDONE', 'MONEY_RETURNED')
           GROUP BY 1, 2
        )
        SELECT coalesce(c.company_id, b.company_id), coalesce(c.charge_item_id, b.charge_item_id), c.amount, b.amount
          FROM cleared c FULL JOIN booked b ON b.company_id = c.company_id AND b.charge_item_id = c.charge_item_id
         WHERE coalesce(c.amount, 0) <> coalesce(b.amount, 0)""",
    "16 charged per charge item = its account": """
        WITH charged AS (
          SELECT o.company_id, p.charge_item_id, p.amount FROM open_item_part p JOIN open_item o ON o.id = p.open_item_id
          UNION ALL
          SELECT o.company_id, n.into_charge_id, n.amount FROM open_item_netting n
            JOIN open_item o ON o.id = n.open_item_id
          UNION ALL
          SELECT o.company_id, n.from_charge_id, -n.amount FROM open_item_netting n
            JOIN open_item o ON o.id = n.open_item_id
          UNION ALL
          SELECT c.company_id, c.charge_item_id, -c.amount FROM clearing c WHERE c.source = 'REVERSAL'
          UNION ALL
          SELECT c.company_id, n.into_charge_id, -n.amount FROM open_item_netting n
            JOIN (SELECT DISTINCT company_id, open_item_id FROM clearing WHERE source = 'REVERSAL') c
              ON c.open_item_id = n.open_item_id
          UNION ALL
          SELECT c.company_id, n.from_charge_id, n.amount FROM open_item_netting n
            JOIN (SELECT DISTINCT company_id, open_item_id FROM clearing WHERE source = 'REVERSAL') c
              ON c.open_item_id = n.open_item_id
          UNION ALL
          SELECT c.company_id, p.charge_item_id, -p.amount FROM credit_note_part p
            JOIN credit_note c ON c.id = p.credit_note_id
           WHERE NOT EXISTS (SELECT 1 FROM credit_note_reversal r WHERE r.credit_note_id = c.id)
        ), summed AS (SELECT company_id, charge_item_id, sum(amount) AS amount FROM charged GROUP BY 1, 2),
        booked AS (
          SELECT a.company_id, e.charge_item_id, -sum(e.amount) AS amount FROM entry e
            JOIN chart_account a ON a.id = e.chart_account_id
           WHERE a.role IN ('REVENUE', 'PAYABLE', 'RELIEF_PAYER') GROUP BY 1, 2
        )
        SELECT coalesce(s.company_id, b.company_id), coalesce(s.charge_item_id, b.charge_item_id), s.amount, b.amount
          FROM summed s FULL JOIN booked b ON b.company_id = s.company_id AND b.charge_item_id = s.charge_item_id
         WHERE coalesce(s.amount, 0) <> coalesce(b.amount, 0)""",
}

PAYMENT_CHECKS: dict[str, str] = {
    "8 receipt numbers: none missing": """
        SELECT unit_id, form_type, min(number), max(number), count(*) FROM receipt GROUP BY 1, 2
        HAVING min(number) <> 1 OR max(number) <> count(*)""",
    "9 closed session: expected cash = float + its payments": """
        SELECT s.session_no, s.expected_cash FROM cash_session s
         WHERE s.state = 'CLOSED' AND (s.over_short <> s.counted_cash - s.expected_cash
            OR s.counted_cash <> (SELECT coalesce(sum(face_value * pieces), 0) FROM cash_count c WHERE c.session_id = s.id)
            OR s.expected_cash <> s.float_amount + (
              SELECT coalesce(sum((SELECT coalesce(sum(amount), 0) FROM payment_tender t
                                    WHERE t.payment_id = p.id AND t.kind = 'CASH') - p.change_given), 0)
                FROM payment p WHERE p.session_id = s.id
                 AND NOT EXISTS (SELECT 1 FROM payment_void v WHERE v.payment_id = p.id)))""",
    "17 tenders - change = received = parts": """
        SELECT p.payment_no, p.received FROM payment p
         WHERE p.tendered IS DISTINCT FROM (SELECT sum(amount) FROM payment_tender t WHERE t.payment_id = p.id)
            OR p.received IS DISTINCT FROM (SELECT sum(amount) FROM payment_part t WHERE t.payment_id = p.id)""",
    "17 parts = what they cleared or put into prepayment": """
        SELECT t.id, t.amount FROM payment_part t
         WHERE t.amount IS DISTINCT FROM CASE t.use
           WHEN 'RECEIVABLES' THEN (SELECT sum(c.amount) FROM clearing c
              WHERE c.source = 'PAYMENT' AND c.source_id = t.id AND c.reverses_id IS NULL)
           ELSE (SELECT sum(m.amount) FROM prepayment_movement m
              WHERE m.source_type = 'PAYMENT_PART' AND m.source_id = t.id AND m.kind = 'TOP_UP') END""",
}


def breaches() -> dict[str, list[tuple[object, ...]]]:
    """What breaks each invariant, by its name; empty when the books hold."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with connection.cursor() as cursor:
        for name, statement in (CHECKS | PAYMENT_CHECKS).items():
            cursor.execute(statement)
            if rows := cursor.fetchall():
                found[name] = rows
    return found


def assert_books_hold() -> None:
    """Fail with the rows that break an invariant."""
    assert breaches() == {}
