"""The chart of accounts that a company starts with (会计科目): numbers after the Chinese enterprise standard."""

from dataclasses import dataclass

from qingyuan.domains.ledger.rules.states import ChartRole


@dataclass(frozen=True, slots=True)
class ChartTemplate:
    """An account of the starting chart."""

    code: str
    name: str
    name_en: str
    role: ChartRole


DEFAULT_CHART: tuple[ChartTemplate, ...] = (
    ChartTemplate("1001", "库存现金", "Cash on hand", ChartRole.CASH),
    ChartTemplate("1002", "银行存款", "Bank", ChartRole.BANK),
    ChartTemplate("1122", "应收水费", "Receivables", ChartRole.RECEIVABLE),
    ChartTemplate("1221", "应收减免补贴", "Relief due from government", ChartRole.RELIEF_PAYER),
    ChartTemplate("1901", "现金长短款", "Cash over and short", ChartRole.OVER_SHORT),
    ChartTemplate("2203", "预收水费", "Prepayments", ChartRole.PREPAYMENT),
    ChartTemplate("2221", "应交税费", "Taxes payable", ChartRole.TAX),
    ChartTemplate("2241", "内部往来", "Intercompany", ChartRole.INTERCOMPANY),
    ChartTemplate("2242", "代收款项", "Collected for others", ChartRole.PAYABLE),
    ChartTemplate("6001", "主营业务收入", "Revenue", ChartRole.REVENUE),
    ChartTemplate("6603", "尾差", "Rounding differences", ChartRole.ROUNDING),
)

SINGLE_ROLES = frozenset(
    {
        ChartRole.RECEIVABLE,
        ChartRole.PREPAYMENT,
        ChartRole.CASH,
        ChartRole.BANK,
        ChartRole.OVER_SHORT,
        ChartRole.ROUNDING,
        ChartRole.INTERCOMPANY,
    }
)
"""Roles for which a posting takes the company's account; the others need a posting rule. Of cash and bank accounts, which
may be several, the one with the lowest number is taken."""


def role_of_charge(*, payee: str, is_public_relief: bool) -> ChartRole:
    """Where the charges of an item belong: relief that the government pays (减免补贴), money collected for a payee (代收),
    or the company's own revenue.
    """
    if is_public_relief:
        return ChartRole.RELIEF_PAYER
    return ChartRole.PAYABLE if payee else ChartRole.REVENUE
