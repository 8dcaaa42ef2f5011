"""The organisation tree, companies, bank accounts."""

from datetime import UTC, date, datetime

import pytest

from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.organisation import operations, queries
from qingyuan.platform.organisation.models import OrgUnit, UnitKind
from tests.factories.platform import SYSTEM, Utility, make_person, make_unit, make_utility

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def test_tree_is_read_upwards_and_downwards(utility: Utility, db: None) -> None:
    station = make_unit("01E1", parent_id=utility.east_id, kind=UnitKind.STATION)

    assert queries.upwards(station) == (station, utility.east_id, utility.company_id, utility.root_id)
    assert queries.subtree_ids(utility.company_id) == {utility.company_id, utility.east_id, utility.west_id, station}
    assert queries.company_of(station) == utility.company_id
    assert [unit.code for unit in queries.units()] == ["00", "01", "01E", "01E1", "01W"]
    assert [unit.depth for unit in queries.units()] == [0, 1, 2, 3, 2]
    with pytest.raises(queries.NoCompany):
        queries.company_of(utility.root_id)
    with pytest.raises(NotFound):
        queries.company_unit(utility.east_id)


@pytest.mark.parametrize(
    ("code", "parent", "is_company", "error"),
    [
        ("01E", "company_id", False, operations.CodeTaken),
        ("99", None, False, operations.RootExists),
        ("02", "east_id", True, operations.CompanyInsideCompany),
    ],
)
def test_create_unit_is_refused(
    utility: Utility, db: None, code: str, parent: str | None, is_company: bool, error: type[Exception]
) -> None:
    with pytest.raises(error):
        make_unit(code, parent_id=getattr(utility, parent) if parent else None, is_company=is_company)

    assert OrgUnit.objects.count() == 4


def test_update_unit_is_refused_when_somebody_was_faster(utility: Utility, db: None) -> None:
    operations.update_unit(actor=SYSTEM, unit_id=utility.east_id, version=1, name="城东营业所", on=TODAY)

    with pytest.raises(StaleEdit):
        operations.update_unit(actor=SYSTEM, unit_id=utility.east_id, version=1, name="别的", on=TODAY)

    assert queries.unit(utility.east_id).name == "城东营业所"
    entry = AuditEntry.objects.get(action="organisation.unit_changed")
    assert (entry.before, entry.after) == ({"name": "单位01E"}, {"name": "城东营业所"})


def test_move_takes_the_subtree_along(utility: Utility, db: None) -> None:
    station = make_unit("01E1", parent_id=utility.east_id)
    point = make_unit("01E11", parent_id=station)

    operations.move_unit(
        actor=SYSTEM, unit_id=station, version=1, to_parent_id=utility.west_id, on=TODAY, reason="片区调整"
    )

    assert queries.upwards(point) == (point, station, utility.west_id, utility.company_id, utility.root_id)
    assert queries.subtree_ids(utility.east_id) == {utility.east_id}


def test_move_is_refused_into_itself_and_out_of_the_company(utility: Utility, db: None) -> None:
    other = make_utility("02")
    station = make_unit("01E1", parent_id=utility.east_id)

    with pytest.raises(operations.MoveIntoItself):
        operations.move_unit(
            actor=SYSTEM, unit_id=utility.east_id, version=1, to_parent_id=station, on=TODAY, reason=""
        )
    for target in (other.company_id, utility.root_id):
        with pytest.raises(operations.MoveBetweenCompanies):
            operations.move_unit(
                actor=SYSTEM, unit_id=utility.east_id, version=1, to_parent_id=target, on=TODAY, reason=""
            )

    assert queries.upwards(utility.east_id)[1] == utility.company_id


