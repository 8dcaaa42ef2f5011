"""Accounts and points as they stand on the day a bill is about: the one place where billing looks at the tables of
customers and meters, set-wise and by rows of plain values."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection


class AccountFacts(NamedTuple):
    """An account on a day. `people`, `reliefs` by date; `hold_reason` names a BILLING hold in force."""

    account_id: int
    account_no: str
    state: str
    tier_anchor: str
    opened_date: date
    closed_date: date | None
    hold_reason: str | None


class PointFacts(NamedTuple):
    """A service point."""

    point_id: int
    point_no: str
    calibre: int
    opened_date: date
    closed_date: date | None


class Dated(NamedTuple):
    """A value in [from_date, to_date) of an owner (account or point). What it holds depends on the question."""

    from_date: date
    to_date: date | None
    value: Any

    def covers(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.from_date <= day and (self.to_date is None or day < self.to_date)


class ShareRow(NamedTuple):
    """One usage share of a point."""

    class_id: int
    kind: str
    share: Decimal | None


class OptionRow(NamedTuple):
    """One item option of a point; `plan_id` None for an exemption."""

    charge_item_id: int
    plan_id: int | None


def rows_of(sql: str, params: Any) -> list[tuple[Any, ...]]:
    """All rows of one statement; `params` a sequence or a mapping."""
    given = {name: _sent(value) for name, value in params.items()} if isinstance(params, dict) else map(_sent, params)
    with connection.cursor() as cursor:
        cursor.execute(sql, given if isinstance(given, dict) else list(given))
        return cursor.fetchall()  # type: ignore[no-any-return]


def _sent(value: Any) -> Any:
    """A list of ids as an array's literal: the driver takes ten times as long over each element."""
    if isinstance(value, list) and value and type(value[0]) is int:
        return f"{{{','.join(map(str, value))}}}"
    return value


def accounts(account_ids: Sequence[int], *, on: date) -> dict[int, AccountFacts]:
    """The accounts, and whether a BILLING hold is in force on the day."""
    sql = """
        SELECT a.id, a.account_no, a.state, a.tier_anchor, a.opened_date, a.closed_date,
               (SELECT min(h.reason) FROM account_hold h WHERE h.account_id = a.id AND h.activity = 'BILLING'
                 AND h.from_date <= %s AND (h.to_date IS NULL OR %s < h.to_date))
        FROM account a WHERE a.id = ANY(%s)
    """
    return {row[0]: AccountFacts(*row) for row in rows_of(sql, [on, on, list(account_ids)])}


def points(point_ids: Sequence[int]) -> dict[int, PointFacts]:
    """The points."""
    sql = "SELECT id, point_no, calibre, opened_date, closed_date FROM service_point WHERE id = ANY(%s)"
    return {row[0]: PointFacts(*row) for row in rows_of(sql, [list(point_ids)])}


def holders(account_ids: Sequence[int], *, since: date) -> dict[int, list[Dated]]:
    """Customer ids over time, those that ended before `since` left out."""
    return _dated(
        "SELECT account_id, from_date, to_date, customer_id FROM account_holder"
        " WHERE account_id = ANY(%s) AND (to_date IS NULL OR to_date > %s) ORDER BY account_id, from_date",
        [list(account_ids), since],
    )


def people(account_ids: Sequence[int], *, since: date) -> dict[int, list[Dated]]:
    """People of the households over time; a span that ended before `since` is left out."""
    return _dated(
        "SELECT account_id, from_date, to_date, people FROM household_size"
        " WHERE account_id = ANY(%s) AND (to_date IS NULL OR to_date > %s) ORDER BY account_id, from_date",
        [list(account_ids), since],
    )


def reliefs(account_ids: Sequence[int], *, since: date) -> dict[int, list[Dated]]:
    """Relief schemes over time."""
    return _dated(
        "SELECT account_id, from_date, to_date, scheme FROM account_relief"
        " WHERE account_id = ANY(%s) AND (to_date IS NULL OR to_date > %s) ORDER BY account_id, scheme, from_date",
        [list(account_ids), since],
    )


def shares(point_ids: Sequence[int], *, since: date) -> dict[int, list[Dated]]:
    """Usage shares (ShareRow) over time, in their order."""
    sql = """
        SELECT point_id, from_date, to_date, usage_class_id, kind, value FROM usage_share
        WHERE point_id = ANY(%s) AND (to_date IS NULL OR to_date > %s) ORDER BY point_id, position, from_date
    """
    found: dict[int, list[Dated]] = defaultdict(list)
    for point_id, start, end, class_id, kind, value in rows_of(sql, [list(point_ids), since]):
        found[point_id].append(Dated(start, end, ShareRow(class_id, kind, value)))
    return found


def options(point_ids: Sequence[int], *, since: date) -> dict[int, list[Dated]]:
    """Item options (OptionRow) over time."""
    sql = """
        SELECT point_id, from_date, to_date, charge_item_id, plan_id FROM item_option
        WHERE point_id = ANY(%s) AND (to_date IS NULL OR to_date > %s) ORDER BY point_id, charge_item_id, from_date
    """
    found: dict[int, list[Dated]] = defaultdict(list)
    for point_id, start, end, charge_item_id, plan_id in rows_of(sql, [list(point_ids), since]):
        found[point_id].append(Dated(start, end, OptionRow(charge_item_id, plan_id)))
    return found


def quotas(
    point_ids: Sequence[int], account_ids: Sequence[int]
) -> tuple[dict[int, list[Dated]], dict[int, list[Dated]]]:
    """Quotas over time, of the points and of the accounts."""
    of_points = _dated(
        "SELECT point_id, from_date, to_date, volume FROM quota WHERE point_id = ANY(%s) ORDER BY point_id, from_date",
        [list(point_ids)],
    )
    of_accounts = _dated(
        "SELECT account_id, from_date, to_date, volume FROM quota WHERE account_id = ANY(%s)"
        " ORDER BY account_id, from_date",
        [list(account_ids)],
    )
    return of_points, of_accounts


def accounts_with_several_points(account_ids: Sequence[int], *, on: date) -> set[int]:
    """Accounts that pay for more than one point on the day."""
    sql = """
        SELECT account_id FROM point_account
        WHERE account_id = ANY(%s) AND from_date <= %s AND (to_date IS NULL OR %s < to_date)
        GROUP BY account_id HAVING count(*) > 1
    """
    return {row[0] for row in rows_of(sql, [list(account_ids), on, on])}


def _dated(sql: str, params: Sequence[object]) -> dict[int, list[Dated]]:
    found: dict[int, list[Dated]] = defaultdict(list)
    for owner, start, end, value in rows_of(sql, params):
        found[owner].append(Dated(start, end, value))
    return found
