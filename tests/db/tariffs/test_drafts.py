"""Drafts: begun from a version, changed by one person at a time, tested, published by a second person, discarded."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.domains.tariffs.queries.trials import run_saved_cases
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.errors import DomainError, NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters import operations as parameters
from tests.db.tariffs.test_plans import AT, NEW, OLD, ON, published, utility
from tests.factories.platform import Utility, make_person

__all__ = ["utility"]
pytestmark = pytest.mark.usefixtures("db")
LATER = date(2030, 1, 1)
CASES = """format: qingyuan-rating-cases/1
cases:
- {id: 二十方, tariff: golden-res, usage: '20', expect: {total: '%s'}}
"""


@pytest.fixture
def first(utility: Utility) -> Actor:
    return make_person(utility.company_id, "tariffs.edit", "tariffs.publish", login="first")


@pytest.fixture
def second(utility: Utility) -> Actor:
    return make_person(utility.company_id, "tariffs.edit", "tariffs.publish", login="second")


def begun(utility: Utility, actor: Actor) -> PriceVersion:
    source = published(utility, NEW)
    made = tariffs.begin_draft(actor=actor, from_version_id=source, effective_from=LATER, on=ON)
    return PriceVersion.objects.get(pk=made)


def save(actor: Actor, draft: PriceVersion, text: str, version: int | None = None) -> int:
    number = draft.version if version is None else version
    return tariffs.save_draft(actor=actor, version_id=draft.pk, version=number, text=text, on=ON)


def add_case(actor: Actor, draft: PriceVersion) -> int:
    """Save a case that passes; returns the draft's new version number."""
    return tariffs.save_cases(
        actor=actor, version_id=draft.pk, version=draft.version, text=CASES % total_of(draft), on=ON
    )


def publish(actor: Actor, draft: PriceVersion) -> None:
    tariffs.publish(actor=actor, version_id=draft.pk, at=AT, on=ON)


def total_of(draft: PriceVersion) -> str:
    outcome = run_saved_cases(draft.plan.company_id, parse_version(draft.source), CASES % "0")[0]
    assert outcome.result is not None
    return str(outcome.result.total)


def test_a_draft_says_what_its_version_says_without_the_document(utility: Utility, first: Actor) -> None:
    draft = begun(utility, first)

    parsed, source = parse_version(draft.source), parse_version(NEW)
    assert (parsed.charges, parsed.tiers, parsed.household) == (source.charges, source.tiers, source.household)
    assert (draft.document_no, draft.effective_from, draft.effective_to) == ("", LATER, None)
    assert draft.changed_by_id == first.staff_id


def test_a_date_has_one_version(utility: Utility, first: Actor) -> None:
    draft = begun(utility, first)

    with pytest.raises(tariffs.DateTaken):
        tariffs.begin_draft(actor=first, from_version_id=draft.pk, effective_from=LATER, on=ON)
    other = tariffs.begin_draft(actor=first, from_version_id=draft.pk, effective_from=date(2031, 1, 1), on=ON)
    with pytest.raises(tariffs.DateTaken):
        save(first, PriceVersion.objects.get(pk=other), draft.source)


