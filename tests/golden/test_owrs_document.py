"""docs/rules/owrs.md: its files go through import and rate, its worked bills and its refusals come out as printed."""

import json
import re
from pathlib import Path

import pytest

from qingyuan.domains.tariffs.rules.owrs.importing import Asked, import_file
from qingyuan.domains.tariffs.rules.owrs.refusal import OwrsRefused
from qingyuan.domains.tariffs.rules.owrs.source import read_file
from qingyuan.interfaces.commands.entry import main
from tests.factories.documents import ROOT, table

_PAGE = "docs/rules/owrs.md"
_BLOCKS: dict[str, str] = dict(
    re.findall(r"```yaml\n# (\w+)\.owrs\n(.*?)```", (ROOT / _PAGE).read_text(encoding="utf-8"), re.DOTALL)
)


def _bills() -> list[list[str]]:
    """Nine cells each; a meter size may hold the bar that parts the cells."""
    return [row if len(row) == 9 else [*row[:5], "|".join(row[5:7]), *row[7:]] for row in table(_PAGE, "bill")]


@pytest.mark.parametrize("row", _bills(), ids=lambda row: row[0])
def test_worked_bill_comes_out_as_printed(row: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _name, file, class_name, choices, usage, calibre, months, _arithmetic, total = row
    source = tmp_path / f"{file}.owrs"
    source.write_text(_BLOCKS[file], encoding="utf-8")
    chosen = [word for choice in choices.split() for word in ("--set", choice)]

    assert main(["tariff", "import-owrs", str(source), "--class", class_name, *chosen, "--out", str(tmp_path)]) == 0
    (tariff,) = tmp_path.glob("*.yaml")
    capsys.readouterr()
    facts = ["--usage", usage, "--months", months, *(["--calibre", calibre] if calibre else [])]
    assert main(["rate", "--tariff", str(tariff), *facts, "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["total"] == total


@pytest.mark.parametrize("row", table(_PAGE, "refused"), ids=lambda row: row[0])
def test_refusal_names_key_and_reason(row: list[str]) -> None:
    _name, body, key, reason = row
    text = f"metadata: {{effective_date: 2020-01-01, bill_frequency: Monthly}}\nrate_structure:\n  RES: {body}\n"
    (refused,) = import_file(read_file(text), Asked()).refused

    place = f"rate_structure.RES.{key}" if key else "rate_structure.RES"
    assert (refused.problem.place, refused.problem.code) == (place, f"tariffs.owrs.{reason}")
    assert refused.problem.line == 3


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("07-03-2017", "13/01/2017", "metadata.effective_date", "not_date"),
        ("07-03-2017", "07/01/17", "metadata.effective_date", "not_date"),
        ("07-03-2017", "summer", "metadata.effective_date", "not_date"),
        ("bimonthly}", "bimonthly, bill_unit: acre-feet}", "metadata.bill_unit", "unknown_unit"),
        ("rate_structure", "rates", "rate_structure", "missing_section"),
        ("metadata: {", "metadata: {effective_date: 2017-01-01, ", "metadata.effective_date", "double_key"),
    ],
)
def test_a_file_is_refused_by_its_key(old: str, new: str, place: str, reason: str) -> None:
    with pytest.raises(OwrsRefused) as refusal:
        read_file(_BLOCKS["budgets"].replace(old, new, 1))

    assert (refusal.value.problem.place, refusal.value.problem.code) == (place, f"tariffs.owrs.{reason}")


def test_tiers_ask_for_a_known_frequency_flat_prices_do_not() -> None:
    imported = import_file(read_file(_BLOCKS["hillview"].replace("Monthly", "now and then")), Asked())

    assert {each.class_name for each in imported.made} == {"IRRIGATION", "MOUNTAIN"}
    assert {each.problem.place for each in imported.refused} == {"metadata.bill_frequency"}


def test_a_wrong_bill_would_be_noticed(tmp_path: Path) -> None:
    row = next(row for row in _bills() if row[0] == "flat-by-place")
    with pytest.raises(AssertionError):
        test_worked_bill_comes_out_as_printed([*row[:-1], "94.90"], tmp_path, _Quiet())  # type: ignore[arg-type]


class _Quiet:
    """Stands in for the output capture, which only a running test has."""

    out = '{"total": "94.89"}'

    def readouterr(self) -> "_Quiet":
        return self
