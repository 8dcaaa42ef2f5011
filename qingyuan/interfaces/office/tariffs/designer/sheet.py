"""The sheet (设计表单): a tariff file as flat fields of text, and back. Pure; what the sheet does not show is kept.

Fields are named `limit-0`, `charge-1-price-2` …; numbers stay the texts that they are in the file. `document_of` writes
the fields into the document from which the sheet was made, so that whatever has no field (reliefs, rounding of a
charged volume …) comes out as it went in. Whether the result holds is the parser's to say.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qingyuan.domains.tariffs.rules.dump import Plain, version_as_plain
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion

Sheet = dict[str, str]

YES, NO = "yes", "no"
HEAD = ("name", "document", "note", "usage_class")
TIER_CHOICES = ("cycle_months", "cycle_starts", "mode", "straddle", "first_period", "part_cycle")
FIXED_CHOICES = ("per", "prorate", "when", "scope")
SEPARATOR = "\n"
"""Between the values of a field that takes several."""

_PLACE = re.compile(r"\d{1,3}", re.ASCII)
_ITEM_FIELD = re.compile(r"charge-(\d{1,3})-item", re.ASCII)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


def sheet_of(version: PlanVersion) -> Sheet:
    """All fields of the sheet with what the version says; defaults are written out."""
    plain = version_as_plain(version)
    sheet: Sheet = {key: str(plain.get(key, "")) for key in HEAD}
    sheet["from"] = version.effective_from.isoformat()
    sheet["to"] = version.effective_to.isoformat() if version.effective_to is not None else ""
    for index, charge in enumerate(_list(plain["charges"])):
        sheet |= _charge_fields(index, charge, str(index))
    sheet["transition"] = version.transition.method.value
    if version.kind is PlanKind.ITEM:
        return sheet
    sheet |= _tier_fields(version, plain)
    sheet |= _household_fields(version, plain)
    sheet["volume_scale"] = str(version.volume.scale)
    sheet["volume_rounding"] = version.volume.rounding.value
    sheet["volume_carry"] = YES if version.volume.carry else NO
    least = _mapping(plain.get("minimum"))
    sheet["minimum"] = next((key for key in ("volume", "amount") if key in least), "")
    sheet["minimum_value"] = str(least.get(sheet["minimum"], ""))
    sheet["minimum_per"] = str(least.get("per", "bill"))
    return sheet


def _tier_fields(version: PlanVersion, plain: Plain) -> Sheet:
    tiers = version.tiers
    if tiers is None:
        return {"limits_by": "volume"}
    found: Sheet = {"limits_by": "quota" if tiers.by_quota else "volume"}
    for index, limit in enumerate(_list(_mapping(plain["tiers"])["limits"])):
        found[f"limit-{index}"] = str(limit["quota"] if isinstance(limit, dict) else limit)
    return found | {
        "cycle_months": str(tiers.cycle_months),
        "cycle_starts": str(tiers.cycle_starts),
        "mode": tiers.mode.value,
        "straddle": tiers.straddle.value,
        "first_period": tiers.first_period.value,
        "part_cycle": tiers.part_cycle.value,
    }


def _household_fields(version: PlanVersion, plain: Plain) -> Sheet:
    if version.household is None:
        return {"household": ""}
    written = _mapping(plain["household"])
    found: Sheet = {
        "household_change": version.household.change.value,
        "base_people": str(written.get("base_people", "")),
    }
    if "extra_per_person" in written:
        found["household"] = "extra"
        extra = written["extra_per_person"]
        count = len(version.tiers.limits) if version.tiers is not None else 0
        for index, text in enumerate(extra if isinstance(extra, list) else [extra] * count):
            found[f"extra-{index}"] = str(text)
        return found
    found["household"] = "per_person"
    found["per_person_from"] = str(written["per_person_from"])
    return found | {f"head-{index}": str(text) for index, text in enumerate(_list(written["limits_per_person"]))}


def _charge_fields(index: int, charge: Mapping[str, Any], origin: str) -> Sheet:
    name = f"charge-{index}-"
    found = {"origin": origin, "item": str(charge["item"]), "name": str(charge.get("name", ""))}
    tax = _mapping(charge.get("tax"))
    found |= {"tax": str(tax.get("treatment", "")), "tax_rate": str(tax.get("rate", ""))}
    found["tax_included"] = NO if tax.get("included") is False else YES
    if "fixed" in charge:
        found |= _fixed_fields(_mapping(charge["fixed"]))
    elif "percent_of" in charge:
        found |= {"shape": "percent", "of": SEPARATOR.join(map(str, charge["percent_of"]["items"]))}
        found["rate"] = str(charge["percent_of"]["rate"])
    else:
        price = charge["price"]
        found["factor"] = str(charge.get("volume_factor", "1"))
        if isinstance(price, list):
            found |= {"shape": "tiers", **{f"price-{place}": str(each) for place, each in enumerate(price)}}
        elif isinstance(price, dict):
            found |= {"shape": "multiples", "base": str(price["base"])}
            found |= {f"multiple-{place}": str(each) for place, each in enumerate(price["multiples"])}
        else:
            found |= {"shape": "flat", "price": str(price)}
    return {name + key: text for key, text in found.items()}


def _fixed_fields(fixed: Mapping[str, Any]) -> Sheet:
    found = {key: str(fixed.get(key, default)) for key, default in zip(FIXED_CHOICES, _FIXED_DEFAULTS, strict=True)}
    if "by_calibre" in fixed:
        rows = [f"{calibre} {amount}" for calibre, amount in fixed["by_calibre"].items()]
        return found | {"shape": "calibres", "calibres": "\n".join(rows)}
    return found | {"shape": "fixed", "amount": str(fixed.get("amount", ""))}


_FIXED_DEFAULTS = ("month", "none", "always", "account")


def document_of(version: PlanVersion, sheet: Mapping[str, str]) -> Plain:
    """The document of `version` with what the sheet says. Raises nothing: the parser complains of what does not hold."""
    made = copy.deepcopy(version_as_plain(version))
    for key in HEAD:
        _set(made, key, sheet.get(key, "").strip())
    made["effective"] = _given({"from": sheet.get("from", "").strip(), "to": sheet.get("to", "").strip()})
    made["charges"] = [_charge(sheet, index, made["charges"]) for index in charge_indices(sheet)]
    method = sheet.get("transition", "by_day")
    if method != "by_day" or "transition" in made:
        made["transition"] = {**_mapping(made.get("transition")), "method": method}
    if version.kind is PlanKind.ITEM:
        return made
    _write_tiers(made, sheet)
    _write_household(made, sheet)
    made["volume"] = {
        "scale": _number(sheet.get("volume_scale", "3")),
        "rounding": sheet.get("volume_rounding", "half_up"),
        "carry": sheet.get("volume_carry") == YES,
    }
    kind = sheet.get("minimum", "")
    least = {kind: _number(sheet.get("minimum_value", "")), "per": sheet.get("minimum_per", "bill")}
    _set(made, "minimum", least if kind else None)
    return made


def _write_tiers(made: Plain, sheet: Mapping[str, str]) -> None:
    limits = _numbers(sheet, "limit")
    if not limits:
        made.pop("tiers", None)
        return
    tiers = dict(_mapping(made.get("tiers")))
    tiers["limits"] = [{"quota": each} for each in limits] if sheet.get("limits_by") == "quota" else list(limits)
    for key in TIER_CHOICES:
        _set(tiers, key, _number(sheet.get(key, "")))
    made["tiers"] = tiers


def _write_household(made: Plain, sheet: Mapping[str, str]) -> None:
    kind = sheet.get("household", "")
    if not kind:
        made.pop("household", None)
        return
    written: Plain = _given({"base_people": _number(sheet.get("base_people", ""))})
    if kind == "extra":
        written["extra_per_person"] = _numbers(sheet, "extra")
    else:
        written |= _given({"per_person_from": _number(sheet.get("per_person_from", ""))})
        written["limits_per_person"] = _numbers(sheet, "head")
    written["change"] = sheet.get("household_change", "full_cycle")
    made["household"] = written


def _charge(sheet: Mapping[str, str], index: int, before: object) -> Plain:
    name = f"charge-{index}-"
    fields = {key.removeprefix(name): text for key, text in sheet.items() if key.startswith(name)}
    old = _list(before)
    origin = place_of(fields.get("origin", ""))
    made: Plain = copy.deepcopy(old[origin]) if origin is not None and origin < len(old) else {}
    made["item"] = fields.get("item", "").strip()
    _set(made, "name", fields.get("name", "").strip())
    kept = {
        key: made.pop(key)
        for key in ("price", "volume_factor", "volume_rounding", "fixed", "percent_of")
        if key in made
    }
    shape = fields.get("shape", "flat")
    if shape in ("fixed", "calibres"):
        made["fixed"] = _fixed(fields, shape)
    elif shape == "percent":
        codes = [code for code in fields.get("of", "").split(SEPARATOR) if code]
        made["percent_of"] = {"items": codes, **_given({"rate": _number(fields.get("rate", ""))})}
    else:
        made["price"] = _price(fields, shape)
        factor = _number(fields.get("factor", "1"))
        if factor and factor != "1":
            made["volume_factor"] = factor
        if "volume_rounding" in kept:
            made["volume_rounding"] = kept["volume_rounding"]
    treatment = fields.get("tax", "")
    tax: Plain = {"treatment": treatment}
    if treatment == "taxed":
        tax |= _given({"rate": _number(fields.get("tax_rate", ""))})
        tax["included"] = fields.get("tax_included", YES) != NO
    _set(made, "tax", tax if treatment else None)
    return made


def _price(fields: Mapping[str, str], shape: str) -> object:
    if shape == "tiers":
        return _numbers(fields, "price")
    if shape == "multiples":
        return {"base": _number(fields.get("base", "")), "multiples": _numbers(fields, "multiple")}
    return _number(fields.get("price", ""))


def _fixed(fields: Mapping[str, str], shape: str) -> Plain:
    made: Plain = {key: fields.get(key, default) for key, default in zip(FIXED_CHOICES, _FIXED_DEFAULTS, strict=True)}
    if shape == "fixed":
        return made | {"amount": _number(fields.get("amount", ""))}
    table: dict[str, str] = {}
    for row in fields.get("calibres", "").splitlines():
        calibre, _, amount = row.strip().rpartition(" ")
        if row.strip():
            table[calibre.strip() or _number(amount)] = _number(amount) if calibre else ""
    return made | {"by_calibre": table}


def charge_indices(sheet: Mapping[str, str]) -> list[int]:
    """The numbers of the charges on the sheet, in order."""
    return sorted({int(match[1]) for key in sheet if (match := _ITEM_FIELD.fullmatch(key)) is not None})


def place_of(text: str) -> int | None:
    """A number as this page writes them into names and buttons; None for anything else that was sent."""
    return int(text) if _PLACE.fullmatch(text) else None


def numbered(sheet: Mapping[str, str], name: str) -> Iterator[str]:
    """The fields `name-0`, `name-1` … as far as they go without a gap."""
    index = 0
    while f"{name}-{index}" in sheet:
        yield f"{name}-{index}"
        index += 1


def limit_count(sheet: Mapping[str, str]) -> int:
    return sum(1 for _ in numbered(sheet, "limit"))


def untouched(version: PlanVersion) -> tuple[str, ...]:
    """What the version says that the sheet has no field for, as keys of the file: it is changed as text."""
    plain = version_as_plain(version)
    found: list[str] = [key for key in ("source", "currency", "volume_unit", "relief", "rounding") if key in plain]
    if "volume" in _mapping(plain.get("transition")) and version.transition.scale != 0:
        found.append("transition.volume")
    if "counter" in _mapping(plain.get("tiers")):
        found.append("tiers.counter")
    for charge in _list(plain["charges"]):
        if "volume_rounding" in charge:
            found.append(f"{charge['item']}.volume_rounding")
    return tuple(found)


def cleaned(text: str) -> str:
    """A typed number without what hands add to it: spaces, full-width digits, separators."""
    return text.strip().translate(_FULL_WIDTH).replace(",", "").replace("，", "")


_number = cleaned


def _numbers(sheet: Mapping[str, str], name: str) -> list[str]:
    return [_number(sheet[field]) for field in numbered(sheet, name)]


def _set(made: Plain, key: str, value: object) -> None:
    if value in ("", None):
        made.pop(key, None)
    else:
        made[key] = value


def _given(values: Mapping[str, str]) -> Plain:
    return {key: text for key, text in values.items() if text}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def joined(values: Iterable[str]) -> str:
    """Several values of one field as its text."""
    return SEPARATOR.join(values)
