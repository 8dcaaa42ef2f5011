"""Rate one usage by a tariff file, or run a file of rating cases. Needs no database."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from qingyuan.domains.tariffs.rules.cases import Outcome, run_cases
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explanation import LINE_LABELS, Node
from qingyuan.domains.tariffs.rules.facts import Facts
from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid, places_of
from qingyuan.domains.tariffs.rules.parse import FORMAT, format_of, parse_version
from qingyuan.domains.tariffs.rules.parse_cases import parse_cases
from qingyuan.domains.tariffs.rules.parse_tiers import parse_month_day
from qingyuan.domains.tariffs.rules.plan import MonthDay, PlanVersion
from qingyuan.domains.tariffs.rules.questions import PLACE_OF, NotOnePlan, answered, of_files
from qingyuan.domains.tariffs.rules.report import line_as_plain, outcome_as_plain
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, ItemChange
from qingyuan.interfaces.commands._frame import EXIT_REFUSED, EXIT_UNUSABLE, Needs
from qingyuan.interfaces.commands._tariff_files import Unusable, gettext, problem_lines, read_text, sentence
from qingyuan.kernel.errors import DomainError

NEEDS = Needs.NOTHING
_OPTIONS = ("calibre", "quota", "used_before", "from")
_SHIPPED = Path(__file__).resolve().parents[2] / "data" / "tariffs"
_NUMBER = re.compile(r"-?\d{1,12}(\.\d+)?", re.ASCII)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tariff", nargs="+", action="extend", metavar="FILE", help="tariff files; one code is one plan"
    )
    parser.add_argument("--usage", type=_volume, help="metered usage; negative for a credit (--usage=-40)")
    parser.add_argument("--used-before", type=_positive, default=NO_VOLUME, help="volume used before in the cycle")
    parser.add_argument("--people", type=_whole, help="people of the household; default: the plan's base")
    parser.add_argument("--quota", type=_positive, help="the user's quota for one cycle")
    parser.add_argument("--calibre", default="", help="the meter's calibre, as the tariff names it")
    parser.add_argument("--months", type=_whole, default=1, help="reading periods covered (default 1)")
    parser.add_argument("--carry", type=_volume, default=NO_VOLUME, help="remainder carried from the last period")
    parser.add_argument(
        "--relief", nargs="+", action="extend", default=[], metavar="SCHEME", help="the account's reliefs"
    )
    parser.add_argument(
        "--adjust",
        nargs="+",
        action="extend",
        default=[],
        type=_item_change,
        metavar="ITEM=VOLUME",
        help="volume added to one charge item alone; negative: let off (--adjust sewage=-20)",
    )
    parser.add_argument(
        "--waive", nargs="+", action="extend", default=[], metavar="ITEM", help="charge items let off wholly"
    )
    parser.add_argument("--from", dest="start", type=_date, help="previous reading's date")
    parser.add_argument("--to", dest="end", type=_date, help="this reading's date")
    parser.add_argument("--anchor", type=_month_day, help="month-day on which the account's own cycle starts")
    parser.add_argument("--opened", type=_date, help="date on which the account opened")
    parser.add_argument("--cases", metavar="FILE", help="a file of rating cases")
    parser.add_argument("--tariffs", metavar="DIR", help="tariff files for the cases (default: beside the cases)")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(options: argparse.Namespace) -> int:
    """0 done, 1 a case failed, 2 what was asked cannot be done."""
    try:
        if options.cases:
            return _cases(options)
        return _single(options)
    except Unusable as unusable:
        print(f"qingyuan rate: {unusable}", file=sys.stderr)
        return EXIT_UNUSABLE


def _single(options: argparse.Namespace) -> int:
    if not options.tariff:
        raise Unusable(gettext("give --tariff FILE and --usage, or --cases FILE"))
    if options.usage is None:
        raise Unusable(gettext("--usage is missing"))
    if (options.start is None) != (options.end is None):
        raise Unusable(gettext("--from and --to belong together"))
    if options.start is not None and options.end < options.start:
        raise Unusable(gettext("--to lies before --from"))
    versions = [_tariff(Path(name)) for name in options.tariff]
    try:
        rated = answered(of_files(_facts(options), versions), Catalogue(versions))
    except NotOnePlan as refusal:
        raise Unusable(f"--tariff: {sentence(refusal)}") from refusal
    except DomainError as refusal:
        option = _option_of(refusal)
        raise Unusable(f"{option}: {sentence(refusal)}" if option else sentence(refusal)) from refusal
    if options.json:
        print(json.dumps(rated.report, ensure_ascii=False, indent=2))
    else:
        _print_result(rated.report, [line_as_plain(line) for line in rated.result.lines], rated.tree)
    return 0


def _option_of(refusal: DomainError) -> str:
    fact = PLACE_OF.get(refusal.code, "")
    if fact == "item_changes":
        return "--adjust, --waive"
    return f"--{fact.replace('_', '-')}" if fact in _OPTIONS else ""


def _facts(options: argparse.Namespace) -> Facts:
    return Facts(
        tariff="",
        usage=options.usage,
        start=options.start,
        end=options.end,
        used_before=options.used_before,
        months=options.months,
        people=options.people,
        quota=options.quota,
        calibre=options.calibre,
        carry=options.carry,
        relief=tuple(options.relief),
        anchor=options.anchor,
        opened=options.opened,
        item_changes=(*options.adjust, *(ItemChange(charge_item, None) for charge_item in options.waive)),
    )


def _cases(options: argparse.Namespace) -> int:
    path = Path(options.cases)
    try:
        cases = parse_cases(read_text(path))
        catalogue = Catalogue(_tariffs_for(path, options.tariffs))
    except TariffFileInvalid as invalid:
        raise Unusable(problem_lines(str(path), invalid.problems)) from invalid
    except DomainError as refusal:
        raise Unusable(sentence(refusal)) from refusal
    outcomes = run_cases(cases, catalogue)
    passed = sum(1 for outcome in outcomes if outcome.passed)
    closing = f"{passed} passed, {len(outcomes) - passed} failed"
    if options.json:
        listed = [outcome_as_plain(outcome) for outcome in outcomes]
        summary = {"passed": passed, "failed": len(outcomes) - passed, "cases": listed}
        print(json.dumps(summary, ensure_ascii=False, indent=2))
        print(closing, file=sys.stderr)
    else:
        for outcome in outcomes:
            for line in _told(outcome):
                print(line)
        print(closing)
    return 0 if passed == len(outcomes) else EXIT_REFUSED


def _tariffs_for(cases: Path, folder: str | None) -> list[PlanVersion]:
    """The tariffs of the folder; without one named, of the cases' own folder, else those that ship with the product."""
    if folder is not None:
        if not Path(folder).is_dir():
            raise Unusable(gettext("--tariffs: %(folder)s is not a folder") % {"folder": folder})
        return _folder(Path(folder))
    return _folder(cases.resolve().parent) or _folder(_SHIPPED)


