"""增减水量: asking for a change of a month's volume or of one charge of it, and what it would come to before it is saved."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import queries
from qingyuan.domains.readings.queries import ItemDetail
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.adjust_forms import AdjustForm, WantedForm
from qingyuan.interfaces.office.readings.scope import today
from qingyuan.interfaces.office.readings.views.adjusting import ADJUST, said_of, signed_money
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text, month_text, volume_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.workflows.adjust_usage import AdjustmentPreview, adjust_usage, adjustable_month

_AT_FIELDS = {
    "readings.reason_missing": "reason",
    "readings.usage_negative": "amount",
    "readings.item_volume_negative": "amount",
    "tariffs.item_change_too_large": "amount",
    "tariffs.item_not_by_volume": "way",
    "tariffs.item_not_charged": "charge_item",
}


@requires(ADJUST)
def adjust(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """Ask for a change of an approved or billed month; small ones hold at once."""
    detail = _adjustable(request, reading_item_id)
    month = adjustable_month(reading_item_id)
    form = AdjustForm(request.POST or None, request.FILES or None, charges=month.charges)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(_AT_FIELDS):
            result = adjust_usage(
                actor=request.actor,
                reading_item_id=reading_item_id,
                wanted=form.wanted(),
                reason=form.cleaned_data["reason"],
                reason_code=form.cleaned_data["reason_code"],
                on=today(),
                evidence=form.evidence(),
            )
            return done(request, said_of(result), reverse("readings:adjustment", args=[result.adjustment_no]))
    context = {"effect_url": reverse("readings:adjust-effect", args=[reading_item_id])}
    page = _page(detail, reading_item_id, request.GET.get("bill", ""))
    return form_response(request, form, page, context=context, template="readings/adjust.html")


def _page(detail: ItemDetail, reading_item_id: int, bill_no: str) -> FormPage:
    """The words around the form; from a bill's page the way back leads to it."""
    back = address_if_routed("bills:detail", bill_no) if bill_no else ""
    return FormPage(
        title=_("Adjust the volume"),
        cancel_url=back or reverse("readings:detail", args=[reading_item_id]),
        submit=gettext_lazy("Adjust the volume"),
        intro=_(
            "%(account)s %(name)s, %(month)s: usage %(usage)s m³. The register stays. Over the limit a second person decides; a billed month is answered by a correcting bill."
        )
        % {
            "account": detail.entry.account_no or detail.entry.point_no,
            "name": detail.entry.holder_name,
            "month": month_text(detail.yyyymm),
            "usage": volume_text(detail.entry.usage_volume),
        },
        multipart=True,
    )


@requires(ADJUST)
def effect(request: OfficeRequest, reading_item_id: int) -> HttpResponse:
    """What the adjustment as typed so far would come to; nothing while it is not complete."""
    _adjustable(request, reading_item_id)
    month = adjustable_month(reading_item_id)
    form = WantedForm(request.GET, charges=month.charges)
    context: dict[str, object] = {"effect_url": reverse("readings:adjust-effect", args=[reading_item_id])}
    if form.is_valid():
        try:
            found = month.preview(actor=request.actor, wanted=form.wanted(), on=today())
        except (NotFound, NotPermitted):
            raise
        except DomainError as error:
            context |= {"sentences": [error_sentence(error)], "is_warning": True}
        else:
            context |= {"sentences": _sentences(found), "is_warning": found.waits}
    return render(request, "readings/adjust_effect.html", context)


def _sentences(found: AdjustmentPreview) -> list[str]:
    told = []
    if found.effect is None:
        told.append(_("What it comes to in money cannot be worked out: the month cannot be billed as it stands."))
    else:
        told.append(
            _("The month's bill: %(before)s → %(after)s yuan, %(difference)s.")
            % {
                "before": money_text(found.effect.before),
                "after": money_text(found.effect.after),
                "difference": signed_money(found.effect.amount),
            }
        )
    limits = {"volume": volume_text(found.limits.volume), "amount": money_text(found.limits.amount)}
    if found.waits:
        told.append(
            _("A second person decides: one person may adjust up to %(volume)s m³ and %(amount)s yuan a month.")
            % limits
        )
    else:
        told.append(
            _("It holds at once: together not more than %(volume)s m³ and %(amount)s yuan this month.") % limits
        )
    return told


def _adjustable(request: OfficeRequest, reading_item_id: int) -> ItemDetail:
    """The reading, within reach, approved or billed. Raises NotFound."""
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=reading_item_id, on=today())
    if detail.entry.state not in {"APPROVED", "BILLED"}:
        raise NotFound(reading_item=reading_item_id)
    return detail
