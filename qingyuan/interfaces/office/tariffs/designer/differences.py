"""What a draft changes (与现行版本的差异): by tier, item, price, date, rule, in words; and typical bills by both."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.compiled import tier_prices
from qingyuan.domains.tariffs.rules.dump import version_as_plain
from qingyuan.domains.tariffs.rules.facts import Facts, build_request
from qingyuan.domains.tariffs.rules.plan import Charge, FixedCharge, PlanKind, PlanVersion, VolumeCharge
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.interfaces.office.shell.details import FactList, SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, price_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.interfaces.office.tariffs.words import TIER, charge_note, rule_words, tier_words
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_decimal

_TYPICAL_WITHOUT_TIERS = (Decimal(10), Decimal(20), Decimal(30), Decimal(60), Decimal(100))
_TYPICAL_QUOTA = Decimal(100)
_WITHOUT_WORDS = re.compile(
    r"^(source|currency|volume_unit)$|^tiers\.counter|^transition\.volume|^relief\[\d+\]\.(position|funded_by)"
    r"|volume_rounding\.at$"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the draft says otherwise; empty: not there."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TypicalBill:
    """The same water by both versions; None where a version refuses it."""

    volume: Decimal
    before: Decimal | None
    after: Decimal | None
    problem: str = ""

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def percent(self) -> str:
        if self.difference is None or not self.before:
            return ""
        share = round_decimal(self.difference * 100 / self.before, 1)
        return f"{share:+f}\u00a0%"


def changes(old: PlanVersion, new: PlanVersion) -> tuple[Change, ...]:
    """Everything that the two say differently: what has words in words, the rest by its key in the file."""
    before, after = _said(old), _said(new)
    found = [
        Change(what, before.get(what, ""), after.get(what, ""))
        for what in dict.fromkeys((*before, *after))
        if before.get(what, "") != after.get(what, "")
    ]
    return (*found, *_unsaid(old, new, found))


def _said(version: PlanVersion) -> dict[str, str]:
    """Label → text of all that has words."""
    said = {
        _("Name of this version"): version.name,
        _("Price document no."): version.document,
        _("Usage class"): version.usage_class,
        _("In force from"): date_text(version.effective_from),
        _("until (not included)"): date_text(version.effective_to),
    }
    for listed in (tier_words(version), rule_words(version)):
        said |= _facts(listed)
    for charge in version.charges:
        said |= dict(_charge(charge, version.tier_count))
    said[_("Remark")] = version.note
    return said


def _facts(listed: FactList | None) -> dict[str, str]:
    return {str(fact.label): str(fact.text) for fact in listed.facts} if listed is not None else {}


def _charge(charge: Charge, tiers: int) -> Iterable[tuple[str, str]]:
    name = charge.name if charge.name == charge.item_code else f"{charge.name} ({charge.item_code})"
    shape = charge.shape
    if isinstance(shape, VolumeCharge):
        prices = tier_prices(shape.price)
        for number, price in enumerate(prices, 1):
            label = f"{name} · {TIER % {'tier': number}}" if len(prices) > 1 and tiers > 1 else name
            yield label, _("%(price)s yuan/m³") % {"price": price_text(price)}
    yield f"{name} · {_('How it is charged')}", charge_note(charge)


def _unsaid(old: PlanVersion, new: PlanVersion, said: list[Change]) -> Iterable[Change]:
    """What differs and has no words, by its key in the file; everything that differs when the words are the same."""
    before, after = dict(_leaves(version_as_plain(old))), dict(_leaves(version_as_plain(new)))
    orders = [[charge.item_code for charge in version.charges] for version in (old, new)]
    if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
        yield Change(_("Order of the charge items"), *(", ".join(codes) for codes in orders))
        return
    for path in dict.fromkeys((*before, *after)):
        if before.get(path) != after.get(path) and (not said or _WITHOUT_WORDS.search(path)):
            yield Change(path, before.get(path, ""), after.get(path, ""))


def _leaves(value: object, path: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{path}[{place}]")
    else:
        yield path, str(value)


def typical_bills(old: PlanVersion, new: PlanVersion, given: Mapping[str, Any]) -> tuple[TypicalBill, ...]:
    """Bills over one cycle (without tiers: one month) by both versions, for volumes around the limits of the draft.

    `given` may have people, quota, calibre and relief. None for plans of a single item, which make no bill.
    """
    if PlanKind.ITEM in (old.kind, new.kind):
        return ()
    return tuple(_typical(old, new, volume, given) for volume in _volumes(new))


def months_of(version: PlanVersion) -> int:
    """The months that a typical bill covers."""
    return version.tiers.cycle_months if version.tiers is not None else 1


def _volumes(version: PlanVersion) -> tuple[Decimal, ...]:
    limits = [limit for limit in version.tiers.limits if isinstance(limit, Decimal)] if version.tiers else []
    if not limits:
        return _TYPICAL_WITHOUT_TIERS
    between = [(lower + upper) / 2 for lower, upper in pairwise(limits)]
    wanted = [limits[0] / 2, limits[0], *between, *limits[1:], limits[-1] * 3 / 2]
    return tuple(sorted({round_decimal(each, 0) for each in wanted if each >= 1})) or (Decimal(1),)


def _typical(old: PlanVersion, new: PlanVersion, volume: Decimal, given: Mapping[str, Any]) -> TypicalBill:
    totals: list[Decimal | None] = []
    problem = ""
    for version in (old, new):
        try:
            totals.append(_total(version, volume, months_of(new), given))
        except DomainError as error:
            totals.append(None)
            problem = error_sentence(error)
    return TypicalBill(volume, totals[0], totals[1], problem)


def _total(version: PlanVersion, volume: Decimal, months: int, given: Mapping[str, Any]) -> Decimal:
    catalogue = Catalogue([version])
    by_quota = version.tiers is not None and version.tiers.by_quota
    facts = Facts(
        tariff=version.code,
        usage=volume,
        months=months,
        people=given.get("people"),
        quota=given.get("quota") or (_TYPICAL_QUOTA if by_quota else None),
        calibre=_calibre(version, str(given.get("calibre") or "")),
        relief=(given["relief"],) if given.get("relief") else (),
    )
    return rate(build_request(facts, catalogue), catalogue).total


def _calibre(version: PlanVersion, wanted: str) -> str:
    """The wanted calibre when the version has a fee for it, else its first."""
    shapes = [charge.shape for charge in version.charges if isinstance(charge.shape, FixedCharge)]
    tables = [dict(shape.by_calibre) for shape in shapes if shape.by_calibre]
    return wanted if not tables or wanted in tables[0] else next(iter(tables[0]))


def change_table(found: tuple[Change, ...]) -> SubTable:
    columns: tuple[Column[Change], ...] = (
        Column("what", gettext_lazy("What"), ColumnKind.LONG_TEXT),
        Column("before", gettext_lazy("Before"), ColumnKind.LONG_TEXT, value=lambda row: row.before or "—"),
        Column("after", gettext_lazy("In the draft"), ColumnKind.LONG_TEXT, value=lambda row: row.after or "—"),
    )
    empty = gettext_lazy("The draft says the same.")
    return sub_table(gettext_lazy("What the draft changes"), columns, found, empty=empty)


def bill_table(bills: tuple[TypicalBill, ...]) -> SubTable:
    columns: tuple[Column[TypicalBill], ...] = (
        Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
        Column("before", gettext_lazy("Before"), ColumnKind.MONEY),
        Column("after", gettext_lazy("In the draft"), ColumnKind.MONEY),
        Column("difference", gettext_lazy("Difference"), ColumnKind.MONEY),
        Column("percent", gettext_lazy("in %"), ColumnKind.IDENTIFIER, value=lambda row: row.percent or row.problem),
    )
    return sub_table(gettext_lazy("Typical bills by both"), columns, bills)
