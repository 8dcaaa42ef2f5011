"""Keeping the dictionary (数据字典维护). Entries are retired, never removed: old rows name them."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.dictionary.models import DictionaryEntry
from qingyuan.platform.dictionary.rules.shipped import SETS
from qingyuan.platform.staff.operations import require


class EntryExists(DomainError):
    """The set has an entry of this code (字典项编码重复)."""

    code = "dictionary.entry_exists"


def add_entry(
    *, actor: Actor, set_code: str, code: str, name: str, on: date, name_en: str = "", position: int = 0
) -> int:
    """Add an entry to a set, which comes into being with its first; returns its id.

    Raises NotPermitted without dictionary.edit, EntryExists.
    """
    require(actor, "dictionary.edit", on=on)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = DictionaryEntry.objects.create(
                    set_code=set_code, code=code, name=name, name_en=name_en, position=position
                )
        except IntegrityError as error:
            raise EntryExists(set=set_code, entry=code) from error
        _audit(actor, "dictionary.entry_added", row, None, {"name": name, "name_en": name_en, "position": position})
    return row.pk


def update_entry(
    *,
    actor: Actor,
    entry_id: int,
    version: int,
    name: str,
    position: int,
    is_active: bool,
    on: date,
    name_en: str = "",
) -> None:
    """Rename, move, retire or restore an entry. Raises NotPermitted without dictionary.edit, NotFound, StaleEdit."""
    require(actor, "dictionary.edit", on=on)
    row = DictionaryEntry.objects.filter(pk=entry_id).first()
    if row is None:
        raise NotFound(entry=entry_id)
    after: dict[str, object] = {"name": name, "name_en": name_en, "position": position, "is_active": is_active}
    before = {column: getattr(row, column) for column in after}
    with transaction.atomic():
        changed = DictionaryEntry.objects.filter(pk=entry_id, version=version).update(version=F("version") + 1, **after)
        if not changed:
            raise StaleEdit(set=row.set_code, entry=row.code)
        _audit(actor, "dictionary.entry_changed", row, before, after)


def seed_shipped_sets(*, actor: Actor, on: date) -> int:
    """Add the shipped entries that are not there yet; what the utility changed stays. Returns how many were added.

    Raises NotPermitted without dictionary.edit.
    """
    require(actor, "dictionary.edit", on=on)
    known = set(DictionaryEntry.objects.values_list("set_code", "code"))
    missing = [
        DictionaryEntry(set_code=one.code, code=code, name=name, name_en=name_en, position=position)
        for one in SETS
        for position, (code, name, name_en) in enumerate(one.entries, start=1)
        if (one.code, code) not in known
    ]
    if not missing:
        return 0
    with transaction.atomic():
        DictionaryEntry.objects.bulk_create(missing)
        audit.record_bulk(
            actor=actor,
            action="dictionary.seeded",
            object_type="dictionary",
            object_keys_hash=sha256_hex(canonical_json(sorted(f"{row.set_code}.{row.code}" for row in missing))),
            count=len(missing),
        )
    return len(missing)


def _audit(
    actor: Actor, action: str, row: DictionaryEntry, before: dict[str, object] | None, after: dict[str, object]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="dictionary",
        object_key=f"{row.set_code}.{row.code}",
        before=before,
        after=after,
    )
