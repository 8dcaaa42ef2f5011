"""总分表 of a point: which subs hang under it, of which kind, from when; and ending that."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.meters import operations
from qingyuan.domains.meters.operations import SharingTerms
from qingyuan.domains.meters.rules.sharing import SharingMissing
from qingyuan.domains.meters.rules.states import LinkKind, Sharing
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.accounts.forms import evidence_field
from qingyuan.interfaces.office.accounts.point_cards import LINK_COLUMNS
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.overviews.point_page import PointForForm, point_for_form, points_by_number

CHANGE = "meters.change"
MOST_SUBS = 500
KINDS = (
    (LinkKind.DEDUCT, _("Deducted: the main is billed less its subs")),
    (LinkKind.ALLOCATE, _("Allocated: the subs share what the main used more than they did")),
    (LinkKind.CHECK, _("For checking: compared in the report, nothing is deducted")),
)
SHARINGS = tuple((str(each), words.SHARINGS[each]) for each in Sharing)
SCALES = (("0", _("whole m³")), ("3", _("thousandths of a m³")))
HUNDRED = Decimal(100)
FIELD_OF = {
    "customers.change_before_current": "from_date",
    "customers.change_too_far_back": "from_date",
    "customers.evidence_missing": "reason",
    "meters.cap_invalid": "cap",
    "meters.link_cycle": "subs",
    "meters.main_kinds_mixed": "kind",
    "meters.main_unknown": "subs",
    "meters.point_closed": "subs",
    "meters.sharing_differs": "sharing",
    "meters.sharing_missing": "sharing",
}


class SubsForm(OfficeForm):
    """Subs by their numbers, one a line or pasted from a column; `shares` are the parts written behind them, by point."""

    kind = forms.ChoiceField(label=_("Kind of link"), choices=KINDS)
    from_date = forms.DateField(label=_("In effect from"))
    sharing = forms.ChoiceField(label=_("Shared"), choices=(("", "—"), *SHARINGS), required=False)
    cap = VolumeField(
        label=_("At most, % of the main's usage"),
        minimum=Decimal("0.001"),
        maximum=HUNDRED,
        required=False,
        help_text=_("What is above stays with the main; empty: all is shared."),
    )
    scale = forms.ChoiceField(label=_("Shares in"), choices=SCALES, required=False)
    subs = forms.CharField(
        label=_("Sub-meters"),
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Point or meter numbers, one a line; with fixed parts each with its part behind it: P00000012 30%. A sub has one main of a kind: its former link ends."
        ),
    )
    reason = evidence_field()
    wide = frozenset({"subs", "reason"})
    sections = (
        (_("How the difference is shared"), ("sharing", "cap", "scale")),
        (_("Which subs, and why"), ("subs", "reason")),
    )

    def __init__(self, *args: Any, company_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company_id = company_id
        self.shares: dict[int, Decimal] = {}
        self.fields["from_date"].initial = timezone.localdate()

    def clean_subs(self) -> list[int]:
        parts = _numbers_with_parts(self.cleaned_data["subs"])
        if len(parts) > MOST_SUBS:
            raise forms.ValidationError(gettext("At most %(count)s subs at once.") % {"count": MOST_SUBS})
        known = points_by_number(self.company_id, list(parts))
        unknown = [number for number in parts if number not in known]
        if unknown:
            raise forms.ValidationError(
                gettext("No point and no hanging meter has the number %(numbers)s. Check the numbers.")
                % {"numbers": "、".join(unknown[:5])}
            )
        self.shares = {known[number]: part for number, part in parts.items() if part is not None}
        return list(dict.fromkeys(known[number] for number in parts))

    def terms(self) -> SharingTerms | None:
        """How the difference is shared, as it was filled in; None where nothing was."""
        method, cap = self.cleaned_data["sharing"], self.cleaned_data["cap"]
        if not method and cap is None and not self.shares:
            return None
        if not method:
            raise SharingMissing()
        return SharingTerms(
            method=Sharing(method),
            cap=None if cap is None else cap / HUNDRED,
            scale=int(self.cleaned_data["scale"] or 0),
            shares=self.shares,
        )


def _numbers_with_parts(text: str) -> dict[str, Decimal | None]:
    """Numbers in their order, each with the percentage behind it as a part of 1; None without."""
    found: dict[str, Decimal | None] = {}
    last = ""
    for token in re.split(r"[\s,，、;；]+", text.strip()):
        percent = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)[%％]", token)
        if percent is not None and last:
            found[last] = Decimal(percent[1]) / HUNDRED
        else:
            last = token
            found.setdefault(token, None)
    return found


class EndForm(OfficeForm):
    """Subs that hang under the point and shall no longer."""

    subs = forms.MultipleChoiceField(label=_("Sub-meters"), widget=forms.CheckboxSelectMultiple)
    from_date = forms.DateField(label=_("Ends on"))
    reason = evidence_field()
    wide = frozenset({"subs", "reason"})

    def __init__(self, *args: Any, subs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subs"].choices = subs  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()


@requires(CHANGE)
def links(request: OfficeRequest, point_no: str) -> HttpResponse:
    """Hang subs under the point."""
    point = _point(request, point_no)
    form = SubsForm(request.POST or None, company_id=point.detail.company_id)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF, otherwise="subs"):
            made = operations.link_points(
                actor=request.actor,
                main_id=point.detail.id,
                sub_ids=form.cleaned_data["subs"],
                kind=LinkKind(form.cleaned_data["kind"]),
                terms=form.terms(),
                from_date=form.cleaned_data["from_date"],
                reason=form.cleaned_data["reason"],
                on=timezone.localdate(),
            )
            said = gettext("%(count)s sub-meters hang under %(main)s.") % {"count": len(made), "main": point_no}
            return done(request, said, _back(point))
    page = _page(
        point,
        gettext("Main and sub meters"),
        gettext("The links count for readings after that day: the main's usage of a period is set against its subs'."),
    )
    return _answer(request, form, page, point)


@requires(CHANGE)
def end(request: OfficeRequest, point_no: str) -> HttpResponse:
    """Take subs from under the point."""
    point = _point(request, point_no)
    hanging = {row.point_no: row for row in point.detail.links if not row.is_main}
    if not hanging:
        return done(request, _("No sub-meter hangs under this point."), _back(point))
    form = EndForm(request.POST or None, subs=[(number, number) for number in sorted(hanging)])
    if request.method == "POST" and form.is_valid():
        known = points_by_number(point.detail.company_id, form.cleaned_data["subs"])
        with form.refusals_as_messages(FIELD_OF, otherwise="subs"):
            ended = operations.unlink_points(
                actor=request.actor,
                main_id=point.detail.id,
                sub_ids=[known[number] for number in form.cleaned_data["subs"]],
                to_date=form.cleaned_data["from_date"],
                reason=form.cleaned_data["reason"],
                on=timezone.localdate(),
            )
            said = gettext("%(count)s links were ended.") % {"count": ended}
            return done(request, said, _back(point))
    return _answer(request, form, _page(point, gettext("End links to sub-meters")), point)


def _point(request: OfficeRequest, point_no: str) -> PointForForm:
    return point_for_form(request.actor, point_no, permission=CHANGE, on=timezone.localdate(), english=words.english())


def _back(point: PointForForm) -> str:
    return reverse("accounts:meters", args=[point.account_no]) if point.account_no else reverse("meters:list")


def _page(point: PointForForm, title: str, intro: str = "") -> FormPage:
    return FormPage(title=f"{title} · {point.detail.point_no}", cancel_url=_back(point), intro=intro)


def _answer(request: OfficeRequest, form: OfficeForm, page: FormPage, point: PointForForm) -> HttpResponse:
    tables: list[SubTable] = []
    if point.detail.links:
        tables.append(sub_table(_("Links so far"), LINK_COLUMNS, point.detail.links, caption_shown=True))
    return form_response(request, form, page, context={"tables": tables}, template="accounts/change.html")
