"""docs/rules/rating.md: its tariff blocks parse, its worked tables come out as printed."""

import re
from pathlib import Path

import pytest
import yaml

from qingyuan.domains.tariffs.rules.cases import run_cases
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.parse_cases import CASES_FORMAT, Case, parse_cases

_ROOT = Path(__file__).parents[2]
_TEXT = (_ROOT / "docs" / "rules" / "rating.md").read_text(encoding="utf-8")
_EXPECTED = ("total", "tier_volumes", "error")


def _cases(text: str) -> list[Case]:
    cases: list[Case] = []
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif cells[0] == "case":
            header = cells
        elif header and not cells[0].startswith("---"):
            cases.append(_case(dict(zip(header, cells, strict=True))))
    return cases


def _case(row: dict[str, str]) -> Case:
    case = yaml.load(row["facts"], Loader=yaml.BaseLoader)
    expect = case.setdefault("expect", {})
    case["id"] = row["case"]
    case |= {key: row[key] for key in ("tariff", "usage") if row[key]}
    expect |= {key: yaml.load(row[key], Loader=yaml.BaseLoader) for key in _EXPECTED if row.get(key)}
    (parsed,) = parse_cases(yaml.safe_dump({"format": CASES_FORMAT, "cases": [case]}))
    return parsed


_CASES = _cases(_TEXT)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    blocks = re.findall(r"```yaml\n(.*?)```", _TEXT, re.DOTALL)
    files = sorted((_ROOT / "qingyuan" / "data" / "tariffs").glob("*.yaml"))
    return Catalogue(parse_version(text) for text in [*blocks, *(path.read_text(encoding="utf-8") for path in files)])


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.case_id)
def test_worked_table_row_comes_out_as_printed(case: Case, catalogue: Catalogue) -> None:
    (outcome,) = run_cases([case], catalogue)

    assert outcome.passed, outcome


def test_a_wrong_row_is_noticed(catalogue: Catalogue) -> None:
    table = "| case | tariff | usage | facts | total |\n|---|---|---|---|---|\n| x | sh-adm | 1000 | {} | 5000.00 |"

    (outcome,) = run_cases(_cases(table), catalogue)

    assert not outcome.passed
    assert [(each.field, each.expected, each.actual) for each in outcome.differences] == [
        ("total", "5000.00", "5002.00")
    ]


def test_case_names_are_unique() -> None:
    names = [case.case_id for case in _CASES]

    assert len(names) > 80
    assert len(names) == len(set(names))
