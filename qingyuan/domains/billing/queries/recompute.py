"""Bills computed again from their snapshots (复算): the one function behind invariant 13 and `qingyuan rebill --check`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.calculate import item_hash, recompute
from qingyuan.domains.billing.rules.fees import FORMAT as FEE_FORMAT
from qingyuan.domains.billing.rules.fees import parse_fee, rated_fee
from qingyuan.domains.billing.rules.lines import Rated, lines_text
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat, parse
from qingyuan.domains.billing.rules.terms import Rater
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.errors import DomainError

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class DifferingBill:
    """A bill that its own snapshot does not give."""

    bill_id: int
    bill_no: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Which bills a check looks at (复算范围): all, those of a run, of a month (yyyymm), or `sample` of these, drawn by `seed`.

    The same seed over the same bills draws the same ones.
    """

    run_id: int | None = None
    yyyymm: int | None = None
    sample: int | None = None
    seed: int = 0

    @property
    def values(self) -> dict[str, int | None]:
        """The statement's parameters."""
        return {"run": self.run_id, "month": self.yyyymm, "sample": self.sample, "seed": self.seed}


EVERY_BILL = Checked()
_WITHIN = "(%(run)s::bigint IS NULL OR run_id = %(run)s) AND (%(month)s::integer IS NULL OR yyyymm = %(month)s)"
_COLUMNS = "id, bill_no, company_id, hash_format, hash, snapshot, amount, volume"
_DRAWN = f"""
    SELECT {_COLUMNS} FROM bill
    WHERE id IN (SELECT id FROM bill WHERE {_WITHIN} ORDER BY hashint8extended(id, %(seed)s), id LIMIT %(sample)s)
    ORDER BY id
"""


def bill_count(of: Checked = EVERY_BILL) -> int:
    """How many bills a check looks at."""
    found = int(rows_of(f"SELECT count(*) FROM bill WHERE {_WITHIN}", of.values)[0][0])
    return found if of.sample is None else min(found, of.sample)


def differing_bills(of: Checked = EVERY_BILL) -> Iterator[DifferingBill]:
    """Compute these bills again and yield those whose hash or amount is another. Memory stays flat."""
    sql = f"SELECT {_COLUMNS} FROM bill WHERE {_WITHIN} ORDER BY id" if of.sample is None else _DRAWN
    raters: dict[int, Rater] = {}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, of.values)
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                rater = raters.get(row[2])
                if rater is None:
                    rater = raters[row[2]] = partial(rate, catalogue=price_list(row[2]).catalogue)
                detail = _difference(row, rater)
                if detail:
                    yield DifferingBill(row[0], row[1], detail)


def _difference(row: tuple[Any, ...], rater: Rater) -> str:
    """What differs; empty when the bill is what its snapshot gives."""
    _, _, _, hash_format, stored_hash, text, amount, volume = row
    try:
        rated = _rated(text, hash_format, rater)
    except UnknownFormat:
        return f"format {hash_format} is not known"
    except (DomainError, ValueError, KeyError, TypeError) as error:
        return f"cannot be computed: {type(error).__name__} {error}"
    if item_hash(text, lines_text(rated.lines)) != stored_hash:
        return f"amount {amount}, computed {rated.total}; the hash differs"
    if rated.total != amount or rated.volume != volume:
        return f"amount {amount} for {volume}, computed {rated.total} for {rated.volume}"
    return ""


def _rated(text: str, hash_format: str, rater: Rater) -> Rated:
    if hash_format == FEE_FORMAT:
        return rated_fee(parse_fee(text))
    snapshot = parse(text, hash_format=hash_format)
    return recompute(snapshot.after, snapshot.before, rater)
