"""Recurring fees (周期费用): the list, those of an account with the form for one more, and one with what was charged of it."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.domains.billing.rules.standing import MOST_MONTHS
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.fees.forms import FeeForm
from qingyuan.interfaces.office.fees.words import type_text
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.choices import offer
from qingyuan.interfaces.office.shell.details import Fact, FactList, sub_table
from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text, month_text, volume_text
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage, OfficeForm, with_name
from qingyuan.interfaces.office.shell.list_pages import list_response, page_loader
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListSpec,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.overviews import account_choices
from qingyuan.overviews.account_header import account_header
from qingyuan.overviews.standing_fees import (
    KEEP,
    ChargedPeriod,
    StandingRow,
    When,
    charged_periods,
    standing_fee,
    standing_list,
    standing_of_account,
)
from qingyuan.overviews.tariff_plans import companies_within

CHARGE = "billing.charge_standing_fees"
FIELDS = {
    "billing.fee_type_inactive": "fee_type",
    "billing.fee_amount_refused": "amount",
    "billing.fee_over_limit": "amount",
    "billing.standing_fee_overlaps": "fee_type",
    "billing.standing_rhythm_refused": "until_month",
    "billing.standing_period_charged": "until_month",
}
CHIPS = {
    When.IN_FORCE: Chip(gettext_lazy("in force"), Tone.GREEN),
    When.TO_COME: Chip(gettext_lazy("to come"), Tone.BLUE),
    When.ENDED: Chip(gettext_lazy("has ended"), Tone.GREY),
    When.CLOSED: Chip(gettext_lazy("account closed"), Tone.GREY),
}


def every_text(months: int) -> str:
    """A period's length in words."""
    if months % 12 == 0:
        return _("yearly") if months == 12 else _("every %(count)s years") % {"count": months // 12}
    return _("monthly") if months == 1 else _("every %(count)s months") % {"count": months}


def price_text(row: StandingRow) -> str:
    """What a period is made of: quantity × price, or the amount."""
    if row.quantity is None:
        return money_text(row.each)
    return f"{volume_text(row.quantity)} {row.piece}".strip() + f" × {money_text(row.each)}"


ACCOUNT: tuple[Column[StandingRow], ...] = (
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        sortable=True,
        fixed=True,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]),
    ),
    Column("account_name", gettext_lazy("Account name")),
)
WHAT: tuple[Column[StandingRow], ...] = (
    Column("fee_name", gettext_lazy("Fee"), link=lambda row: reverse("fees:standing-fee", args=[row.id])),
    Column("price", gettext_lazy("Unit price"), value=price_text),
    Column("comes_to", gettext_lazy("Each period"), ColumnKind.MONEY),
    Column("every", gettext_lazy("Charged"), value=lambda row: every_text(row.every_months)),
    Column("from_month", gettext_lazy("First month"), ColumnKind.MONTH, sortable=True),
    Column("until_month", gettext_lazy("Last month"), ColumnKind.MONTH),
    Column("last_charged", gettext_lazy("Charged up to"), ColumnKind.MONTH, sortable=True),
    Column("next_month", gettext_lazy("Next due"), ColumnKind.MONTH),
    Column("when", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: CHIPS[row.when]),
)
NOTE: Column[StandingRow] = Column("note", gettext_lazy("What for"), ColumnKind.LONG_TEXT, shown=False)
UNIT: Column[StandingRow] = Column("unit_name", gettext_lazy("Unit"), shown=False)
STANDING: ListSpec[StandingRow] = ListSpec(
    key="standing-fees",
    title=gettext_lazy("Recurring fees"),
    unit=gettext_lazy("recurring fees"),
    sort="account_no",
    columns=(*ACCOUNT, *WHAT, NOTE, UNIT),
    row_tone=lambda row: "muted" if row.when in {When.ENDED, When.CLOSED} else "",
    actions=(
        Action(gettext_lazy("Charge a month"), "/fees/standing/charge/", permission=CHARGE, icon="send", primary=True),
    ),
    empty=EmptyState(gettext_lazy("There is no recurring fee yet. Add the first one from an account's page.")),
)
PERIODS: tuple[Column[ChargedPeriod], ...] = (
    Column(
        "period",
        gettext_lazy("Period"),
        value=lambda row: (
            month_text(row.first_month)
            if row.first_month == row.last_month
            else f"{month_text(row.first_month)} ~ {month_text(row.last_month)}"
        ),
    ),
    Column(
        "bill_no",
        gettext_lazy("Bill no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("bills:detail", args=[row.bill_no]),
    ),
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    Column("posting_date", gettext_lazy("Charged on"), ColumnKind.DATE),
    Column(
        "state",
        gettext_lazy("State"),
        ColumnKind.CHIP,
        value=lambda row: Chip(_("Cancelled"), Tone.GREY) if row.is_cancelled else Chip(_("charged"), Tone.GREEN),
    ),
)


class StandingForm(FeeForm):
    """A recurring fee to register."""

    every_months = forms.IntegerField(
        label=gettext_lazy("Every … months"),
        min_value=1,
        max_value=MOST_MONTHS,
        initial=1,
        help_text=gettext_lazy("1 is monthly, 12 is yearly. A period is charged whole in its first month."),
    )
    from_month = MonthField(label=gettext_lazy("First month"))
    until_month = MonthField(
        label=gettext_lazy("Last month"),
        required=False,
        help_text=gettext_lazy("The last month in which a period may begin. Empty: until it is ended."),
    )
    field_order = ["fee_type", "quantity", "amount", "every_months", "from_month", "until_month", "note"]

    def fee(self, account_id: int) -> billing.NewStandingFee:
        """As the operation takes it."""
        clean = self.cleaned_data
        return billing.NewStandingFee(
            account_id=account_id,
            fee_type_id=clean["fee_type"],
            every_months=clean["every_months"],
            first=clean["from_month"],
            until=clean["until_month"],
            note=clean["note"],
            quantity=clean["quantity"],
            amount=clean["amount"],
        )


class EndForm(OfficeForm):
    """The end of a recurring fee."""

    until_month = MonthField(
        label=gettext_lazy("Last month"),
        help_text=gettext_lazy("The last month in which a period may begin; periods charged already stay."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    version_field = True
    wide = frozenset({"reason"})


def standing_filter(actor: Actor) -> type[FilterForm]:
    """The filter with the fee types and units that this person has."""
    on = timezone.localdate()
    types = [
        (str(row.id), row.name) for row in queries.fee_types(*companies_within(actor, KEEP, on=on), with_retired=True)
    ]

    class StandingFilter(FilterForm):
        q = forms.CharField(
            label=gettext_lazy("Quick find"),
            max_length=40,
            widget=forms.TextInput(
                attrs={"type": "search", "placeholder": gettext_lazy("Account no."), "data-key": "filter"}
            ),
        )
        fee_type = forms.ChoiceField(label=gettext_lazy("Fee"), choices=types)
        when = forms.ChoiceField(
            label=gettext_lazy("State"), choices=[(str(when), chip.text) for when, chip in CHIPS.items()]
        )
        unit = forms.ChoiceField(
            label=gettext_lazy("Unit and below"), choices=account_choices.unit_choices(actor, KEEP, on=on)
        )

    return StandingFilter


@requires(KEEP)
def standing(request: OfficeRequest) -> HttpResponseBase:
    """All recurring fees within reach."""
    return list_response(request, STANDING, standing_filter(request.actor), page_loader(standing_list))


@requires(KEEP)
def of_account(request: OfficeRequest, account_no: str) -> HttpResponse:
    """What returns on an account, and the form for one more."""
    on = timezone.localdate()
    header = account_header(request.actor, account_no, on=on, permissions=("customers.view", KEEP))
    types = [(str(row.id), type_text(row)) for row in queries.fee_types(header.company_id)]
    form = StandingForm(request.POST or None, initial={"from_month": Month.of(on)})
    offer(form, "fee_type", types)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            billing.add_standing_fee(actor=request.actor, fee=form.fee(header.id), on=on)
            return done(request, _("The recurring fee was registered."), reverse("fees:standing-of", args=[account_no]))
    name = header.holder.name if header.holder else ""
    page = FormPage(
        title=with_name(_("Recurring fees"), account_no, name),
        submit=_("Register the fee"),
        cancel_url=reverse("accounts:detail", args=[account_no]),
        intro=_("Nothing is charged now: the fees of a month are charged together under “Recurring fees”.")
        if types
        else _("There are no fee types yet. A billing clerk adds them under “Fee types”."),
    )
    rows = standing_of_account(header.id, on=on)
    table = sub_table(
        _("Recurring fees of this account"),
        WHAT,
        rows,
        caption_shown=True,
    )
    return form_response(
        request, form, page, context={"tables": [table] if rows else []}, template="fees/with_tables.html"
    )


@requires(KEEP)
def one(request: OfficeRequest, standing_fee_id: int) -> HttpResponse:
    """One recurring fee: what it is, which periods were charged, and its end."""
    on = timezone.localdate()
    row = standing_fee(request.actor, standing_fee_id, on=on)
    initial: dict[str, Any] = {"until_month": Month.of(on), "version": row.version}
    form = EndForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            try:
                billing.end_standing_fee(
                    actor=request.actor,
                    standing_fee_id=row.id,
                    version=form.version,
                    until=form.cleaned_data["until_month"],
                    reason=form.cleaned_data["reason"],
                    on=on,
                )
            except StaleEdit:
                form.show_conflict({"until_month": row.until_month, "reason": row.end_reason}, version=row.version)
            else:
                return done(request, _("The end was set."), reverse("fees:standing-of", args=[row.account_no]))
    page = FormPage(
        title=with_name(row.fee_name, row.account_no, row.account_name),
        submit=_("Set the end"),
        cancel_url=reverse("fees:standing"),
    )
    charged = charged_periods(row.id)
    table = sub_table(
        _("Periods charged"),
        PERIODS,
        charged,
        caption_shown=True,
    )
    told = {"tables": [table] if charged else [], "now": _facts(row)}
    return form_response(request, form, page, context=told, template="fees/with_tables.html")


def _facts(row: StandingRow) -> FactList:
    return FactList(
        (
            Fact(gettext_lazy("Account"), row.account_no, url=reverse("fees:standing-of", args=[row.account_no])),
            Fact(gettext_lazy("Unit price"), price_text(row)),
            Fact(gettext_lazy("Each period"), money_text(row.comes_to)),
            Fact(gettext_lazy("Charged"), every_text(row.every_months)),
            Fact(gettext_lazy("First month"), month_text(row.from_month)),
            Fact(gettext_lazy("Last month"), month_text(row.until_month)),
            Fact(gettext_lazy("Next due"), month_text(row.next_month)),
            Fact(gettext_lazy("State"), CHIPS[row.when].text),
            Fact(gettext_lazy("What for"), row.note),
            *((Fact(gettext_lazy("Reason of the end"), row.end_reason),) if row.end_reason else ()),
        ),
        heading=gettext_lazy("Recurring fee"),
    )
