"""What was done to a record (变更记录), from audit entries: the same words on every page that shows a history."""

from collections.abc import Iterable
from dataclasses import dataclass

from qingyuan.interfaces.office.shell.details import Timeline, TimelineEntry
from qingyuan.interfaces.office.shell.register_words import action_label, field_label, permission_label, plain_text
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.platform.audit.queries import Entry


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; an empty side was not there."""

    label: Label
    before: str
    after: str


def changes_of(entry: Entry) -> tuple[Change, ...]:
    """The fields that the entry tells of, in its order. Of permissions only those added or taken away are named."""
    before, after = entry.before or {}, entry.after or {}
    old, new = before.get("permissions"), after.get("permissions")
    if isinstance(old, list) and isinstance(new, list):
        before = {**before, "permissions": [code for code in old if code not in new]}
        after = {**after, "permissions": [code for code in new if code not in old]}
    return tuple(
        Change(
            field_label(name),
            _text(name, before[name]) if name in before else "",
            _text(name, after[name]) if name in after else "",
        )
        for name in {**before, **after}
    )


def change_text(entry: Entry) -> str:
    """All changes of an entry in one line: 名称：甲 → 乙；电话：… ."""
    return "；".join(_one(change) for change in changes_of(entry))


def trail(entries: Iterable[Entry]) -> Timeline:
    """The entries as a timeline, newest first."""
    return Timeline(
        tuple(
            TimelineEntry(
                at=entry.at,
                title=action_label(entry.action),
                detail="；".join(part for part in (change_text(entry), entry.reason) if part),
                who=entry.actor_name,
            )
            for entry in entries
        )
    )


def _one(change: Change) -> str:
    if change.before and change.after:
        return f"{change.label}：{change.before} → {change.after}"
    return f"{change.label}：{change.after or change.before}"


def _text(name: str, value: object) -> str:
    if name == "permissions" and isinstance(value, list):
        return "、".join(permission_label(str(code)) for code in value) or "—"
    return plain_text(value)


__all__ = ["Change", "change_text", "changes_of", "trail"]
