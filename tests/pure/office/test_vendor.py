"""The browser files that ship are the recorded ones, each with its licence; nothing asks a foreign server."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = (ROOT / "qingyuan/interfaces/office/shell/static/vendor", ROOT / "tests/e2e/vendor")
FILES = [(folder, entry) for folder in FOLDERS for entry in json.loads((folder / "manifest.json").read_text())["files"]]


@pytest.mark.parametrize(("folder", "entry"), FILES, ids=[entry["name"] for _folder, entry in FILES])
def test_vendored_file_is_the_recorded_one(folder: Path, entry: dict[str, str]) -> None:
    content = (folder / entry["path"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (folder / entry["licence_path"]).stat().st_size > 300


@pytest.mark.parametrize("folder", FOLDERS, ids=["shipped", "tests"])
def test_manifest_names_every_file(folder: Path) -> None:
    listed = {entry[key] for _folder, entry in FILES if _folder == folder for key in ("path", "licence_path")}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert there - {"manifest.json"} == listed


def test_altered_file_would_be_seen(tmp_path: Path) -> None:
    folder, entry = FILES[0]
    altered = (folder / entry["path"]).read_bytes() + b"\n"

    assert hashlib.sha256(altered).hexdigest() != entry["sha256"]
