"""Documentation that cannot lag: every setting, parameter, permission, refusal and address has its place in the docs."""

import ast
import re
from pathlib import Path

import pytest

from qingyuan.config.environment import REGISTER
from qingyuan.platform import registry
from qingyuan.tools.reference import pages
from qingyuan.tools.translations.sources import error_code_sources
from tests.architecture.source import ROOT, SourceFile, files

SETTINGS_PAGE = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
READS_ENVIRONMENT = {"qingyuan/config/environment.py", "qingyuan/config/supervisor.py", "qingyuan/config/wsgi.py"}
PASSES_IT_ON = {"qingyuan/interfaces/commands/entry.py", "qingyuan/interfaces/commands/db.py"}


def undocumented(codes: list[str], page: str) -> list[str]:
    """The codes that the page does not name in backticks."""
    written = set(re.findall(r"`([^`\n]+)`", page))
    return sorted({code for code in codes if code not in written})


def documented_settings(page: str) -> dict[str, str]:
    """Variable and default of each row of the settings table."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", page, flags=re.MULTILINE)
    return dict(rows)


def environment_readers(source: tuple[SourceFile, ...]) -> set[str]:
    """Paths of the files that look at os.environ or os.getenv."""
    return {
        file.path
        for file in source
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }


def test_settings_page_matches_the_register() -> None:
    assert documented_settings(SETTINGS_PAGE) == {name: variable.default for name, variable in REGISTER.items()}


def test_settings_are_read_in_one_place() -> None:
    assert environment_readers(files("qingyuan/**/*.py")) - READS_ENVIRONMENT - PASSES_IT_ON == set()


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: path.name)
def test_reference_page_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `qingyuan reference` and commit"


def test_every_code_and_address_is_in_the_reference() -> None:
    page = "\n".join(pages().values())

    for register in (registry.permissions, registry.parameters, registry.number_kinds, registry.audit_actions):
        assert undocumented(list(register.all()), page) == []
    assert undocumented([source.message for source in error_code_sources()], page) == []


def test_deployment_and_readme_name_settings_that_exist() -> None:
    paths = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "Makefile", *(ROOT / "deploy").rglob("*.*")]
    named = {name for path in paths for name in re.findall(r"\bQINGYUAN_[A-Z_]+", path.read_text(encoding="utf-8"))}

    assert named - set(REGISTER) == set()


def test_docs_checks_see_red() -> None:
    assert undocumented(["a.b", "a.c"], "| `a.b` | … |") == ["a.c"]
    assert documented_settings("| `QINGYUAN_X` | `1` | … |\n| `QINGYUAN_Y` | | … |") == {
        "QINGYUAN_X": "1",
        "QINGYUAN_Y": "",
    }
    assert environment_readers((SourceFile("x.py", "import os\nos.environ['X']"),)) == {"x.py"}
