"""Recurring fees: the database finds the periods of the rule."""

from decimal import Decimal as D

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyuan.domains.billing.models import FeeType, StandingFee
from qingyuan.domains.billing.queries.standing import due_fees
from qingyuan.domains.billing.rules.standing import Rhythm, period_of
from qingyuan.domains.customers.models import Account
from tests.db.billing.test_fee_import import accounts
from tests.db.billing.test_fees import priced
from tests.db.billing.test_standing_fees import MARCH, make_refuse
from tests.factories.billing import PricedTown

__all__ = ["priced"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(1, 60), st.integers(-30, 90), st.none() | st.integers(0, 90))
def test_the_database_finds_the_periods_of_the_rule(
    priced: PricedTown, every: int, ahead: int, length: int | None
) -> None:
    with transaction.atomic():
        account = Account.objects.first() or accounts(priced, 1)[0]
        fee_type_id = FeeType.objects.values_list("id", flat=True).first() or make_refuse(priced)
        until = None if length is None else MARCH.plus(length)
        StandingFee.objects.update(until_yyyymm=190001)
        StandingFee.objects.create(
            company_id=priced.company_id,
            account=account,
            fee_type_id=fee_type_id,
            quantity=D("1"),
            every_months=every,
            from_yyyymm=MARCH.number,
            until_yyyymm=None if until is None else until.number,
            note="x",
        )
    month = MARCH.plus(ahead)

    found = due_fees(month, company_id=priced.company_id)

    assert bool(found) == (period_of(Rhythm(MARCH, every, until), month) is not None)
