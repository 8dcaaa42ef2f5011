"""Receivables as COPY text (成批应收的写入文本): one pass over the input, one block per table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qingyuan.domains.ledger.operations.fen import fen_text
from qingyuan.domains.ledger.rules.netting import Part, net_parts
from qingyuan.domains.ledger.rules.posting import NewReceivable
from qingyuan.domains.ledger.rules.states import ReceivableKind
from qingyuan.platform.copying import copy_text, escaped

_ZERO = Decimal("0.00")
_ITEM_COLUMNS = (
    "id", "company_id", "unit_id", "account_id", "customer_id", "kind", "bill_id", "label", "yyyymm", "due_date",
    "amount", "outstanding", "posting_date", "journal_id",
)  # fmt: skip


@dataclass(slots=True)
class BulkRows:
    """Lines of open_item (by unit, without the journal at their end), parts and nettings, and the sums per unit and
    charge item: `net` as owed, `gross` as charged.
    """

    items: dict[int, list[str]] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    nettings: list[str] = field(default_factory=list)
    net: dict[int, dict[int, Decimal]] = field(default_factory=dict)
    gross: dict[int, dict[int, Decimal]] = field(default_factory=dict)

    def copy(self, journal_ids: Mapping[int, int], posting_date: date) -> None:
        """Write the rows. `journal_ids`: unit → journal."""
        for unit_id, lines in self.items.items():
            end = f"\t{posting_date.isoformat()}\t{journal_ids[unit_id]}\n"
            copy_text("open_item", _ITEM_COLUMNS, [end.join(lines) + end])
        if self.parts:
            copy_text("open_item_part", ("open_item_id", "charge_item_id", "amount"), ["".join(self.parts)])
        if self.nettings:
            columns = ("open_item_id", "from_charge_id", "into_charge_id", "amount")
            copy_text("open_item_netting", columns, ["".join(self.nettings)])


def build(
    ids: Sequence[int],
    receivables: Sequence[NewReceivable],
    cleared: Mapping[int, Decimal],
    *,
    company_id: int,
    kind: ReceivableKind,
) -> BulkRows:
    """The rows of receivables; `cleared` says what automatic offset already takes from some of them.

    Raises ValueError for amounts that do not add up, are not positive, or have a fraction of a fen.
    """
    rows = BulkRows()
    dates: dict[date, str] = {}
    for open_item_id, receivable in zip(ids, receivables, strict=True):
        bill_id, label, unit_id, account_id, customer_id, yyyymm, due_date, amount, parts = receivable
        net = rows.net.get(unit_id)
        if net is None:
            net = rows.net[unit_id] = {}
            rows.gross[unit_id] = {}
            rows.items[unit_id] = []
        due = dates.get(due_date)
        if due is None:
            due = dates[due_date] = due_date.isoformat()
        total = _ZERO
        for _charge_id, part in parts:
            if part <= 0:
                total = _add_netted(rows, open_item_id, unit_id, parts)
                break
            total += part
        else:
            for charge_id, part in parts:
                net[charge_id] = net.get(charge_id, _ZERO) + part
                rows.parts.append(f"{open_item_id}\t{charge_id}\t{fen_text(part)}\n")
        if total != amount or amount <= 0:
            raise ValueError(f"{label}: the parts sum to {total}, the bill to {amount}")
        owed = amount - cleared[open_item_id] if open_item_id in cleared else amount
        rows.items[unit_id].append(
            f"{open_item_id}\t{company_id}\t{unit_id}\t{account_id}\t{customer_id}\t{kind.value}\t{bill_id}\t"
            f"{escaped(label)}\t{yyyymm}\t{due}\t{fen_text(amount)}\t{fen_text(owed)}"
        )
    for unit_id, summed in rows.net.items():
        gross = rows.gross[unit_id]
        for charge_id, amount in summed.items():
            gross[charge_id] = gross.get(charge_id, _ZERO) + amount
    return rows


def _add_netted(rows: BulkRows, open_item_id: int, unit_id: int, parts: Sequence[Part]) -> Decimal:
    """The parts of a bill with negative items. `gross` first holds only what netting moved; the net sums are added last."""
    netted = net_parts(parts)
    net, gross = rows.net[unit_id], rows.gross[unit_id]
    total = _ZERO
    for charge_id, part in netted.parts:
        net[charge_id] = net.get(charge_id, _ZERO) + part
        total += part
        rows.parts.append(f"{open_item_id}\t{charge_id}\t{fen_text(part)}\n")
    for from_charge, into_charge, amount in netted.nettings:
        gross[into_charge] = gross.get(into_charge, _ZERO) + amount
        gross[from_charge] = gross.get(from_charge, _ZERO) - amount
        rows.nettings.append(f"{open_item_id}\t{from_charge}\t{into_charge}\t{fen_text(amount)}\n")
    return total
