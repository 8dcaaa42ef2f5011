"""What an audit entry says of a change, and the hash of a link."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.platform.audit.rules.chain import FIRST, LinkHash
from qingyuan.platform.audit.rules.changes import differing, plain

VALUES: st.SearchStrategy[object] = st.sampled_from(
    [None, True, False, 2, 3, "", "水", Decimal("1.10"), Decimal("1.1")]
)
FIELDS = st.dictionaries(st.sampled_from("abcdef"), VALUES)


class Colour(StrEnum):
    BLUE = "BLUE"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.10"), "1.10"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        (Colour.BLUE, "BLUE"),
        (frozenset({2, 1}), [1, 2]),
        ((1, (Decimal("2.0"),)), [1, ["2.0"]]),
        ({"a": {"b": None}}, {"a": {"b": None}}),
        (True, True),
    ],
)
def test_plain_holds_it_exactly(value: object, expected: object) -> None:
    found = plain(value)

    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("value", [1.5, b"x", object()])
def test_plain_refuses_what_json_cannot_hold_exactly(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)


def test_differing_keeps_a_side_whole_when_the_other_is_missing() -> None:
    assert differing(None, {"a": 1}) == (None, {"a": 1})
    assert differing({"a": 1}, None) == ({"a": 1}, None)


@given(FIELDS, FIELDS)
def test_differing_loses_no_difference(before: dict[str, object], after: dict[str, object]) -> None:
    old, new = differing(before, after)

    assert old is not None
    assert new is not None
    same = {name: value for name, value in before.items() if name not in old}
    assert {**same, **new} == {name: plain(value) for name, value in after.items()} | {
        name: value for name, value in same.items() if name in after
    }
    assert all(name not in old or name not in new or old[name] != new[name] for name in "abcdef")


def test_link_hash_changes_with_every_part() -> None:
    entries = [{"id": 1, "reason": "a"}, {"id": 2, "reason": "b"}]

    hashes = {
        LinkHash(FIRST).add(entries).hexadecimal,
        LinkHash("1" * 64).add(entries).hexadecimal,
        LinkHash(FIRST).add(entries[:1]).hexadecimal,
        LinkHash(FIRST).add(reversed(entries)).hexadecimal,
        LinkHash(FIRST).add([entries[0], {"id": 2, "reason": "c"}]).hexadecimal,
    }

    assert len(hashes) == 5
    assert LinkHash(FIRST).add(entries[:1]).add(entries[1:]).hexadecimal in hashes
