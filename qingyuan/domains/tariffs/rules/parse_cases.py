"""A file of rating cases `qingyuan-rating-cases/1` (计费用例文件) → cases. A faulty case keeps its complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import yaml

from qingyuan.domains.tariffs.rules.facts import Facts, ShareFacts
from qingyuan.domains.tariffs.rules.nodes import (
    FileProblem,
    Problems,
    Section,
    TariffFileInvalid,
    compose,
    date_of,
    decimal_of,
    elements_of,
    integer_of,
    is_null,
    shown,
    text_of,
)
from qingyuan.domains.tariffs.rules.parse_charges import parse_tax
from qingyuan.domains.tariffs.rules.parse_tiers import parse_month_day
from qingyuan.domains.tariffs.rules.plan import MonthDay
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, ItemChange, ItemTax, PeopleFrom, ShareKind, UsagePiece

CASES_FORMAT = "qingyuan-rating-cases/1"
EXEMPT, WAIVED = "exempt", "waived"
_FREE_TEXT = ("status", "note", "source", "name", "title", "comment", "description")
FACT_KEYS = (
    "tariff",
    "usage",
    "used_before",
    "people",
    "people_changes",
    "quota",
    "months",
    "calibre",
    "from",
    "to",
    "pieces",
    "period",
    "carry",
    "relief",
    "anchor",
    "opened",
    "closed",
    "shares",
    "options",
    "tax",
    "corrected_volume",
    "item_changes",
)
_CASE_KEYS = ("id", *FACT_KEYS, "expect", *_FREE_TEXT)
_EXPECT_KEYS = ("total", "tier_volumes", "tier_use_after", "carry_after", "billed_volume", "lines", "error")
_LINE_KEYS = ("item", "kind", "tier", "volume", "price", "amount", "net", "tax", "plan", "version")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects: numbers by name, tier volumes, lines (each a few values of one line), or a refusal's code."""

    numbers: tuple[tuple[str, Decimal], ...] = ()
    tier_volumes: tuple[Decimal, ...] | None = None
    lines: tuple[tuple[tuple[str, str], ...], ...] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its facts and expectation, or the complaints that keep it from being run."""

    case_id: str
    facts: Facts
    expect: Expectation
    problems: tuple[FileProblem, ...] = ()


def parse_cases(text: str) -> tuple[Case, ...]:
    """The cases of a file. Raises TariffFileInvalid when it is no file of cases; faults of one case stay with it."""
    problems = Problems()
    root = Section(compose(text), "", problems, ("format", "cases", *_FREE_TEXT))
    written = root.text("format", required=True)
    if "format" in root and written != CASES_FORMAT:
        root.complain("format", "unknown_format", value=written, wanted=CASES_FORMAT)
    nodes = root.elements("cases", required=True)
    if problems.found:
        raise TariffFileInvalid(tuple(problems.found))
    return tuple(_case(node, index) for index, node in enumerate(nodes, 1))


def _case(node: yaml.Node, index: int) -> Case:
    problems = Problems()
    section = Section(node, f"cases[{index}]", problems, _CASE_KEYS)
    case_id = section.text("id", f"#{index}")
    section.place = case_id
    facts, expect = parse_facts(section), _expect(section)
    return Case(case_id, facts, expect, tuple(problems.found))


def parse_facts(section: Section, *, tariff_needed: bool = True) -> Facts:
    """The facts of a case or of a question; complaints go to the section's. `tariff_needed`: no other price is named."""
    problems = section.problems
    share_nodes = section.elements("shares") if section.optional("shares") is not None else []
    tariff = section.text("tariff", required=tariff_needed and not share_nodes)
    shares = tuple(
        _share(node, f"{section.at('shares')}[{index}]", problems, tariff) for index, node in enumerate(share_nodes, 1)
    )
    pieces = tuple(
        _piece(node, f"{section.at('pieces')}[{index}]", problems)
        for index, node in enumerate(section.elements("pieces") if section.optional("pieces") is not None else [], 1)
    )
    start, end = section.date("from"), section.date("to")
    if not pieces:
        if ("from" in section) != ("to" in section):
            section.complain("from" if "from" in section else "to", "from_and_to")
        elif start is not None and end is not None and end < start:
            section.complain("to", "ends_before_start", start=start.isoformat(), end=end.isoformat())
    used, used_by_counter = _used_before(section)
    return Facts(
        tariff=tariff,
        usage=NO_VOLUME if pieces else section.decimal("usage", places=3, negative=True),
        pieces=pieces,
        start=start,
        end=end,
        used_before=used,
        used_by_counter=used_by_counter,
        months=section.integer("months", 1, least=0, most=600),
        people=section.integer("people", 0, least=0, most=9999) if section.optional("people") is not None else None,
        people_changes=_people_changes(section),
        quota=section.optional_decimal("quota", places=3),
        calibre=section.text("calibre"),
        carry=section.decimal("carry", NO_VOLUME, places=3, negative=True),
        relief=_relief(section),
        anchor=_anchor(section),
        opened=section.date("opened"),
        closed=section.date("closed"),
        period=_period(section),
        shares=shares,
        options=_options(section),
        tax=_tax(section),
        corrected_volume=section.optional_decimal("corrected_volume", places=3),
        item_changes=tuple(_item_changes(section)),
    )


