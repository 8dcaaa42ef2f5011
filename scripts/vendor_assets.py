"""Put the browser files that the package ships (第三方静态文件) into place from `npm pack` tarballs.

usage: python scripts/vendor_assets.py FOLDER_WITH_TARBALLS

Writes `static/vendor/<package>/…`, a licence text beside each, the icon sprite and `manifest.json` (name, version,
licence, source package, sha256 of the file as shipped). Source map comments are cut off: the hashed static storage
would look for the map. Run it again after a version changes; a test compares the hashes.
"""

import hashlib
import json
import re
import sys
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "qingyuan/interfaces/office/shell/static/vendor"
TESTS_VENDOR = ROOT / "tests/e2e/vendor"

ICONS = [
    "adjustments",
    "alert-circle",
    "alert-triangle",
    "archive",
    "arrow-back-up",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "ban",
    "bell",
    "book",
    "books",
    "building",
    "building-bank",
    "building-community",
    "calculator",
    "calendar",
    "cash",
    "category",
    "chart-bar",
    "chart-line",
    "check",
    "checklist",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle-check",
    "clipboard-list",
    "clock",
    "columns-3",
    "coin",
    "copy",
    "credit-card",
    "database",
    "device-mobile",
    "dots",
    "download",
    "droplet",
    "edit",
    "eye",
    "eye-off",
    "file-invoice",
    "file-spreadsheet",
    "file-text",
    "file-upload",
    "filter",
    "folder",
    "gauge",
    "help",
    "hierarchy",
    "history",
    "home",
    "id",
    "info-circle",
    "key",
    "keyboard",
    "language",
    "list",
    "list-check",
    "lock",
    "logout",
    "map-pin",
    "menu-2",
    "message",
    "message-circle",
    "minus",
    "paperclip",
    "percentage",
    "phone",
    "photo",
    "player-pause",
    "player-play",
    "plus",
    "printer",
    "qrcode",
    "receipt",
    "receipt-refund",
    "refresh",
    "report",
    "report-money",
    "route",
    "ruler-measure",
    "scale",
    "search",
    "send",
    "settings",
    "shield-lock",
    "ship-off",
    "sitemap",
    "sort-ascending",
    "sort-descending",
    "star",
    "tag",
    "template",
    "tool",
    "trash",
    "upload",
    "user",
    "user-check",
    "user-plus",
    "users",
    "wallet",
    "wifi",
    "wifi-off",
    "x",
]

MIT = """MIT License

Copyright (c) {holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Wanted:
    """One file of one package: `licence_member` is its licence text in the tarball, else `holders` fills the MIT text."""

    package: str
    version: str
    licence: str
    member: str
    folder: str
    licence_member: str = ""
    holders: str = ""

    @property
    def tarball(self) -> str:
        return f"{self.package.lstrip('@').replace('/', '-')}-{self.version}.tgz"


SHIPPED = (
    Wanted("htmx.org", "4.0.1", "0BSD", "dist/htmx.min.js", "htmx", licence_member="LICENSE"),
    Wanted(
        "@alpinejs/csp",
        "3.17.4",
        "MIT",
        "dist/cdn.min.js",
        "alpine-csp",
        holders="2019-2025 Caleb Porzio and contributors",
    ),
    Wanted(
        "@tabler/core",
        "1.6.1",
        "MIT",
        "dist/css/tabler.min.css",
        "tabler",
        holders="2018-2026 The Tabler Authors; 2011-2026 The Bootstrap Authors",
    ),
)
ICON_PACKAGE = Wanted("@tabler/icons", "3.51.0", "MIT", "icons/outline", "tabler-icons", licence_member="LICENSE")
FOR_TESTS = Wanted("axe-core", "4.14.0", "MPL-2.0", "axe.min.js", "axe", licence_member="LICENSE")


def read_member(tarballs: Path, wanted: Wanted, member: str) -> bytes:
    with tarfile.open(tarballs / wanted.tarball) as archive:
        handle = archive.extractfile(f"package/{member}")
        if handle is None:
            raise SystemExit(f"{wanted.tarball} has no {member}")
        return handle.read()


def write(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def without_source_map(content: bytes) -> bytes:
    return re.sub(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*", b"", content).rstrip() + b"\n"


def licence_text(tarballs: Path, wanted: Wanted) -> bytes:
    if wanted.licence_member:
        return read_member(tarballs, wanted, wanted.licence_member)
    return MIT.format(holders=wanted.holders).encode()


def sprite(tarballs: Path) -> bytes:
    """One SVG with a symbol per icon; line width and colour come from the stylesheet."""
    symbols = []
    with tarfile.open(tarballs / ICON_PACKAGE.tarball) as archive:
        for name in sorted(set(ICONS)):
            handle = archive.extractfile(f"package/icons/outline/{name}.svg")
            if handle is None:
                raise SystemExit(f"no icon {name}")
            text = re.sub(r"<!--.*?-->", "", handle.read().decode(), flags=re.DOTALL)
            inner = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
            if inner is None:
                raise SystemExit(f"icon {name} is not an svg")
            body = re.sub(r"\s*\n\s*", "", inner.group(1))
            symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def entry(wanted: Wanted, path: str, sha256: str) -> dict[str, str]:
    kept = {key: value for key, value in asdict(wanted).items() if key in ("package", "version", "licence", "member")}
    return {"name": wanted.folder, **kept, "path": path, "licence_path": f"{wanted.folder}/LICENSE", "sha256": sha256}


def put(tarballs: Path, target: Path, wanted: Wanted) -> dict[str, str]:
    relative = f"{wanted.folder}/{Path(wanted.member).name}"
    digest = write(target / relative, without_source_map(read_member(tarballs, wanted, wanted.member)))
    write(target / wanted.folder / "LICENSE", licence_text(tarballs, wanted))
    return entry(wanted, relative, digest)


def main() -> None:
    tarballs = Path(sys.argv[1])
    entries = [put(tarballs, VENDOR, wanted) for wanted in SHIPPED]
    digest = write(VENDOR / "tabler-icons/sprite.svg", sprite(tarballs))
    write(VENDOR / "tabler-icons/LICENSE", licence_text(tarballs, ICON_PACKAGE))
    entries.append(entry(ICON_PACKAGE, "tabler-icons/sprite.svg", digest))
    write(VENDOR / "manifest.json", (json.dumps({"files": entries}, indent=2) + "\n").encode())
    test_entries = [put(tarballs, TESTS_VENDOR, FOR_TESTS)]
    write(TESTS_VENDOR / "manifest.json", (json.dumps({"files": test_entries}, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
