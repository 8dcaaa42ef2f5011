"""Put the print fonts (打印字体) into place from the `npm pack` tarball of @expo-google-fonts/noto-sans-sc.

usage: python scripts/subset_fonts.py noto-sans-sc.tgz

Regular is shipped whole: it has the rare characters of people's names. Bold, for headings and amounts, is cut down to
GB 2312, Latin and the signs of forms. Writes `fonts.json` with sha256 of each file.
"""

import hashlib
import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "qingyuan/platform/printing/fonts"
PACKAGE = "@expo-google-fonts/noto-sans-sc"
EXTRA = "¥￥²³×÷±≤≥≈°℃№—…·•→←↑↓■□●○▲▼★☆✓✗零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆整"


def gb2312() -> set[int]:
    """Code points of every GB 2312 character, with Latin-1 and full-width forms."""
    points = (
        set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(range(0xFF01, 0xFF5F)) | {ord(sign) for sign in EXTRA}
    )
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def subset(content: bytes, points: set[int]) -> bytes:
    """The font with these characters alone; the same bytes for the same input."""
    options = Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True, hinting=False)
    font = TTFont(BytesIO(content), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    target = BytesIO()
    font.save(target)
    return target.getvalue()


def main() -> None:
    with tarfile.open(sys.argv[1]) as archive:

        def member(name: str) -> bytes:
            handle = archive.extractfile(f"package/{name}")
            if handle is None:
                raise SystemExit(f"no {name} in {sys.argv[1]}")
            return handle.read()

        version = json.loads(member("package.json"))["version"]
        files = {
            "NotoSansSC-Regular.ttf": member("400Regular/NotoSansSC_400Regular.ttf"),
            "NotoSansSC-Bold-GB2312.ttf": subset(member("700Bold/NotoSansSC_700Bold.ttf"), gb2312()),
            "OFL.txt": member("LICENSE_FONT"),
        }
    FONTS.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, content in files.items():
        (FONTS / name).write_bytes(content)
        entries.append({"file": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
    manifest = {"package": PACKAGE, "version": version, "licence": "OFL-1.1", "files": entries}
    (FONTS / "fonts.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
