"""Random tariff files and cases (hypothesis): valid ones, over everything that a tariff file can say."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Plain = dict[str, Any]
SCHEMES = ("low_income", "veteran", "school")
_MODES = st.sampled_from(["half_up", "half_even", "down", "up"])
_CALIBRES = ("15", "20")


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[str]:
    """Numbers as a file writes them."""
    return st.decimals(least, most, places=places).map(lambda value: format(value, "f"))


@st.composite
def tiers(draw: st.DrawFn, counter: str) -> Plain:
    count = draw(st.integers(1, 3))
    months = draw(st.sampled_from([1, 2, 3, 6, 12, 12]))
    if draw(st.integers(0, 3)) == 0:
        limits: list[Any] = [
            {"quota": each}
            for each in sorted(draw(st.sets(decimals(1, 3, 1), min_size=count, max_size=count)), key=Decimal)
        ]
    else:
        limits = sorted(
            draw(st.sets(decimals(1, 300, draw(st.sampled_from([0, 0, 2]))), min_size=count, max_size=count)),
            key=Decimal,
        )
    made: Plain = {"limits": limits, "cycle_months": months, "counter": counter}
    made |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "cycle_starts": st.sampled_from(["01-01", "11-01", "03-31", "05-15"]),
                "mode": st.sampled_from(["cumulative", "per_bill"]),
                "straddle": st.sampled_from(["by_period", "by_days"]),
                "first_period": st.sampled_from(["new", "old"]),
                "part_cycle": st.sampled_from(["full", "by_month"]),
            },
        )
    )
    return made


@st.composite
def household(draw: st.DrawFn, limits: int) -> Plain:
    if draw(st.booleans()):
        each = decimals(0, 60, 1)
        made: Plain = {"base_people": draw(st.integers(1, 5))}
        made["extra_per_person"] = draw(each | st.lists(each, min_size=limits, max_size=limits))
    else:
        heads = sorted(draw(st.sets(decimals(1, 40, 2), min_size=limits, max_size=limits)), key=Decimal)
        made = {"per_person_from": draw(st.integers(1, 6)), "limits_per_person": heads}
        if draw(st.booleans()):
            made["base_people"] = draw(st.integers(1, 6))
    if draw(st.booleans()):
        made["change"] = draw(st.sampled_from(["full_cycle", "by_month"]))
    return made


_taxes = st.one_of(
    st.just({"treatment": "exempt"}),
    st.just({"treatment": "not_taxable"}),
    st.builds(
        lambda rate, included: {"treatment": "taxed", "rate": rate, **included},
        st.sampled_from(["0.03", "0.06", "0.13"]),
        st.sampled_from([{}, {"included": True}, {"included": False}]),
    ),
)


@st.composite
def volume_charge(draw: st.DrawFn, charge_item: str, tier_count: int) -> Plain:
    price = decimals(0, 12, draw(st.sampled_from([2, 2, 4])))
    prices = st.lists(price, min_size=tier_count, max_size=tier_count)
    shapes = [price, prices, st.fixed_dictionaries({"base": price, "multiples": prices})]
    made: Plain = {"item": charge_item, "price": draw(draw(st.sampled_from(shapes)))}
    if draw(st.booleans()):
        made["volume_factor"] = draw(st.sampled_from(["0.9", "0.85", "1", "0.333333"]))
    if draw(st.integers(0, 2)) == 0:
        at = ["tier"] if not isinstance(made["price"], str) else ["tier", "item"]
        rounding = {"scale": st.integers(0, 2), "mode": _MODES, "at": st.sampled_from(at)}
        made["volume_rounding"] = draw(st.fixed_dictionaries({}, optional=rounding))
    return made


@st.composite
def fixed_charge(draw: st.DrawFn, charge_item: str) -> Plain:
    fee = decimals(0, 40, 2)
    fixed: Plain = {"per": draw(st.sampled_from(["month", "bill"]))}
    if draw(st.booleans()):
        fixed["by_calibre"] = {calibre: draw(fee) for calibre in _CALIBRES}
    else:
        fixed["amount"] = draw(fee)
    if fixed["per"] == "month":
        fixed["prorate"] = draw(st.sampled_from(["none", "days", "half_month"]))
    fixed["when"] = draw(st.sampled_from(["always", "used"]))
    return {"item": charge_item, "fixed": fixed}


@st.composite
def charges(draw: st.DrawFn, tier_count: int) -> list[Plain]:
    made = [draw(volume_charge("water", tier_count))]
    if draw(st.booleans()):
        made.append(draw(volume_charge("sewage", tier_count)))
    if draw(st.booleans()):
        made.append(draw(fixed_charge("base")))
    if draw(st.integers(0, 3)) == 0:
        made.append(draw(fixed_charge("refuse")))
    made = draw(st.permutations(made))
    named = [each["item"] for each in made]
    for charge_item in ("surcharge", "levy"):
        if draw(st.integers(0, 3)) == 0:
            items = draw(st.lists(st.sampled_from(named), min_size=1, max_size=2, unique=True))
            made = [*made, {"item": charge_item, "percent_of": {"items": items, "rate": draw(decimals(0, 1, 3))}}]
            named.append(charge_item)
    return [each | ({"tax": draw(_taxes)} if draw(st.integers(0, 2)) == 0 else {}) for each in made]


@st.composite
def relief(draw: st.DrawFn, made_charges: list[Plain], tier_count: int) -> Plain:
    kind = draw(st.sampled_from(["free_volume", "price", "percent", "amount"]))
    named = [each["item"] for each in made_charges if "price" in each or kind in ("percent", "amount")]
    made: Plain = {"scheme": draw(st.sampled_from(SCHEMES)), "kind": kind}
    made["items"] = draw(st.lists(st.sampled_from(named), min_size=1, max_size=2, unique=True))
    price = decimals(0, 6, 2)
    if kind == "free_volume":
        made |= {"volume": draw(decimals(0, 40, 1)), "per": draw(st.sampled_from(["month", "bill"]))}
        made["position"] = draw(st.sampled_from(["bottom", "not_counted", "credit_at_tier1"]))
    elif kind == "price":
        made["price"] = draw(price | st.lists(price, min_size=tier_count, max_size=tier_count))
    elif kind == "percent":
        made["rate"] = draw(decimals(0, 1, 2))
    else:
        made |= {"amount": draw(decimals(0, 60, 2)), "per": draw(st.sampled_from(["month", "bill"]))}
    if draw(st.booleans()):
        made["funded_by"] = draw(st.sampled_from(["utility", "government"]))
    return made


@st.composite
def version(draw: st.DrawFn, code: str, start: date, *, plain_rules: bool = False) -> Plain:
    """One tariff file. `plain_rules`: without the bill's own rules, as later shares need none."""
    made: Plain = {"format": "qingyuan-tariff/1", "code": code, "effective": {"from": start.isoformat()}}
    tier_count = 1
    if draw(st.integers(0, 3)):
        made["tiers"] = draw(tiers(draw(st.sampled_from(["RES", "RES", "OTHER"]))))
        tier_count = len(made["tiers"]["limits"]) + 1
        if draw(st.booleans()):
            made["household"] = draw(household(tier_count - 1))
    made["charges"] = draw(charges(tier_count))
    if draw(st.booleans()):
        made["relief"] = draw(st.lists(relief(made["charges"], tier_count), min_size=1, max_size=3))
    if draw(st.booleans()):
        made["transition"] = {"method": draw(st.sampled_from(["by_day", "by_day", "all_new", "all_old"]))}
        made["transition"]["volume"] = {"scale": draw(st.integers(0, 3)), "mode": draw(_MODES)}
    if plain_rules:
        return made
    scale = 3
    if draw(st.booleans()):
        scale = draw(st.integers(0, 3))
        made["volume"] = {"scale": scale, "rounding": draw(_MODES), "carry": draw(st.booleans())}
    if draw(st.integers(0, 2)) == 0:
        least = {"volume": decimals(0, 30, min(scale, 1))} if draw(st.booleans()) else {"amount": decimals(0, 90, 2)}
        made["minimum"] = draw(st.fixed_dictionaries({**least, "per": st.sampled_from(["bill", "month"])}))
    if draw(st.booleans()):
        made["rounding"] = {
            "scale": draw(st.integers(0, 2)),
            "mode": draw(_MODES),
            "at": draw(st.sampled_from(["line", "item", "total"])),
        }
    return made


