"""The permission matrix (权限矩阵): all permissions by area, as a page shows them and as a form offers them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from qingyuan.interfaces.office.shell.register_words import area_label, area_of, area_order, permission_label
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.platform import registry


@dataclass(frozen=True, slots=True)
class Mark:
    """One permission: what it allows, whether it is held, and where to see who holds it."""

    code: str
    label: str
    held: bool
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """The permissions of one area."""

    area: str
    label: Label
    marks: tuple[Mark, ...]
    held_count: int


def codes_by_area() -> dict[str, tuple[str, ...]]:
    """Every declared permission by area: areas in the order of the pages, `view` first, then as declared."""
    found: dict[str, list[str]] = {}
    for code in registry.permissions.all():
        found.setdefault(area_of(code), []).append(code)
    return {
        area: tuple(sorted(found[area], key=lambda code: not code.endswith(".view")))
        for area in sorted(found, key=area_order)
    }


def matrix(held: Collection[str]) -> tuple[Block, ...]:
    """The matrix of a role that holds these permissions."""
    blocks = []
    for area, codes in codes_by_area().items():
        marks = tuple(
            Mark(code, permission_label(code), code in held, f"{reverse('roles:who-may')}?permission={code}")
            for code in codes
        )
        blocks.append(Block(area, area_label(area), marks, sum(mark.held for mark in marks)))
    return tuple(blocks)


def permission_choices() -> list[tuple[str, str]]:
    """All permissions as choices, each with its area before it."""
    return [
        (code, f"{area_label(area)} · {permission_label(code)}")
        for area, codes in codes_by_area().items()
        for code in codes
    ]