def test_who_changed_last_does_not_publish(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    with pytest.raises(tariffs.CasesMissing):
        publish(second, draft)
    save(second, draft, draft.source.replace("'4.60'", "'4.40'"), add_case(first, draft))

    with pytest.raises(tariffs.OwnDraft):
        publish(second, draft)
    publish(first, draft)

    assert PriceVersion.objects.get(pk=draft.pk).state == "PUBLISHED"


def test_changing_the_cases_counts_as_changing_the_draft(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    tariffs.save_cases(actor=second, version_id=draft.pk, version=draft.version, text=CASES % total_of(draft), on=ON)

    with pytest.raises(tariffs.OwnDraft):
        publish(second, draft)


def test_importing_over_a_draft_counts_as_changing_it(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    tariffs.import_version(actor=second, company_id=utility.company_id, text=draft.source, on=ON)

    with pytest.raises(tariffs.OwnDraft):
        publish(second, draft)


def test_a_red_case_stops_publishing_by_its_name(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    wrong = CASES % (total_of(draft)[:-1] + "7")
    assert wrong != CASES % total_of(draft)
    number = tariffs.save_cases(actor=first, version_id=draft.pk, version=draft.version, text=wrong, on=ON)

    with pytest.raises(tariffs.CasesFail) as refused:
        publish(second, draft)
    assert refused.value.params["cases"] == ["二十方"]
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"

    tariffs.save_cases(actor=first, version_id=draft.pk, version=number, text=CASES % total_of(draft), on=ON)
    publish(second, draft)
    assert PriceVersion.objects.get(pk=draft.pk).state == "PUBLISHED"


def test_a_case_across_the_change_of_price_is_rated_by_both_versions(utility: Utility, first: Actor) -> None:
    draft = begun(utility, first)
    case = "- {id: 跨期, tariff: golden-res, usage: '40', from: '2029-12-01', to: '2030-02-01', expect: {total: '0'}}\n"

    outcome = run_saved_cases(utility.company_id, parse_version(draft.source), (CASES % "0") + case)[1]

    assert outcome.result is not None
    assert {line.version_date for line in outcome.result.lines} == {parse_version(NEW).effective_from, LATER}


def test_stale_changes_are_refused(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    save(second, draft, draft.source.replace("'4.60'", "'4.40'"))

    with pytest.raises(StaleEdit):
        save(first, draft, draft.source)
    with pytest.raises(StaleEdit):
        tariffs.save_cases(actor=first, version_id=draft.pk, version=draft.version, text="", on=ON)
    with pytest.raises(StaleEdit):
        tariffs.discard_draft(actor=first, version_id=draft.pk, version=draft.version, on=ON)


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("code: golden-res", "code: other", tariffs.OtherCode),
        ("usage_class: RESIDENTIAL", "usage_class: NOBODY", tariffs.UnknownClass),
        ("item: sewage", "item: garbage", TariffFileInvalid),
        ("format: ", "fromat: ", TariffFileInvalid),
    ],
)
def test_a_text_that_does_not_fit_is_refused(
    utility: Utility, first: Actor, old: str, new: str, refusal: type[DomainError]
) -> None:
    draft = begun(utility, first)
    text = draft.source if old in draft.source else f"{old}\n{draft.source}"
    assert old in text

    with pytest.raises(refusal):
        save(first, draft, text.replace(old, new))
    assert PriceVersion.objects.get(pk=draft.pk).source == draft.source


def test_nothing_of_a_published_version_changes_any_more(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    add_case(first, draft)
    publish(second, draft)
    number = PriceVersion.objects.get(pk=draft.pk).version

    with pytest.raises(tariffs.PublishedVersion):
        save(first, draft, draft.source, number)
    with pytest.raises(tariffs.PublishedVersion):
        tariffs.save_cases(actor=first, version_id=draft.pk, version=number, text="", on=ON)
    with pytest.raises(tariffs.PublishedVersion):
        tariffs.discard_draft(actor=first, version_id=draft.pk, version=number, on=ON)
    with pytest.raises(tariffs.PublishedVersion):
        tariffs.attach_document(actor=first, version_id=draft.pk, name="a", media_type="", content=b"%PDF-", on=ON)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE price_version SET cases = 'x' WHERE id = %s", [draft.pk])


def test_people_elsewhere_do_not_draft(utility: Utility, first: Actor) -> None:
    draft = begun(utility, first)
    stranger = make_person(utility.west_id, "tariffs.edit", login="west")

    for refused in (
        lambda: save(stranger, draft, draft.source),
        lambda: tariffs.begin_draft(actor=stranger, from_version_id=draft.pk, effective_from=date(2031, 1, 1), on=ON),
        lambda: tariffs.discard_draft(actor=stranger, version_id=draft.pk, version=draft.version, on=ON),
    ):
        with pytest.raises(NotPermitted):
            refused()


def test_what_happened_to_a_draft_is_recorded(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    number = save(second, draft, draft.source.replace("'4.60'", "'4.40'"))
    tariffs.discard_draft(actor=first, version_id=draft.pk, version=number, on=ON)

    actions = AuditEntry.objects.filter(object_type="price_plan").order_by("id").values_list("action", flat=True)
    assert list(actions)[-3:] == ["tariffs.begin_draft", "tariffs.change_draft", "tariffs.discard_draft"]


def test_a_new_plan_is_begun_once(utility: Utility, first: Actor) -> None:
    tariffs.begin_plan(actor=first, company_id=utility.company_id, text=OLD, on=ON)

    with pytest.raises(tariffs.PlanTaken):
        tariffs.begin_plan(actor=first, company_id=utility.company_id, text=NEW, on=ON)


def test_the_system_publishes_its_own_drafts(utility: Utility) -> None:
    actor = system_actor()
    made = tariffs.import_version(actor=actor, company_id=utility.company_id, text=OLD, on=ON)

    tariffs.publish(actor=actor, version_id=made.version_id, at=datetime(2025, 1, 3, tzinfo=UTC), on=ON)

    assert PriceVersion.objects.get(pk=made.version_id).state == "PUBLISHED"


def test_the_company_says_how_many_cases_a_draft_needs(utility: Utility, first: Actor, second: Actor) -> None:
    draft = begun(utility, first)
    for least, day in ((2, ON), (0, date(2025, 1, 3))):
        parameters.set_value(
            actor=system_actor(), code="tariffs.least_cases", unit_id=utility.company_id, value=least,
            from_date=day, reason="规定", on=day,
        )  # fmt: skip

    with pytest.raises(tariffs.CasesMissing) as refused:
        tariffs.publish(actor=second, version_id=draft.pk, at=AT, on=ON)
    tariffs.publish(actor=second, version_id=draft.pk, at=AT, on=date(2025, 1, 3))

    assert refused.value.params["least"] == 2
    assert PriceVersion.objects.get(pk=draft.pk).state == "PUBLISHED"