@st.composite
def plan(draw: st.DrawFn, code: str, *, changes: int, plain_rules: bool = False) -> list[Plain]:
    """A plan's versions: the first long ago, up to `changes` more in 2014."""
    days = st.dates(date(2014, 1, 1), date(2014, 12, 31))
    starts = [date(2013, 1, 1), *sorted(draw(st.sets(days, max_size=changes)))]
    return [draw(version(code, start, plain_rules=plain_rules)) for start in starts]


@st.composite
def pieces(draw: st.DrawFn, sign: int) -> list[Plain]:
    """One to three joined pieces in 2014; those of a credit are negative, one of a bill may stand still."""
    start = draw(st.dates(date(2014, 1, 2), date(2014, 11, 20)))
    made = []
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        end = start + timedelta(days=draw(st.integers(1, 100)))
        volume = draw(decimals(0, 260, draw(st.sampled_from([0, 0, 1, 3]))))
        made.append({"usage": f"-{volume}" if sign < 0 else volume, "from": start, "to": end})
        start = end
    return made


@st.composite
def item_changes(draw: st.DrawFn) -> list[Plain]:
    """One or two adjustments of single items, some of items that the plan does not charge."""
    made = []
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        change: Plain = {"item": draw(st.sampled_from(["water", "water", "sewage", "sewage", "base", "surcharge"]))}
        if draw(st.integers(0, 3)) == 0:
            change["volume"] = "waived"
        else:
            change["volume"] = draw(decimals(-60, 40, draw(st.sampled_from([0, 1, 3]))))
        made.append(change)
    return made


