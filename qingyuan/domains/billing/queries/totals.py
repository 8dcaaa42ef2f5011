"""What a run comes to (批次合计)."""

from decimal import Decimal

from qingyuan.domains.billing.queries.statements import rows_of


def totals_of(run_id: int) -> dict[str, object]:
    """Bills, volume, amount, and counts by exception or notice code, as the run keeps them (amounts as text).

    Bills that are held are counted apart: they are not issued, and no total that a person types holds them.
    """
    sql = """
        SELECT state, exception_code, count(*), sum(volume), sum(amount) FROM run_item
        WHERE run_id = %s GROUP BY state, exception_code ORDER BY 1, 2
    """
    bills, volume, amount = 0, Decimal("0.000"), Decimal("0.00")
    held, held_amount = 0, Decimal("0.00")
    exceptions: dict[str, int] = {}
    notices: dict[str, int] = {}
    for state, code, count, some_volume, some_amount in rows_of(sql, [run_id]):
        if state == "CALCULATED":
            bills += count
            volume += some_volume
            amount += some_amount
            if code:
                notices[code] = count
        elif state == "HELD":
            held += count
            held_amount += some_amount
        else:
            exceptions[code] = exceptions.get(code, 0) + count
    return {
        "bills": bills,
        "volume": str(volume),
        "amount": str(amount),
        "exceptions": exceptions,
        "notices": notices,
        "held": held,
        "held_amount": str(held_amount),
    }


def bills_of_chunk(run_id: int, chunk_no: int) -> tuple[int, Decimal]:
    """How many bills a calculated chunk gives, and what they come to."""
    sql = "SELECT count(*), COALESCE(sum(amount), 0.00) FROM run_item WHERE run_id = %s AND chunk_no = %s AND state = 'CALCULATED'"
    count, amount = rows_of(sql, [run_id, chunk_no])[0]
    return count, amount
