"""What relief schemes cost by period (减免方案成本): the report, and a scheme's own page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.routes.queries.books import areas
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.choices import offer, unit_choices
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, detail_response, sub_table
from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month
from qingyuan.overviews.relief_costs import MOST_MONTHS, VIEW, By, CostQuestion, CostRow, Costs, relief_costs
from qingyuan.overviews.relief_schemes import held_schemes, scheme_rows
from qingyuan.overviews.tariff_plans import company_within
from qingyuan.platform.organisation.queries import units_within_reach

EDIT = "customers.change"
REPORT = "billing.view_runs"
"""Who sees what runs come to; bills alone are seen at every counter, which this report does not concern."""
USUAL_MONTHS = 12
PAYERS = {"utility": gettext_lazy("water company"), "government": gettext_lazy("government")}
_UNEXPLAINED = gettext_lazy("not explained by a published plan")


def _scheme(row: CostRow) -> str:
    return row.scheme_name or str(_UNEXPLAINED)


def _payer(row: CostRow) -> str:
    return str(PAYERS.get(row.funded_by, row.funded_by))


_MONTH = Column[CostRow]("yyyymm", gettext_lazy("Posted in"), ColumnKind.MONTH, sortable=True, fixed=True)
_FIGURES = (
    Column[CostRow]("accounts", gettext_lazy("Accounts in relief"), ColumnKind.INTEGER, totalled=True),
    Column[CostRow]("bills", gettext_lazy("Bills"), ColumnKind.INTEGER, totalled=True),
    Column[CostRow]("volume", gettext_lazy("Volume billed"), ColumnKind.VOLUME, totalled=True),
    Column[CostRow]("amount", gettext_lazy("Amount let off"), ColumnKind.MONEY, sortable=True, totalled=True),
)
COSTS: ListSpec[CostRow] = ListSpec(
    key="relief-costs",
    title=gettext_lazy("Cost of reliefs"),
    unit=gettext_lazy("rows"),
    sort="yyyymm",
    descending=True,
    columns=(
        _MONTH,
        Column("scheme", gettext_lazy("Relief scheme"), value=_scheme),
        Column("funder", gettext_lazy("Funder")),
        Column("funded_by", gettext_lazy("Borne by"), value=_payer),
        Column("place", gettext_lazy("Unit or area")),
        *_FIGURES,
    ),
    empty=EmptyState(gettext_lazy("No bill posted in these months has a relief.")),
)


class CostFilter(FilterForm):
    """The months asked for, the last twelve where none are."""

    first = MonthField(label=gettext_lazy("From month"))
    last = MonthField(label=gettext_lazy("To month"))
    scheme = forms.ChoiceField(label=gettext_lazy("Relief scheme"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    area = forms.ChoiceField(label=gettext_lazy("Reading area"))
    by = forms.ChoiceField(
        label=gettext_lazy("Divided by"),
        choices=[(By.UNIT.value, gettext_lazy("by unit")), (By.AREA.value, gettext_lazy("by reading area"))],
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            first, last = _span(cleaned, timezone.localdate())
            if last < first:
                self.add_error("last", _("This month lies before the first."))
            elif last.months_since(first) >= MOST_MONTHS:
                self.add_error("last", _("At most %(most)s months at once.") % {"most": MOST_MONTHS})
        return cleaned


def _span(filters: dict[str, object], on: date) -> tuple[Month, Month]:
    """The months asked for; what is missing follows from the other, the last twelve months from neither."""
    first, last = filters.get("first"), filters.get("last")
    if isinstance(first, Month):
        return first, last if isinstance(last, Month) else min(Month.of(on), first.plus(MOST_MONTHS - 1))
    end = last if isinstance(last, Month) else Month.of(on)
    return end.plus(1 - USUAL_MONTHS), end


def _filter_for(actor: Actor, company_id: int, on: date) -> type[FilterForm]:
    class Offered(CostFilter):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            offer(self, "scheme", held_schemes([company_id]))
            offer(self, "unit", unit_choices(units_within_reach(actor, VIEW, on=on)))
            offer(self, "area", [(str(one.id), f"{one.code} {one.name}") for one in areas(company_id)])

    return Offered


@requires(REPORT)
def costs(request: OfficeRequest) -> HttpResponseBase:
    """Reliefs by month of posting, scheme, funder, and unit or area."""
    on = timezone.localdate()
    company_id = company_within(request.actor, VIEW, on=on)

    def load(actor: Actor, query: ListQuery) -> ListResult[CostRow]:
        found = relief_costs(actor, company_id, _question(dict(query.filters), on), on=on)
        rows: Sequence[CostRow] = found.rows
        if query.sort == "amount":
            rows = sorted(rows, key=lambda row: row.amount, reverse=query.descending)
        elif not query.descending:
            rows = rows[::-1]
        return ListResult(rows[query.offset : query.offset + query.limit], len(rows), _totals(found))

    return list_response(request, COSTS, _filter_for(request.actor, company_id, on), load)


def _question(filters: dict[str, object], on: date) -> CostQuestion:
    first, last = _span(filters, on)
    unit, area = str(filters.get("unit") or ""), str(filters.get("area") or "")
    return CostQuestion(
        first,
        last,
        scheme=str(filters.get("scheme") or ""),
        unit_id=int(unit) if unit else None,
        area_id=int(area) if area else None,
        by=By(str(filters.get("by") or "")),
    )


def _totals(found: Costs) -> dict[str, Decimal | int]:
    return {"accounts": found.accounts, "bills": found.bills, "volume": found.volume, "amount": found.amount}


@requires(EDIT)
def scheme(request: OfficeRequest, code: str) -> HttpResponse:
    """One scheme: what it is, and what it cost in the last twelve months."""
    on = timezone.localdate()
    company_id = company_within(request.actor, EDIT, on=on)
    row = next((one for one in scheme_rows(company_id, on=on) if one.code == code), None)
    if row is None:
        raise NotFound(relief_scheme=code)
    first, last = _span({}, on)
    found = relief_costs(request.actor, company_id, CostQuestion(first, last, scheme=code), on=on)
    report = f"{reverse('accounts:relief-costs')}?first={first}&last={last}&scheme={code}"
    page = DetailPage(
        title=row.name,
        number=row.code,
        facts=(
            Fact(gettext_lazy("Funder"), row.funder or "—"),
            Fact(gettext_lazy("Usual term (months)"), "—" if row.default_months is None else str(row.default_months)),
            Fact(gettext_lazy("Accounts now"), str(row.accounts)),
            Fact(gettext_lazy("Evidence needed"), row.evidence or "—"),
        ),
        actions=(
            Action(gettext_lazy("Change"), reverse("accounts:relief-scheme-edit", args=[code]), EDIT, "edit", "edit"),
            Action(gettext_lazy("All of its cost"), report, REPORT, "report"),
        ),
        back_url=reverse("accounts:relief-schemes"),
    )
    table = sub_table(
        _("Cost of the last twelve months"),
        (_MONTH, Column("funded_by", gettext_lazy("Borne by"), value=_payer), *_FIGURES),
        found.rows,
        totals=_totals(found),
        empty=gettext_lazy("No bill posted in these months has this relief."),
        caption_shown=True,
    )
    return detail_response(request, page, "accounts/tables.html", context={"tables": [table]})
