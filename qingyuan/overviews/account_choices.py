"""What the forms and filters of the customer file offer to choose from (档案可选项), within reach."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from qingyuan.domains.customers.models import Account, Community, Region
from qingyuan.domains.meters.models import MeterModel
from qingyuan.domains.routes.models import Book, ReadingArea
from qingyuan.domains.tariffs.models import ChargeItem, PlanKind, PricePlan, UsageClass
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.kernel.actor import Actor
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.queries import reach

Choice = tuple[str, str]
LIMIT = 1000


@dataclass(frozen=True, slots=True)
class OpeningChoices:
    """By code, with what a person reads. Regions carry their path, books their number."""

    units: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    communities: tuple[Choice, ...]
    books: tuple[Choice, ...]
    classes: tuple[Choice, ...]
    models: tuple[Choice, ...]


def unit_choices(actor: Actor, permission: str, *, on: date) -> tuple[Choice, ...]:
    """(id, name) of the units that the permission reaches, in tree order."""
    found = organisation.units_within_reach(actor, permission, on=on)
    return tuple((str(unit.id), unit.short_name or unit.name) for unit in found if unit.company_id is not None)


def unit_codes(actor: Actor, permission: str, *, on: date) -> tuple[Choice, ...]:
    """(code, name) of the units that the permission reaches, in tree order."""
    reached = reach(actor, permission, on=on)
    return tuple(
        (unit.code, unit.short_name or unit.name)
        for unit in organisation.units()
        if unit.company_id is not None and unit.closed_date is None and reached.covers(unit.id)
    )


def class_choices(actor: Actor, *, language: str) -> tuple[Choice, ...]:
    """(id, name) of the usage classes in use; of the actor's company where the actor has one."""
    rows = UsageClass.objects.filter(is_active=True)
    if actor.company_id is not None:
        rows = rows.filter(company_id=actor.company_id)
    return tuple(
        (str(key), english if language.startswith("en") and english else name)
        for key, name, english in rows.order_by("position", "code").values_list("id", "name", "name_en")[:LIMIT]
    )


def class_codes(company_id: int, *, language: str) -> tuple[Choice, ...]:
    """(code, name) of the company's usage classes in use."""
    rows = UsageClass.objects.filter(is_active=True, company_id=company_id).order_by("position", "code")
    return tuple(
        (code, english if language.startswith("en") and english else name)
        for code, name, english in rows.values_list("code", "name", "name_en")[:LIMIT]
    )


def opening_choices(actor: Actor, *, on: date, language: str) -> OpeningChoices:
    """What an opening form offers: units within customers.open, and what their companies have. Six to nine queries."""
    reached = reach(actor, "customers.open", on=on)
    units = [
        unit
        for unit in organisation.units()
        if unit.company_id is not None and unit.closed_date is None and reached.covers(unit.id)
    ]
    companies = sorted({unit.company_id for unit in units if unit.company_id is not None})
    english = language.startswith("en")
    regions = {
        key: (code, name, parent)
        for key, code, name, parent in Region.objects.filter(company_id__in=companies)
        .order_by("code")
        .values_list("id", "code", "name", "parent_id")
    }

    def path(key: int | None) -> str:
        return "" if key is None or key not in regions else path(regions[key][2]) + regions[key][1]

    communities = Community.objects.filter(company_id__in=companies).order_by("code")
    books = Book.objects.filter(reached.condition(), company_id__in=companies, is_active=True).order_by("book_no")
    classes = UsageClass.objects.filter(company_id__in=companies, is_active=True).order_by("position", "code")
    models = MeterModel.objects.filter(company_id__in=companies).order_by("code")
    return OpeningChoices(
        units=tuple((unit.code, unit.short_name or unit.name) for unit in units),
        regions=tuple((code, path(key)) for key, (code, _name, _parent) in regions.items())[:LIMIT],
        communities=tuple(communities.values_list("code", "name")[:LIMIT]),
        books=tuple((number, f"{number} {name}") for number, name in books.values_list("book_no", "name")[:LIMIT]),
        classes=tuple(
            (code, name_en if english and name_en else name)
            for code, name, name_en in classes.values_list("code", "name", "name_en")[:LIMIT]
        ),
        models=tuple(
            (code, f"{name} DN{calibre}") for code, name, calibre in models.values_list("code", "name", "calibre")
        ),
    )


