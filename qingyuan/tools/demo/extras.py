"""What the demo city has besides water bills: payer groups, other fees and recurring ones (合收户、其它费用、周期费用)."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.operations import FeeTypeValues, NewStandingFee
from qingyuan.domains.billing.queries.fees import fee_types
from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers import queries
from qingyuan.domains.tariffs.queries.codes import charge_item_ids
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month
from qingyuan.overviews.account_header import account_header
from qingyuan.tools.demo import months, names
from qingyuan.tools.demo.city import DemoAccount, Peculiarity

GARBAGE, SERVICE = "garbage", "service"
_FEE_TYPES = (
    ("LJF", "垃圾处理费", GARBAGE, FeePricing.UNIT, Decimal("8.00"), "月"),
    ("EGS", "二次供水设备维护费", SERVICE, FeePricing.FIXED, Decimal("120.00"), ""),
    ("BJF", "水表检定费", SERVICE, FeePricing.FIXED, Decimal("35.00"), ""),
    ("WXF", "户内维修费", SERVICE, FeePricing.FREE, None, ""),
)
_GROUPS = ("市属学校合收", "环卫系统合收")
GROUP_SIZE, GARBAGE_PAYERS, PUMP_PAYERS = 4, 24, 6


def add(*, actor: Actor, company_id: int, city: tuple[DemoAccount, ...], since: date, month: Month) -> None:
    """Make what is not there yet: groups as of `since`; the recurring fees fall due in `month` for the first time, so that
    there is something to charge.
    """
    if fee_types(company_id):
        return
    with transaction.atomic():  # all of it or nothing: the fee types say that it is there
        _gather_payers(actor, company_id, city, since)
        _keep_fees(actor, company_id, city, since, month)


def _keep_fees(actor: Actor, company_id: int, city: tuple[DemoAccount, ...], since: date, month: Month) -> None:
    charges = charge_item_ids(company_ids=[company_id], codes=[GARBAGE, SERVICE])
    made = {
        code: billing.create_fee_type(
            actor=actor,
            company_id=company_id,
            code=code,
            values=FeeTypeValues(name, charges[company_id, charge], pricing, price, piece),
            on=since,
        )
        for code, name, charge, pricing, price, piece in _FEE_TYPES
    }
    refs = queries.account_refs(account.account_no for account in city)
    residents = [account for account in city if account.usage_class == "RESIDENTIAL"]
    pumped = [account for account in city if account.is_organisation]
    wanted: list[tuple[DemoAccount, int, int, Decimal | None]] = [
        (account, made["LJF"], 1, Decimal(1)) for account in residents[:GARBAGE_PAYERS]
    ]
    wanted += [(account, made["EGS"], 12, None) for account in pumped[:PUMP_PAYERS]]
    for account, fee_type_id, every_months, quantity in wanted:
        billing.add_standing_fee(
            actor=actor,
            fee=NewStandingFee(
                account_id=refs[account.account_no].id,
                fee_type_id=fee_type_id,
                every_months=every_months,
                first=month,
                until=None,
                note=names.MARK,
                quantity=quantity,
            ),
            on=month.first_date,
        )


def _gather_payers(actor: Actor, company_id: int, city: tuple[DemoAccount, ...], since: date) -> None:
    """Public bodies whose bills one customer pays, the holder of the first account of each group; those first that leave
    their last bill unpaid, so that the counter has something to take.
    """
    found = [one for one in city if one.usage_class == "PUBLIC" and Peculiarity.MAIN not in one.peculiarities]
    public = [one.account_no for one in sorted(found, key=lambda one: (not months.waits(one), one.index))]
    for number, name in enumerate(_GROUPS):
        members = public[number * GROUP_SIZE : (number + 1) * GROUP_SIZE]
        if len(members) < GROUP_SIZE:
            return
        payer = account_header(actor, members[0], on=since, permissions=("customers.view",)).holder
        assert payer is not None
        group_id = customers.create_payer_group(
            actor=actor,
            unit_id=company_id,
            code=f"HS{number + 1:03}",
            name=f"{name}（{names.MARK}）",
            payer_no=payer.customer_no,
            on=since,
        )
        customers.add_members(actor=actor, group_id=group_id, account_nos=members, from_date=since, on=since)
