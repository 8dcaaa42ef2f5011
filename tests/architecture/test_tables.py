"""Tables: foreign keys point down the order of the floors, and the migrations make exactly the models."""

from configparser import ConfigParser

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from tests.architecture.source import ROOT


def order() -> dict[str, int]:
    """The app's rank by label, low to high, as the import contracts have it; apps on one line have one rank."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    lines: list[str] = []
    for section in ("domains", "platform"):
        lines += contracts[f"importlinter:contract:{section}"]["layers"].strip().splitlines()
    ranks: dict[str, int] = {}
    for rank, line in enumerate(reversed(lines)):
        for name in line.split("|"):
            ranks[name.strip().strip("()")] = rank
    return ranks


def foreign_key_breaches(found: list[type[models.Model]], ranks: dict[str, int]) -> list[str]:
    """Relations from an app of ours to one that is not below it."""
    breaches = []
    for model in found:
        label = model._meta.app_label
        if label not in ranks:
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey | models.ManyToManyField):
                continue
            target = field.related_model
            assert isinstance(target, type)
            other = target._meta.app_label
            if other == label or other not in ranks:
                continue
            if ranks[other] >= ranks[label]:
                breaches.append(f"{label}.{model.__name__}.{field.name} points up to {other}.{target.__name__}")
    return breaches


def pending_changes(state: ProjectState) -> list[str]:
    """Models of the state that no migration makes yet."""
    with translation.override(None):  # labels of Django's own models are compared as they are written
        loader = MigrationLoader(None)
        detector = MigrationAutodetector(loader.project_state(), state)
        changes = detector.changes(graph=loader.graph)
    return sorted(label for label in changes if label in order())


def test_every_app_has_its_place_in_the_order() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("qingyuan.")}

    assert ours - set(order()) == set()


def test_foreign_keys_point_down() -> None:
    assert foreign_key_breaches(apps.get_models(include_auto_created=True), order()) == []


def test_foreign_key_check_sees_red() -> None:
    upside_down = {label: -rank for label, rank in order().items()}

    assert foreign_key_breaches(apps.get_models(), upside_down) != []


def test_migrations_make_the_models() -> None:
    with translation.override(None):
        state = ProjectState.from_apps(apps)

    assert pending_changes(state) == []


def test_migration_check_sees_red() -> None:
    with translation.override(None):
        state = ProjectState.from_apps(apps)
    state.add_field("audit", "auditentry", "planted", models.BooleanField(null=True), preserve_default=True)

    assert pending_changes(state) == ["audit"]


@pytest.mark.parametrize("label", ["billing", "ledger", "readings", "payments"])
def test_ids_are_big(label: str) -> None:
    for model in apps.get_app_config(label).get_models():
        key: object = model._meta.pk
        if isinstance(key, models.CompositePrimaryKey):
            key = model._meta.get_field(key.field_names[0].removesuffix("_id"))
        assert isinstance(
            key, models.BigAutoField | models.BigIntegerField | models.OneToOneField | models.ForeignKey
        ), model
