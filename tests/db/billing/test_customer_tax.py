"""The customer's own tax rate: net and tax of the lines, snapshot and explanation; nobody else's bill moves."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLine, RerateProposal
from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import AccountTax
from qingyuan.domains.customers.operations import bulk
from qingyuan.domains.customers.operations.taxes import TaxKind
from qingyuan.domains.customers.rules.bulk import BulkRow
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, EvidenceMissing, NothingChanges
from qingyuan.domains.customers.rules.taxes import ChargeItemUnknown, TaxInvalid, TaxValue
from qingyuan.domains.tariffs.rules.plan import Treatment
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.overviews.verify.every import verify_all
from tests.factories.billing import PricedTown, account_of, bill_month, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
ON = date(2025, 3, 1)
THREE = TaxValue("water", Treatment.TAXED, Decimal("0.03"))


@pytest.fixture
def priced() -> PricedTown:
    return make_priced_town()


def taxes(bill: Bill) -> dict[str, tuple[Decimal, Decimal | None, Decimal]]:
    """(amount, rate, tax) by charge item."""
    rows = BillLine.objects.filter(bill=bill).values_list("charge_item__code", "amount", "tax_rate", "tax_amount")
    return {code: (amount, rate, tax) for code, amount, rate, tax in rows}


def set_tax(point_id: int, value: TaxValue = THREE, from_date: date = date(2025, 2, 20), **given: object) -> None:
    operations.set_tax(
        actor=SYSTEM,
        account_id=account_of(point_id),
        value=value,
        from_date=from_date,
        on=ON,
        **{"document_no": "税通 8 号", **given},  # type: ignore[arg-type]
    )


def test_net_and_tax_follow_from_the_date_and_the_total_stays(priced: PricedTown) -> None:
    """60 × 1.92 = 115.20 with 3 % inside: 115.20 ÷ 1.03 = 111.84 net, 3.36 tax."""
    points = make_billable_points(priced, 3)
    bill_month(priced, date(2025, 2, 20), dict.fromkeys(points, "160"))
    set_tax(points[0])

    bills = {bill.point_id: bill for bill in bill_month(priced, date(2025, 3, 20), dict.fromkeys(points, "220"))}

    own, other, third = (bills[point] for point in points)
    assert (own.amount, own.tax_amount) == (Decimal("207.00"), Decimal("3.36"))
    assert taxes(own)["water"] == (Decimal("115.20"), Decimal("0.03"), Decimal("3.36"))
    assert taxes(own)["sewage"] == (Decimal("91.80"), None, Decimal("0.00"))
    assert (other.amount, other.tax_amount) == (third.amount, third.tax_amount) == (Decimal("207.00"), Decimal("0.00"))
    assert '"tax_overrides":[["water","taxed","0.03",true]]' in own.snapshot
    assert "tax_overrides" not in other.snapshot
    assert [verdict for verdict in verify_all([3, 13]) if not verdict.holds] == []


def test_a_rate_registered_late_is_looked_at_and_moves_no_money(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_month(priced, date(2025, 2, 20), {point: "160"})
    (bill,) = bill_month(priced, date(2025, 3, 20), {point: "220"})
    set_tax(point)

    billing.rerate_accounts(actor=SYSTEM, account_ids=[account_of(point)], since=Month(2025, 1), on=date(2025, 3, 21))

    proposal = RerateProposal.objects.get()
    assert (proposal.bill_id, proposal.amount, proposal.state) == (bill.pk, Decimal("0.00"), "DISMISSED")
    assert proposal.detail["changes"] == [["taxes", "", "water: 0.03"]]
    assert (Bill.objects.count(), bill.tax_amount) == (2, Decimal("0.00"))


def test_after_its_end_the_tariffs_own_counts_again(priced: PricedTown) -> None:
    points = make_billable_points(priced, 1)
    bill_month(priced, date(2025, 2, 20), dict.fromkeys(points, "160"))
    set_tax(points[0], to_date=date(2025, 3, 20))

    march = bill_month(priced, date(2025, 3, 20), dict.fromkeys(points, "220"))
    april = bill_month(priced, date(2025, 4, 20), dict.fromkeys(points, "280"))

    assert (march[0].tax_amount, april[0].tax_amount) == (Decimal("3.36"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"document_no": " "}, EvidenceMissing),
        ({"value": TaxValue("water", Treatment.TAXED)}, TaxInvalid),
        ({"value": TaxValue("water", Treatment.TAXED, Decimal(1))}, TaxInvalid),
        ({"value": TaxValue("water", Treatment.EXEMPT, Decimal("0.03"))}, TaxInvalid),
        ({"value": TaxValue("none", Treatment.EXEMPT)}, ChargeItemUnknown),
        ({"from_date": date(2024, 3, 2)}, ChangeBeforeCurrent),
    ],
)
def test_refusals_change_nothing(priced: PricedTown, given: dict[str, object], refusal: type[DomainError]) -> None:
    points = make_billable_points(priced, 1)

    with pytest.raises(refusal):
        set_tax(points[0], **given)  # type: ignore[arg-type]

    assert not AccountTax.objects.exists()


def test_a_change_follows_what_holds_and_the_same_again_is_refused(priced: PricedTown) -> None:
    points = make_billable_points(priced, 1)
    set_tax(points[0])
    with pytest.raises(NothingChanges):
        set_tax(points[0], from_date=ON)
    set_tax(points[0], TaxValue("water", Treatment.EXEMPT), from_date=ON)
    operations.end_tax(
        actor=SYSTEM,
        account_id=account_of(points[0]),
        item_code="water",
        to_date=date(2025, 3, 9),
        reason="终止",
        on=ON,
    )

    rows = AccountTax.objects.order_by("from_date").values_list("treatment", "from_date", "to_date")
    assert list(rows) == [("taxed", date(2025, 2, 20), ON), ("exempt", ON, date(2025, 3, 9))]


def test_in_bulk(priced: PricedTown) -> None:
    points = make_billable_points(priced, 3)
    set_tax(points[0], from_date=ON)
    rows = [BulkRow(str(n), f"AP{n:06}", THREE, ON, "税通 9 号") for n in (1, 2, 3)]
    kind = TaxKind(priced.company_id)
    seen = bulk.judge(actor=SYSTEM, kind=kind, rows=rows, on=ON)

    assert bulk.change(actor=SYSTEM, kind=kind, rows=rows, stamp=seen.stamp, on=ON).changed == 2
    assert AccountTax.objects.filter(rate=Decimal("0.03"), to_date__isnull=True).count() == 3
