"""The public calculator comes to the bill's fen: against real bills, and against what the rating gives in a bill."""

import re
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.domains.billing.models import Bill, BillLine
from qingyuan.domains.billing.queries.terms import TermsKey, terms_maker
from qingyuan.domains.billing.rules.lines import rated
from qingyuan.domains.billing.rules.snapshot import piece_text
from qingyuan.domains.billing.rules.snapshot_reading import parse
from qingyuan.domains.billing.rules.terms import NO_CARRY, Terms, Usage
from qingyuan.domains.customers.models import HouseholdSize
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.tariffs.models import PlanAssignment, PriceVersion
from qingyuan.domains.tariffs.queries.calculator import CompanyChoice, Offer, offer
from qingyuan.domains.tariffs.rules.calculator import Asked, needs_of
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.rate import needed_tier_use, rate
from qingyuan.domains.tariffs.rules.request import UsagePiece
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import NotFound
from qingyuan.tools.demo.catalogue import tariff_text
from tests.factories.billing import (
    PricedTown,
    account_of,
    bill_month,
    make_billable_points,
    make_priced_town,
    publish,
    set_class,
)
from tests.factories.platform import make_utility
from tests.factories.readings import OPENED

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
NAMES = ("sh-res", "gz-res", "hn-res", "tj-res", "yd-res", "sh-ind")
FEES = """
format: qingyuan-tariff/1
code: fees
name: 演示固定费
effective: {from: '2013-08-01', to: null}
tiers: {limits: ['26', '34'], cycle_months: 1}
household: {per_person_from: 5, limits_per_person: ['6.5', '8.5']}
minimum: {amount: '20.00'}
volume: {scale: 0, rounding: down}
charges:
  - {item: water, name: 自来水费, price: ['1.985', '2.97', '3.96'], tax: {treatment: taxed, rate: '0.03', included: true}}
  - {item: sewage, name: 污水处理费, price: '0.955', volume_factor: '0.9', volume_rounding: {scale: 0, mode: half_up, at: item}}
  - {item: base, name: 基本水费, fixed: {per: month, by_calibre: {'15': '5.50', '20': '7.00'}}}
  - {item: surcharge, name: 附加费, percent_of: {items: [water], rate: '0.085'}}
  - {item: refuse, name: 垃圾费, fixed: {per: month, amount: '6.00', when: used}}
rounding: {scale: 1, mode: half_up, at: total}
"""
VOLUMES = (0, 33, 240, 420)
PEOPLE = (None, 6)


class Story(NamedTuple):
    """The town and the plans' classes."""

    priced: PricedTown
    classes: tuple[str, ...]


def of_class(text: str, code: str) -> str:
    """The tariff file for a usage class of its own."""
    without = re.sub(r"(?m)^usage_class:.*\n", "", text)
    return without.replace("\ncode:", f"\nusage_class: {code}\ncode:", 1)


@pytest.fixture(scope="module")
def story(module_db: str) -> Story:
    """Each class with each household and volume, read and billed in two months."""
    texts = [tariff_text(name) for name in NAMES] + [FEES]
    classes = tuple(f"C{number}" for number in range(len(texts)))
    priced = make_priced_town(tariffs=[of_class(text, code) for text, code in zip(texts, classes, strict=True)])
    kinds = [(code, people, volume) for code in classes for people in PEOPLE for volume in VOLUMES]
    points = make_billable_points(priced, len(kinds), usage_class=classes[0])
    for point, (code, people, _volume) in zip(points, kinds, strict=True):
        set_class(priced, [point], code)
        if people is not None:
            HouseholdSize.objects.create(
                company_id=priced.company_id, account_id=account_of(point), people=people, from_date=OPENED
            )
    bill_month(priced, JANUARY, {point: str(100 + kind[2]) for point, kind in zip(points, kinds, strict=True)})
    bill_month(priced, FEBRUARY, {point: str(110 + 2 * kind[2]) for point, kind in zip(points, kinds, strict=True)})
    return Story(priced, classes)


def offered_by(story: Story, on: date) -> Offer:
    found = offer("01", on=on)
    assert isinstance(found, Offer)
    return found


@pytest.mark.parametrize("on", [JANUARY, FEBRUARY])
def test_calculator_gives_the_bills_fen(story: Story, db: None, on: date) -> None:
    found = offered_by(story, on)
    bills = Bill.objects.filter(posting_date=on)
    assert len(bills) == len(story.classes) * len(PEOPLE) * len(VOLUMES)

    for bill in bills:
        request = parse(bill.snapshot).after
        chosen = found.offered(UsageShare.objects.get(point_id=bill.point_id).usage_class.code)
        assert chosen is not None
        used = {use.volume for use in request.tier_use} or {D(0)}
        asked = Asked(
            volume=request.usage,
            people=request.people[0].people if request.people else None,
            used=used.pop(),
            months=bill.months,
            calibre=request.calibre,
        )
        answer = found.answer(chosen, asked)

        assert answer.result.total == answer.tree.amount == bill.amount, (chosen.version.code, asked)
        assert [(line.kind, line.tier, line.price, line.amount, line.tax) for line in answer.result.lines] == list(
            BillLine.objects.filter(bill_id=bill.pk)
            .order_by("position")
            .values_list("kind", "tier", "price", "amount", "tax_amount")
        )


_volumes = st.decimals(0, 1500, places=3)


