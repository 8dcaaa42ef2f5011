"""Types of other fees (其它费用类型): the list and its forms."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.domains.billing.queries.fees import FeeTypeRow
from qingyuan.domains.tariffs.queries.charges import charge_items
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.fees.forms import EditFeeTypeForm, FeeTypeFilter, NewFeeTypeForm
from qingyuan.interfaces.office.fees.words import PRICING_WORDS
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
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
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.overviews.tariff_plans import company_within

EDIT = "billing.fee_types"
FIELDS = {
    "billing.fee_type_exists": "code",
    "billing.fee_price_refused": "price",
    "billing.fee_charge_item_refused": "charge_item",
}


def _item_name(row: FeeTypeRow) -> str:
    return row.item_name_en if (get_language() or "").startswith("en") else row.item_name


TYPES: ListSpec[FeeTypeRow] = ListSpec(
    key="fee-types",
    title=gettext_lazy("Fee types"),
    unit=gettext_lazy("fee types"),
    sort="code",
    page_size=50,
    columns=(
        Column("code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, sortable=True, fixed=True),
        Column("name", gettext_lazy("Name"), link=lambda row: reverse("fees:edit-type", args=[row.code])),
        Column("item", gettext_lazy("Charge item"), value=_item_name),
        Column("pricing", gettext_lazy("Pricing"), value=lambda row: PRICING_WORDS[row.pricing]),
        Column("price", gettext_lazy("Unit price"), ColumnKind.MONEY),
        Column("piece", gettext_lazy("Counted in")),
        Column(
            "state",
            gettext_lazy("State"),
            ColumnKind.CHIP,
            value=lambda row: Chip(_("in use"), Tone.GREEN) if row.is_active else Chip(_("retired"), Tone.GREY),
        ),
    ),
    row_tone=lambda row: "" if row.is_active else "muted",
    actions=(
        Action(gettext_lazy("New fee type"), "/fee-types/new/", permission=EDIT, icon="plus", key="new", primary=True),
    ),
    empty=EmptyState(
        gettext_lazy("There are no fee types yet. Add the first one, then charge it from an account's page.")
    ),
)


@requires(EDIT)
def fee_types(request: OfficeRequest) -> HttpResponseBase:
    def load(actor: Actor, query: ListQuery) -> ListResult[FeeTypeRow]:
        text = str(query.filters.get("q") or "").strip().lower()
        rows = queries.fee_types(
            company_within(actor, EDIT, on=timezone.localdate()), with_retired=bool(query.filters.get("retired"))
        )
        found = [row for row in rows if text in row.code.lower() or text in row.name.lower()]
        if query.descending:
            found.reverse()
        return ListResult(found[query.offset : query.offset + query.limit], len(found))

    return list_response(request, TYPES, FeeTypeFilter, load)


@requires(EDIT)
def create(request: OfficeRequest) -> HttpResponse:
    company_id = company_within(request.actor, EDIT, on=timezone.localdate())
    form = NewFeeTypeForm(_items(company_id), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            billing.create_fee_type(
                actor=request.actor,
                company_id=company_id,
                code=form.cleaned_data["code"],
                values=form.values(is_active=True),
                on=timezone.localdate(),
            )
            return done(request, _("The fee type was added."), reverse("fees:types"))
    return form_response(request, form, FormPage(title=_("New fee type"), cancel_url=reverse("fees:types")))


@requires(EDIT)
def edit(request: OfficeRequest, code: str) -> HttpResponse:
    company_id = company_within(request.actor, EDIT, on=timezone.localdate())
    row = next((one for one in queries.fee_types(company_id, with_retired=True) if one.code == code), None)
    if row is None:
        raise NotFound(fee_type=code)
    stored = {
        "name": row.name,
        "charge_item": row.charge_item_id,
        "pricing": row.pricing,
        "price": row.price,
        "piece": row.piece,
        "is_active": row.is_active,
        "version": row.version,
    }
    form = EditFeeTypeForm(_items(company_id, keep=row.charge_item_id), request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            try:
                billing.update_fee_type(
                    actor=request.actor,
                    fee_type_id=row.id,
                    version=form.version,
                    values=form.values(is_active=form.cleaned_data["is_active"]),
                    on=timezone.localdate(),
                )
            except StaleEdit:
                form.show_conflict(stored, version=row.version)
            else:
                return done(request, _("The fee type was changed."), reverse("fees:types"))
    page = FormPage(title=with_name(_("Change fee type"), code), cancel_url=reverse("fees:types"))
    return form_response(request, form, page)


def _items(company_id: int, keep: int = 0) -> list[tuple[str, str]]:
    english = (get_language() or "").startswith("en")
    return [
        (str(row.id), row.name_en or row.name if english else row.name)
        for row in charge_items(company_id)
        if row.is_active or row.id == keep
    ]
