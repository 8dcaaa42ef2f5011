"""`qingyuan rate`: its JSON, its words and its exit status, through the program's own entry."""

import ast
import json
import re
from pathlib import Path

import pytest

from qingyuan.domains.tariffs.rules.explanation import LABELS, LINE_LABELS
from qingyuan.interfaces.commands.entry import main

_ROOT = Path(__file__).parents[2]
_TARIFFS = _ROOT / "qingyuan" / "data" / "tariffs"
_RULES = _ROOT / "qingyuan" / "domains" / "tariffs" / "rules"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_LANG", "en")


def _run(*arguments: str) -> int:
    try:
        return main(["rate", *arguments])
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code


def _shanghai() -> str:
    return str(_TARIFFS / "sh-res.yaml")


def test_json_has_the_agreed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    status = _run("--tariff", _shanghai(), "--usage", "40", "--used-before", "280", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert status == 0
    assert answer["total"] == "213.20"
    assert answer["tier_volumes"] == ["0.000", "20.000", "20.000"]
    assert answer["tier_use_after"] == "320.000"
    assert answer["carry_after"] == "0"
    line = {"item": "water", "tier": 2, "volume": "20.000", "price": "3.30", "amount": "66.00"}
    assert line.items() <= answer["lines"][0].items()
    assert answer["explanation"]["amount"] == "213.20"


def test_credit_and_dates_and_two_files_of_one_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = "format: qingyuan-tariff/1\ncode: x\neffective: {from: '%s'}\ncharges: [{item: water, price: '%s'}]\n"
    old.write_text(text % ("2000-01-01", "4.00"), encoding="utf-8")
    new.write_text(text % ("2014-05-01", "5.00"), encoding="utf-8")
    dates = ("--from", "2014-04-10", "--to", "2014-08-12", "--json")

    assert _run("--tariff", str(old), str(new), "--usage", "210", *dates) == 0
    bill = json.loads(capsys.readouterr().out)
    assert _run("--tariff", str(new), "--tariff", str(old), "--usage=-210", *dates) == 0
    credit = json.loads(capsys.readouterr().out)

    assert (bill["total"], credit["total"]) == ("1014.00", "-1014.00")


@pytest.mark.parametrize(("language", "words"), [("en", "Total 213.20"), ("zh", "合计 213.20"), ("", "合计 213.20")])
def test_words_follow_the_language(
    language: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QINGYUAN_LANG", language)
    monkeypatch.setenv("LANG", "C.UTF-8")

    assert _run("--tariff", _shanghai(), "--usage", "40", "--used-before", "280") == 0

    assert words in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("charge", "option"),
    [
        ("{item: base, fixed: {per: month, by_calibre: {'15': '1'}}}", "--calibre"),
        ("{item: water, price: ['1', '2']}", "--quota"),
    ],
)
def test_missing_fact_names_its_option(
    charge: str, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.yaml"
    tiers = "tiers: {limits: [{quota: '1'}], cycle_months: 1}\n" if option == "--quota" else ""
    head = "format: qingyuan-tariff/1\ncode: x\neffective: {from: '2000-01-01'}\n"
    path.write_text(f"{head}{tiers}charges: [{charge}]\n", encoding="utf-8")

    status = _run("--tariff", str(path), "--usage", "10", "--json")

    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert option in said.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--usage", "10"], "--tariff"),
        (["--tariff", _shanghai()], "--usage"),
        (["--tariff", _shanghai(), "--usage", "1e3"], "--usage"),
        (["--tariff", _shanghai(), "--usage", "1.2345"], "--usage"),
        (["--tariff", _shanghai(), "--usage", "10", "--months", "-1"], "--months"),
        (["--tariff", _shanghai(), "--usage", "10", "--people", "four"], "--people"),
        (["--tariff", _shanghai(), "--usage", "10", "--from", "2014-01-01"], "--to"),
        (["--tariff", _shanghai(), "--usage", "10", "--from", "2014-02-30", "--to", "2014-03-01"], "--from"),
        (["--tariff", _shanghai(), "--usage=-40"], "--used-before"),
        (["--tariff", "nowhere.yaml", "--usage", "10"], "nowhere.yaml"),
        (["--cases", "nowhere.yaml"], "nowhere.yaml"),
        (["--colour", "blue"], "--colour"),
    ],
)
def test_what_cannot_be_done_exits_two_and_names_it(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = _run(*arguments)

    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert named in said.err


def test_broken_tariff_names_key_place_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.yaml"
    text = (_TARIFFS / "sh-res.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("limits:", "limitz:") + "colour: blue\n", encoding="utf-8")

    status = _run("--tariff", str(path), "--usage", "10")

    said = capsys.readouterr().err.splitlines()
    assert status == 2
    assert any("broken.yaml, line 9, tiers: unknown key limitz" in line for line in said)
    assert any("line 15, /: unknown key colour" in line for line in said)


def test_all_shipped_cases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    status = _run("--cases", str(_ROOT / "tests" / "golden" / "rating_cases.yaml"))

    assert (status, capsys.readouterr().out) == (0, "28 passed, 0 failed\n")


def test_each_difference_is_printed_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "format: qingyuan-rating-cases/1\ncases:\n"
        "- {id: right, tariff: sh-adm, usage: 1000, expect: {total: 5002}}\n"
        "- {id: wrong, tariff: sh-adm, usage: 1000, expect: {total: 5000, tier_volumes: [999]}}\n"
        "- {id: unknown, tariff: sh-adm, usage: 1000, peeple: 3, expect: {total: 5002}}\n"
        "- {id: refused, tariff: nowhere, usage: 1, expect: {total: 1}}\n",
        encoding="utf-8",
    )

    status = _run("--cases", str(path), "--tariffs", str(_TARIFFS))
    lines = capsys.readouterr().out.splitlines()

    assert status == 1
    assert lines[0] == "wrong: total expected 5000, got 5002.00"
    assert lines[1] == "wrong: tier_volumes expected [999], got [1000.000]"
    assert "unknown key peeple" in lines[2]
    assert lines[3].startswith("refused: refused: ")
    assert lines[-1] == "1 passed, 3 failed"

    assert _run("--cases", str(path), "--tariffs", str(_TARIFFS), "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["passed"], answer["failed"]) == (1, 3)
    assert [case["passed"] for case in answer["cases"]] == [True, False, False, False]


def test_broken_tariff_in_the_folder_fails_only_its_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text((_TARIFFS / "sh-adm.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("format: qingyuan-tariff/1\ncode: bad\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("services: {}\n", encoding="utf-8")
    cases = tmp_path / "cases.yaml"
    cases.write_text(
        "format: qingyuan-rating-cases/1\ncases:\n"
        "- {id: a, tariff: sh-adm, usage: 1000, expect: {total: 5002}}\n"
        "- {id: b, tariff: bad, usage: 1000, expect: {total: 5002}}\n",
        encoding="utf-8",
    )

    status = _run("--cases", str(cases))

    said = capsys.readouterr()
    assert (status, said.out.splitlines()[-1]) == (1, "1 passed, 1 failed")
    assert "bad.yaml, line 1" in said.err


def _known(language: str) -> str:
    return (_RULES / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")


def _problem_codes() -> set[str]:
    """The codes with which the parsers complain: the third argument of `add`, the second of `complain`."""
    position = {"add": 2, "complain": 1}
    codes: set[str] = set()
    for path in _RULES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in position:
                given = node.args[position[node.func.attr] :][:1]
                codes |= {f"tariffs.problem.{each.value!s}" for each in given if isinstance(each, ast.Constant)}
    return codes


def test_every_problem_and_label_has_its_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in _RULES.glob("*.py"))
    named = set(re.findall(r'"(tariffs\.(?:warning|problem)\.[a-z_0-9]+)"', source))
    codes = _problem_codes()

    assert len(codes) > 40
    for code in codes | named:
        assert f'msgid "{code}"' in _known("en"), code
        assert f'msgid "{code}"' in _known("zh_Hans"), code
    for label in [*LABELS.values(), *LINE_LABELS.values()]:
        assert f'msgid "{label}"' in _known("zh_Hans"), label


def test_single_items_are_adjusted_and_waived(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--tariff", _shanghai(), "--usage", "100", "--adjust", "sewage=-20", "--json") == 0
    less = json.loads(capsys.readouterr().out)
    assert _run("--tariff", _shanghai(), "--usage", "100", "--waive", "sewage", "--json") == 0
    waived = json.loads(capsys.readouterr().out)

    assert (less["total"], less["lines"][-1]["volume"], less["tier_use_after"]) == ("314.40", "72.000", "100.000")
    assert (waived["total"], waived["lines"][-1]["amount"]) == ("192.00", "0.00")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--adjust", "sewage"), "'sewage' is not an item with its volume (item=volume)"),
        (("--adjust", "sewage=a"), "'a' is not a volume"),
        (("--adjust", "refuse=-1"), "--adjust, --waive: "),
        (("--adjust", "sewage=-100.001"), "--adjust, --waive: "),
    ],
)
def test_adjustment_without_meaning_is_refused(
    given: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = _run("--tariff", _shanghai(), "--usage", "100", *given)

    assert status == 2
    assert said in capsys.readouterr().err
