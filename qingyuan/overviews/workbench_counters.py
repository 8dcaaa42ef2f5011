"""What the start page counts (工作台计数): each with the permission that its work needs, all in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import Reach


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, what they come to (0 where it is no money), and out of how many (0 where that makes no sense).

    Of readings to review `of` says how many are held back as unusual.
    """

    count: int
    amount: Decimal
    of: int


@dataclass(frozen=True, slots=True)
class Counter:
    """A number of the start page. `sql` selects count, amount and whole from rows; `{inside}` is the reach's condition.

    `unit` and `book` are the columns that the reach is applied to; without `unit` the company's rows are counted.
    """

    name: str
    permission: str
    sql: str
    unit: str = ""
    book: str = ""


_COUNTERS = (
    Counter(
        "to_review",
        "readings.review",
        """SELECT count(*), 0, count(*) FILTER (WHERE i.state = 'HELD') FROM reading_item i
           WHERE i.state IN ('READ', 'HELD') AND i.approved_at IS NULL AND i.read_date IS NOT NULL AND {inside}""",
        "i.unit_id",
        "i.book_id",
    ),
    Counter(
        "reading_progress",
        "readings.view",
        """SELECT count(*) FILTER (WHERE i.state NOT IN ('PENDING', 'SKIPPED')), 0,
                  count(*) FILTER (WHERE i.state <> 'SKIPPED')
           FROM reading_task t JOIN reading_item i ON i.task_id = t.id
           WHERE t.period_id = (SELECT id FROM reading_period WHERE company_id = %(company)s
                                ORDER BY yyyymm DESC, round_no DESC LIMIT 1) AND {inside}""",
        "t.unit_id",
        "t.book_id",
    ),
    Counter(
        "to_read",
        "readings.record",
        """SELECT count(*), 0, 0 FROM reading_task t JOIN reading_item i ON i.task_id = t.id
           WHERE i.state = 'PENDING' AND {inside}
             AND t.period_id = (SELECT id FROM reading_period WHERE company_id = %(company)s
                                ORDER BY yyyymm DESC, round_no DESC LIMIT 1)""",
        "t.unit_id",
        "t.book_id",
    ),
    Counter(
        "runs_to_check",
        "billing.check",
        """SELECT count(*), 0, 0 FROM billing_run r WHERE r.purpose = 'REAL' AND r.state = 'CALCULATED' AND {inside}""",
        "r.unit_id",
    ),
    Counter(
        "runs_to_issue",
        "billing.issue",
        """SELECT count(*), 0, 0 FROM billing_run r WHERE r.purpose = 'REAL' AND r.state = 'CHECKED' AND {inside}""",
        "r.unit_id",
    ),
    Counter(
        "run_exceptions",
        "billing.run",
        """SELECT count(*), 0, 0 FROM billing_run r JOIN run_item n ON n.run_id = r.id
           WHERE r.purpose = 'REAL' AND r.state IN ('CALCULATED', 'CHECKED') AND n.state <> 'CALCULATED' AND {inside}""",
        "r.unit_id",
    ),
    Counter(
        "starts_unmade",
        "billing.run",
        """SELECT count(*), 0, 0 FROM scheduled_start s JOIN run_plan p ON p.id = s.plan_id
           WHERE s.state IN ('FAILED', 'MISSED') AND {inside}""",
        "p.unit_id",
    ),
    Counter(
        "proposals",
        "billing.decide_proposals",
        """SELECT count(*), COALESCE(sum(p.amount), 0), 0 FROM rerate_proposal p JOIN account a ON a.id = p.account_id
           WHERE p.state = 'OPEN' AND {inside}""",
        "a.unit_id",
    ),
    Counter(
        "adjustments",
        "readings.decide_adjustments",
        """SELECT count(*), 0, 0 FROM volume_adjustment v WHERE v.state = 'REQUESTED'
           AND v.requested_by_id IS DISTINCT FROM %(staff)s AND {inside}""",
        "v.unit_id",
        "v.book_id",
    ),
    Counter(
        "notices_failed",
        "notifications.send",
        """SELECT count(*), 0, 0 FROM notice n
           WHERE n.company_id = %(company)s AND n.state = 'FAILED' AND n.changed_at > %(since)s - interval '31 days'
             AND {inside}""",
        "n.unit_id",
    ),
    Counter(
        "taken_by_me",
        "payments.take",
        """SELECT count(*), COALESCE(sum(p.received), 0), 0 FROM cash_session c JOIN payment p ON p.session_id = c.id
           WHERE c.cashier_id = %(staff)s AND c.state = 'OPEN' AND {inside}
             AND NOT EXISTS (SELECT 1 FROM payment_void v WHERE v.payment_id = p.id)""",
        "c.unit_id",
    ),
    Counter(
        "open_shifts",
        "payments.close_others_shift",
        """SELECT count(*), 0, 0 FROM cash_session c
           WHERE c.state = 'OPEN' AND c.cashier_id IS DISTINCT FROM %(staff)s AND {inside}""",
        "c.unit_id",
    ),
    Counter(
        "received_today",
        "ledger.view",
        """SELECT count(*), COALESCE(sum(p.received), 0), 0 FROM payment p
           WHERE p.value_date = %(on)s AND {inside}
             AND NOT EXISTS (SELECT 1 FROM payment_void v WHERE v.payment_id = p.id)""",
        "p.unit_id",
    ),
    Counter(
        "owed",
        "ledger.view",
        """SELECT count(*), COALESCE(sum(b.owed), 0), 0 FROM account_balance b JOIN account a ON a.id = b.account_id
           WHERE b.owed > 0 AND {inside}""",
        "a.unit_id",
    ),
    Counter(
        "accounts_in_use",
        "customers.view",
        """SELECT count(*), 0, 0 FROM account a WHERE a.state <> 'CLOSED' AND {inside}""",
        "a.unit_id",
    ),
    Counter(
        "without_role",
        "roles.assign",
        """SELECT count(*), 0, 0 FROM staff s WHERE s.is_active AND {inside} AND NOT EXISTS (
             SELECT 1 FROM role_assignment r
             WHERE r.staff_id = s.id AND r.from_date <= %(on)s AND (r.to_date IS NULL OR r.to_date > %(on)s))""",
        "s.unit_id",
    ),
    Counter(
        "staff_active",
        "staff.view",
        """SELECT count(*), 0, 0 FROM staff s WHERE s.is_active AND {inside}""",
        "s.unit_id",
    ),
    Counter(
        "signed_in_today",
        "staff.edit",
        """SELECT count(*), 0, 0 FROM staff s WHERE s.is_active AND s.last_login >= %(since)s AND {inside}""",
        "s.unit_id",
    ),
    Counter(
        "entries_today",
        "audit.view",
        """SELECT count(*), 0, 0 FROM audit_entry e WHERE e.at >= %(since)s AND {inside}""",
        "e.unit_id",
    ),
    Counter(
        "refused_sign_ins",
        "audit.view",
        """SELECT count(*), 0, 0 FROM audit_entry e
           WHERE e.action = 'staff.sign_in_refused' AND e.at >= %(since)s AND {inside}""",
        "e.unit_id",
    ),
    Counter(
        "any_account", "", "SELECT count(*), 0, 0 FROM (SELECT 1 FROM account WHERE company_id = %(company)s LIMIT 1) x"
    ),
    Counter("any_book", "", "SELECT count(*), 0, 0 FROM (SELECT 1 FROM book WHERE company_id = %(company)s LIMIT 1) x"),
    Counter(
        "any_price",
        "",
        """SELECT count(*), 0, 0 FROM (SELECT 1 FROM price_plan p JOIN price_version v ON v.plan_id = p.id
           WHERE p.company_id = %(company)s AND v.state <> 'DRAFT' LIMIT 1) x""",
    ),
    Counter("units", "", "SELECT count(*), 0, 0 FROM org_unit WHERE company_id = %(company)s"),
    Counter(
        "people",
        "",
        """SELECT count(*), 0, 0 FROM staff s JOIN org_unit u ON u.id = s.unit_id
           WHERE u.company_id = %(company)s AND s.is_active""",
    ),
    Counter("profile", "", "SELECT count(*), 0, 0 FROM company_profile WHERE unit_id = %(company)s AND tax_no <> ''"),
    Counter(
        "period_open",
        "",
        """SELECT count(*), 0, 0 FROM accounting_period
           WHERE company_id = %(company)s AND yyyymm = %(month)s AND state = 'OPEN'""",
    ),
)
COUNTERS: Mapping[str, Counter] = {one.name: one for one in _COUNTERS}
"""Every counter by name. Those without a permission are the company's own state, which everybody may know."""


