"""What changes over time, holds, states, tokens: each change under its lock, with history kept."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import (
    Account,
    AccountHold,
    AccountHolder,
    AccountRelief,
    Contact,
    Customer,
    HouseholdSize,
    SearchToken,
)
from qingyuan.domains.customers.operations.opening import AliasTaken
from qingyuan.domains.customers.operations.succession import AccountClosed
from qingyuan.domains.customers.queries import billing_facts, holds_on, not_to_read
from qingyuan.domains.customers.rules import history, lifecycle
from qingyuan.domains.customers.rules.states import AccountState, CustomerKind, HoldActivity
from qingyuan.kernel.errors import DomainError, NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.customers import ON, make_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, actor_at, make_utility

OPENED = date(2025, 1, 10)
JULY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    operations.create_scheme(
        actor=SYSTEM,
        company_id=made.company_id,
        code="station",
        name="供水所",
        values=(("A", "一所"), ("B", "二所")),
        on=ON,
    )
    return made


@pytest.fixture
def account_id(utility: Utility, db: None) -> int:
    return make_account("10000001", on=ON, opened_date=OPENED, people=4)


def spans(account_id: int) -> list[tuple[int, date, date | None]]:
    return list(
        HouseholdSize.objects.filter(account_id=account_id)
        .order_by("from_date", "id")
        .values_list("people", "from_date", "to_date")
    )


def test_household_size_closes_the_row_in_force_and_opens_the_next(account_id: int) -> None:
    operations.set_household_size(
        actor=SYSTEM, account_id=account_id, people=6, from_date=JULY, evidence="户口簿", on=JULY
    )

    assert spans(account_id) == [(4, OPENED, JULY), (6, JULY, None)]
    assert billing_facts([account_id], on=JULY)[account_id].people == ((OPENED, 4), (JULY, 6))
    assert AuditEntry.objects.get(action="customers.set_household_size").reason == "户口簿"


def test_household_size_with_an_expiry_gives_way_to_the_base(account_id: int) -> None:
    operations.set_household_size(
        actor=SYSTEM, account_id=account_id, people=6, from_date=JULY, to_date=date(2026, 7, 1), evidence="证", on=JULY
    )

    assert billing_facts([account_id], on=JULY)[account_id].people == ((OPENED, 4), (JULY, 6), (date(2026, 7, 1), None))


def test_household_size_corrected_on_its_first_day_never_was_in_force(account_id: int) -> None:
    for people in (6, 5):
        operations.set_household_size(
            actor=SYSTEM, account_id=account_id, people=people, from_date=JULY, evidence="证", on=JULY
        )

    assert spans(account_id) == [(4, OPENED, JULY), (6, JULY, JULY), (5, JULY, None)]
    assert billing_facts([account_id], on=JULY)[account_id].people == ((OPENED, 4), (JULY, 5))


@pytest.mark.parametrize(
    ("from_date", "on", "people", "evidence", "error"),
    [
        (date(2025, 1, 9), ON, 5, "证", history.ChangeBeforeCurrent),
        (date(2025, 1, 20), date(2026, 6, 1), 5, "证", history.ChangeTooFarBack),
        (ON, ON, 5, " ", history.EvidenceMissing),
        (ON, ON, 4, "证", history.NothingChanges),
    ],
)
def test_household_size_refuses(
    account_id: int, from_date: date, on: date, people: int, evidence: str, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        operations.set_household_size(
            actor=SYSTEM, account_id=account_id, people=people, from_date=from_date, evidence=evidence, on=on
        )

    assert spans(account_id) == [(4, OPENED, None)]


def test_change_holder_moves_the_name_that_is_searched(utility: Utility, account_id: int) -> None:
    heir = operations.create_customer(
        actor=SYSTEM, company_id=utility.company_id, kind=CustomerKind.PERSON, name="曾大伟", phone="19900009876", on=ON
    )

    operations.change_holder(
        actor=SYSTEM, account_id=account_id, customer_id=heir, from_date=JULY, evidence="过户申请", on=JULY
    )

    holders = AccountHolder.objects.filter(account_id=account_id).order_by("from_date")
    assert [(one.customer.name, one.from_date, one.to_date) for one in holders] == [
        ("单小明", OPENED, JULY),
        ("曾大伟", JULY, None),
    ]
    assert billing_facts([account_id], on=ON)[account_id].customer_id != heir
    assert billing_facts([account_id], on=JULY)[account_id].customer_id == heir
    found = SearchToken.objects.filter(account_id=account_id)
    assert set(found.filter(kind="NAME").values_list("token", flat=True)) == {"曾大伟", "大伟", "伟"}
    assert found.filter(kind="PINYIN", token="zdw").exists()
    assert found.filter(kind="PHONE_TAIL", token="67890000991").exists()


def test_change_holder_refuses_the_holder_himself(account_id: int) -> None:
    customer_id = AccountHolder.objects.get(account_id=account_id).customer_id

    with pytest.raises(history.NothingChanges):
        operations.change_holder(
            actor=SYSTEM, account_id=account_id, customer_id=customer_id, from_date=JULY, evidence="申请", on=JULY
        )


def test_relief_ends_by_itself_and_before(account_id: int) -> None:
    operations.set_relief(
        actor=SYSTEM, account_id=account_id, scheme="low_income", from_date=JULY, to_date=date(2026, 7, 1),
        evidence="低保证", on=JULY,
    )  # fmt: skip
    operations.end_relief(
        actor=SYSTEM, account_id=account_id, scheme="low_income", to_date=date(2025, 9, 1), reason="退保", on=JULY
    )

    relief = AccountRelief.objects.get(account_id=account_id)
    assert (relief.from_date, relief.to_date) == (JULY, date(2025, 9, 1))
    (fact,) = billing_facts([account_id], on=JULY)[account_id].reliefs
    assert (fact.scheme, fact.to_date) == ("low_income", date(2025, 9, 1))


def test_holds_are_shown_while_they_last(account_id: int) -> None:
    hold_id = operations.place_hold(
        actor=SYSTEM, account_id=account_id, activity=HoldActivity.READING, reason="METER_EXCHANGE", from_date=ON, on=ON
    )

    assert holds_on([account_id], on=ON) == {account_id: ((HoldActivity.READING, "METER_EXCHANGE"),)}
    assert not_to_read([account_id], on=ON) == {account_id: "METER_EXCHANGE"}
    operations.lift_hold(actor=SYSTEM, hold_id=hold_id, to_date=JULY, reason="完工", on=ON)
    assert holds_on([account_id], on=JULY) == {}
    with pytest.raises(history.NothingChanges):
        operations.lift_hold(actor=SYSTEM, hold_id=hold_id, to_date=JULY, reason="完工", on=ON)
    assert AccountHold.objects.get().to_date == JULY


def test_an_account_lives_through_its_states(account_id: int) -> None:
    operations.suspend(actor=SYSTEM, account_id=account_id, reason="报停申请", on=ON)
    assert not_to_read([account_id], on=ON) == {account_id: "SUSPENDED"}
    operations.resume(actor=SYSTEM, account_id=account_id, reason="复水", on=ON)
    operations.start_closing(actor=SYSTEM, account_id=account_id, reason="销户申请", on=JULY)

    operations.close_account(
        actor=SYSTEM,
        account_id=account_id,
        clearance=lifecycle.Clearance(account_id, JULY, Decimal(0), Decimal(0), 0, 0),
        on=JULY,
    )

    account = Account.objects.get(id=account_id)
    assert (account.state, account.closed_date) == (AccountState.CLOSED, JULY)
    assert spans(account_id) == [(4, OPENED, JULY)]
    with pytest.raises(AccountClosed):
        operations.suspend(actor=SYSTEM, account_id=account_id, reason="x", on=JULY)


@pytest.mark.parametrize(
    ("clearance", "error"),
    [
        ((Decimal("0.01"), Decimal(0), 0, 0), lifecycle.StillOwes),
        ((Decimal(0), Decimal("5.00"), 0, 0), lifecycle.StillPrepaid),
        ((Decimal(0), Decimal(0), 1, 0), lifecycle.StillMetered),
        ((Decimal(0), Decimal(0), 0, 1), lifecycle.StillUnbilled),
    ],
)
def test_close_account_refuses_what_is_not_cleared(
    account_id: int, clearance: tuple[Decimal, Decimal, int, int], error: type[DomainError]
) -> None:
    operations.start_closing(actor=SYSTEM, account_id=account_id, reason="销户申请", on=JULY)

    with pytest.raises(error):
        operations.close_account(
            actor=SYSTEM, account_id=account_id, clearance=lifecycle.Clearance(account_id, JULY, *clearance), on=JULY
        )

    assert Account.objects.get(id=account_id).state == AccountState.CLOSING


def test_close_account_refuses_one_whose_closing_has_not_begun(account_id: int) -> None:
    cleared = lifecycle.Clearance(account_id, JULY, Decimal(0), Decimal(0), 0, 0)

    with pytest.raises(lifecycle.StateNotAllowed):
        operations.close_account(actor=SYSTEM, account_id=account_id, clearance=cleared, on=JULY)


def test_classify_sets_the_value_and_skips_those_that_have_it(utility: Utility, account_id: int) -> None:
    other = make_account("10000002")

    first = operations.classify(
        actor=SYSTEM, company_id=utility.company_id, account_ids=[account_id], scheme_code="station", value_code="A",
        on=ON,
    )  # fmt: skip
    second = operations.classify(
        actor=SYSTEM, company_id=utility.company_id, account_ids=[account_id, other, 404], scheme_code="station",
        value_code="A", on=ON,
    )  # fmt: skip

    assert first.ids == (account_id,)
    assert second.ids == (other,)
    assert [issue.place for issue in second.skipped] == ["10000001"]
    assert [issue.place for issue in second.failed] == ["404"]


def test_an_old_number_belongs_to_one_account(account_id: int) -> None:
    other = make_account("10000002")
    operations.add_alias(actor=SYSTEM, account_id=account_id, old_no="86-1", on=ON)

    with pytest.raises(AliasTaken):
        operations.add_alias(actor=SYSTEM, account_id=other, old_no="86-1", on=ON)

    assert SearchToken.objects.get(kind="OLD_NO").account_id == account_id


def test_a_stale_edit_changes_nothing(account_id: int) -> None:
    customer = Customer.objects.get()
    operations.update_customer(
        actor=SYSTEM, customer_id=customer.pk, version=1, name="单晓明", tax_no="", note="", on=ON
    )

    with pytest.raises(StaleEdit):
        operations.update_customer(
            actor=SYSTEM, customer_id=customer.pk, version=1, name="别名", tax_no="", note="", on=ON
        )

    assert Customer.objects.get().name == "单晓明"
    assert SearchToken.objects.filter(account_id=account_id, token="单晓明").exists()


def test_a_new_primary_contact_takes_the_place_of_the_old(account_id: int) -> None:
    customer_id = Customer.objects.get().pk

    operations.set_contact(actor=SYSTEM, customer_id=customer_id, phone="19900008888", is_primary=True, on=ON)

    assert list(Contact.objects.order_by("id").values_list("phone", "is_primary")) == [
        ("199 0000 1234", False),
        ("19900008888", True),
    ]
    assert SearchToken.objects.filter(account_id=account_id, kind="PHONE_TAIL").count() == 2


def test_a_person_without_the_right_changes_nothing(utility: Utility, account_id: int) -> None:
    stranger = actor_at(utility.west_id, 999_999)

    with pytest.raises(NotPermitted):
        operations.set_household_size(
            actor=stranger, account_id=account_id, people=6, from_date=ON, evidence="证", on=ON
        )
    with pytest.raises(NotPermitted):
        operations.suspend(actor=stranger, account_id=account_id, reason="x", on=ON)

    assert spans(account_id) == [(4, OPENED, None)]
    assert Account.objects.get(id=account_id).state == "ACTIVE"
