"""Opening accounts with their points (立户建点): the account, its balance, its tier group, its points and meters.

An account and its points are one row: where a point is refused, the account is not opened either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.operations import NewAccount
from qingyuan.domains.customers.queries import account_refs_by_id
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.meters.operations import NewInstallation
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue


@dataclass(frozen=True, slots=True)
class NewConnection:
    """An account to open and the points to hang on it. The points' `account_no` is filled in from the account."""

    account: NewAccount
    points: tuple[NewInstallation, ...] = ()

    @property
    def place(self) -> str:
        return self.account.place


@dataclass(frozen=True, slots=True)
class OpenedAccounts:
    """Accounts and points in the order of the good rows; each bad row is in `failed` with its place and code."""

    account_ids: tuple[int, ...] = ()
    point_ids: tuple[int, ...] = ()
    failed: tuple[BatchIssue, ...] = ()


class _PointsRefused(Exception):
    """Takes back the accounts whose points were refused, with all others of the attempt."""

    def __init__(self, failed: tuple[BatchIssue, ...]) -> None:
        super().__init__()
        self.failed = failed


def open_accounts(*, actor: Actor, rows: Sequence[NewConnection], on: date, strict: bool = False) -> OpenedAccounts:
    """Open each good row, all in one transaction; `on` is the business date.

    With `strict` one bad row leaves all unopened. Raises OpenedMeanwhile and ChangedMeanwhile (customers, meters) when
    somebody else was faster; then nothing was opened.
    """
    waiting = list(rows)
    failed: list[BatchIssue] = []
    while waiting:
        try:
            with transaction.atomic():
                opened = _attempt(actor, waiting, on, strict)
        except _PointsRefused as refused:
            failed += refused.failed
            if strict:
                break
            places = {issue.place for issue in refused.failed}
            waiting = [row for row in waiting if row.place not in places]
        else:
            return OpenedAccounts(opened.account_ids, opened.point_ids, _ordered(rows, [*failed, *opened.failed]))
    return OpenedAccounts(failed=_ordered(rows, failed))


def _attempt(actor: Actor, rows: Sequence[NewConnection], on: date, strict: bool) -> OpenedAccounts:
    """Open the rows. Raises _PointsRefused with the places of the rows one of whose points is refused."""
    accounts = customers.open_accounts(actor=actor, rows=[row.account for row in rows], on=on, strict=strict)
    if not accounts.ids:
        return OpenedAccounts(failed=accounts.failed)
    ledger.open_balances(accounts.ids)
    billing.ensure_tier_groups(actor=actor, account_ids=accounts.ids)
    bad = {issue.place for issue in accounts.failed}
    numbers = {id_: ref.account_no for id_, ref in account_refs_by_id(accounts.ids).items()}
    good = [row for row in rows if row.place not in bad]
    installations = [
        replace(point, account_no=numbers[account_id], place=row.place)
        for row, account_id in zip(good, accounts.ids, strict=True)
        for point in row.points
    ]
    points = meters.install_points(actor=actor, rows=installations, on=on, opened_here=accounts.ids)
    if points.failed:
        first_of_each = {issue.place: issue for issue in reversed(points.failed)}
        raise _PointsRefused(tuple(first_of_each.values()))
    return OpenedAccounts(accounts.ids, points.ids, accounts.failed)


def _ordered(rows: Sequence[NewConnection], failed: Sequence[BatchIssue]) -> tuple[BatchIssue, ...]:
    order = {row.place: position for position, row in enumerate(rows)}
    return tuple(sorted(failed, key=lambda issue: order[issue.place]))
