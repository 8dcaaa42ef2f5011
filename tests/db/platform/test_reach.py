"""How far a permission reaches."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from tests.factories.platform import FIRST_DAY, SYSTEM, Utility, give_role, make_person, make_unit, make_utility

TODAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def _reach(actor: Actor, permission: str = "staff.view", on: date = TODAY) -> queries.Reach:
    return queries.reach(actor, permission, on=on)


def test_reach_is_the_subtree_of_the_unit(utility: Utility, db: None) -> None:
    station = make_unit("01E1", parent_id=utility.east_id)
    actor = make_person(utility.east_id, "staff.view")

    reached = _reach(actor)

    assert (reached.everything, reached.unit_ids, reached.book_ids) == (
        False,
        frozenset({utility.east_id, station}),
        None,
    )
    assert reached.covers(station)
    assert not reached.covers(utility.west_id)
    assert not reached.covers(None)


def test_reach_is_everything_when_held_at_the_root(utility: Utility, db: None) -> None:
    assert _reach(make_person(utility.root_id, "staff.view")).everything
    assert _reach(SYSTEM).everything


def test_reach_is_nothing_when_another_permission_is_held(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "parameters.view")

    assert _reach(actor).is_empty
    with pytest.raises(NotPermitted):
        staff.require(actor, "staff.view", on=TODAY)


def test_reach_is_the_union_when_one_role_is_limited_to_books(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "staff.view", book_ids=[7, 8])
    assert actor.staff_id is not None
    give_role(actor.staff_id, utility.west_id, "staff.view")

    reached = _reach(actor)

    assert reached.book_ids == frozenset({7, 8})
    assert reached.covers(utility.east_id, 7)
    assert not reached.covers(utility.east_id, 9)
    assert not reached.covers(utility.east_id)
    assert reached.covers(utility.west_id, 9)
    assert reached.covers(utility.west_id)


def test_condition_filters_as_covers_decides(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "staff.view")

    reached = _reach(actor)

    assert list(OrgUnit.objects.filter(reached.condition("id")).values_list("pk", flat=True)) == [utility.east_id]
    assert OrgUnit.objects.filter(queries.EVERYTHING.condition("id")).count() == OrgUnit.objects.count()
    assert not OrgUnit.objects.filter(queries.NOTHING.condition("id")).exists()


def test_reach_is_company_wide_when_asked_for(utility: Utility, db: None) -> None:
    other = make_utility("02")
    actor = make_person(utility.east_id, "staff.view", book_ids=[7])

    reached = queries.reach(actor, "staff.view", on=TODAY, company_wide=True)

    assert reached.covers(utility.west_id)
    assert reached.covers(utility.company_id, 99)
    assert not reached.covers(other.east_id)
    assert not reached.everything


@pytest.mark.parametrize(
    ("on", "is_held"), [(date(2026, 1, 31), False), (date(2026, 2, 1), True), (date(2026, 3, 1), False)]
)
def test_reach_counts_within_the_window_only(utility: Utility, db: None, on: date, is_held: bool) -> None:
    actor = make_person(utility.east_id)
    assert actor.staff_id is not None
    give_role(actor.staff_id, utility.east_id, "staff.view", from_date=date(2026, 2, 1), to_date=date(2026, 3, 1))

    assert _reach(actor, on=on).is_empty is not is_held
    assert ("staff.view" in queries.permissions_of(actor, on=on)) is is_held


def test_reach_ends_at_once_when_the_person_is_deactivated(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "staff.view")
    assert actor.staff_id is not None
    person = queries.person(SYSTEM, actor.staff_id, on=TODAY)

    staff.deactivate_staff(actor=SYSTEM, staff_id=person.id, version=person.version, on=TODAY, reason="离职")

    assert _reach(actor).is_empty
    assert queries.permissions_of(actor, on=TODAY) == frozenset()


def test_reach_refuses_a_permission_that_nobody_declared(utility: Utility, db: None) -> None:
    with pytest.raises(LookupError, match="is not declared"):
        _reach(SYSTEM, "staff.unknown")


def test_who_may_names_holders_and_roles(utility: Utility, db: None) -> None:
    east = make_person(utility.east_id, "parameters.view")
    make_person(utility.west_id, "parameters.view")
    asking = make_person(utility.east_id, "staff.view")

    found = queries.who_may(asking, "parameters.view", on=TODAY)

    assert [(one.staff_id, one.unit_id) for one in found] == [(east.staff_id, utility.east_id)]
    assert len(queries.roles_with("parameters.view")) == 2
    assert queries.roles_with("audit.view") == ()


def test_person_of_another_unit_is_not_found(utility: Utility, db: None) -> None:
    asking = make_person(utility.east_id, "staff.view")
    west = make_person(utility.west_id)
    assert west.staff_id is not None

    with pytest.raises(NotFound):
        queries.person(asking, west.staff_id, on=FIRST_DAY)


def test_reach_asks_the_database_once(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "staff.view", book_ids=[7])
    assert actor.staff_id is not None
    for _ in range(4):
        give_role(actor.staff_id, utility.west_id, "staff.view")

    with CaptureQueriesContext(connection) as asked:
        _reach(actor)

    assert len(asked) == 1


def test_asked_once_keeps_the_answer_for_its_block_alone(utility: Utility, db: None) -> None:
    actor = make_person(utility.east_id, "staff.view", book_ids=[7])
    assert actor.staff_id is not None

    with queries.asked_once():
        with CaptureQueriesContext(connection) as asked:
            inside = [_reach(actor), queries.reaches(actor, ["staff.view"], on=TODAY)["staff.view"]]
            assert queries.permissions_of(actor, on=TODAY) == {"staff.view"}
            assert _reach(actor, "roles.assign").is_empty
        give_role(actor.staff_id, utility.west_id, "roles.assign")
        assert _reach(actor, "roles.assign").is_empty

    assert len(asked) == 1
    assert inside == [_reach(actor)] * 2
    assert _reach(actor, "roles.assign").unit_ids == {utility.west_id}
    with queries.asked_once():
        assert _reach(actor, "roles.assign").unit_ids == {utility.west_id}


def test_asked_once_tells_days_and_people_apart(utility: Utility, db: None) -> None:
    one, other = make_person(utility.east_id, "staff.view"), make_person(utility.west_id, "staff.view")

    with queries.asked_once():
        assert utility.east_id in _reach(one).unit_ids
        assert utility.west_id in _reach(other).unit_ids
        assert _reach(one, on=FIRST_DAY - timedelta(days=1)).is_empty
