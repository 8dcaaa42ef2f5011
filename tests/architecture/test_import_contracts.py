"""The import contracts hold, and each of them sees the import it is there for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

# (contract, file that gets the line, the line)
PLANTED = [
    ("floors", "kernel/money.py", "import qingyuan.platform.audit"),
    ("floors", "domains/ledger/__init__.py", "import qingyuan.workflows"),
    ("floors", "config/home.py", "import qingyuan.kernel.money"),
    ("config", "domains/ledger/__init__.py", "import qingyuan.config.home"),
    ("domains", "domains/tariffs/__init__.py", "import qingyuan.domains.billing"),
    ("domains", "domains/billing/__init__.py", "import qingyuan.domains.payments"),
    ("platform", "platform/locking/__init__.py", "import qingyuan.platform.staff"),
    ("inside-domains", "domains/ledger/models/__init__.py", "import qingyuan.domains.ledger.operations"),
    ("inside-platform", "platform/audit/models/__init__.py", "import qingyuan.platform.audit.operations"),
    ("pure", "kernel/money.py", "import django.conf"),
    ("pure", "domains/tariffs/rules/__init__.py", "import django.db.models"),
    ("faces", "interfaces/tasks/__init__.py", "import qingyuan.interfaces.commands._frame"),
    ("cycles", "config/environment.py", "import qingyuan.config.home"),
    ("models", "domains/billing/__init__.py", "import qingyuan.domains.ledger.models"),
    ("models", "interfaces/tasks/__init__.py", "import qingyuan.domains.ledger.models"),
]


def check(folder: Path, *contracts: str) -> "subprocess.CompletedProcess[str]":
    """Run import-linter on the package in the folder, only these contracts if any are named."""
    program = Path(sys.executable).with_name("lint-imports")
    limits = [word for name in contracts for word in ("--contract", name)]
    return subprocess.run(
        [str(program), "--no-cache", *limits], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    for name in ("qingyuan", "tests/architecture"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("static", "fonts", "*.pyc", "locale"))
    shutil.copy(ROOT / "tests/__init__.py", folder / "tests")
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def test_all_contracts_hold() -> None:
    done = check(ROOT)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "place", "line"), PLANTED)
def test_contract_sees_red(copy: Path, contract: str, place: str, line: str) -> None:
    path = copy / "qingyuan" / place
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")

    done = check(copy, contract)

    path.write_text(before, encoding="utf-8")
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout
