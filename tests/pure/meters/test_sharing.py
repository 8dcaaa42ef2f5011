"""A main's difference shared among its subs: the worked table of docs/rules/billing.md, and what holds for any figures."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.meters.rules.difference import share_difference
from qingyuan.domains.meters.rules.states import Sharing

_TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "billing.md").read_text(encoding="utf-8")
_HEAD = "| way | main | subs |"
D = Decimal


def _rows() -> list[list[str]]:
    lines = _TEXT[_TEXT.index(_HEAD) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _numbers(text: str) -> list[Decimal]:
    return [D(each) for each in text.split(",") if each.strip()]


def test_the_worked_table_has_all_its_rows() -> None:
    assert len(_rows()) == 8


@pytest.mark.parametrize("row", _rows(), ids=" ".join)
def test_worked_table(row: list[str]) -> None:
    way, main, subs, fixed, cap, places, shared, kept, shares = row
    volumes, parts = _numbers(subs), [each / 100 for each in _numbers(fixed)]
    sharers = [(volume, parts[place] if parts else None) for place, volume in enumerate(volumes)]
    method, limit, scale = Sharing(way), (D(cap) / 100 if cap else None), int(places)

    if shared == "refused":
        with pytest.raises(ValueError, match="below its subs"):
            share_difference(D(main), sum(volumes, D(0)), sharers, method=method, cap=limit, scale=scale)
        return
    made = share_difference(D(main), sum(volumes, D(0)), sharers, method=method, cap=limit, scale=scale)

    assert (made.shared, made.kept, list(made.parts)) == (D(shared), D(kept), _numbers(shares))


VOLUMES = st.decimals(min_value=0, max_value=100_000, places=3)
FIXED = st.integers(min_value=1, max_value=100)


@given(
    volumes=st.lists(VOLUMES, max_size=12),
    fixed=st.lists(FIXED, min_size=12, max_size=12),
    others=VOLUMES,
    loss=VOLUMES,
    method=st.sampled_from(Sharing),
    cap=st.none() | st.decimals(min_value="0.000001", max_value=1, places=6),
    scale=st.integers(min_value=0, max_value=3),
)
def test_shares_sum_to_what_is_shared_within_cap_and_scale(
    volumes: list[Decimal],
    fixed: list[int],
    others: Decimal,
    loss: Decimal,
    method: Sharing,
    cap: Decimal | None,
    scale: int,
) -> None:
    """`others`: subs that take no share but whose usage counts."""
    whole = max(sum(fixed[: len(volumes)]), 100)
    sharers = [(volume, D(fixed[place]) / whole) for place, volume in enumerate(volumes)]
    subs = sum(volumes, others)
    main = subs + loss

    made = share_difference(main, subs, sharers, method=method, cap=cap, scale=scale)

    assert sum(made.parts) == made.shared <= made.difference == loss
    assert made.shared + made.kept == loss and made.kept >= 0
    assert cap is None or made.shared <= main * cap
    assert len(made.parts) == len(volumes)
    step = D(1).scaleb(-scale)
    total = sum(made.weights, D(0))
    for part, weight in zip(made.parts, made.weights, strict=True):
        assert part >= 0 and part % step == 0
        if total:
            assert abs(part - made.shared * weight / total) < step
    if method is Sharing.VOLUME and not any(volumes):
        assert made.shared == 0
    if method is not Sharing.FIXED and total and cap is None:
        assert loss - made.shared < step


@given(count=st.integers(min_value=1, max_value=30), loss=st.integers(min_value=0, max_value=10_000))
def test_by_count_nobody_takes_more_than_one_unit_more_than_another(count: int, loss: int) -> None:
    made = share_difference(D(loss), D(0), [(D(0), None)] * count, method=Sharing.COUNT, cap=None, scale=0)

    assert sum(made.parts) == loss
    assert max(made.parts) - min(made.parts) <= 1
    assert list(made.parts) == sorted(made.parts, reverse=True)
