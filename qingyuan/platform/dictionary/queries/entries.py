"""Reads of the dictionary (数据字典)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from qingyuan.platform.dictionary.models import DictionaryEntry
from qingyuan.platform.dictionary.rules.shipped import shipped_set


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a set. Retired ones (`is_active` False) are shown where they were used, not offered."""

    id: int
    code: str
    name: str
    name_en: str
    position: int
    is_active: bool
    version: int

    def label(self, language: str) -> str:
        """The name in the reader's language: English where there is one and it is asked for."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


@dataclass(frozen=True, slots=True)
class EntrySet:
    """A set with its names (a utility's own set is named by its code) and how many entries are in use."""

    code: str
    name: str
    name_en: str
    active_count: int
    total_count: int


def entries(set_code: str, *, with_retired: bool = False) -> tuple[Entry, ...]:
    """The entries of a set in their order; an unknown set has none."""
    rows = DictionaryEntry.objects.filter(set_code=set_code)
    if not with_retired:
        rows = rows.filter(is_active=True)
    return tuple(_entry(row) for row in rows.order_by("position", "code"))


def labels(set_code: str, language: str) -> dict[str, str]:
    """Names by code, retired ones too, for showing what is stored."""
    return {entry.code: entry.label(language) for entry in entries(set_code, with_retired=True)}


def sets() -> tuple[EntrySet, ...]:
    """All sets by code."""
    counted = DictionaryEntry.objects.values("set_code").annotate(
        total=Count("id"), active=Count("id", filter=Q(is_active=True))
    )
    found: list[EntrySet] = []
    for row in counted.order_by("set_code"):
        shipped = shipped_set(row["set_code"])
        name, name_en = (shipped.name, shipped.name_en) if shipped else (row["set_code"], row["set_code"])
        found.append(EntrySet(row["set_code"], name, name_en, row["active"], row["total"]))
    return tuple(found)


def is_known(set_code: str, code: str) -> bool:
    """Whether the set offers this code now."""
    return DictionaryEntry.objects.filter(set_code=set_code, code=code, is_active=True).exists()


def _entry(row: DictionaryEntry) -> Entry:
    return Entry(
        id=row.pk,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        position=row.position,
        is_active=row.is_active,
        version=row.version,
    )
