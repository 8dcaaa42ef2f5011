"""The shipped roles: every permission they name exists, nobody of the three admins holds another's."""

import pytest

from qingyuan.platform import registry
from qingyuan.platform.staff.role_templates import TEMPLATES, RoleTemplate, expanded, shown_name, template
from qingyuan.platform.staff.rules.separation import SeparationBroken, check_separation


def unknown_patterns(templates: tuple[RoleTemplate, ...], declared: set[str]) -> list[str]:
    """Codes and patterns that name nothing, in an area that has declarations (an area may come later, whole)."""
    areas = {code.partition(".")[0] for code in declared}
    return [
        f"{one.code}: {pattern}"
        for one in templates
        for pattern in one.permissions
        if pattern.partition(".")[0] in areas | {"*"} and not expanded([pattern], dict.fromkeys(declared))
    ]


def test_every_permission_of_a_template_is_declared() -> None:
    assert unknown_patterns(TEMPLATES, set(registry.permissions.all())) == []


def test_template_check_sees_red() -> None:
    planted = (RoleTemplate("x", "x", "x", ("staff.view", "staff.vieww", "later.view")),)

    assert unknown_patterns(planted, {"staff.view"}) == ["x: staff.vieww"]


def test_every_declared_permission_is_in_some_template() -> None:
    held = {code for one in TEMPLATES for code in expanded(one.permissions, registry.permissions.all())}

    assert sorted(set(registry.permissions.all()) - held) == []


@pytest.mark.parametrize("one", TEMPLATES, ids=lambda one: one.code)
def test_template_keeps_the_separation(one: RoleTemplate) -> None:
    check_separation(expanded(one.permissions, registry.permissions.all()))


@pytest.mark.parametrize("admin", ["system_admin", "security_admin"])
def test_admins_and_auditor_are_apart(admin: str) -> None:
    together = template(admin).permissions + template("auditor").permissions

    with pytest.raises(SeparationBroken):
        check_separation(expanded(together, registry.permissions.all()))


def test_cashier_holds_nothing_of_tariffs() -> None:
    held = expanded(template("cashier").permissions, registry.permissions.all())

    assert not [code for code in held if code.startswith(("tariffs.", "billing.run", "parameters."))]


def test_cashier_explains_bills_and_sees_no_runs() -> None:
    held = expanded(template("cashier").permissions, registry.permissions.all())

    assert [code for code in held if code.startswith("billing.")] == ["billing.view"]


@pytest.mark.parametrize("code", ["billing_clerk", "billing_supervisor", "finance", "reading_supervisor", "auditor"])
def test_who_works_with_runs_or_answers_for_them_sees_them(code: str) -> None:
    assert "billing.view_runs" in expanded(template(code).permissions, registry.permissions.all())


def test_shipped_role_has_an_english_name_until_it_is_renamed() -> None:
    assert shown_name("收费员", "cashier", "en") == "Cashier"
    assert shown_name("收费员", "cashier", "zh-hans") == "收费员"
    assert shown_name("窗口收费", "cashier", "en") == "窗口收费"
    assert shown_name("收费员", "", "en") == "收费员"