def _folder(folder: Path) -> list[PlanVersion]:
    """Every tariff file of the folder. A broken one is reported and left out: the cases that need it fail."""
    versions: list[PlanVersion] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml")):
        try:
            text = read_text(path)
            if format_of(text).partition("/")[0] == FORMAT.partition("/")[0]:
                versions.append(parse_version(text))
        except TariffFileInvalid as invalid:
            print(problem_lines(str(path), invalid.problems), file=sys.stderr)
        except Unusable as unusable:
            print(unusable, file=sys.stderr)
    return versions


def _tariff(path: Path) -> PlanVersion:
    try:
        return parse_version(read_text(path))
    except TariffFileInvalid as invalid:
        raise Unusable(problem_lines(str(path), invalid.problems)) from invalid


def _told(outcome: Outcome) -> Iterable[str]:
    for difference in outcome.differences:
        values = {"field": difference.field, "expected": difference.expected, "actual": difference.actual}
        yield f"{outcome.case_id}: " + gettext("%(field)s expected %(expected)s, got %(actual)s") % values
    if outcome.problems:
        yield problem_lines(outcome.case_id, outcome.problems)
    if outcome.refusal is not None and not outcome.passed:
        yield f"{outcome.case_id}: " + gettext("refused: %(reason)s") % {"reason": sentence(outcome.refusal)}


def _print_result(report: dict[str, object], lines: list[dict[str, object]], tree: Node) -> None:
    for line in lines:
        name = str(line["name"] or gettext(LINE_LABELS[str(line["kind"])]))
        if line["kind"] in ("relief", "tax"):
            name += " " + gettext(LINE_LABELS[str(line["kind"])])
        tier = gettext("tier %(tier)s") % {"tier": line["tier"]} if line["tier"] else ""
        priced = f"{line['volume']} × {line['price']}" if line["volume"] is not None else ""
        print("  ".join(part for part in (name, tier, priced, str(line["amount"])) if part))
    volumes = report["tier_volumes"]
    assert isinstance(volumes, list)
    print(gettext("Total %(total)s") % {"total": report["total"]})
    print(gettext("Volumes by tier: %(volumes)s") % {"volumes": ", ".join(volumes)})
    print(gettext("Tier use after: %(use)s; carried over: %(carry)s")
          % {"use": report["tier_use_after"], "carry": report["carry_after"]})  # fmt: skip
    print(gettext("Explanation"))
    _print_tree(tree, 1, tree.unit)


def _print_tree(node: Node, depth: int, unit: str) -> None:
    amount = "" if node.amount is None else f"  [{node.amount:.2f}]"
    print(f"{'  ' * depth}{node.text(gettext, unit)}{amount}")
    for child in node.children:
        _print_tree(child, depth + 1, unit)


# Values of options: argparse names the option in front of the message.


def _volume(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or places_of(Decimal(text)) > 3:
        raise argparse.ArgumentTypeError(
            gettext("%(text)s is not a volume (at most three places)") % {"text": repr(text)}
        )
    return Decimal(text)


def _item_change(text: str) -> ItemChange:
    charge_item, equals, volume = text.partition("=")
    if not charge_item or not equals:
        raise argparse.ArgumentTypeError(
            gettext("%(text)s is not an item with its volume (item=volume)") % {"text": repr(text)}
        )
    return ItemChange(charge_item, _volume(volume))


def _positive(text: str) -> Decimal:
    volume = _volume(text)
    if volume < 0:
        raise argparse.ArgumentTypeError(gettext("%(text)s is negative") % {"text": text})
    return volume


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise argparse.ArgumentTypeError(gettext("%(text)s is not a whole number") % {"text": repr(text)})
    return int(text)


def _date(text: str) -> date:
    return _parsed(text, date.fromisoformat, "%(text)s is not a date (yyyy-mm-dd)")


def _month_day(text: str) -> MonthDay:
    found = parse_month_day(text)
    if found is None:
        raise argparse.ArgumentTypeError(gettext("%(text)s is not a month-day (mm-dd)") % {"text": repr(text)})
    return found


def _parsed(text: str, parse: Callable[[str], date], message: str) -> date:
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(gettext(message) % {"text": repr(text)}) from error


if __name__ == "__main__":
    from qingyuan.interfaces.commands.entry import main

    sys.exit(main(["rate", *sys.argv[1:]]))