def _used_before(section: Section) -> tuple[Decimal, dict[str, Decimal]]:
    """One number, or numbers by counter."""
    node = section.optional("used_before")
    if not isinstance(node, yaml.MappingNode):
        return section.decimal("used_before", NO_VOLUME, places=3), {}
    place = section.at("used_before")
    return NO_VOLUME, {
        text_of(key, place, section.problems): decimal_of(value, place, section.problems, places=3)
        for key, value in node.value
    }


_SHARE_VALUES = ("value", "volume", "fixed", "ratio")


def _share(node: yaml.Node, place: str, problems: Problems, tariff: str) -> ShareFacts:
    """{tariff, fixed: volume a month} | {tariff, ratio: share of one} | {tariff} or {tariff, remainder: true}.

    `kind` with `value` says the same. A share without a tariff has the case's.
    """
    section = Section(node, place, problems, ("tariff", "kind", *_SHARE_VALUES, "remainder"))
    code = section.text("tariff", tariff)
    if not code:
        section.required("tariff")
    implied = [kind for kind in ShareKind if kind.value in section]
    kind = section.choice("kind", ShareKind, implied[0] if implied else ShareKind.REMAINDER)
    given = [key for key in _SHARE_VALUES if key in section]
    if len(implied) > 1 or len(given) != (0 if kind is ShareKind.REMAINDER else 1):
        problems.add(node, place, "share_one_kind")
        return ShareFacts(code)
    if kind is ShareKind.REMAINDER:
        if not section.boolean("remainder", True):
            section.complain("remainder", "not_choice", value="false", allowed="true")
        return ShareFacts(code)
    value = section.decimal(given[0], places=3 if kind is ShareKind.FIXED else 6)
    if kind is ShareKind.RATIO and value > 1:
        section.complain(given[0], "rate_too_high", value=str(value))
    return ShareFacts(code, kind, value)


def _piece(node: yaml.Node, place: str, problems: Problems) -> UsagePiece:
    section = Section(node, place, problems, ("usage", "from", "to"))
    volume = section.decimal("usage", places=3, negative=True)
    start, end = section.date("from", required=True), section.date("to", required=True)
    if start is not None and end is not None and end < start:
        section.complain("to", "ends_before_start", start=start.isoformat(), end=end.isoformat())
    return UsagePiece(volume, start, end)


def _people_changes(section: Section) -> tuple[PeopleFrom, ...]:
    """[{from: date, people: n}, …], with `date` for `from` too, or {date: n, …}."""
    node = section.optional("people_changes")
    place, problems = section.at("people_changes"), section.problems
    changes: list[PeopleFrom] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            people = integer_of(value, place, problems, least=0, most=9999)
            changes.append(PeopleFrom(date_of(key, place, problems), people))
    elif node is not None:
        for element in elements_of(node, place, problems):
            change = Section(element, place, problems, ("from", "date", "people"))
            start = change.date("date" if "date" in change else "from", required=True)
            changes.append(PeopleFrom(start, change.integer("people", least=0, most=9999)))
    return tuple(sorted(changes, key=lambda change: change.start or date.min))