def test_calculator_gives_what_the_rating_gives_in_a_bill(story: Story, db: None) -> None:
    found = offered_by(story, FEBRUARY)
    rater = partial(rate, catalogue=found.prices.catalogue)
    maker = terms_maker(found.prices)

    @settings(max_examples=200, deadline=None)
    @given(
        which=st.integers(0, len(NAMES)),
        volume=_volumes,
        used=_volumes,
        people=st.none() | st.integers(1, 30),
        months=st.integers(1, 12),
        calibre=st.sampled_from(["15", "20"]),
    )
    def holds(which: int, volume: Decimal, used: Decimal, people: int | None, months: int, calibre: str) -> None:
        chosen = found.offered(story.classes[which])
        assert chosen is not None
        terms = maker.of_key(
            TermsKey(
                story.priced.unit_id, "2025-01-20", "2025-02-20", 202502, months,
                f"{story.priced.classes[story.classes[which]]}/REMAINDER/", "",
                "" if people is None else f"2024-01-01/{people}", "", "", int(calibre), "", "", "",
            )
        )  # fmt: skip
        assert isinstance(terms, Terms)
        text = piece_text(UsagePiece(volume, JANUARY, FEBRUARY))
        keys = needed_tier_use(terms.request(text, ()), found.prices.catalogue)
        use = tuple(((counter, cycle), used) for counter, cycle in keys if cycle is not None) if used else ()

        billed = terms.price(Usage(text, text), use, NO_CARRY, rater)
        answer = found.answer(chosen, Asked(volume, people, used, months, calibre=calibre))

        assert rated(answer.result).lines == billed.rated.lines
        assert answer.result.total == billed.rated.total

    holds()


def test_only_published_versions_in_force_on_the_day_are_offered(story: Story, db: None) -> None:
    plan_id = PlanAssignment.objects.get(usage_class__code="C0").plan_id
    text = PriceVersion.objects.get(plan_id=plan_id).source
    for state, day in (("DRAFT", "2024-01-01"), ("PUBLISHED", "2025-02-01")):
        newer = text.replace("'2013-08-01'", f"'{day}'").replace("1.92", "9.92")
        assert newer != text
        PriceVersion.objects.filter(plan_id=plan_id, state="PUBLISHED").update(effective_to="2025-02-01")
        PriceVersion.objects.create(
            plan_id=plan_id, effective_from=parse_version(newer).effective_from, state=state, source=newer,
            content_hash=sha256_hex(newer),
        )  # fmt: skip
    before, after = (offered_by(story, day).offered("C0") for day in (date(2025, 1, 31), date(2025, 2, 1)))

    assert before is not None and after is not None
    assert (before.version.effective_from, after.version.effective_from) == (date(2013, 8, 1), date(2025, 2, 1))
    ended = FEES.replace("code: fees", "code: ended").replace("to: null", "to: '2025-02-01'")
    publish(story.priced, of_class(ended, "ENDED"))
    assert offered_by(story, date(2025, 1, 31)).offered("ENDED") is not None
    assert offered_by(story, date(2025, 2, 1)).offered("ENDED") is None
    assert isinstance(early := offer("01", on=date(2013, 7, 31)), Offer) and early.classes == ()


def test_class_with_several_prices_names_the_unit_and_ended_assignments_are_gone(story: Story, db: None) -> None:
    old = PlanAssignment.objects.get(usage_class__code="C0")
    other = PlanAssignment.objects.get(usage_class__code="C1")
    PlanAssignment.objects.create(
        company_id=old.company_id, unit_id=story.priced.unit_id, usage_class=old.usage_class, plan=other.plan,
        from_date=date(2025, 1, 1),
    )  # fmt: skip
    PlanAssignment.objects.filter(usage_class__code="C2").update(to_date=FEBRUARY)

    found = offered_by(story, FEBRUARY)

    assert [(each.key, each.unit_name) for each in found.classes][:3] == [
        ("C0@01", "单位01"), ("C0@01E", "单位01E"), ("C1", "")
    ]  # fmt: skip
    assert found.offered("C2") is None
    assert offered_by(story, JANUARY).offered("C2") is not None


def test_address_names_the_company_where_there_are_several(story: Story, db: None) -> None:
    only = offer(None, on=FEBRUARY)
    assert isinstance(only, Offer) and only.company_code == "01"
    make_utility("02")

    choice = offer(None, on=FEBRUARY)
    second = offer("02", on=FEBRUARY)

    assert choice == (CompanyChoice("01", "单位01"), CompanyChoice("02", "单位02"))
    assert isinstance(second, Offer) and second.classes == ()
    with pytest.raises(NotFound):
        offer("09", on=FEBRUARY)


def test_nothing_of_customers_is_read(story: Story, db: None) -> None:
    offer("01", on=FEBRUARY)
    with CaptureQueriesContext(connection) as asked:
        found = offered_by(story, FEBRUARY)
        chosen = found.offered("C0")
        assert chosen is not None
        found.answer(chosen, Asked(D(300), used=D(200)))

    assert len(asked) <= 5
    tables = set(re.findall(r'(?:FROM|JOIN) "?([a-z_]+)', " ".join(one["sql"] for one in asked)))
    assert tables <= {
        "price_version", "price_plan", "usage_class", "charge_item", "plan_assignment", "org_unit", "company_profile"
    }, tables  # fmt: skip


def test_only_what_the_price_looks_at_is_asked(story: Story, db: None) -> None:
    found = offered_by(story, FEBRUARY)
    needs = {each.version.code: needs_of(each.version) for each in found.classes}

    assert (needs["sh-ind"].used, needs["sh-ind"].people, needs["sh-ind"].months) == (False, False, False)
    assert (needs["sh-res"].used, needs["sh-res"].months, needs["sh-res"].calibres) == (True, False, ())
    assert (needs["fees"].used, needs["fees"].people, needs["fees"].months) == (False, True, True)
    assert needs["fees"].calibres == ("15", "20")
