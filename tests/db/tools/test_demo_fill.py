"""A filling of the demo that was interrupted goes on where it stopped, and the books hold."""

from datetime import date

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun, StandingFee
from qingyuan.domains.customers.models import PayerGroup
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.kernel.period import Month
from qingyuan.overviews.verify.every import verify_all
from qingyuan.tools.demo.city import SMALLEST_CITY
from qingyuan.tools.demo.extras import GARBAGE_PAYERS, PUMP_PAYERS
from qingyuan.tools.demo.fill import fill, last_month_played

TODAY = date(2026, 3, 28)
MONTH = Month(2026, 3)


class Cut(Exception):
    """The plug was pulled."""


def fill_one_month() -> None:
    fill(accounts=SMALLEST_CITY, month_count=1, last=MONTH, today=TODAY, report=lambda _done, _total, _message: None)


def test_a_filling_cut_off_between_calculation_and_issue_goes_on(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    city_runs = []

    def cut(*, run_id: int, **given: object) -> None:
        run = BillingRun.objects.get(pk=run_id)
        if run.scope_count > 1:  # the city's run, not the golden household's
            city_runs.append(run.pk)
            raise Cut
        check(run_id=run_id, **given)  # type: ignore[arg-type]

    check = billing.check_run
    with monkeypatch.context() as patched:
        patched.setattr(billing, "check_run", cut)
        with pytest.raises(Cut):
            fill_one_month()

    fill_one_month()

    assert BillingRun.objects.get(pk=city_runs[0]).state == "DISCARDED"
    assert ReadingItem.objects.filter(period__yyyymm=MONTH.number, state="BILLED").count() > SMALLEST_CITY // 3
    assert PayerGroup.objects.count() == 2
    assert StandingFee.objects.filter(from_yyyymm=MONTH.number).count() == GARBAGE_PAYERS + PUMP_PAYERS
    assert [verdict.title for verdict in verify_all() if not verdict.holds] == []


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 3, 26), Month(2026, 3)), (date(2026, 3, 25), Month(2026, 2)), (date(2026, 1, 3), Month(2025, 12))],
)
def test_nothing_is_played_that_has_not_come_yet(today: date, last: Month) -> None:
    assert last_month_played(today) == last
