"""The cases that came with the published price tables, each a test of its own."""

from pathlib import Path

import pytest

from qingyuan.domains.tariffs.rules.cases import run_cases
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.parse_cases import Case, parse_cases

_HERE = Path(__file__).parent
_TARIFFS = _HERE.parents[1] / "qingyuan" / "data" / "tariffs"
_CASES = [case for name in ("rating_cases.yaml",) for case in parse_cases((_HERE / name).read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    files = [*_TARIFFS.glob("*.yaml"), *(_HERE / "tariffs").glob("*.yaml")]
    return Catalogue(parse_version(path.read_text(encoding="utf-8")) for path in sorted(files))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.case_id)
def test_case_gives_its_amounts(case: Case, catalogue: Catalogue) -> None:
    (outcome,) = run_cases([case], catalogue)

    assert outcome.passed, outcome
