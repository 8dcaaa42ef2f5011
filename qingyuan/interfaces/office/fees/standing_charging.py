"""Charging the recurring fees of a month (周期费用开账): what would be charged, the typed total, and the run that does it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.domains.billing.operations import JudgedMonth, JudgedStanding, StandingScope
from qingyuan.domains.billing.operations.standing_runs import StandingMonthRefused
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.fees.standing import CHARGE, every_text
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.choices import unit_choices
from qingyuan.interfaces.office.shell.confirmations import NotConfirmed, check_typed
from qingyuan.interfaces.office.shell.details import Confirm, SubTable, sub_table
from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.form_pages import done
from qingyuan.interfaces.office.shell.formats import money_text, month_text, volume_text
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import code_sentence, error_sentence
from qingyuan.interfaces.office.shell.uploads import SHOWN_ROWS
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.kernel.period import Month
from qingyuan.platform.organisation import queries as organisation
from qingyuan.workflows import run_billing

_AMOUNT = re.compile(r"\d{1,12}\.\d{2}")


@dataclass(frozen=True, slots=True)
class ShownDue:
    """A due fee of the preview in words. Money in yuan."""

    account_no: str
    name: str
    fee: str
    every: str
    quantity: str
    amount: Decimal | None
    chip: Chip
    message: str


COLUMNS: tuple[Column[ShownDue], ...] = (
    Column("chip", gettext_lazy("Verdict"), ColumnKind.CHIP),
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]),
    ),
    Column("name", gettext_lazy("Account name")),
    Column("fee", gettext_lazy("Fee")),
    Column("every", gettext_lazy("Charged")),
    Column("quantity", gettext_lazy("Quantity")),
    Column("amount", gettext_lazy("Comes to"), ColumnKind.MONEY),
    Column("message", gettext_lazy("Reason"), ColumnKind.LONG_TEXT),
)


class MonthForm(FilterForm):
    """Which fees are charged: a month, the accounts of a unit, one fee type or all."""

    month = MonthField(label=gettext_lazy("Month to charge"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit and below"))
    fee_type = forms.ChoiceField(label=gettext_lazy("Fee"))


@requires(CHARGE)
def charge_month(request: OfficeRequest) -> HttpResponse:
    """GET shows what the choice of the address would charge; POST charges it when the total is typed as it stands."""
    on = timezone.localdate()
    units = tuple(
        unit
        for unit in organisation.units_within_reach(request.actor, CHARGE, on=on)
        if unit.company_id is not None and unit.closed_date is None
    )
    if not units:
        raise NotPermitted(permission=CHARGE)
    asked = request.POST if request.method == "POST" else request.GET
    given = {"month": asked.get("month") or str(Month.of(on)), "unit": asked.get("unit") or str(units[0].id)}
    form = MonthForm({**given, "fee_type": asked.get("fee_type", "")})
    chosen = next((unit for unit in units if str(unit.id) == given["unit"]), units[0])
    types = queries.fee_types(chosen.company_id or 0)
    form.fields["unit"].choices = unit_choices(units)  # type: ignore[attr-defined]
    form.fields["fee_type"].choices = [("", _("All")), *((str(row.id), row.name) for row in types)]  # type: ignore[attr-defined]
    if not form.is_valid():
        return _page(request, form, None, "")
    fee_type = form.cleaned_data["fee_type"]
    scope = StandingScope(
        int(form.cleaned_data["unit"]), form.cleaned_data["month"], int(fee_type) if fee_type else None
    )
    try:
        if request.method == "POST":
            return _charged(request, scope)
        return _page(request, form, scope, "")
    except (NotPermitted, NotFound):
        raise
    except StandingMonthRefused as error:
        return _page(request, form, None, error_sentence(error))
    except DomainError as error:
        return _page(request, form, scope, error_sentence(error))


def _charged(request: OfficeRequest, scope: StandingScope) -> HttpResponse:
    total = request.POST.get("total", "")
    check_typed(request, total)
    if not _AMOUNT.fullmatch(total):
        raise NotConfirmed(expected="")
    run_id = run_billing.charge_standing_fees(
        actor=request.actor,
        scope=scope,
        stamp=request.POST.get("stamp", ""),
        expected_total=Decimal(total),
        posting_date=timezone.localdate(),
    )
    to = (
        reverse("billing:run", args=[run_id])
        if "billing.view_runs" in request.permissions
        else reverse("fees:standing")
    )
    return done(request, _("The recurring fees are being charged."), to)


def _page(request: OfficeRequest, form: MonthForm, scope: StandingScope | None, problem: str) -> HttpResponse:
    judged, dialog, table = None, None, None
    if scope is not None:
        judged = billing.judge_month(actor=request.actor, scope=scope, on=timezone.localdate())
        dialog = _dialog(scope, judged) if judged.good else None
        table = _table(judged) if judged.rows else None
    told = {
        "title": _("Charge recurring fees"),
        "form": form,
        "judged": judged,
        "month": month_text(scope.month) if scope else "",
        "table": table,
        "cut": 0 if judged is None else len(judged.rows) - SHOWN_ROWS,
        "limit": SHOWN_ROWS,
        "confirm": dialog,
        "problem": problem,
    }
    return render(request, "fees/standing_month.html", told, status=422 if problem or form.errors else 200)


def _dialog(scope: StandingScope, judged: JudgedMonth) -> Confirm:
    total = str(judged.total)
    return Confirm(
        key="charge",
        title=_("Charge the recurring fees of %(month)s") % {"month": month_text(scope.month)},
        consequence=_(
            "%(bills)s bills over %(amount)s yuan are issued today and posted to the accounts. Prepaid balances are offset. A period is charged once; a bill that is cancelled can be charged again."
        )
        % {"bills": judged.good, "amount": money_text(judged.total)},
        url=reverse("fees:charge-standing"),
        submit=_("Charge %(count)s fees") % {"count": judged.good},
        expected=total,
        danger=False,
        hidden={
            "month": str(scope.month),
            "unit": str(scope.unit_id),
            "fee_type": "" if scope.fee_type_id is None else str(scope.fee_type_id),
            "stamp": judged.stamp,
            "total": total,
        },
    )


def _table(judged: JudgedMonth) -> SubTable:
    """The ones that cannot be charged first: they are what a person must look at."""
    ordered = sorted(judged.rows, key=lambda row: row.fee is not None)
    return sub_table(_("What is due"), COLUMNS, [_shown(row) for row in ordered[:SHOWN_ROWS]])


def _shown(row: JudgedStanding) -> ShownDue:
    fee, due = row.fee, row.due
    piece = "" if fee is None else fee.piece
    return ShownDue(
        account_no=due.account_no,
        name=row.account.name,
        fee=due.fee_name,
        every=every_text(due.every_months),
        quantity="" if due.quantity is None else f"{volume_text(due.quantity)} {piece}".strip(),
        amount=None if fee is None else fee.amount,
        chip=Chip(_("left out"), Tone.RED) if fee is None else Chip(_("will be charged"), Tone.GREEN),
        message=code_sentence(row.code, row.params or {}) if row.code else "",
    )
