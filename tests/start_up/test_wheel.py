"""The built wheel carries everything that the package needs at run time, and nothing of the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT

CARRIED = ("static", "templates", "fonts", "locale", "migrations")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    target = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = target.glob("qingyuan-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def expected(folder: Path) -> set[str]:
    """Everything in the package that is no build product of Python."""
    return {
        str(path.relative_to(folder.parent))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    }


def test_wheel_has_every_file_of_the_package(names: frozenset[str]) -> None:
    assert expected(PACKAGE) - names == set()


@pytest.mark.parametrize("folder", CARRIED)
def test_wheel_has_files_of_each_kind(names: frozenset[str], folder: str) -> None:
    assert [name for name in names if folder in name.split("/")] != []


def test_wheel_has_the_compiled_catalogues_and_the_command(names: frozenset[str]) -> None:
    assert "qingyuan/kernel/locale/zh_Hans/LC_MESSAGES/django.mo" in names
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_wheel_has_nothing_but_the_package(names: frozenset[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"qingyuan"}
