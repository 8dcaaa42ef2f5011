"""What may be changed in bulk (批量变更内容): each kind's fields, its column in a file, and its value in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers.operations.bulk import FactKind
from qingyuan.domains.customers.operations.bulk_kinds import HouseholdKind, ReliefKind
from qingyuan.domains.customers.operations.taxes import TaxKind
from qingyuan.domains.customers.rules.taxes import TaxValue
from qingyuan.domains.meters.operations import NewShare
from qingyuan.domains.meters.operations.bulk_kinds import (
    AccountQuotaKind,
    OptionEndKind,
    OptionKind,
    OptionValue,
    QuotaKind,
    SharesKind,
)
from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.domains.tariffs.rules.plan import Treatment
from qingyuan.interfaces.office.shell.formats import volume_text
from qingyuan.interfaces.office.shell.text import Label

_TREATMENTS = {"免税": Treatment.EXEMPT, "exempt": Treatment.EXEMPT, "不征税": Treatment.NOT_TAXABLE,
               "not_taxable": Treatment.NOT_TAXABLE}  # fmt: skip
EXEMPT = ("EXEMPT", "免征", "免", "exempt")
ENDED = "\0"
"""Stands for a plan in the value of an option that is to end: no plan has this code."""
Cells = Mapping[str, str]
_SHARE = re.compile(r"^(.+?)\s+(\d+(?:\.\d+)?)\s*(%|％|m³|m3|立方米)?$")


class CellRefused(Exception):
    """A cell that holds no such value: the column and what to write there."""

    def __init__(self, column: str, remedy: Label) -> None:
        super().__init__(column)
        self.column, self.remedy = column, remedy


@dataclass(frozen=True, slots=True)
class Names:
    """Codes and names of the company's classes, charge items, plans and relief schemes: code → name."""

    classes: Mapping[str, str]
    charges: Mapping[str, str]
    plans: Mapping[str, str]
    schemes: Mapping[str, str]

    @staticmethod
    def code(known: Mapping[str, str], typed: str) -> str:
        """The code of what is typed, a code or a name; unchanged when it is neither, to be refused by that."""
        if typed in known:
            return typed
        return next((code for code, name in known.items() if name == typed), typed)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change. `columns` are (form field, heading) of its value; `typed` makes the value of them."""

    key: str
    title: Label
    permission: str
    make: Callable[[int], FactKind[Any]]
    of_points: bool
    columns: tuple[tuple[str, str], ...]
    example: tuple[str, ...]
    typed: Callable[[Cells, Names], Any]
    words: Callable[[Any, Names], str]
    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]
    ends: bool = True


def _needed(cells: Cells, column: str) -> str:
    text = cells.get(column, "").strip()
    if not text:
        raise CellRefused(column, _("is empty: write it in the file or choose it on the page"))
    return text


def _shares(cells: Cells, names: Names) -> tuple[NewShare, ...]:
    """One class, or parts divided by semicolons: “INDUSTRY 30%; TRADE 20 m³; RESIDENTIAL”."""
    parts = [part.strip() for part in re.split(r"[;；]", _needed(cells, "用水性质")) if part.strip()]
    return tuple(_share(part, names) for part in parts)


def _share(part: str, names: Names) -> NewShare:
    found = _SHARE.match(part)
    if found is None or part in names.classes.values():
        return NewShare(names.code(names.classes, part))
    code, number = names.code(names.classes, found[1]), Decimal(found[2])
    if found[3] in ("%", "％"):
        return NewShare(code, ShareKind.RATIO, number / 100)
    return NewShare(code, ShareKind.FIXED, number)


def _share_words(value: tuple[NewShare, ...], names: Names) -> str:
    told = []
    for share in value:
        name = names.classes.get(share.class_code, share.class_code)
        if share.kind is ShareKind.RATIO:
            name = f"{name} {((share.value or Decimal(0)) * 100).normalize():f}%"
        elif share.kind is ShareKind.FIXED:
            name = f"{name} {volume_text(share.value)} m³"
        told.append(name)
    return "；".join(told)


def _option(cells: Cells, names: Names) -> OptionValue:
    plan = _needed(cells, "价格")
    code = "" if plan in EXEMPT else names.code(names.plans, plan)
    return OptionValue(names.code(names.charges, _needed(cells, "费用项目")), code)


def _option_words(value: OptionValue, names: Names) -> str:
    price = names.plans.get(value.plan_code, value.plan_code) if value.plan_code else gettext("exempt")
    return f"{names.charges.get(value.item_code, value.item_code)}：{price}"


def _option_end(cells: Cells, names: Names) -> OptionValue:
    return OptionValue(names.code(names.charges, _needed(cells, "费用项目")), ENDED)


def _option_end_words(value: OptionValue, names: Names) -> str:
    """What stood before by its price; what is to come by the price of the plan."""
    if value.plan_code != ENDED:
        return _option_words(value, names)
    return f"{names.charges.get(value.item_code, value.item_code)}：{gettext('the price plan’s own price')}"


def _quota(cells: Cells, _names: Names) -> Decimal:
    text = _needed(cells, "用水定额").replace(",", "")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CellRefused("用水定额", _("is no number: write m³ in digits, such as 1200")) from error


def _people(cells: Cells, _names: Names) -> int:
    text = _needed(cells, "用水人口").removesuffix(".0")
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise CellRefused("用水人口", _("is no number of people: write digits, such as 5"))
    return int(text)


def _tax(cells: Cells, names: Names) -> TaxValue:
    item_code = names.code(names.charges, _needed(cells, "费用项目"))
    return tax_of(item_code, _needed(cells, "税率"))


def tax_of(item_code: str, typed: str) -> TaxValue:
    """A tax as people write it: 3%, 0.03, 免税, 不征税. Raises CellRefused."""
    text = typed.strip().replace("％", "%")
    if text.lower() in _TREATMENTS:
        return TaxValue(item_code, _TREATMENTS[text.lower()])
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)(%?)", text)
    rate = None if found is None else Decimal(found[1]) / (100 if found[2] else 1)
    if rate is None or rate >= 1:
        raise CellRefused("税率", _("is no tax rate: write 3%, 免税 (exempt) or 不征税 (not taxable)"))
    return TaxValue(item_code, Treatment.TAXED, rate)


def tax_text(value: TaxValue) -> str:
    """A tax in words."""
    if value.treatment is Treatment.TAXED:
        rate = f"{((value.rate or Decimal(0)) * 100).normalize():f}%"
        return rate if value.included else gettext("%(rate)s on top of the price") % {"rate": rate}
    return gettext("exempt from tax") if value.treatment is Treatment.EXEMPT else gettext("not taxable")


KINDS = (
    Kind(
        "shares", _("Usage class"), "meters.change", SharesKind, True, (("class_code", "用水性质"),), ("INDUSTRY",),
        _shares, _share_words,
        lambda value: [[one.class_code, one.kind.value, None if one.value is None else str(one.value)] for one in value],
        lambda kept: tuple(
            NewShare(code, ShareKind(kind), None if value is None else Decimal(value)) for code, kind, value in kept
        ),
        ends=False,
    ),
    Kind(
        "option", _("Item option"), "meters.change", OptionKind, True,
        (("item_code", "费用项目"), ("plan_code", "价格")), ("sewage", "免征"), _option, _option_words,
        lambda value: [value.item_code, value.plan_code], lambda kept: OptionValue(*kept),
    ),
    Kind(
        "option-end", _("End of item option"), "meters.change", OptionEndKind, True, (("item_code", "费用项目"),),
        ("sewage",), _option_end, _option_end_words,
        lambda value: value.item_code, lambda kept: OptionValue(kept, ENDED), ends=False,
    ),
    Kind(
        "quota", _("Quota"), "meters.change", QuotaKind, True, (("volume", "用水定额"),), ("1200",), _quota,
        lambda value, _names: f"{volume_text(value)} m³", str, Decimal,
    ),
    Kind(
        "account-quota", _("Quota of account"), "meters.change", AccountQuotaKind, False, (("volume", "用水定额"),),
        ("1200",), _quota, lambda value, _names: f"{volume_text(value)} m³", str, Decimal,
    ),
    Kind(
        "people", _("Household size"), "customers.change", HouseholdKind, False, (("people", "用水人口"),), ("5",),
        _people, lambda value, _names: str(value), int, int,
    ),
    Kind(
        "relief", _("Relief"), "customers.change", ReliefKind, False, (("scheme", "减免方案"),), ("dibao",),
        lambda cells, names: names.code(names.schemes, _needed(cells, "减免方案")),
        lambda value, names: names.schemes.get(value, value), str, str,
    ),
    Kind(
        "tax", _("Customer tax rate"), "customers.change", TaxKind, False,
        (("item_code", "费用项目"), ("tax", "税率")), ("water", "3%"), _tax,
        lambda value, names: f"{names.charges.get(value.item_code, value.item_code)}：{tax_text(value)}",
        lambda value: [value.item_code, value.treatment.value, None if value.rate is None else str(value.rate)],
        lambda kept: TaxValue(kept[0], Treatment(kept[1]), None if kept[2] is None else Decimal(kept[2])),
    ),
)  # fmt: skip