def test_close_waits_for_what_lies_below(utility: Utility, db: None) -> None:
    station = make_unit("01E1", parent_id=utility.east_id)

    with pytest.raises(operations.HasOpenUnits):
        operations.close_unit(
            actor=SYSTEM, unit_id=utility.east_id, version=1, closed_date=TODAY, on=TODAY, reason="合并"
        )
    for unit_id in (station, utility.east_id):
        operations.close_unit(actor=SYSTEM, unit_id=unit_id, version=1, closed_date=TODAY, on=TODAY, reason="合并")
    with pytest.raises(operations.ParentClosed):
        make_unit("01E2", parent_id=utility.east_id)
    with pytest.raises(operations.ParentClosed):
        operations.reopen_unit(actor=SYSTEM, unit_id=station, version=2, on=TODAY, reason="")

    assert queries.unit(station).closed_date == TODAY


def test_writes_are_refused_outside_the_actor_s_units(utility: Utility, db: None) -> None:
    clerk = make_person(utility.east_id, "organisation.edit", "company.edit")

    with pytest.raises(NotPermitted):
        operations.update_unit(actor=clerk, unit_id=utility.west_id, version=1, name="x", on=TODAY)
    with pytest.raises(NotPermitted):
        operations.set_profile(actor=clerk, company_id=utility.company_id, version=0, legal_name="x", on=TODAY)
    with pytest.raises(NotFound):
        queries.unit_within_reach(clerk, utility.west_id, on=TODAY)

    assert queries.unit(utility.west_id).name == "单位01W"
    assert queries.profile(utility.company_id) is None


def test_profile_is_made_then_changed(utility: Utility, db: None) -> None:
    common = {"actor": SYSTEM, "company_id": utility.company_id, "on": TODAY}
    operations.set_profile(
        actor=SYSTEM,
        company_id=utility.company_id,
        version=0,
        legal_name="演示水务有限公司",
        tax_no="91310000000000000X",
        time_zone="Asia/Urumqi",
        on=TODAY,
    )
    operations.set_logo(actor=SYSTEM, company_id=utility.company_id, version=1, logo_hash="ab" * 32, on=TODAY)

    found = queries.profile(utility.company_id)

    assert found is not None
    assert (found.legal_name, found.version, found.logo_hash) == ("演示水务有限公司", 2, "ab" * 32)
    assert queries.civil_date(utility.company_id, datetime(2026, 6, 1, 17, 30, tzinfo=UTC)) == date(2026, 6, 1)
    assert queries.civil_date(None, datetime(2026, 6, 1, 17, 30, tzinfo=UTC)) == date(2026, 6, 2)
    with pytest.raises(StaleEdit):
        operations.set_logo(**common, version=1, logo_hash="")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tax_no", "time_zone", "error"),
    [
        ("123", "Asia/Shanghai", operations.TaxNumberRefused),
        ("91310000000000000x", "Asia/Shanghai", operations.TaxNumberRefused),
        ("", "Asia/Nowhere", operations.TimeZoneUnknown),
    ],
)
def test_profile_refuses_a_wrong_number_or_zone(
    utility: Utility, db: None, tax_no: str, time_zone: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        operations.set_profile(
            actor=SYSTEM,
            company_id=utility.company_id,
            version=0,
            legal_name="x",
            tax_no=tax_no,
            time_zone=time_zone,
            on=TODAY,
        )

    assert queries.profile(utility.company_id) is None


def test_bank_accounts_belong_to_units_and_stay(utility: Utility, db: None) -> None:
    def add(unit_id: int, account_no: str) -> int:
        return operations.add_bank_account(
            actor=SYSTEM,
            unit_id=unit_id,
            bank_name="演示银行",
            account_name="演示水务",
            account_no=account_no,
            on=TODAY,
        )

    first = add(utility.company_id, "001")
    add(utility.east_id, "002")
    with pytest.raises(operations.BankAccountTaken):
        add(utility.west_id, "001")
    with pytest.raises(queries.NoCompany):
        add(utility.root_id, "003")
    operations.close_bank_account(actor=SYSTEM, bank_account_id=first, closed_date=TODAY, on=TODAY)

    found = queries.bank_accounts(utility.company_id)

    assert [(one.account_no, one.closed_date) for one in found] == [("001", TODAY), ("002", None)]