def relief_schemes(company_id: int) -> tuple[str, ...]:
    """The relief schemes that the company's published plans know, by code."""
    catalogue = price_list(company_id).catalogue
    return tuple(
        sorted(
            {
                relief.scheme
                for code in catalogue.codes
                for version in catalogue.versions_of(code)
                for relief in version.relief
            }
        )
    )


def option_choices(company_id: int, *, language: str) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """(charge items by code, item plans by code) for a point's own choice of price."""
    charges = ChargeItem.objects.filter(company_id=company_id, is_active=True).order_by("position", "code")
    plans = PricePlan.objects.filter(company_id=company_id, kind=PlanKind.ITEM).order_by("code")
    return (
        tuple(
            (code, name_en if language.startswith("en") and name_en else name)
            for code, name, name_en in charges.values_list("code", "name", "name_en")
        ),
        tuple((code, name) for code, name in plans.values_list("code", "name")[:LIMIT]),
    )


def book_choices(actor: Actor, permission: str, *, on: date, company_id: int) -> tuple[Choice, ...]:
    """(id, number and name) of the company's active books within the permission."""
    books = Book.objects.filter(reach(actor, permission, on=on).condition("unit_id", "id"), company_id=company_id)
    return tuple(
        (str(key), f"{number} {name}")
        for key, number, name in books.filter(is_active=True)
        .order_by("book_no")
        .values_list("id", "book_no", "name")[:LIMIT]
    )


def reader_choices(company_id: int) -> tuple[Choice, ...]:
    """(id, name) of the company's active people."""
    rows = Staff.objects.filter(is_active=True, unit__company_id=company_id).order_by("name", "id")
    return tuple((str(key), name) for key, name in rows.values_list("id", "name")[:LIMIT])


def area_choices(company_id: int) -> tuple[Choice, ...]:
    """(id, name) of the company's reading areas."""
    rows = ReadingArea.objects.filter(company_id=company_id).order_by("code")
    return tuple((str(key), name) for key, name in rows.values_list("id", "name")[:LIMIT])


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An account that may be the same as one to be opened, and why."""

    account_no: str
    address: str
    state: str
    reason: str


def lookalikes(
    *, company_id: int, region_code: str, community_code: str, parts: tuple[str, str, str, str], phone: str
) -> tuple[Lookalike, ...]:
    """Accounts of the company at the same address ("address") or with the same phone number ("phone"); at most ten.

    `parts` are street number, building, entrance and room, as typed. Whoever may open accounts is told the number and
    address alone, in other units too: that is what the warning is for.
    """
    found: dict[str, Lookalike] = {}
    street_no, building, entrance, room = (part.strip() for part in parts)
    same_place = Account.objects.filter(
        company_id=company_id,
        premise__region__code=region_code,
        premise__street_no=street_no,
        premise__building=building,
        premise__entrance=entrance,
        premise__room=room,
    ).exclude(state="CLOSED")
    same_place = same_place.filter(premise__community__code=community_code) if community_code else same_place
    if building or room or street_no:
        for number, address, state in _shown(same_place):
            found[number] = Lookalike(number, address, state, "address")
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) >= 7:
        same_phone = Account.objects.filter(
            company_id=company_id, tokens__kind="PHONE_TAIL", tokens__token=digits[::-1]
        )
        for number, address, state in _shown(same_phone.exclude(state="CLOSED")):
            found.setdefault(number, Lookalike(number, address, state, "phone"))
    return tuple(found.values())[:10]


def _shown(rows: QuerySet[Account]) -> list[tuple[str, str, str]]:
    found = rows.order_by("account_no").values_list("account_no", "premise__address", "state")[:10]
    return [(number, address or "", state) for number, address, state in found]


def account_no_of(account_id: int) -> str:
    """The number of an account that was just opened."""
    return str(Account.objects.values_list("account_no", flat=True).get(id=account_id))
