"""Payer groups: who may be in one, from when to when, and what they owe together."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qingyuan.domains.customers import operations
from qingyuan.domains.customers.models import Account, Customer, PayerGroup, PayerGroupMember
from qingyuan.domains.customers.operations import payer_groups as refusals
from qingyuan.domains.customers.operations.succession import AccountClosed
from qingyuan.domains.customers.rules.history import (
    ChangeBeforeCurrent,
    ChangeTooFarBack,
    EvidenceMissing,
    NothingChanges,
)
from qingyuan.domains.customers.rules.lifecycle import Clearance
from qingyuan.domains.customers.rules.opening import NameMissing
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, StaleEdit
from qingyuan.overviews.payer_groups import payer_group, payer_groups
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.ledger import OPENED, Company, Payer, make_company, make_payers, post, receivable
from tests.factories.platform import SYSTEM, make_person

ON = date(2025, 11, 20)
SEPTEMBER = date(2025, 9, 1)


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


@pytest.fixture
def payers(company: Company) -> list[Payer]:
    return make_payers(company, 3)


def no_of(payer: Payer) -> str:
    return Account.objects.get(id=payer.account_id).account_no


def make_group(company: Company, payer: Payer, code: str = "SCHOOLS") -> int:
    customer_no = Customer.objects.get(id=payer.customer_id).customer_no
    return operations.create_payer_group(
        actor=SYSTEM, unit_id=company.utility.east_id, code=code, name="市教育局", payer_no=customer_no, on=ON
    )


def add(group_id: int, *payers: Payer, from_date: date = SEPTEMBER) -> int:
    numbers = [no_of(payer) for payer in payers]
    return operations.add_members(actor=SYSTEM, group_id=group_id, account_nos=numbers, from_date=from_date, on=ON)


def take_out(group_id: int, payer: Payer, to_date: date, reason: str = "学校撤并") -> None:
    operations.remove_member(
        actor=SYSTEM, group_id=group_id, account_no=no_of(payer), to_date=to_date, reason=reason, on=ON
    )


def test_what_each_account_owes_adds_up_to_what_the_group_owes(company: Company, payers: list[Payer]) -> None:
    add(make_group(company, payers[0]), payers[0], payers[1])
    post(
        company,
        receivable(company, payers[0], due=date(2025, 11, 10), WATER="30.01", SEWAGE="10.10"),
        receivable(company, payers[0], due=date(2025, 11, 20), WATER="5.00"),
        receivable(company, payers[1], due=date(2025, 11, 19), WATER="7.77"),
        receivable(company, payers[2], WATER="99.00"),
    )

    page = payer_group(SYSTEM, "SCHOOLS", on=ON)

    assert [(row.owed, row.overdue, row.open_count) for row in page.members] == [
        (Decimal("45.11"), Decimal("40.11"), 2),  # due on the day itself is not overdue
        (Decimal("7.77"), Decimal("7.77"), 1),
    ]
    assert (page.owed, page.overdue) == (Decimal("52.88"), Decimal("47.88"))
    rows, count = payer_groups(SYSTEM, text="教育", sort="owed", descending=True, offset=0, limit=10, on=ON)
    assert ([(row.code, row.members, row.owed) for row in rows], count) == ([("SCHOOLS", 2, Decimal("52.88"))], 1)


def test_an_account_leaves_from_a_date_and_may_then_join_another_group(company: Company, payers: list[Payer]) -> None:
    first, second = make_group(company, payers[0]), make_group(company, payers[1], "OTHER")
    add(first, payers[0], payers[1])

    with pytest.raises(refusals.InOtherGroup) as refused:
        add(second, payers[0], from_date=date(2025, 10, 1))
    assert refused.value.params["group"] == "SCHOOLS"
    take_out(first, payers[0], date(2025, 11, 1))
    with pytest.raises(refusals.InOtherGroup):
        add(second, payers[0], from_date=date(2025, 10, 31))
    add(second, payers[0], from_date=date(2025, 11, 1))

    then, now = payer_group(SYSTEM, "SCHOOLS", on=date(2025, 10, 31)), payer_group(SYSTEM, "SCHOOLS", on=ON)
    assert (len(then.members), len(now.members), len(now.former)) == (2, 1, 1)
    assert [row.account_no for row in payer_group(SYSTEM, "OTHER", on=ON).members] == [no_of(payers[0])]
    with pytest.raises(refusals.NotMember):
        take_out(first, payers[0], ON)


def test_an_account_to_come_is_not_summed(company: Company, payers: list[Payer]) -> None:
    post(company, receivable(company, payers[0], WATER="30.00"))
    add(make_group(company, payers[0]), payers[0], from_date=date(2025, 12, 1))

    page = payer_group(SYSTEM, "SCHOOLS", on=ON)

    assert (len(page.members), len(page.to_come), page.owed) == (0, 1, Decimal("0.00"))


def test_one_wrong_number_leaves_all_out_and_is_named(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])
    foreign = make_payers(make_company("02"), 1)[0]

    with pytest.raises(refusals.MembersUnknown) as refused:
        add(group_id, payers[0], foreign)

    assert refused.value.params["account_nos"] == no_of(foreign)
    assert not PayerGroupMember.objects.exists()


def test_accounts_out_of_reach_are_unknown(company: Company, payers: list[Payer]) -> None:
    group_id = operations.create_payer_group(
        actor=SYSTEM,
        unit_id=company.utility.west_id,
        code="WEST",
        name="西区",
        payer_no=Customer.objects.get(id=payers[0].customer_id).customer_no,
        on=ON,
    )
    west = make_person(company.utility.west_id, "customers.change", "customers.view", login="west")

    with pytest.raises(refusals.MembersUnknown):
        operations.add_members(
            actor=west, group_id=group_id, account_nos=[no_of(payers[0])], from_date=SEPTEMBER, on=ON
        )


@pytest.mark.parametrize(
    ("from_date", "refusal"),
    [(date(2024, 11, 18), ChangeTooFarBack), (date(2025, 5, 31), ChangeBeforeCurrent)],
)
def test_dates_that_history_does_not_allow(
    company: Company, payers: list[Payer], from_date: date, refusal: type[DomainError]
) -> None:
    group_id = make_group(company, payers[0])

    with pytest.raises(refusal):
        add(group_id, payers[0], from_date=from_date)

    add(group_id, payers[0], from_date=OPENED)
    with pytest.raises(ChangeBeforeCurrent):
        take_out(group_id, payers[0], date(2025, 5, 31))
    with pytest.raises(EvidenceMissing):
        take_out(group_id, payers[0], ON, reason=" ")


def test_a_closed_account_is_refused(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])
    Account.objects.filter(id=payers[0].account_id).update(state=AccountState.CLOSED.value)

    with pytest.raises(AccountClosed):
        add(group_id, payers[0])


def test_code_and_payer_are_checked(company: Company, payers: list[Payer]) -> None:
    make_group(company, payers[0])
    stranger = make_payers(make_company("02"), 1)[0]

    with pytest.raises(refusals.GroupCodeTaken):
        make_group(company, payers[0])
    with pytest.raises(refusals.PayerUnknown):
        make_group(company, stranger, "OTHER")

    assert list(PayerGroup.objects.values_list("code", flat=True)) == ["SCHOOLS"]


def test_another_unit_neither_sees_nor_changes_the_group(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])
    west = make_person(company.utility.west_id, "customers.change", "customers.view", login="west")

    with pytest.raises(NotFound):
        payer_group(west, "SCHOOLS", on=ON)
    assert payer_groups(west, text="", sort="code", descending=False, offset=0, limit=10, on=ON) == ((), 0)
    with pytest.raises(NotPermitted):
        operations.add_members(
            actor=west, group_id=group_id, account_nos=[no_of(payers[0])], from_date=SEPTEMBER, on=ON
        )
    assert not PayerGroupMember.objects.exists()


def test_the_database_keeps_an_account_in_one_group_at_a_time(company: Company, payers: list[Payer]) -> None:
    first, second = make_group(company, payers[0]), make_group(company, payers[0], "OTHER")
    add(first, payers[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        PayerGroupMember.objects.create(
            company_id=company.id, group_id=second, account_id=payers[0].account_id, from_date=ON
        )


def test_every_change_is_audited(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])
    add(group_id, payers[0])
    take_out(group_id, payers[0], ON)

    entries = AuditEntry.objects.filter(object_type="payer_group", object_key="SCHOOLS").order_by("id")
    assert list(entries.values_list("action", flat=True)) == [
        "customers.create_payer_group",
        "customers.add_group_members",
        "customers.remove_group_member",
    ]


def told(state: dict[str, Any] | None) -> dict[str, Any]:
    """What an audit entry says of one side."""
    assert state is not None
    return state


def member_of(payer: Payer) -> PayerGroupMember:
    return PayerGroupMember.objects.get(account_id=payer.account_id)


def transfer(account: Payer, customer_id: int, from_date: date) -> None:
    operations.change_holder(
        actor=SYSTEM,
        account_id=account.account_id,
        customer_id=customer_id,
        from_date=from_date,
        evidence="过户申请",
        on=ON,
    )


@pytest.mark.parametrize(
    ("from_date", "leaves"),
    [(ON, ON), (date(2025, 12, 1), date(2025, 12, 1)), (date(2025, 10, 1), ON)],
    ids=["on the day", "to come", "back-dated: not before the business date"],
)
def test_a_transferred_account_leaves_its_group(
    company: Company, payers: list[Payer], from_date: date, leaves: date
) -> None:
    add(make_group(company, payers[0]), payers[0], payers[1])

    transfer(payers[1], payers[2].customer_id, from_date)

    assert member_of(payers[1]).to_date == leaves
    assert member_of(payers[0]).to_date is None
    entry = AuditEntry.objects.filter(action="customers.change_holder").latest("id")
    assert told(entry.before)["payer_group"] == "SCHOOLS"


def test_an_account_that_goes_to_who_pays_stays(company: Company, payers: list[Payer]) -> None:
    add(make_group(company, payers[0]), payers[0], payers[1])

    transfer(payers[1], payers[0].customer_id, ON)

    assert member_of(payers[1]).to_date is None
    assert "payer_group" not in told(AuditEntry.objects.filter(action="customers.change_holder").latest("id").before)


def test_a_membership_to_come_never_comes_after_a_transfer(company: Company, payers: list[Payer]) -> None:
    add(make_group(company, payers[0]), payers[1], from_date=date(2025, 12, 1))

    transfer(payers[1], payers[2].customer_id, ON)

    assert (member_of(payers[1]).from_date, member_of(payers[1]).to_date) == (date(2025, 12, 1), date(2025, 12, 1))
    assert payer_group(SYSTEM, "SCHOOLS", on=date(2025, 12, 1)).members == ()


def test_a_closed_account_leaves_its_group(company: Company, payers: list[Payer]) -> None:
    add(make_group(company, payers[0]), payers[0], payers[1])
    operations.start_closing(actor=SYSTEM, account_id=payers[1].account_id, reason="销户申请", on=ON)
    assert member_of(payers[1]).to_date is None

    nothing = Clearance(payers[1].account_id, ON, Decimal("0.00"), Decimal("0.00"), 0, 0)
    operations.close_account(actor=SYSTEM, account_id=payers[1].account_id, clearance=nothing, on=ON)

    assert member_of(payers[1]).to_date == ON
    assert told(AuditEntry.objects.get(action="customers.close_account").before)["payer_group"] == "SCHOOLS"


def change(group_id: int, *, name: str, payer: Payer | None = None, version: int = 1, payer_no: str = "") -> None:
    number = payer_no or Customer.objects.get(id=payer.customer_id if payer else 0).customer_no
    operations.change_payer_group(actor=SYSTEM, group_id=group_id, version=version, name=name, payer_no=number, on=ON)


def test_name_and_payer_of_a_group_change(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])

    change(group_id, name=" 区教育局 ", payer=payers[1])

    group = PayerGroup.objects.get(pk=group_id)
    assert (group.name, group.payer_id, group.version) == ("区教育局", payers[1].customer_id, 2)
    assert " qjyj" in group.initials
    entry = AuditEntry.objects.get(action="customers.change_payer_group")
    assert (told(entry.before)["name"], told(entry.after)["name"]) == ("市教育局", "区教育局")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"name": "市教育局"}, NothingChanges),
        ({"name": "  "}, NameMissing),
        ({"name": "区教育局", "payer_no": "C99999999"}, refusals.PayerUnknown),
        ({"name": "区教育局", "version": 7}, StaleEdit),
    ],
)
def test_a_change_that_is_none_or_wrong_is_refused(
    company: Company, payers: list[Payer], given: dict[str, object], refusal: type[DomainError]
) -> None:
    group_id = make_group(company, payers[0])

    with pytest.raises(refusal):
        change(group_id, payer=payers[0], **given)  # type: ignore[arg-type]

    group = PayerGroup.objects.get(pk=group_id)
    assert (group.name, group.payer_id, group.version) == ("市教育局", payers[0].customer_id, 1)


def test_only_who_keeps_the_group_changes_it(company: Company, payers: list[Payer]) -> None:
    group_id = make_group(company, payers[0])
    west = make_person(company.utility.west_id, "customers.change", login="west")

    with pytest.raises(NotPermitted):
        operations.change_payer_group(actor=west, group_id=group_id, version=1, name="区教育局", payer_no="C1", on=ON)
