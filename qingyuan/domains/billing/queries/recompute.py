"""Bills computed again from their snapshots (复算): the one function behind invariant 13 and `qingyuan rebill --check`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.calculate import item_hash, recompute
from qingyuan.domains.billing.rules.lines import lines_text
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat, parse
from qingyuan.domains.billing.rules.terms import Rater
from qingyuan.domains.tariffs.queries.catalogue import recorded_catalogue
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.errors import DomainError

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class DifferingBill:
    """A bill that its own snapshot does not give."""

    bill_id: int
    bill_no: str
    detail: str


def bill_count(run_id: int | None = None) -> int:
    """How many bills a check over all, or over one run, looks at."""
    sql = "SELECT count(*) FROM bill WHERE %s::bigint IS NULL OR run_id = %s"
    return int(rows_of(sql, [run_id, run_id])[0][0])


def differing_bills(run_id: int | None = None) -> Iterator[DifferingBill]:
    """Compute every bill (of one run) again and yield those whose hash or amount is another. Memory stays flat."""
    sql = (
        "SELECT id, bill_no, company_id, hash_format, hash, snapshot, amount, volume FROM bill"
        " WHERE %s::bigint IS NULL OR run_id = %s ORDER BY id"
    )
    raters: dict[int, Rater] = {}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, [run_id, run_id])
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                rater = raters.get(row[2])
                if rater is None:
                    rater = raters[row[2]] = partial(rate, catalogue=recorded_catalogue(row[2]))
                detail = _difference(row, rater)
                if detail:
                    yield DifferingBill(row[0], row[1], detail)


def _difference(row: tuple[Any, ...], rater: Rater) -> str:
    """What differs; empty when the bill is what its snapshot gives."""
    _, _, _, hash_format, stored_hash, text, amount, volume = row
    try:
        snapshot = parse(text, hash_format=hash_format)
        rated = recompute(snapshot.after, snapshot.before, rater)
    except UnknownFormat:
        return f"format {hash_format} is not known"
    except (DomainError, ValueError, KeyError, TypeError) as error:
        return f"cannot be computed: {type(error).__name__} {error}"
    if item_hash(text, lines_text(rated.lines)) != stored_hash:
        return f"amount {amount}, computed {rated.total}; the hash differs"
    if rated.total != amount or rated.volume != volume:
        return f"amount {amount} for {volume}, computed {rated.total} for {rated.volume}"
    return ""
