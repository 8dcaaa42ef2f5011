"""Tariff files go in, are published, are assigned, and come out again as they went in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.models import PlanAssignment, PricePlan, PriceVersion, TaxTreatment
from qingyuan.domains.tariffs.operations import NewChargeItem, NewUsageClass
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.kernel.actor import system_actor
from qingyuan.kernel.errors import NotPermitted
from tests.factories.platform import Utility, make_person, make_utility

TARIFFS = Path(__file__).resolve().parents[3] / "qingyuan" / "data" / "tariffs"
OLD = (TARIFFS / "golden-res-2024.yaml").read_text(encoding="utf-8")
NEW = (TARIFFS / "golden-res-2025.yaml").read_text(encoding="utf-8")
ON = date(2025, 1, 2)
AT = datetime(2025, 1, 2, 1, tzinfo=UTC)
ACTOR = system_actor()

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def utility() -> Utility:
    made = make_utility()
    for code, name in (("water", "自来水费"), ("sewage", "污水处理费")):
        tariffs.create_charge_item(actor=ACTOR, company_id=made.company_id, row=NewChargeItem(code, name), on=ON)
    tariffs.create_usage_class(actor=ACTOR, company_id=made.company_id, row=NewUsageClass("RESIDENTIAL", "居民"), on=ON)
    return made


def published(utility: Utility, text: str) -> int:
    imported = tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=text, on=ON)
    tariffs.publish(actor=ACTOR, version_id=imported.version_id, at=AT, on=ON)
    return imported.version_id


@pytest.mark.parametrize("name", sorted(path.name for path in TARIFFS.glob("*.yaml")))
def test_every_shipped_tariff_comes_out_as_it_went_in(name: str, utility: Utility) -> None:
    text = (TARIFFS / name).read_text(encoding="utf-8")
    if "resource" in text:
        tariffs.create_charge_item(
            actor=ACTOR, company_id=utility.company_id, row=NewChargeItem("resource", "水资源费"), on=ON
        )

    version_id = published(utility, text)

    exported = tariffs.export_version(actor=ACTOR, version_id=version_id, on=ON)
    assert parse_version(exported) == parse_version(text)


def test_import_names_the_line_of_an_unknown_charge_item_and_keeps_nothing(utility: Utility) -> None:
    text = OLD.replace("item: sewage", "item: garbage")

    with pytest.raises(TariffFileInvalid) as refusal:
        tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=text, on=ON)

    problem = refusal.value.problems[0]
    assert problem.line == 1 + text.splitlines().index(next(line for line in text.splitlines() if "garbage" in line))
    assert PricePlan.objects.count() == PriceVersion.objects.count() == 0


def test_import_of_a_draft_again_replaces_it(utility: Utility) -> None:
    first = tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=OLD, on=ON)

    second = tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=OLD.replace("4.30", "4.31"), on=ON)

    assert second.version_id == first.version_id
    assert "4.31" in PriceVersion.objects.get().source


def test_publishing_ends_the_version_before(utility: Utility) -> None:
    old = published(utility, OLD)

    new = published(utility, NEW)

    assert PriceVersion.objects.get(pk=old).effective_to == date(2025, 9, 1)
    assert PriceVersion.objects.get(pk=new).effective_to is None
    assert sorted(price_list(utility.company_id).version_ids) == [
        ("golden-res", date(2024, 1, 1)),
        ("golden-res", date(2025, 9, 1)),
    ]


def test_publishing_an_earlier_version_afterwards_ends_it_where_the_later_begins(utility: Utility) -> None:
    published(utility, NEW)

    old = published(utility, OLD)

    assert PriceVersion.objects.get(pk=old).effective_to == date(2025, 9, 1)


def test_a_published_version_is_never_imported_over_nor_published_twice(utility: Utility) -> None:
    version_id = published(utility, OLD)

    with pytest.raises(tariffs.PublishedVersion):
        tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=OLD, on=ON)
    with pytest.raises(tariffs.PublishedVersion):
        tariffs.publish(actor=ACTOR, version_id=version_id, at=AT, on=ON)

    assert PriceVersion.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE price_version SET source = 'x' WHERE id = %s",
        "UPDATE price_version SET effective_to = '2031-01-01' WHERE id = %s",
        "UPDATE price_version SET state = 'DRAFT' WHERE id = %s",
        "DELETE FROM price_version WHERE id = %s",
    ],
)
def test_the_database_refuses_to_change_a_published_version(statement: str, utility: Utility) -> None:
    version_id = published(utility, OLD)
    published(utility, NEW)

    with pytest.raises(IntegrityError, match="published"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [version_id])

    assert PriceVersion.objects.get(pk=version_id).effective_to == date(2025, 9, 1)


def test_a_later_assignment_ends_the_earlier(utility: Utility) -> None:
    published(utility, OLD)
    unit_id = utility.company_id
    tariffs.assign(actor=ACTOR, unit_id=unit_id, class_code="RESIDENTIAL", plan_code="golden-res", from_date=ON, on=ON)

    tariffs.assign(
        actor=ACTOR,
        unit_id=unit_id,
        class_code="RESIDENTIAL",
        plan_code="golden-res",
        from_date=date(2025, 6, 1),
        on=ON,
    )

    spans = PlanAssignment.objects.order_by("from_date").values_list("from_date", "to_date")
    assert list(spans) == [(ON, date(2025, 6, 1)), (date(2025, 6, 1), None)]
    with pytest.raises(tariffs.AssignmentsOverlap):
        tariffs.assign(
            actor=ACTOR,
            unit_id=unit_id,
            class_code="RESIDENTIAL",
            plan_code="golden-res",
            from_date=date(2025, 3, 1),
            on=ON,
        )


def test_assigning_before_anything_is_published_is_refused(utility: Utility) -> None:
    tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=OLD, on=ON)

    with pytest.raises(tariffs.NothingPublished):
        tariffs.assign(
            actor=ACTOR,
            unit_id=utility.company_id,
            class_code="RESIDENTIAL",
            plan_code="golden-res",
            from_date=ON,
            on=ON,
        )

    assert not PlanAssignment.objects.exists()


def test_a_taxed_item_without_a_rate_is_refused(utility: Utility) -> None:
    row = NewChargeItem("vat", "水费", tax_treatment=TaxTreatment.TAXED)

    with pytest.raises(tariffs.TaxRateMissing):
        tariffs.create_charge_item(actor=ACTOR, company_id=utility.company_id, row=row, on=ON)
    made = NewChargeItem("vat", "水费", tax_treatment=TaxTreatment.TAXED, tax_rate=Decimal("0.03"))
    tariffs.create_charge_item(actor=ACTOR, company_id=utility.company_id, row=made, on=ON)
    with pytest.raises(tariffs.CodeTaken):
        tariffs.create_charge_item(actor=ACTOR, company_id=utility.company_id, row=made, on=ON)


def test_people_of_another_unit_may_neither_draft_nor_publish(utility: Utility) -> None:
    imported = tariffs.import_version(actor=ACTOR, company_id=utility.company_id, text=OLD, on=ON)
    stranger = make_person(utility.east_id, "tariffs.edit", "tariffs.publish", "tariffs.view")

    with pytest.raises(NotPermitted):
        tariffs.import_version(actor=stranger, company_id=utility.company_id, text=NEW, on=ON)
    with pytest.raises(NotPermitted):
        tariffs.publish(actor=stranger, version_id=imported.version_id, at=AT, on=ON)
    with pytest.raises(NotPermitted):
        tariffs.export_version(actor=stranger, version_id=imported.version_id, on=ON)

    assert PriceVersion.objects.get().state == "DRAFT"