def counted(
    asked: Collection[Counter], reached: Mapping[str, Reach], actor: Actor, *, on: date, since: datetime
) -> dict[str, Counted]:
    """What the counters come to for the actor, by name. One statement; none where nothing is asked."""
    params: dict[str, Any] = {
        "company": actor.company_id,
        "staff": actor.staff_id,
        "on": on,
        "month": on.year * 100 + on.month,
        "since": since,
    }
    parts = []
    for number, one in enumerate(asked):
        inside, more = _inside(one, reached.get(one.permission), number)
        params |= more
        parts.append(f"SELECT '{one.name}', x.* FROM ({one.sql.replace('{inside}', inside)}) AS x(n, amount, whole)")
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {name: Counted(count, Decimal(amount), whole) for name, count, amount, whole in cursor.fetchall()}


def _inside(one: Counter, reached: Reach | None, number: int) -> tuple[str, dict[str, Any]]:
    """The reach as a condition on the counter's columns, with parameters of its own names."""
    if not one.unit or (reached is not None and reached.everything):
        return "TRUE", {}
    if reached is None or reached.is_empty:
        return "FALSE", {}
    condition = f"{one.unit} = ANY(%(whole_{number})s)"
    params: dict[str, Any] = {f"whole_{number}": sorted(reached.whole_unit_ids)}
    if one.book and reached.book_ids:
        condition += f" OR ({one.unit} = ANY(%(units_{number})s) AND {one.book} = ANY(%(books_{number})s))"
        params |= {f"units_{number}": sorted(reached.unit_ids), f"books_{number}": sorted(reached.book_ids)}
    return f"({condition})", params
