"""`qingyuan tariff import-owrs`: what it writes, says and refuses, and its exit status, through the program's own entry."""

import json
from pathlib import Path

import pytest

from qingyuan.interfaces.commands.entry import main

_TEXT = """metadata: {effective_date: 2020-01-01, utility_name: Springs, bill_frequency: Monthly}
rate_structure:
  RES:
    flat_rate: {depends_on: zone, values: {1: 1.5, 2: 1.75}}
    bill: flat_rate*usage_ccf + fee
    fee: 5
  GARDEN: {budget: et*2, tier_starts: [0, 100%], tier_prices: [1, 2], commodity_charge: Budget, bill: commodity_charge}
  BAD: {bill: 'max(5, usage_ccf)'}
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_LANG", "en")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "springs.owrs"
    path.write_text(_TEXT, encoding="utf-8")
    return path


def _run(*arguments: str) -> int:
    try:
        return main(["tariff", "import-owrs", *arguments])
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.yaml"))


def test_writes_what_can_be_and_names_what_cannot(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = source.parent / "new" / "folder"

    status = _run(str(source), "--out", str(out))

    said = capsys.readouterr()
    assert status == 1
    assert _names(out) == ["springs-res-zone-1.yaml", "springs-res-zone-2.yaml"]
    assert said.out.splitlines()[-1] == "2 files written, 2 refused"
    assert "springs.owrs, line 7, rate_structure.GARDEN.budget: et is neither in the class nor given" in said.err
    assert "springs.owrs, line 8, rate_structure.BAD.bill: max(5, usage_ccf) is not a formula" in said.err


def test_one_class_and_choice_is_one_file(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--class", "GARDEN", "--set", "et=5.5", "--item", "commodity_charge=water", "--currency", "AUD")

    status = _run(str(source), *chosen, "--effective", "2021-07-01", "--out", str(source.parent))

    assert (status, capsys.readouterr().err) == (0, "")
    (name,) = _names(source.parent)
    text = (source.parent / name).read_text(encoding="utf-8")
    assert name == "springs-garden-et-5-5.yaml"
    for line in ("currency: AUD", "  from: '2021-07-01'", "- item: water", "  - '10'", "source: OWRS springs.owrs"):
        assert line in text.splitlines()


def test_list_shows_what_can_be_chosen_and_writes_nothing(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(str(source), "--list") == 0

    assert capsys.readouterr().out.splitlines() == [
        "RES",
        "  --set zone=… : 1, 2",
        "GARDEN",
        "  --set et=number (a fact of the account)",
        "BAD",
    ]
    assert _run(str(source), "--list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["classes"]
    assert listed[0] == {"class": "RES", "maps": {"zone": ["1", "2"]}, "facts": []}
    assert _names(source.parent) == []


def test_json_has_files_and_refusals(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(str(source), "--out", str(source.parent), "--json") == 1

    answer = json.loads(capsys.readouterr().out)
    assert [(each["class"], each["set"]) for each in answer["files"]] == [
        ("RES", {"zone": "1"}),
        ("RES", {"zone": "2"}),
    ]
    assert [(each["key"], each["line"]) for each in answer["refused"]] == [
        ("rate_structure.GARDEN.budget", 7),
        ("rate_structure.BAD.bill", 8),
    ]


def test_other_content_is_not_written_over(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (str(source), "--class", "RES", "--set", "zone=1", "--out", str(source.parent))
    assert _run(*arguments) == 0
    (path,) = source.parent.glob("*.yaml")
    made = path.read_text(encoding="utf-8")

    assert _run(*arguments) == 0
    path.write_text(f"{made}# changed by hand\n", encoding="utf-8")
    capsys.readouterr()
    assert _run(*arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8").endswith("# changed by hand\n")

    assert _run(*arguments, "--force") == 0
    assert path.read_text(encoding="utf-8") == made


def test_a_choice_that_nothing_heeds_is_told(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(str(source), "--class", "RES", "--set", "zonne=1", "--out", str(source.parent)) == 0

    assert "zonne" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (["nowhere.owrs"], 2, "nowhere.owrs"),
        ([], 2, "FILE"),
        (["{source}", "--set", "zone"], 2, "--set"),
        (["{source}", "--set", "=1"], 2, "--set"),
        (["{source}", "--item", "a="], 2, "--item"),
        (["{source}", "--effective", "soon"], 2, "--effective"),
        (["{source}", "--class", "COMMERCIAL"], 1, "rate_structure.COMMERCIAL"),
        (["{source}", "--class", "RES", "--set", "zone=9"], 1, "zone=9"),
        (["{source}", "--class", "RES", "--out", "{source}"], 2, "springs.owrs"),
    ],
)
def test_what_cannot_be_done_names_it(
    arguments: list[str], status: int, named: str, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*(each.format(source=source) for each in arguments)) == status

    assert named in capsys.readouterr().err
    assert _names(source.parent) == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"[" * 100_000, b"- a\n- b\n", b"a: [\n"])
def test_a_file_that_is_none_is_refused_in_words(
    content: bytes, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(content)

    assert _run(str(source)) in (1, 2)

    said = capsys.readouterr().err
    assert "springs.owrs" in said
    assert "Traceback" not in said and "tariffs." not in said


@pytest.mark.parametrize(("language", "words"), [("en", "is not a formula"), ("zh", "不是可识别的公式")])
def test_refusals_follow_the_language(
    language: str, words: str, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QINGYUAN_LANG", language)

    assert _run(str(source), "--class", "BAD", "--out", str(source.parent)) == 1

    assert words in capsys.readouterr().err


def test_language_is_the_environments_of_each_call(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGYUAN_LANG", "zh")
    _run(str(source), "--list")
    assert "  --set et=数字（用户的值）" in capsys.readouterr().out

    monkeypatch.setenv("QINGYUAN_LANG", "en")
    _run(str(source), "--list")
    assert "  --set et=number (a fact of the account)" in capsys.readouterr().out
