"""The `qingyuan` program: help, unknown commands, refusals in words and exit statuses."""

import pytest

from qingyuan.interfaces.commands import _frame, entry
from qingyuan.kernel.errors import NotFound


def test_help_lists_every_command_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    status = entry.main(["help"])

    printed = capsys.readouterr().out
    assert status == 0
    for command in _frame.commands().values():
        assert f"  {command.name:<14}{command.summary}\n" in printed
        assert command.summary


def test_unknown_command_is_refused_with_advice(capsys: pytest.CaptureFixture[str]) -> None:
    status = entry.main(["planted"])

    assert (status, capsys.readouterr().err) == (2, "qingyuan: no command 'planted'; `qingyuan help` lists them\n")


def test_refusal_of_the_domain_is_a_sentence_with_its_code(
    committed_db: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> int:
        raise NotFound(unit=7)

    monkeypatch.setattr("qingyuan.config.database.is_embedded", lambda: False)
    monkeypatch.setattr(_frame, "execute", refuse)
    monkeypatch.setenv("QINGYUAN_LANG", "zh")

    status = entry.main(["migrate"])

    assert (status, capsys.readouterr().err) == (1, "qingyuan: 未找到该记录 (kernel.not_found)\n")


def test_wrong_setting_is_named_before_anything_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QINGYUAN_PORT", "many")

    status = entry.main(["run"])

    assert status == 2
    assert "QINGYUAN_PORT='many'" in capsys.readouterr().err
