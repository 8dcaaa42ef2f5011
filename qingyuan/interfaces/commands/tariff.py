"""Turn a price file of another format into tariff files: `import-owrs FILE`. Needs no database."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qingyuan.domains.tariffs.rules.nodes import FileProblem
from qingyuan.domains.tariffs.rules.owrs.convert import Wishes
from qingyuan.domains.tariffs.rules.owrs.importing import Asked, Imported, Listing, Made, import_file, list_classes
from qingyuan.domains.tariffs.rules.owrs.refusal import OwrsRefused
from qingyuan.domains.tariffs.rules.owrs.source import OwrsFile, read_file
from qingyuan.interfaces.commands._frame import EXIT_REFUSED, EXIT_UNUSABLE, Needs
from qingyuan.interfaces.commands._tariff_files import Unusable, gettext, problem_lines, problem_text, read_text

NEEDS = Needs.NOTHING
_WORD = re.compile(r"[^=]{1,64}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """One action so far."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    owrs = actions.add_parser("import-owrs", help="tariff files from an Open Water Rate Specification file")
    owrs.add_argument("file", metavar="FILE", help="the OWRS file (YAML)")
    owrs.add_argument("--list", action="store_true", help="show the classes and what can be chosen; write nothing")
    owrs.add_argument("--class", dest="classes", action="append", default=[], metavar="NAME", help="only this class")
    owrs.add_argument(
        "--set",
        dest="choices",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a map's dimension or a fact of the account; several values of one name: several files",
    )
    owrs.add_argument("--out", default=".", metavar="DIR", help="folder for the tariff files (default: this one)")
    owrs.add_argument("--force", action="store_true", help="write over files that are there")
    owrs.add_argument(
        "--item", dest="charge_items", action="append", default=[], metavar="OWRS=CODE", help="charge item of a charge"
    )
    owrs.add_argument("--currency", default="USD", help="currency of the prices (default USD)")
    owrs.add_argument("--effective", type=_date, metavar="DATE", help="date in place of the file's effective_date")
    owrs.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(options: argparse.Namespace) -> int:
    """0 all that was asked for is written, 1 something was refused, 2 what was asked cannot be done."""
    path = Path(options.file)
    try:
        asked = Asked(
            classes=tuple(options.classes),
            given=_pairs(options.choices, "--set"),
            wishes=Wishes(options.currency, {key: values[-1] for key, values in _pairs(options.charge_items, "--item").items()}),
            source=path.name,
        )  # fmt: skip
        file = read_file(read_text(path), effective=options.effective, utility=path.stem)
        if options.list:
            return _list(file, options)
        imported = import_file(file, asked)
        written = _write(imported.made, Path(options.out), force=options.force)
    except OwrsRefused as refusal:
        _tell_refused(path.name, refusal.problem, options)
        return EXIT_REFUSED
    except Unusable as unusable:
        print(f"qingyuan tariff: {unusable}", file=sys.stderr)
        return EXIT_UNUSABLE
    _report(path.name, imported, written, options)
    return EXIT_REFUSED if imported.refused else 0


def _write(made: Sequence[Made], folder: Path, *, force: bool) -> list[Path]:
    """One file per plan, all or none. Raises Unusable when one is there already and says something else."""
    paths = [folder / f"{each.version.code}.yaml" for each in made]
    try:
        for path, each in zip(paths, made, strict=True):
            if path.exists() and not force and path.read_text(encoding="utf-8", errors="replace") != each.text:
                raise Unusable(gettext("%(path)s is there already; --force writes over it") % {"path": path})
        if made:
            folder.mkdir(parents=True, exist_ok=True)
        for path, each in zip(paths, made, strict=True):
            path.write_text(each.text, encoding="utf-8")
    except OSError as error:
        words = gettext("%(path)s cannot be written: %(reason)s")
        raise Unusable(words % {"path": error.filename or folder, "reason": error.strerror}) from error
    return paths


def _report(name: str, imported: Imported, written: Sequence[Path], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(_as_plain(imported, written), ensure_ascii=False, indent=2))
    else:
        for path, each in zip(written, imported.made, strict=True):
            print(f"{path}  {each.version.note}")
        counts = {"made": len(imported.made), "refused": len(imported.refused)}
        print(gettext("%(made)s files written, %(refused)s refused") % counts)
    for refused in imported.refused:
        choice = " ".join(f"{key}={value}" for key, value in refused.chosen.items())
        said = problem_lines(name, [refused.problem])
        print(f"{said} [{choice}]" if choice else said, file=sys.stderr)
    for missing in imported.not_priced:
        choice = " ".join(f"{key}={value}" for key, value in missing.chosen.items())
        words = gettext("%(name)s: %(class)s has no price for %(choice)s, no file")
        print(words % {"name": name, "class": missing.class_name, "choice": choice}, file=sys.stderr)
    for unheeded in imported.unheeded:
        words = gettext("%(name)s: no bill depends on %(key)s, --set %(key)s changes nothing")
        print(words % {"name": name, "key": unheeded}, file=sys.stderr)


def _as_plain(imported: Imported, written: Sequence[Path]) -> dict[str, object]:
    return {
        "files": [
            {"path": str(path), "code": each.version.code, "class": each.class_name, "set": dict(each.chosen)}
            for path, each in zip(written, imported.made, strict=True)
        ],
        "refused": [
            {"class": each.class_name, "set": dict(each.chosen), **_problem_as_plain(each.problem)}
            for each in imported.refused
        ],
        "not_priced": [{"class": each.class_name, "set": dict(each.chosen)} for each in imported.not_priced],
    }


def _tell_refused(name: str, problem: FileProblem, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({"files": [], "refused": [_problem_as_plain(problem)]}, ensure_ascii=False, indent=2))
    print(problem_lines(name, [problem]), file=sys.stderr)


def _problem_as_plain(problem: FileProblem) -> dict[str, object]:
    return {"key": problem.place, "line": problem.line, "reason": problem_text(problem)}


def _list(file: OwrsFile, options: argparse.Namespace) -> int:
    listed = list_classes(file)
    if options.json:
        plain = [
            {"class": each.class_name, "maps": dict(each.needs.dimensions), "facts": list(each.needs.facts)}
            if each.needs is not None
            else {"class": each.class_name, "refused": _problem_as_plain(each.problem) if each.problem else {}}
            for each in listed
        ]
        print(json.dumps({"classes": plain}, ensure_ascii=False, indent=2))
        return 0
    for each in listed:
        print(each.class_name)
        for line in _listed(each):
            print(f"  {line}")
    return 0


def _listed(listing: Listing) -> list[str]:
    if listing.needs is None:
        return [problem_lines("", [listing.problem]).lstrip(", ")] if listing.problem is not None else []
    lines = [f"--set {name}=… : {', '.join(values)}" for name, values in listing.needs.dimensions.items()]
    words = gettext("--set %(name)s=number (a fact of the account)")
    return lines + [words % {"name": name} for name in listing.needs.facts]


def _pairs(given: Sequence[str], option: str) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not _WORD.fullmatch(name.strip()) or not value.strip():
            raise Unusable(gettext("%(option)s %(text)s: write name=value") % {"option": option, "text": text})
        values = pairs.setdefault(name.strip(), [])
        if value.strip() not in values:
            values.append(value.strip())
    return pairs


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        words = gettext("%(text)s is not a date (yyyy-mm-dd)")
        raise argparse.ArgumentTypeError(words % {"text": repr(text)}) from error
