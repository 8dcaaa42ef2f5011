"""A bill by charge item on its page, and in slips on paper (按费用项目分单)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.bills.slips_paper import slips_pdf
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.overviews.bill_slips import ItemOwed, bill_in_slips
from qingyuan.overviews.bills import BillPage


@requires("billing.view")
def slips(request: OfficeRequest, bill_no: str) -> HttpResponse:
    """The slips on paper: nothing is counted, so it is a plain page to open."""
    on = timezone.localdate()
    response = HttpResponse(
        slips_pdf(bill_in_slips(request.actor, bill_no, on=on), on=on), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{bill_no}-slips.pdf"'
    return response


def by_item_table(found: BillPage) -> SubTable | None:
    """What each charge item came to and still owes; None for a bill that never was owed."""
    if not found.by_item:
        return None
    columns: tuple[Column[ItemOwed], ...] = (
        Column("name", _("Charge item"), value=lambda row: row.name_en if get_language() == "en" else row.name),
        Column("payee", _("Collected for")),
        Column("gross", _("Amount"), ColumnKind.MONEY),
        Column("less", _("Let off"), ColumnKind.MONEY),
        Column("cleared", _("Cleared"), ColumnKind.MONEY),
        Column("owed", _("Owed"), ColumnKind.DEBT),
    )
    nothing = found.row.amount * 0
    totals = {
        name: sum((getattr(row, name) for row in found.by_item), start=nothing)
        for name in ("gross", "less", "cleared", "owed")
    }
    return sub_table(_("Owed by charge item"), columns, found.by_item, totals=totals)
