"""Whom a bulk change is about (批量变更对象): points and accounts by rule or by number, with whose they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qingyuan.domains.customers.models import Account, ClassificationValue
from qingyuan.domains.customers.queries.payers import payers
from qingyuan.domains.meters.models import PointAccount
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.kernel.actor import Actor
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class Rule:
    """What the points are narrowed to; empty fields do not narrow. `book_nos` are any of these books."""

    unit_id: int | None = None
    book_nos: Sequence[str] = ()
    usage_class_id: int | None = None
    user_type: str = ""
    calibre: int | None = None
    classification_id: int | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """A point with the account that it belongs to on the day, and who holds it."""

    point_no: str
    account_no: str
    holder_name: str
    address: str


def by_rule(
    actor: Actor, permission: str, *, company_id: int, rule: Rule, on: date, limit: int
) -> tuple[tuple[str, str], ...]:
    """(point number, account number) of the open points of open accounts within the permission that the rule finds on
    the day, in the order of the accounts; at most `limit`. One query.
    """
    wanted = in_force(on) & reach(actor, permission, on=on).condition("account__unit_id")
    wanted &= Q(company_id=company_id, point__closed_date__isnull=True)
    if rule.unit_id is not None:
        wanted &= Q(account__unit_id__in=organisation.subtree_ids(rule.unit_id))
    if rule.user_type:
        wanted &= Q(account__user_type=rule.user_type)
    if rule.calibre is not None:
        wanted &= Q(point__calibre=rule.calibre)
    rows = PointAccount.objects.filter(wanted).exclude(account__state="CLOSED")
    if rule.book_nos:
        rows = rows.filter(in_force(on, "point__books__"), point__books__book__book_no__in=list(rule.book_nos))
    if rule.usage_class_id is not None:
        rows = rows.filter(in_force(on, "point__shares__"), point__shares__usage_class_id=rule.usage_class_id)
    if rule.classification_id is not None:
        rows = rows.filter(account__classifications__value_id=rule.classification_id)
    found = rows.order_by("account__account_no", "point__point_no").distinct()
    return tuple(found.values_list("point__point_no", "account__account_no")[:limit])


def points_of_numbers(account_nos: Collection[str], *, company_id: int, on: date) -> Mapping[str, tuple[str, ...]]:
    """Account number → its open points on the day, by number; accounts without any are left out. One query."""
    found: dict[str, tuple[str, ...]] = {}
    rows = PointAccount.objects.filter(
        in_force(on), company_id=company_id, account__account_no__in=list(account_nos), point__closed_date__isnull=True
    ).order_by("point__point_no")
    for account, point in rows.values_list("account__account_no", "point__point_no"):
        found[account] = (*found.get(account, ()), point)
    return found


def whose(numbers: Collection[str], *, company_id: int, of_points: bool, on: date) -> Mapping[str, Whose]:
    """By point number, or by account number; unknown ones are left out. Two queries."""
    if of_points:
        rows = PointAccount.objects.filter(in_force(on), company_id=company_id, point__point_no__in=list(numbers))
        owners = dict(rows.values_list("point__point_no", "account_id"))
    else:
        accounts = Account.objects.filter(company_id=company_id, account_no__in=list(numbers))
        owners = dict(accounts.values_list("account_no", "id"))
    known = payers(owners.values(), on=on)
    return {
        number: Whose(number if of_points else "", known[key].account_no, known[key].name, known[key].address)
        for number, key in owners.items()
    }


def classification_choices(company_id: int) -> tuple[tuple[str, str], ...]:
    """(id, scheme and value) of the company's classifications."""
    rows = ClassificationValue.objects.filter(company_id=company_id).order_by("scheme__position", "code")
    return tuple(
        (str(key), f"{scheme}：{name}") for key, scheme, name in rows.values_list("id", "scheme__name", "name")
    )
