"""Addresses of the customer file: an account, its meter, its point, its book."""

from collections.abc import Callable, Iterator

from qingyuan.domains.customers.models import Account, AccountHold, AccountHolder, PayerGroup, ReliefScheme
from qingyuan.domains.customers.operations import add_members, create_payer_group, place_hold
from qingyuan.domains.customers.rules.states import HoldActivity
from qingyuan.domains.meters.models import Installation, MeterLink, PointBook
from qingyuan.kernel.actor import system_actor


def _hanging() -> Installation:
    return Installation.objects.filter(removed_at__isnull=True, point__accounts__to_date__isnull=True).order_by("id")[0]


def _account() -> Account:
    return Account.objects.filter(points__point=_hanging().point_id).order_by("id")[0]


def _of_account() -> dict[str, object]:
    return {"account_no": _account().account_no}


def _hold() -> dict[str, object]:
    account = _account()
    found = AccountHold.objects.filter(account=account, to_date__isnull=True).order_by("id").first()
    hold_id = (
        found.pk
        if found is not None
        else place_hold(
            actor=system_actor(),
            account_id=account.pk,
            activity=HoldActivity.READING,
            reason="表井积水",
            from_date=account.opened_date,
            on=account.opened_date,
        )
    )
    return {"account_no": account.account_no, "hold_id": hold_id}


def _of_point() -> dict[str, object]:
    return {"point_no": _hanging().point.point_no}


def _of_main() -> dict[str, object]:
    return {"point_no": MeterLink.objects.filter(to_date__isnull=True).order_by("id")[0].main.point_no}


def _of_meter() -> dict[str, object]:
    return {"meter_no": _hanging().meter.meter_no}


def _of_book() -> dict[str, object]:
    return {"book_no": PointBook.objects.filter(point=_hanging().point_id).order_by("-id")[0].book.book_no}


def _relief_scheme() -> dict[str, object]:
    """The demo has none yet: the first look makes one."""
    given = {"name": "低保减免", "funder": "市民政局", "evidence": "低保证", "default_months": 12}
    ReliefScheme.objects.get_or_create(company_id=_account().company_id, code="dibao", defaults=given)
    return {"code": "dibao"}


def _group() -> dict[str, object]:
    account = _account()
    if not PayerGroup.objects.filter(code="EXAMPLE").exists():
        payer = AccountHolder.objects.filter(account=account).order_by("-from_date")[0].customer
        day = account.opened_date
        group_id = create_payer_group(
            actor=system_actor(),
            unit_id=account.unit_id,
            code="EXAMPLE",
            name="学校",
            payer_no=payer.customer_no,
            on=day,
        )
        add_members(actor=system_actor(), group_id=group_id, account_nos=[account.account_no], from_date=day, on=day)
    return {"code": "EXAMPLE"}


def _member() -> dict[str, object]:
    return {**_group(), "account_no": _account().account_no}


def _accounts() -> Iterator[str]:
    tabs = ("detail", "meters", "readings", "bills", "payments", "files", "log")
    forms = ("document", "contact", "customer", "holder", "people", "relief", "relief-end", "tax", "hold", "edit")
    return (f"accounts:{name}" for name in (*tabs, *forms))


RECORDS: dict[str, Callable[[], dict[str, object]]] = {
    **dict.fromkeys(_accounts(), _of_account),
    "accounts:hold-lift": _hold,
    **dict.fromkeys(("accounts:relief-scheme", "accounts:relief-scheme-edit"), _relief_scheme),
    **dict.fromkeys(("payer_groups:detail", "payer_groups:edit", "payer_groups:add", "payer_groups:bill"), _group),
    "payer_groups:remove": _member,
    **dict.fromkeys((f"meters:{name}" for name in ("detail", "readings")), _of_meter),
    **dict.fromkeys((f"meters:{name}" for name in ("exchange", "shares", "option", "quota", "move")), _of_point),
    **dict.fromkeys(("meters:links", "meters:links-end"), _of_main),
    **dict.fromkeys((f"routes:{name}" for name in ("book", "edit", "move")), _of_book),
}

NO_PAGES_OF_RECORDS = {
    **{
        f"bulk_changes:{kind}-template": "a spreadsheet"
        for kind in ("shares", "option", "option-end", "quota", "account-quota", "people", "relief", "tax")
    },
    "payer_groups:paper": "PDF; seen in tests/flows/test_group_bill",
    "accounts:search": "JSON",
    "accounts:lookalikes": "a part of a page",
    "accounts:phone": "a part of a page",
    "accounts:file": "a file",
}
