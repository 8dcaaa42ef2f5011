"""A bill by charge item and in slips (按费用项目分单): what each item came to, what of it is cleared and still owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers.queries import payers
from qingyuan.domains.ledger.models import OpenItem
from qingyuan.domains.ledger.rules.netting import Netting
from qingyuan.domains.ledger.rules.slips import BillSlip, Charge, SlipMode, bill_slips, slips_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view"
SLIPS = "ledger.bill_slips"


class NoSlips(DomainError):
    """The bill never was owed (a credit, or a bill of nothing): there are no slips of it (无应收，不能分单)."""

    code = "office.bill_has_no_slips"


@dataclass(frozen=True, slots=True)
class ItemOwed:
    """A charge item of a bill, in yuan: gross − less − cleared = owed. `less`: what negative items took from it."""

    name: str
    name_en: str
    payee: str
    gross: Decimal
    less: Decimal
    cleared: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A slip of a bill: `payee` is for whom its money is collected, "" for the company's own or several together."""

    payee: str
    lines: tuple[ItemOwed, ...]
    amount: Decimal
    cleared: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class BillSlips:
    """A bill as its slips show it. Σ slips = amount and Σ owed = owed, in yuan."""

    company_name: str
    unit_name: str
    bill_no: str
    account_no: str
    customer_name: str
    address: str
    yyyymm: int
    from_date: date
    to_date: date
    volume: Decimal
    due_date: date
    amount: Decimal
    owed: Decimal
    mode: SlipMode
    slips: tuple[SlipRow, ...]


def bill_in_slips(actor: Actor, bill_no: str, *, on: date) -> BillSlips:
    """A bill in the slips that the parameter `ledger.bill_slips` asks for at its unit.

    Raises NotFound for a bill that the person may not see, NoSlips for one that never was owed. At most ten queries.
    """
    reached = reach(actor, VIEW, on=on).condition("unit_id", "book_id")
    bill = (
        Bill.objects.filter(reached, bill_no=bill_no)
        .select_related("account", "customer", "unit")
        .defer("snapshot")
        .first()
    )
    if bill is None:
        raise NotFound(bill=bill_no)
    owed = OpenItem.objects.filter(bill_id=bill.pk).first()
    if owed is None:
        raise NoSlips(bill=bill_no)
    mode = SlipMode(parameters.text(SLIPS, unit_id=bill.unit_id, on=on))
    profile = organisation.profile(bill.company_id)
    payer = payers([bill.account_id], on=on).get(bill.account_id)
    return BillSlips(
        company_name=profile.legal_name if profile else organisation.company_unit(bill.company_id).name,
        unit_name=bill.unit.short_name or bill.unit.name,
        bill_no=bill.bill_no,
        account_no=bill.account.account_no,
        customer_name=bill.customer.name,
        address="" if payer is None else payer.address,
        yyyymm=bill.yyyymm,
        from_date=bill.from_date,
        to_date=bill.to_date,
        volume=bill.volume,
        due_date=bill.due_date,
        amount=owed.amount,
        owed=owed.outstanding,
        mode=mode,
        slips=_slips(owed, mode),
    )


def bill_by_item(owed: OpenItem) -> tuple[ItemOwed, ...]:
    """What each charge item of a receivable came to and still owes. One query."""
    return tuple(line for slip in _slips(owed, SlipMode.BY_CHARGE) for line in slip.lines)


class _Item(NamedTuple):
    """A charge item of a receivable: what it was owed from the beginning, what was let off and cleared of it."""

    id: int
    name: str
    name_en: str
    payee: str
    part: Decimal
    less: Decimal
    cleared: Decimal


_ITEMS = """
    SELECT i.id, i.name, COALESCE(NULLIF(i.name_en, ''), i.name), i.payee, COALESCE(p.amount, 0), COALESCE(n.amount, 0),
           COALESCE(c.amount, 0)
    FROM charge_item i
    LEFT JOIN open_item_part p ON p.open_item_id = %(owed)s AND p.charge_item_id = i.id
    LEFT JOIN (SELECT into_charge_id, sum(amount) AS amount FROM open_item_netting WHERE open_item_id = %(owed)s
               GROUP BY 1) n ON n.into_charge_id = i.id
    LEFT JOIN (SELECT charge_item_id, sum(amount) AS amount FROM clearing WHERE open_item_id = %(owed)s
               GROUP BY 1) c ON c.charge_item_id = i.id
    WHERE i.company_id = %(company)s AND (p.open_item_id IS NOT NULL OR n.into_charge_id IS NOT NULL)
    ORDER BY i.position, i.id
"""


def _slips(owed: OpenItem, mode: SlipMode) -> tuple[SlipRow, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"owed": owed.pk, "company": owed.company_id})
        charges = {row[0]: _Item(*row) for row in cursor.fetchall()}
    found = bill_slips(
        slips_of([Charge(one.id, one.payee) for one in charges.values()], mode),
        [(one.id, one.part) for one in charges.values()],
        [Netting(0, one.id, one.less) for one in charges.values()],
        [(one.id, one.part - one.cleared) for one in charges.values()],
    )
    return tuple(_row(slip, charges) for slip in found)


def _row(slip: BillSlip, charges: Mapping[int, _Item]) -> SlipRow:
    lines = tuple(
        ItemOwed(
            name=charges[line.charge_id].name,
            name_en=charges[line.charge_id].name_en,
            payee=charges[line.charge_id].payee,
            gross=line.gross,
            less=line.less,
            cleared=line.cleared,
            owed=line.owed,
        )
        for line in slip.lines
    )
    return SlipRow(_payee(lines), lines, slip.amount, slip.cleared, slip.owed)


def _payee(lines: Sequence[ItemOwed]) -> str:
    payees = {line.payee for line in lines}
    return payees.pop() if len(payees) == 1 else ""
