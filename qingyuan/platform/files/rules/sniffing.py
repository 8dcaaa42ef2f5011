"""What a file really is (文件类型识别): by its first bytes, never by its name alone."""

import zipfile
from io import BytesIO

from qingyuan.kernel.errors import DomainError

PDF, PNG, JPEG, WEBP = "application/pdf", "image/png", "image/jpeg", "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV, TEXT, YAML = "text/csv", "text/plain", "application/yaml"
_TEXTS = {CSV, TEXT, YAML}
IMAGES = frozenset({PNG, JPEG, WEBP})
_TYPES_BY_ENDING = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "webp": WEBP,
    "xlsx": XLSX,
    "docx": DOCX,
    "csv": CSV,
    "txt": TEXT,
    "yaml": YAML,
    "yml": YAML,
}
_MOST_ENTRIES = 10_000
_MOST_EXPANSION = 100


class TypeRefused(DomainError):
    """A file of this type is not taken, or it is not what its name says (文件类型不允许或与扩展名不符)."""

    code = "files.type_refused"


class EmptyFile(DomainError):
    """There is nothing in the file (文件为空)."""

    code = "files.empty"


def media_type_of(name: str, content: bytes) -> str:
    """The media type by ending and content together. Raises TypeRefused, EmptyFile."""
    if not content:
        raise EmptyFile(file=name)
    told = _TYPES_BY_ENDING.get(name.rpartition(".")[2].lower())
    if told is None or not _is(told, content):
        raise TypeRefused(file=name)
    return told


def _is(media_type: str, content: bytes) -> bool:
    if media_type == PDF:
        return content.startswith(b"%PDF-")
    if media_type == PNG:
        return content.startswith(b"\x89PNG\r\n\x1a\n")
    if media_type == JPEG:
        return content.startswith(b"\xff\xd8\xff")
    if media_type == WEBP:
        return content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if media_type in {XLSX, DOCX}:
        return _is_office(content, "xl/workbook.xml" if media_type == XLSX else "word/document.xml")
    return media_type in _TEXTS and _is_text(content)


def _is_office(content: bytes, part: str) -> bool:
    """A zip with this part in it that does not swell when opened."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    swollen = sum(entry.file_size for entry in entries)
    return (
        part in {entry.filename for entry in entries}
        and len(entries) <= _MOST_ENTRIES
        and swollen <= _MOST_EXPANSION * len(content)
    )


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
