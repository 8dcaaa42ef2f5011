"""The calculation without a database: tier order, corrections, canonical texts, memory of what was rated."""

import json
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.billing.rules.calculate import Outcome, calculate, item_hash, recompute, run_hash
from qingyuan.domains.billing.rules.case import Case, Correction, Place, Rows
from qingyuan.domains.billing.rules.lines import lines_text
from qingyuan.domains.billing.rules.snapshot_reading import parse
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.billing.rules.terms import Terms, Usage
from qingyuan.domains.billing.rules.tier_use import Counted, UseTable
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.request import UsageShare
from qingyuan.kernel.canonical import canonical_json

D = Decimal
SHANGHAI = Path(__file__).resolve().parents[3] / "qingyuan" / "data" / "tariffs" / "sh-res.yaml"
CATALOGUE = Catalogue([parse_version(SHANGHAI.read_text(encoding="utf-8"))])
RATER = partial(rate, catalogue=CATALOGUE)
COUNTER = parse_version(SHANGHAI.read_text(encoding="utf-8")).counter


def terms(month: int = 2) -> Terms:
    start, end = date(2025, month, 1), date(2025, month + 1, 1)
    return Terms(
        shares=(UsageShare(CATALOGUE.refs("sh-res", start, end)),),
        class_ids=(1,),
        from_date=start,
        to_date=end,
        period_date=start,
    )


def usage(volume: str, month: int = 2, meter: str = "M1") -> Usage:
    key = f'"2025-{month:02d}-01","2025-{month + 1:02d}-01","{volume}"'
    return Usage(key, f'[{key},[["METER","{volume}","{meter}/1","0.000","{volume}","1.000000"]]]')


def case(account: str, volume: str, *, group: int = 1, month: int = 2, of: Terms | None = None) -> Case:
    return Case(
        Place(f"G{group}", account, f"P{account}", 202500 + month, 1),
        Rows(group, int(account), 1, int(account), 1, 1, int(account) * 100 + month),
        BillKind.REGULAR,
        terms=of or terms(month),
        usage=usage(volume, month, f"M{account}"),
    )


def amounts(outcomes: list[Outcome]) -> list[Decimal]:
    return [outcome.priced.rated.total for outcome in outcomes if outcome.priced is not None]


def test_second_accounts_january_counts_in_the_first_ones_february() -> None:
    cases = [case("1", "100.000", month=3), case("2", "200.000", month=2)]

    first, second = calculate(cases, UseTable(), RATER)

    assert first.case.place.account_no == "1"  # the run's order, by account
    assert '"tier_use":[["' + COUNTER + '","2025-01-01","200.000"]]' in first.snapshot
    assert amounts([second, first]) == [D("690.00"), D("455.40")]  # 20 × 1.92 + 80 × 3.30 + 100 × 1.53


def test_entries_of_later_positions_do_not_count() -> None:
    use = UseTable(
        [
            Counted(1, COUNTER, date(2025, 1, 1), 20250101, 7, D("200.000")),
            Counted(1, COUNTER, date(2025, 1, 1), 20250301, 9, D("300.000")),
        ]
    )

    (outcome,) = calculate([case("1", "40.000")], use, RATER)

    assert amounts([outcome]) == [D("165.60")]
    assert use.groups_with_later() == [1]


def test_what_is_turned_down_counts_nothing() -> None:
    cases = [case("1", "200.000"), case("2", "100.000")]

    outcomes = calculate(cases, UseTable(), RATER, expected=lambda outcome: outcome.case.place.account_no != "1")

    assert '"tier_use"' not in outcomes[1].snapshot


def test_correction_of_moved_room_counts_nothing_and_of_volume_counts_the_change() -> None:
    (was,) = calculate([case("1", "60.000")], UseTable([counted("180.000")]), RATER)
    before = parse(was.snapshot).after
    same = Correction(1, "B1", before, before, "ROOM_MOVED")
    less = Correction(1, "B1", before, parse(smaller()).after, "TRUE_UP")

    (moved,) = calculate([corrected(same)], UseTable([counted("160.000")]), RATER)
    (trued,) = calculate([corrected(less)], UseTable([counted("180.000")]), RATER)

    assert moved.priced is not None and trued.priced is not None
    assert (moved.priced.rated.total, moved.priced.rated.entries) == (D("-27.60"), ())
    assert [entry.volume for entry in trued.priced.rated.entries] == [D("-20.000")]
    assert (moved.case.kind, trued.case.kind) == (BillKind.REFUND, BillKind.REFUND)


def counted(volume: str) -> Counted:
    return Counted(1, COUNTER, date(2025, 1, 1), 20250101, 3, D(volume))


def smaller() -> str:
    (outcome,) = calculate([case("1", "40.000")], UseTable([counted("180.000")]), RATER)
    return outcome.snapshot


def corrected(correction: Correction) -> Case:
    made = case("1", "0.000")
    return Case(made.place, made.rows, BillKind.OTHER, sequence=5, correction=correction)


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_snapshot_gives_the_bill_again_and_order_of_input_does_not_matter(volumes: list[int], random: object) -> None:
    cases = [case(str(n + 1), f"{volume / 1000:.3f}") for n, volume in enumerate(volumes)]
    shuffled = list(cases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    outcomes = calculate(cases, UseTable(), RATER)

    assert run_hash(each.hash for each in calculate(shuffled, UseTable(), RATER)) == run_hash(
        each.hash for each in outcomes
    )
    for outcome in outcomes:
        snapshot = parse(outcome.snapshot)
        again = recompute(snapshot.after, snapshot.before, RATER)
        assert item_hash(outcome.snapshot, lines_text(again.lines)) == outcome.hash
        assert canonical_json(json.loads(outcome.snapshot)) == outcome.snapshot
        assert canonical_json(json.loads(outcome.lines)) == outcome.lines


def test_what_was_rated_before_comes_from_memory_and_is_the_same() -> None:
    shared = terms()
    calls: list[object] = []

    def counting(request: object) -> object:
        calls.append(request)
        return RATER(request)  # type: ignore[arg-type]

    cases = [case(str(n), "40.000", group=n, of=shared) for n in range(1, 6)]
    outcomes = calculate(cases, UseTable(), counting)  # type: ignore[arg-type]

    assert len(calls) == 1
    assert amounts(outcomes) == [D("138.00")] * 5
    assert len({outcome.hash for outcome in outcomes}) == 5
