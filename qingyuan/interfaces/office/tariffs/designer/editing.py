"""What the buttons of the sheet do (表单操作): tiers and charge items come, go and move, numbers step. Pure."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from qingyuan.interfaces.office.tariffs.designer.sheet import (
    FIXED_CHOICES,
    YES,
    Sheet,
    charge_indices,
    cleaned,
    limit_count,
    numbered,
    place_of,
)

MOST_TIERS = 12
MOST_CHARGES = 30
_PRICE_PLACES = 2
_TIER_DEFAULTS = {
    "cycle_months": "12",
    "cycle_starts": "01-01",
    "mode": "cumulative",
    "straddle": "by_period",
    "first_period": "new",
    "part_cycle": "full",
}
_FIXED_DEFAULTS = dict(zip(FIXED_CHOICES, ("month", "none", "always", "account"), strict=True))
_PER_TIER = ("price", "multiple")
_PER_LIMIT = ("limit", "extra", "head")


def completed(sheet: Sheet, *, is_plan: bool) -> Sheet:
    """The sheet with every field that its choices call for, and none that they do not."""
    done = {key: text for key, text in sheet.items() if not key.startswith("charge-")}
    limits = limit_count(sheet)
    if is_plan:
        _complete_tiers(done, limits)
        _complete_household(done, limits)
        _complete_minimum(done)
    for index in charge_indices(sheet):
        name = f"charge-{index}-"
        fields = {key.removeprefix(name): text for key, text in sheet.items() if key.startswith(name)}
        tiers = limits + 1 if is_plan else max(1, *(sum(1 for _ in numbered(fields, each)) for each in _PER_TIER))
        done |= {name + key: text for key, text in _complete_charge(fields, tiers).items()}
    return done


def _complete_tiers(done: Sheet, limits: int) -> None:
    if not limits:
        for key in _TIER_DEFAULTS:
            done.pop(key, None)
        done["household"] = ""
        return
    for key, text in _TIER_DEFAULTS.items():
        done.setdefault(key, text)
    done.setdefault("limits_by", "volume")
    done.setdefault("household", "")


def _complete_household(done: Sheet, limits: int) -> None:
    kind = done.get("household", "")
    for name, of_kind in (("extra", "extra"), ("head", "per_person")):
        texts = [done.pop(field) for field in list(numbered(done, name))]
        if kind == of_kind:
            for place in range(limits):
                done[f"{name}-{place}"] = texts[place] if place < len(texts) else (texts[-1] if texts else "")
    if not kind:
        for name in ("household_change", "base_people", "per_person_from"):
            done.pop(name, None)
        return
    done.setdefault("household_change", "full_cycle")
    done.setdefault("base_people", "4" if kind == "extra" else "")
    if kind == "per_person":
        done.setdefault("per_person_from", "5")
    else:
        done.pop("per_person_from", None)


def _complete_minimum(done: Sheet) -> None:
    if done.setdefault("minimum", ""):
        done.setdefault("minimum_value", "")
        done.setdefault("minimum_per", "bill")
    else:
        done.pop("minimum_value", None)
        done.pop("minimum_per", None)


def _complete_charge(fields: Sheet, tiers: int) -> Sheet:
    done = {key: fields.get(key, "") for key in ("origin", "item", "name", "tax")}
    done["shape"] = shape = fields.get("shape", "flat")
    if done["tax"] == "taxed":
        done |= {"tax_rate": fields.get("tax_rate", ""), "tax_included": fields.get("tax_included", YES)}
    if shape in ("fixed", "calibres"):
        done |= {key: fields.get(key, default) for key, default in _FIXED_DEFAULTS.items()}
        key = "amount" if shape == "fixed" else "calibres"
        done[key] = fields.get(key, "")
    elif shape == "percent":
        done |= {"of": fields.get("of", ""), "rate": fields.get("rate", "")}
    else:
        done["factor"] = fields.get("factor", "1")
        done |= _complete_price(fields, shape, tiers)
    return done


def _complete_price(fields: Sheet, shape: str, tiers: int) -> Sheet:
    listed = [fields[field] for field in numbered(fields, "price")]
    one = fields.get("price") or (listed[0] if listed else "") or fields.get("base", "")
    if shape == "flat":
        return {"price": one}
    texts = listed if shape == "tiers" else [fields[field] for field in numbered(fields, "multiple")]
    last = texts[-1] if texts else (one if shape == "tiers" else "1")
    name = "price" if shape == "tiers" else "multiple"
    found = {f"{name}-{place}": texts[place] if place < len(texts) else last for place in range(tiers)}
    return found if shape == "tiers" else {"base": fields.get("base") or one, **found}


def acted(sheet: Sheet, action: str, *, is_plan: bool) -> Sheet:
    """The sheet after a button: `add-tier`, `drop-tier:1`, `up:limit-0`, `add-charge:water`, `lower-charge:2` …

    An action that does not fit (the last charge dropped, an unknown field stepped) leaves the sheet as it is.
    """
    verb, _, operand = action.partition(":")
    done = dict(sheet)
    doer = _ACTIONS.get(verb)
    if doer is not None:
        doer(done, operand)
    return completed(done, is_plan=is_plan)


def _add_tier(sheet: Sheet, _operand: str) -> None:
    count = limit_count(sheet)
    if count + 1 >= MOST_TIERS:
        return
    sheet[f"limit-{count}"] = _next_limit(sheet, count)
    if count == 0:
        # a plan that gets tiers: its one price becomes a price for each tier
        for index in charge_indices(sheet):
            if sheet.get(f"charge-{index}-shape") == "flat" and index == charge_indices(sheet)[0]:
                sheet[f"charge-{index}-shape"] = "tiers"


def _next_limit(sheet: Sheet, count: int) -> str:
    """As far beyond the last limit as that one is beyond the one before it."""
    last = _decimal(sheet.get(f"limit-{count - 1}", ""))
    before = _decimal(sheet.get(f"limit-{count - 2}", "")) or Decimal(0)
    return "" if last is None else f"{last + max(last - before, Decimal(1)):f}"


def _drop_tier(sheet: Sheet, operand: str) -> None:
    count = limit_count(sheet)
    tier = place_of(operand)
    if tier is None or tier > count or count == 0:
        return
    for name in _PER_LIMIT:
        _without(sheet, name, min(tier, count - 1))
    for index in charge_indices(sheet):
        for name in _PER_TIER:
            _without(sheet, f"charge-{index}-{name}", tier)
        if count == 1 and sheet.get(f"charge-{index}-shape") == "tiers":
            sheet[f"charge-{index}-shape"] = "flat"


def _without(sheet: Sheet, name: str, place: int) -> None:
    texts = [sheet.pop(field) for field in list(numbered(sheet, name))]
    for number, text in enumerate(texts[:place] + texts[place + 1 :]):
        sheet[f"{name}-{number}"] = text


def _step(direction: int) -> Callable[[Sheet, str], None]:
    def stepped(sheet: Sheet, field: str) -> None:
        """One up or down at the last written place, at least whole fen for prices; never below zero."""
        number = _decimal(sheet.get(field, ""))
        if number is None:
            if sheet.get(field, "?").strip() == "":
                sheet[field] = "0"
            return
        exponent = number.as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        if "price" in field or field.endswith(("-base", "-amount")):
            places = max(places, _PRICE_PLACES)
        moved = number + Decimal(direction).scaleb(-places)
        sheet[field] = f"{max(moved, Decimal(0).scaleb(-places)):f}"

    return stepped


def _add_charge(sheet: Sheet, code: str) -> None:
    present = charge_indices(sheet)
    if len(present) >= MOST_CHARGES:
        return
    name = f"charge-{len(present)}-"
    sheet |= {f"{name}origin": "", f"{name}item": code, f"{name}name": "", f"{name}shape": "flat", f"{name}price": ""}
    sheet[f"{name}tax"] = ""


def _drop_charge(sheet: Sheet, operand: str) -> None:
    present = charge_indices(sheet)
    if len(present) > 1 and place_of(operand) in present:
        _arrange(sheet, [index for index in present if index != place_of(operand)])


def _shift_charge(by: int) -> Callable[[Sheet, str], None]:
    def shifted(sheet: Sheet, operand: str) -> None:
        present = charge_indices(sheet)
        moved = place_of(operand)
        if moved is None or moved not in present:
            return
        place = present.index(moved)
        other = place + by
        if 0 <= other < len(present):
            present[place], present[other] = present[other], present[place]
            _arrange(sheet, present)

    return shifted


def _arrange(sheet: Sheet, order: list[int]) -> None:
    """The charges in this order, numbered from zero."""
    blocks = {}
    for index in charge_indices(sheet):
        name = f"charge-{index}-"
        blocks[index] = {key.removeprefix(name): sheet.pop(key) for key in list(sheet) if key.startswith(name)}
    for number, index in enumerate(order):
        sheet |= {f"charge-{number}-{key}": text for key, text in blocks[index].items()}


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(cleaned(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None


_ACTIONS: dict[str, Callable[[Sheet, str], None]] = {
    "add-tier": _add_tier,
    "drop-tier": _drop_tier,
    "up": _step(1),
    "down": _step(-1),
    "add-charge": _add_charge,
    "drop-charge": _drop_charge,
    "raise-charge": _shift_charge(-1),
    "lower-charge": _shift_charge(1),
}
