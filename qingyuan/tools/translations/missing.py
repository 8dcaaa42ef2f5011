"""Adding what is missing to the catalogues, untranslated, each to the nearest folder `locale/` above its source.

Entries are only ever appended: what people wrote stays as it is.
"""

from collections import Counter
from pathlib import Path

from qingyuan.tools.translations.catalogues import CHINESE, ENGLISH, known_messages
from qingyuan.tools.translations.sources import PACKAGE, Source, error_code_sources, message_sources

_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def update_all(package: Path = PACKAGE) -> dict[Path, int]:
    """Append every message that no catalogue of its language has. Returns how many went into which file."""
    codes = list(error_code_sources(package))
    wanted = {CHINESE: [*message_sources(package), *codes], ENGLISH: codes}
    added: Counter[Path] = Counter()
    for language, sources in wanted.items():
        known = known_messages(package, language, translated=False)
        for source in sources:
            if (source.context, source.message) not in known:
                known.add((source.context, source.message))
                path = _home(source, package) / "locale" / language / "LC_MESSAGES/django.po"
                _append(path, language, source)
                added[path] += 1
    return dict(added)


def _home(source: Source, package: Path) -> Path:
    """The nearest folder above the source that has catalogues; where there is none, the app's or area's own folder."""
    folder = (package.parent / source.place.rpartition(":")[0]).parent
    for above in (folder, *folder.parents):
        if (above / "locale").is_dir():
            return above
        if above == package:
            break
    parts = folder.relative_to(package).parts
    depth = 3 if parts[:1] == ("interfaces",) else 2
    return package.joinpath(*parts[:depth])


def _append(path: Path, language: str, source: Source) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.write_text(_HEADER.format(language=language), encoding="utf-8")
    lines = [""]
    if source.context:
        lines.append(f"msgctxt {_quoted(source.context)}")
    lines.append(f"msgid {_quoted(source.message)}")
    if source.plural:
        lines.append(f"msgid_plural {_quoted(source.plural)}")
        lines += [f'msgstr[{number}] ""' for number in range(1 if language == CHINESE else 2)]
    else:
        lines.append('msgstr ""')
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