@st.composite
def bill(draw: st.DrawFn) -> tuple[list[Plain], Plain]:
    """Tariff files and one case."""
    mixed = draw(st.integers(0, 4)) == 0
    credit = draw(st.integers(0, 5)) == 0
    tariffs = draw(plan("p", changes=draw(st.sampled_from([0, 1, 1, 2]))))
    case: Plain = {"tariff": "p", "months": draw(st.sampled_from([1, 1, 1, 2, 3, 0]))}
    if draw(st.integers(0, 4)):
        case["pieces"] = draw(pieces(-1 if credit else 1))
    else:
        usage = draw(decimals(0, 400, draw(st.sampled_from([0, 3]))))
        case["usage"] = f"-{usage}" if credit else usage
    case |= draw(
        st.fixed_dictionaries(
            {
                "used_before": decimals(0, 500, 1),
                "calibre": st.sampled_from([*_CALIBRES * 4, "25"]),
                "quota": decimals(1, 200, 1),
            },
            optional={
                "people": st.integers(0, 9),
                "carry": st.sampled_from(["0.4", "0.999", "-3", "12"]),
                "relief": st.lists(st.sampled_from(SCHEMES), min_size=1, max_size=2, unique=True),
                "anchor": st.sampled_from(["03-15", "07-01", "12-31"]),
                "opened": st.dates(date(2013, 6, 1), date(2014, 10, 31)),
                "closed": st.dates(date(2014, 6, 1), date(2015, 3, 31)),
                "tax": st.fixed_dictionaries({"water": _taxes}),
            },
        )
    )
    if draw(st.integers(0, 8 if credit else 2)) == 0:
        case["item_changes"] = draw(item_changes())
    if draw(st.integers(0, 15)) == 0:
        del case["quota"]
    if "pieces" in case and draw(st.integers(0, 2)) == 0:
        days = draw(st.sets(st.dates(date(2013, 12, 1), date(2014, 12, 31)), min_size=1, max_size=2))
        case["people_changes"] = [{"from": day, "people": draw(st.integers(0, 9))} for day in sorted(days)]
    if "pieces" in case and draw(st.integers(0, 4)) == 0:
        case["period"] = draw(st.sampled_from(["2014-01", "2014-06", "2014-11", "2014-12"]))
    if mixed:
        tariffs += draw(plan("q", changes=1, plain_rules=True))
        _mix(draw, case, credit)
    elif credit:
        case["used_before"] = draw(decimals(0, 2000, 1))
    return tariffs, case


def _mix(draw: st.DrawFn, case: Plain, credit: bool) -> None:
    """Two or three shares; a credit of mixed use has whole volumes and one ratio, so that its split never grows."""
    first: Plain = {"tariff": "p"} | draw(
        st.sampled_from([{"fixed": "20"}, {"fixed": "7.5"}, {"ratio": "0.3"}, {"ratio": "0.55"}])
    )
    shares = [first]
    if not credit and draw(st.booleans()):
        shares.append({"tariff": "q", "ratio": draw(st.sampled_from(["0.2", "0.45", "0.5"]))})
    shares.append({"tariff": "q"})
    if draw(st.booleans()):
        shares.reverse()
    case["shares"] = shares
    if credit:
        case.pop("pieces", None)
        case.pop("people_changes", None)
        case.pop("period", None)
        corrected = draw(st.integers(1, 300))
        case |= {
            "usage": str(-draw(st.integers(1, corrected))),
            "corrected_volume": str(corrected),
            "used_before": "5000",
        }
