"""`kill -9` at twenty-six named points of a run: whoever takes it up again comes to what an undisturbed run comes to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from django.db import connection

from qingyuan.config.postgres.server import Cluster
from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.customers.models import AccountHolder
from qingyuan.overviews.verify.every import verify_all
from qingyuan.workflows import run_billing
from tests import databases
from tests.architecture.source import ROOT
from tests.factories.billing import (
    PricedTown,
    account_of,
    make_billable_points,
    make_priced_town,
    read_month,
    share_group,
)
from tests.factories.book_rows import book_rows
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM
from tests.races.billing.dying import POINTS, STAGES, Point

pytestmark = pytest.mark.race
JANUARY = date(2025, 1, 20)
EACH_TIME = {"in the COPY of pricings", "before a chunk's commit", "after a chunk's commit", "after the clearings"}
"""Points of the ordinary run; the others are nightly, since a point takes two seconds."""


class Prepared(NamedTuple):
    """A database with a read month, and what an undisturbed run makes of it, by stage."""

    database: str
    undisturbed: dict[str, tuple[dict[str, Any], str]]


def _town() -> tuple[PricedTown, int]:
    """Six points in chunks of two: four usual ones, two that share a tier group; one account has money ahead."""
    priced = make_priced_town()
    points = make_billable_points(priced, 6)
    share_group([account_of(points[4]), account_of(points[5])], "G-共")
    account_id = account_of(points[0])
    payer = Payer(account_id, AccountHolder.objects.get(account_id=account_id).customer_id, priced.unit_id)
    Paid(Company(priced.town.utility, "01"), payer, "500.00", on=JANUARY)
    return priced, read_month(priced, JANUARY, {point: str(140 + 10 * n) for n, point in enumerate(points)})


def _start(stage: str, run_id: int) -> None:
    """Bring the run to the beginning of the stage."""
    if stage == "issue":
        billing.check_run(actor=SYSTEM, run_id=run_id, on=JANUARY)
        run_billing.issue(actor=SYSTEM, run_id=run_id, posting_date=JANUARY)
    elif stage == "undoing":
        run_billing.undo(actor=SYSTEM, run_id=run_id, posting_date=JANUARY, reason="价格导错")


def _result(run_id: int) -> tuple[dict[str, Any], str]:
    run = BillingRun.objects.get(pk=run_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT bill_no, run_position, amount FROM bill ORDER BY run_position")
        numbers = cursor.fetchall()
    return {**book_rows(), "numbers": numbers, "totals": run.totals}, f"{run.state} {run.result_hash}"


@pytest.fixture(scope="module")
def prepared(
    database_server: Cluster, database_template: str, django_db_blocker: Any
) -> Iterator[tuple[Prepared, dict[str, str]]]:
    """The read month with a planned run, in a database for each stage's beginning."""
    with django_db_blocker.unblock(), databases.copy_of(database_server, database_template, "kill_points") as name:
        priced, period = _town()
        run_id = run_billing.calculate(
            actor=SYSTEM,
            unit_id=priced.unit_id,
            period_id=period,
            purpose=RunPurpose.REAL,
            business_date=JANUARY,
            chunk_size=2,
        )
        assert run_id == BillingRun.objects.get().pk
        begins: dict[str, str] = {}
        undisturbed: dict[str, tuple[dict[str, Any], str]] = {}
        for stage in STAGES:
            _start(stage, run_id)
            begins[stage] = f"{name[-40:]}_{stage}"
            _keep(database_server, begins[stage], name)
            run_billing.work_here(run_id=run_id)
            undisturbed[stage] = _result(run_id)
        yield Prepared(name, undisturbed), begins
        with database_server.connect() as session:
            for copy in begins.values():
                session.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')


def _keep(server: Cluster, copy: str, name: str) -> None:
    connection.close()
    with server.connect() as session:
        session.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')


def _work_until(point: Point, run_id: int) -> int:
    """A process of its own works the run's stage until it dies; its status."""
    entry = connection.settings_dict
    address = f"postgresql://{entry['USER']}@:{entry['PORT']}/{entry['NAME']}?host={entry['HOST']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "qingyuan.config.settings"}
    command = [sys.executable, "-m", "tests.races.billing.dying", f"{point.stage}: {point.name}", str(run_id)]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=60).returncode


def _dead_session_is_gone(database: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database]
        )
        return int(cursor.fetchone()[0]) == 0


def _marked(point: Point) -> Any:
    marks = () if point.name in EACH_TIME else (pytest.mark.nightly,)
    return pytest.param(point, id=f"{point.stage}: {point.name}", marks=marks)


@pytest.mark.parametrize("point", [_marked(point) for point in POINTS])
def test_run_taken_up_again_is_as_an_undisturbed_one(
    prepared: tuple[Prepared, dict[str, str]], database_server: Cluster, django_db_blocker: Any, point: Point
) -> None:
    kept, begins = prepared
    with (
        django_db_blocker.unblock(),
        databases.copy_of(database_server, begins[point.stage], f"k_{point.stage}") as name,
    ):
        run_id = BillingRun.objects.get().pk

        assert _work_until(point, run_id) == -signal.SIGKILL, "the point was not reached"
        deadline = time.monotonic() + 20
        while not _dead_session_is_gone(name):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        if point.name != "after the closing commit":
            assert _result(run_id) != kept.undisturbed[point.stage], "nothing was left to be done"
        run_billing.work_here(run_id=run_id)

        assert _result(run_id) == kept.undisturbed[point.stage]
        if point.stage != "calculation":
            assert [verdict.number for verdict in verify_all() if not verdict.holds] == []
