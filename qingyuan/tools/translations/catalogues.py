"""Compiling the catalogues, and finding what is missing in them.

Every folder `locale/` of the package holds `<locale>/LC_MESSAGES/django.po` and, committed beside it, the compiled
`.mo`: a bare Debian has no msgfmt.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from qingyuan.tools.translations.sources import PACKAGE, error_code_sources, message_sources

CHINESE = "zh_Hans"
ENGLISH = "en"
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"%(?:\(\w+\))?[-0-9.]*[sdif]|\{\w*\}")


def compile_all(package: Path = PACKAGE) -> list[Path]:
    """Compile every catalogue whose `.mo` is not what its `.po` gives. Returns the files written."""
    written: list[Path] = []
    for path in _catalogue_paths(package):
        compiled = _compiled(path)
        target = path.with_suffix(".mo")
        if not target.is_file() or target.read_bytes() != compiled:
            target.write_bytes(compiled)
            written.append(target)
    return written


def problems(package: Path = PACKAGE) -> list[str]:
    """What is wrong, one line each: untranslated, unsure or stale entries, places that do not agree, missing messages,
    and messages that two catalogues translate differently.
    """
    found = [line for path in _catalogue_paths(package) for line in _file_problems(path, package)]
    found += _disagreements(package)
    chinese = known_messages(package, CHINESE)
    english = known_messages(package, ENGLISH)
    for source in message_sources(package):
        if (source.context, source.message) not in chinese:
            found.append(f"{source.place}: no Chinese for {source.message!r}")
    for source in error_code_sources(package):
        for language, known in (("Chinese", chinese), ("English", english)):
            if (source.context, source.message) not in known:
                found.append(f"{source.place}: no {language} sentence for the error code {source.message!r}")
    return sorted(set(found))


def _file_problems(path: Path, package: Path) -> Iterator[str]:
    shown = path.relative_to(package.parent)
    for message in _read(path):
        if not message.id:
            continue
        if message.fuzzy:
            yield f"{shown}: {_first(message.id)!r} is marked fuzzy"
        elif not all(_texts(message.string)):
            yield f"{shown}: {_first(message.id)!r} is not translated"
        elif not _places_agree(message):
            yield f"{shown}: {_first(message.id)!r} and its translation have different places"
    target = path.with_suffix(".mo")
    if not target.is_file() or target.read_bytes() != _compiled(path):
        yield f"{shown}: compiled catalogue is stale: run `qingyuan translations compile`"


def _disagreements(package: Path) -> Iterator[str]:
    """All catalogues of a language are one namespace: of two translations of a message one would silently win."""
    first: dict[tuple[str, str, str, bool], tuple[Path, list[str]]] = {}
    for path in _catalogue_paths(package):
        for message in _read(path):
            if not message.id or not all(_texts(message.string)):
                continue
            is_plural = not isinstance(message.id, str)
            key = (path.parent.parent.name, str(message.context or ""), _first(message.id), is_plural)
            texts = _texts(message.string)
            elsewhere, other = first.setdefault(key, (path, texts))
            if other != texts:
                yield (
                    f"{path.relative_to(package.parent)}: {key[2]!r} is {texts[0]!r} here and {other[0]!r} in"
                    f" {elsewhere.relative_to(package.parent)}: agree on one, or give one of them a context"
                )


def _places_agree(message: Message) -> bool:
    """A translation may leave a place out (a plural's 'one'), but never name one that the program does not fill.

    Error codes are their own ids: which places they may have is the raiser's matter.
    """
    identifier = message.id if isinstance(message.id, str) else " ".join(message.id)
    if _is_code(identifier):
        return True
    known = set(_PLACE.findall(identifier))
    return all(set(_PLACE.findall(text)) <= known for text in _texts(message.string))


def _is_code(identifier: str) -> bool:
    return re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", identifier) is not None


def known_messages(package: Path, locale: str, *, translated: bool = True) -> set[tuple[str, str]]:
    """(context, id) of all messages of a locale, from all folders; only the translated ones unless told otherwise."""
    return {
        (str(message.context or ""), _first(message.id))
        for path in _catalogue_paths(package)
        if path.parent.parent.name == locale
        for message in _read(path)
        if message.id and (not translated or (all(_texts(message.string)) and not message.fuzzy))
    }


def _catalogue_paths(package: Path) -> list[Path]:
    return sorted(package.glob("**/locale/*/LC_MESSAGES/django.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parent.parent.name, abort_invalid=True)


def _compiled(path: Path) -> bytes:
    catalogue = _read(path)
    catalogue.creation_date = catalogue.revision_date = _NO_DATE  # the same bytes whenever it is compiled
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def _texts(string: str | list[str] | tuple[str, ...] | None) -> list[str]:
    if string is None:
        return [""]
    return [string] if isinstance(string, str) else list(string)


def _first(identifier: str | list[str] | tuple[str, ...]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]