def _relief(section: Section) -> tuple[str, ...]:
    """One scheme or a list of schemes."""
    node = section.optional("relief")
    if node is None:
        return ()
    place = section.at("relief")
    if isinstance(node, yaml.SequenceNode):
        return tuple(text_of(element, place, section.problems) for element in node.value)
    return (text_of(node, place, section.problems),)


def _anchor(section: Section) -> MonthDay | None:
    node = section.optional("anchor")
    if node is None:
        return None
    anchor = parse_month_day(shown(node))
    if anchor is None:
        section.complain("anchor", "not_month_day", value=shown(node))
    return anchor


def _period(section: Section) -> date | None:
    """The reading period as yyyy-mm."""
    node = section.optional("period")
    if node is None:
        return None
    try:
        return date.fromisoformat(f"{shown(node)}-01")
    except ValueError:
        section.complain("period", "not_period", value=shown(node))
        return None


def _options(section: Section) -> dict[str, str | None]:
    """{charge item: item plan's code | exempt}."""
    node = section.optional("options")
    if node is None:
        return {}
    place = section.at("options")
    if not isinstance(node, yaml.MappingNode):
        section.problems.add(node, place, "not_mapping", allowed=f"item: plan | {EXEMPT}")
        return {}
    chosen = {
        text_of(key, place, section.problems): text_of(value, place, section.problems) for key, value in node.value
    }
    return {charge_item: None if code == EXEMPT else code for charge_item, code in chosen.items()}


def _tax(section: Section) -> tuple[ItemTax, ...]:
    """{charge item: tax as in a tariff file}: the customer's overrides."""
    node = section.optional("tax")
    if node is None:
        return ()
    place = section.at("tax")
    if not isinstance(node, yaml.MappingNode):
        section.problems.add(node, place, "not_mapping", allowed="item: {treatment, rate, included}")
        return ()
    return tuple(
        ItemTax(text_of(key, place, section.problems), parse_tax(value, place, section.problems))
        for key, value in node.value
    )


def _item_changes(section: Section) -> Iterator[ItemChange]:
    """[{item: charge item, volume: more or (negative) less, or waived}, …]."""
    if section.optional("item_changes") is None:
        return
    for index, node in enumerate(section.elements("item_changes"), 1):
        place = f"{section.at('item_changes')}[{index}]"
        change = Section(node, place, section.problems, ("item", "volume"))
        charge_item, volume = change.text("item", required=True), change.optional("volume")
        if volume is not None and shown(volume) == WAIVED:
            yield ItemChange(charge_item, None)
        else:
            yield ItemChange(charge_item, change.decimal("volume", places=3, negative=True))


def _expect(section: Section) -> Expectation:
    node = section.required("expect")
    if node is None:
        return Expectation()
    problems = section.problems
    inner = Section(node, section.at("expect"), problems, _EXPECT_KEYS)
    numbers = tuple(
        (key, inner.decimal(key, places=6, negative=True))
        for key in ("total", "tier_use_after", "carry_after", "billed_volume")
        if inner.optional(key) is not None
    )
    tiers_node = inner.optional("tier_volumes")
    tiers: tuple[Decimal, ...] | None = None
    if tiers_node is not None:
        place = inner.at("tier_volumes")
        tiers = tuple(
            decimal_of(element, place, problems, places=6, negative=True)
            for element in elements_of(tiers_node, place, problems)
        )
    lines_node = inner.optional("lines")
    lines: tuple[tuple[tuple[str, str], ...], ...] | None = None
    if lines_node is not None:
        lines = tuple(
            _line(element, inner.at("lines"), problems)
            for element in elements_of(lines_node, inner.at("lines"), problems)
        )
    error = inner.text("error")
    if not (numbers or tiers or lines or error) and isinstance(node, yaml.MappingNode):
        problems.add(node, section.at("expect"), "expects_nothing")
    return Expectation(numbers, tiers, lines, error)


def _line(node: yaml.Node, place: str, problems: Problems) -> tuple[tuple[str, str], ...]:
    section = Section(node, place, problems, _LINE_KEYS)
    return tuple(
        (key, "" if is_null(section.optional(key)) else section.text(key)) for key in _LINE_KEYS if key in section
    )
