"""The city's accounts, opened through the workflow (立户)."""

from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.operations import NewAccount
from qingyuan.domains.customers.rules.states import CustomerKind
from qingyuan.domains.meters.operations import NewInstallation, NewShare
from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.tools.demo import names
from qingyuan.tools.demo.catalogue import MODEL_OF_CALIBRE
from qingyuan.tools.demo.city import DemoAccount, Peculiarity
from qingyuan.workflows.open_accounts import NewConnection, open_accounts

ZONE = ZoneInfo("Asia/Shanghai")
AT_ONCE = 1_000


class DemoRefused(DomainError):
    """The demo's own plan was refused somewhere: a fault of the demo, told with the first refusal."""

    code = "demo.refused"


def point_no(account: DemoAccount) -> str:
    """The number of the account's point."""
    return f"P{account.account_no}"


def open_city(*, actor: Actor, city: tuple[DemoAccount, ...], start: Month) -> Iterator[int]:
    """Open what is not open yet, mains before their subs, as of the first day of `start`; yields how many are open."""
    known = customers.account_refs(account.account_no for account in city)
    missing = [account for account in city if account.account_no not in known]
    missing.sort(key=lambda account: (account.main_index is not None, account.index))
    by_index = {account.index: account for account in city}
    for begin in range(0, len(missing), AT_ONCE):
        rows = [_connection(account, by_index, start) for account in missing[begin : begin + AT_ONCE]]
        opened = open_accounts(actor=actor, rows=rows, on=start.first_date, strict=True)
        if opened.failed:
            first = opened.failed[0]
            raise DemoRefused(place=first.place, refusal=first.code, params=dict(first.params))
        yield len(known) + begin + len(rows)


def _connection(account: DemoAccount, by_index: dict[int, DemoAccount], start: Month) -> NewConnection:
    person = not account.is_organisation
    opened = NewAccount(
        place=account.account_no,
        unit_code=account.hall.code,
        region_code=account.street[0],
        community_code=account.estate[0] if account.estate else "",
        name=account.name,
        account_no=account.account_no,
        kind=CustomerKind.PERSON if person else CustomerKind.ORGANISATION,
        street_no=account.street_no,
        building=account.building,
        entrance=account.entrance,
        room=account.room,
        phone=account.phone,
        may_message=bool(account.phone) and account.index % 12 != 0,
        contact_name="" if person else f"联系人（{names.MARK}）",
        opened_date=start.first_date,
        people=account.people if person else None,
        evidence="户口簿（演示）" if person and account.people > 4 else "",
    )
    main = by_index[account.main_index] if account.main_index is not None else None
    installation = NewInstallation(
        place=account.account_no,
        account_no=account.account_no,
        book_no=account.book_no,
        order_no=account.order_no,
        shares=_shares(account),
        installed_at=datetime.combine(start.first_date, time(8), ZONE),
        meter_no=f"YS{account.account_no}",
        model_code=MODEL_OF_CALIBRE[account.calibre],
        start_value=Decimal(account.first_value),
        point_no=point_no(account),
        main_point_no=point_no(main) if main else "",
    )
    return NewConnection(opened, (installation,))


def _shares(account: DemoAccount) -> tuple[NewShare, ...]:
    if Peculiarity.MIXED_USE not in account.peculiarities:
        return (NewShare(account.usage_class),)
    if account.index % 2:
        return (NewShare("INDUSTRY", ShareKind.FIXED, Decimal(3)), NewShare(account.usage_class))
    return (NewShare("INDUSTRY", ShareKind.RATIO, Decimal("0.3")), NewShare(account.usage_class))
