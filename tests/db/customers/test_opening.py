"""Opening accounts by the set-wise operation and its single form."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.models import (
    Account,
    AccountHolder,
    AccountRelief,
    Contact,
    Customer,
    HouseholdSize,
    Premise,
    SearchToken,
)
from qingyuan.domains.customers.operations import NewRelief, open_account, open_accounts
from qingyuan.domains.customers.operations.documents import document_hash, reveal_document
from qingyuan.domains.customers.operations.opening import RegionUnknown
from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.audit.models import AuditEntry
from tests.factories.customers import ON, new_account
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, actor_at, make_utility


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    return made


def test_open_account_makes_everything_of_it(utility: Utility, db: None) -> None:
    row = new_account(
        account_no="10000001", people=6, evidence="户口簿", reliefs=(NewRelief("low_income", date(2026, 6, 1)),),
        document_type="PASSPORT", document_no="E12345678", old_nos=("L-9",), opened_date=date(2024, 3, 1),
    )  # fmt: skip

    account_id = open_account(actor=SYSTEM, row=row, on=ON)

    account = Account.objects.get(id=account_id)
    assert (account.account_no, account.state, account.opened_date) == ("10000001", "ACTIVE", date(2024, 3, 1))
    assert account.premise is not None
    assert account.premise.address == "中山路阳光花园3幢1单元502室"
    holder = AccountHolder.objects.get(account_id=account_id)
    assert (holder.customer.name, holder.from_date, holder.to_date) == ("单小明", date(2024, 3, 1), None)
    assert holder.customer.document_mask == "E*******8"
    assert b"E12345678" not in bytes(holder.customer.document_cipher or b"")
    assert holder.customer.document_hash == document_hash("PASSPORT", "e1234 5678")
    assert HouseholdSize.objects.get(account_id=account_id).people == 6
    assert AccountRelief.objects.get(account_id=account_id).to_date == date(2026, 6, 1)
    assert Contact.objects.get(customer=holder.customer).phone == "199 0000 1234"
    assert set(SearchToken.objects.filter(account_id=account_id, kind="PINYIN").values_list("token", flat=True)) == {
        "dxm", "cxm", "sxm",
    }  # fmt: skip


def test_open_accounts_opens_good_rows_and_names_bad_ones(utility: Utility, db: None) -> None:
    rows = [
        new_account("row 2", account_no="20000001", room="1"),
        new_account("row 3", account_no="20000002", room="2", unit_code="nowhere"),
        new_account("row 4", account_no="20000001", room="3"),
        new_account("row 5", account_no="20000004", room="4", region_code="?"),
        new_account("row 6", account_no="20000005", room="5", opened_date=date(2025, 6, 2)),
        new_account("row 7", account_no="20000006", room="6", customer_no="C404"),
        new_account("row 8", room="7"),
    ]

    result = open_accounts(actor=SYSTEM, rows=rows, on=ON)

    assert [(issue.place, issue.code) for issue in result.failed] == [
        ("row 3", "customers.unit_unknown"),
        ("row 4", "customers.repeated_in_file"),
        ("row 5", "customers.region_unknown"),
        ("row 6", "customers.opened_in_future"),
        ("row 7", "customers.customer_unknown"),
    ]
    opened = Account.objects.filter(id__in=result.ids).order_by("id")
    assert [account.account_no for account in opened] == ["20000001", "00000001"]
    assert AuditEntry.objects.filter(action="customers.open_accounts").count() == 1


def test_open_accounts_refuses_a_number_that_an_account_has(utility: Utility, db: None) -> None:
    open_accounts(actor=SYSTEM, rows=[new_account(account_no="30000001", old_nos=("OLD1",))], on=ON)

    result = open_accounts(
        actor=SYSTEM,
        rows=[
            new_account("row 1", account_no="30000001", room="9"),
            new_account("row 2", account_no="30000002", room="9", old_nos=("OLD1",)),
        ],
        on=ON,
    )

    assert result.ids == ()
    assert [issue.code for issue in result.failed] == ["customers.account_no_taken", "customers.alias_taken"]


def test_open_accounts_opens_nothing_when_strict_and_one_row_is_bad(utility: Utility, db: None) -> None:
    rows = [new_account("row 1", room="1"), new_account("row 2", room="2", region_code="?")]

    result = open_accounts(actor=SYSTEM, rows=rows, on=ON, strict=True)

    assert result.ids == ()
    assert [issue.place for issue in result.failed] == ["row 2"]
    assert not Account.objects.exists()
    assert not AuditEntry.objects.filter(action="customers.open_accounts").exists()


def test_two_accounts_at_one_address_share_the_premise(utility: Utility, db: None) -> None:
    first = open_account(actor=SYSTEM, row=new_account(), on=ON)
    second, third = open_accounts(actor=SYSTEM, rows=[new_account("a"), new_account("b")], on=ON).ids

    assert Premise.objects.count() == 1
    assert Account.objects.filter(id__in=(first, second, third)).values("premise").distinct().count() == 1


def test_a_known_customer_gets_a_further_account(utility: Utility, db: None) -> None:
    open_account(actor=SYSTEM, row=new_account(), on=ON)
    customer = Customer.objects.get()

    account_id = open_account(actor=SYSTEM, row=new_account(name="", customer_no=customer.customer_no, room="9"), on=ON)

    assert Customer.objects.count() == 1
    assert AccountHolder.objects.get(account_id=account_id).customer == customer
    assert SearchToken.objects.filter(account_id=account_id, token="小明").exists()


def test_open_account_raises_the_refusal_of_its_row(utility: Utility, db: None) -> None:
    with pytest.raises(RegionUnknown):
        open_account(actor=SYSTEM, row=new_account(region_code="?"), on=ON)

    assert not Account.objects.exists()


def test_open_account_is_refused_when_the_actor_has_no_right_there(utility: Utility, db: None) -> None:
    with pytest.raises(NotPermitted):
        open_account(actor=actor_at(utility.west_id, 999_999), row=new_account(), on=ON)

    assert not Account.objects.exists()


def test_open_accounts_takes_the_same_number_of_queries_for_one_and_for_many(utility: Utility, db: None) -> None:
    open_accounts(actor=SYSTEM, rows=[new_account(room="x")], on=ON)
    with CaptureQueriesContext(connection) as one:
        open_accounts(actor=SYSTEM, rows=[new_account(room="0")], on=ON)
    with CaptureQueriesContext(connection) as many:
        open_accounts(actor=SYSTEM, rows=[new_account(str(n), room=str(n)) for n in range(1, 200)], on=ON)

    assert len(many) == len(one)


def test_reveal_document_gives_the_number_and_leaves_a_trace(utility: Utility, db: None) -> None:
    open_account(actor=SYSTEM, row=new_account(document_type="PASSPORT", document_no="E12345678"), on=ON)

    shown = reveal_document(actor=SYSTEM, customer_id=Customer.objects.get().pk, on=ON, reason="核对过户材料")

    assert shown == "E12345678"
    assert AuditEntry.objects.filter(action="customers.reveal_document", reason="核对过户材料").count() == 1
