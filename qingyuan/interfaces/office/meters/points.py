"""Forms about what decides a point's price, and its place in a book (用水性质、费用项选项、定额、换册)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.meters import operations
from qingyuan.domains.meters.operations import NewShare
from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts import point_cards, words
from qingyuan.interfaces.office.accounts.forms import evidence_field
from qingyuan.interfaces.office.shell.details import Fact, FactList, SubTable, sub_table
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.overviews import account_choices
from qingyuan.overviews.account_choices import Choice
from qingyuan.overviews.point_page import PointForForm, point_for_form

CHANGE = "meters.change"
ROWS = (1, 2, 3)
FIELD_OF = {
    "customers.change_before_current": "from_date",
    "customers.change_too_far_back": "from_date",
    "customers.span_invalid": "to_date",
    "customers.evidence_missing": "evidence",
    "meters.quota_invalid": "volume",
    "meters.charge_item_unknown": "item_code",
    "meters.plan_unknown": "plan_code",
}


class SharesForm(OfficeForm):
    """用水性质组成: up to three parts by volume or ratio, and the class that takes the rest."""

    rest_code = forms.ChoiceField(label=_("Usage class of the rest"), help_text=_("With one class it takes all."))
    from_date = forms.DateField(label=_("In effect from"))
    evidence = evidence_field()
    wide = frozenset({"evidence"})

    def __init__(self, *args: Any, classes: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rest_code"].choices = [("", gettext("Please choose a class")), *classes]  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()
        kinds = [(ShareKind.FIXED.value, gettext("m³ a month")), (ShareKind.RATIO.value, gettext("per cent"))]
        sections = []
        for row in ROWS:
            names = (f"class_{row}", f"kind_{row}", f"value_{row}")
            self.fields[names[0]] = forms.ChoiceField(
                label=_("Usage class"), required=False, choices=[("", "—"), *classes]
            )
            self.fields[names[1]] = forms.ChoiceField(label=_("Measured in"), required=False, choices=kinds)
            self.fields[names[2]] = VolumeField(label=_("Share"), required=False, minimum=Decimal(0))
            for name, css in zip(names, ("form-select", "form-select", "form-control number"), strict=True):
                self.fields[name].widget.attrs["class"] = css
            sections.append((gettext("Part %(number)s") % {"number": row}, names))
        self.sections = tuple(sections)

    @property
    def shares(self) -> list[NewShare]:
        """Fixed volumes first, then ratios, the rest last."""
        typed = self.cleaned_data
        parts = [
            NewShare(
                typed[f"class_{row}"],
                ShareKind(typed[f"kind_{row}"]),
                typed[f"value_{row}"] / 100 if typed[f"kind_{row}"] == ShareKind.RATIO else typed[f"value_{row}"],
            )
            for row in ROWS
            if typed[f"class_{row}"]
        ]
        parts.sort(key=lambda share: share.kind != ShareKind.FIXED)
        return [*parts, NewShare(typed["rest_code"])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in ROWS:
            if (
                cleaned.get(f"class_{row}")
                and cleaned.get(f"value_{row}") is None
                and f"value_{row}" not in self.errors
            ):
                self.add_error(f"value_{row}", gettext("Enter the share of this class"))
            if cleaned.get(f"class_{row}") and not cleaned.get(f"kind_{row}"):
                cleaned[f"kind_{row}"] = ShareKind.FIXED.value
        return cleaned


class OptionForm(OfficeForm):
    """The point's own price for a charge item, or none."""

    item_code = forms.ChoiceField(label=_("Charge item"))
    plan_code = forms.ChoiceField(label=_("Price"), required=False, help_text=_("Empty: exempt."))
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(label=_("Ends on"), required=False)
    document_no = forms.CharField(label=_("Document"), max_length=120)
    wide = frozenset({"document_no"})

    def __init__(self, *args: Any, charges: tuple[Choice, ...], plans: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_code"].choices = [("", gettext("Please choose a charge item")), *charges]  # type: ignore[attr-defined]
        self.fields["plan_code"].choices = [("", gettext("exempt")), *plans]  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()


class QuotaForm(OfficeForm):
    """用水定额 of the point for one cycle of its tariff."""

    volume = VolumeField(label=_("Quota of a cycle (m³)"), minimum=Decimal("0.001"))
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(label=_("Ends on"), required=False)
    document_no = forms.CharField(label=_("Document"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = timezone.localdate()


class MoveForm(OfficeForm):
    """换册: another book, or another place in the same one."""

    book = forms.ChoiceField(label=_("Book"))
    order = forms.IntegerField(
        label=_("Order"), min_value=1, required=False, help_text=_("Empty: after the last one of the book.")
    )
    from_date = forms.DateField(label=_("In effect from"))

    def __init__(self, *args: Any, books: tuple[Choice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["book"].choices = [("", gettext("Please choose a book")), *books]  # type: ignore[attr-defined]
        self.fields["from_date"].initial = timezone.localdate()


@requires(CHANGE)
def shares(request: OfficeRequest, point_no: str) -> HttpResponse:
    point = _point(request, point_no)
    classes = account_choices.class_codes(point.detail.company_id, language=get_language() or "")
    form = SharesForm(request.POST or None, classes=classes, initial=_present_shares(point))
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF):
            operations.set_shares(
                actor=request.actor,
                point_id=point.detail.id,
                shares=form.shares,
                from_date=form.cleaned_data["from_date"],
                evidence=form.cleaned_data["evidence"],
                on=timezone.localdate(),
            )
            return done(request, _("The usage classes were changed."), _back(point))
    table = sub_table(_("Usage classes so far"), point_cards.SHARE_COLUMNS, point.detail.shares, caption_shown=True)
    page = _page(point, gettext("Usage classes"), gettext("It counts for days of use from that day on."))
    return _answer(request, form, page, table)


@requires(CHANGE)
def option(request: OfficeRequest, point_no: str) -> HttpResponse:
    point = _point(request, point_no)
    charges, plans = account_choices.option_choices(point.detail.company_id, language=get_language() or "")
    form = OptionForm(request.POST or None, charges=charges, plans=plans)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({**FIELD_OF, "customers.evidence_missing": "document_no"}):
            operations.set_option(
                actor=request.actor, point_id=point.detail.id, on=timezone.localdate(), **form.cleaned_data
            )
            return done(request, _("The own price was registered."), _back(point))
    table = sub_table(_("Own prices so far"), point_cards.OPTION_COLUMNS, point.detail.options, caption_shown=True)
    return _answer(request, form, _page(point, gettext("Own price")), table)


@requires(CHANGE)
def quota(request: OfficeRequest, point_no: str) -> HttpResponse:
    point = _point(request, point_no)
    form = QuotaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({**FIELD_OF, "customers.evidence_missing": "document_no"}):
            operations.set_quota(
                actor=request.actor, point_id=point.detail.id, on=timezone.localdate(), **form.cleaned_data
            )
            return done(request, _("The quota was registered."), _back(point))
    table = sub_table(_("Quotas so far"), point_cards.QUOTA_COLUMNS, point.detail.quotas, caption_shown=True)
    return _answer(request, form, _page(point, gettext("Quota")), table)


@requires(CHANGE)
def move(request: OfficeRequest, point_no: str) -> HttpResponse:
    point = _point(request, point_no)
    on = timezone.localdate()
    books = account_choices.book_choices(request.actor, "routes.view", on=on, company_id=point.detail.company_id)
    form = MoveForm(request.POST or None, books=books, initial={"book": point.book_id, "order": point.order_no})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELD_OF, otherwise="book"):
            result = operations.move_to_book(
                actor=request.actor,
                point_ids=[point.detail.id],
                book_id=int(form.cleaned_data["book"]),
                first_order=form.cleaned_data["order"],
                from_date=form.cleaned_data["from_date"],
                on=on,
            )
            for issue in (*result.failed, *result.skipped):
                form.add_error(FIELD_OF.get(issue.code, "book"), code_sentence(issue.code, issue.params))
            if result.ids:
                return done(request, _("The point was moved to the book."), _back(point))
    facts = FactList(
        (
            Fact(_("Book"), point.book_no),
            Fact(_("Order"), "" if point.order_no is None else str(point.order_no)),
            Fact(_("Address"), point.address),
        ),
        heading=_("Before the change"),
    )
    page = _page(point, gettext("Another book"))
    return form_response(request, form, page, context={"now": facts}, template="accounts/change.html")


def _point(request: OfficeRequest, point_no: str) -> PointForForm:
    return point_for_form(request.actor, point_no, permission=CHANGE, on=timezone.localdate(), english=words.english())


def _present_shares(point: PointForForm) -> dict[str, object]:
    """The parts in force as the form's first values."""
    values: dict[str, object] = {}
    parts = [share for share in point.detail.shares_now if share.kind != ShareKind.REMAINDER]
    for row, share in zip(ROWS, parts, strict=False):
        amount = share.value or Decimal(0)
        values[f"class_{row}"], values[f"kind_{row}"] = share.class_code, share.kind.value
        values[f"value_{row}"] = (amount * 100 if share.kind == ShareKind.RATIO else amount).normalize()
    rest = next((share for share in point.detail.shares_now if share.kind == ShareKind.REMAINDER), None)
    return {**values, "rest_code": rest.class_code if rest else ""}


def _back(point: PointForForm) -> str:
    return reverse("accounts:meters", args=[point.account_no]) if point.account_no else reverse("meters:list")


def _page(point: PointForForm, title: str, intro: str = "") -> FormPage:
    whose = f"{point.holder_name} {point.account_no}".strip()
    return FormPage(title=f"{title} · {whose}", cancel_url=_back(point), intro=intro)


def _answer(request: OfficeRequest, form: OfficeForm, page: FormPage, table: SubTable) -> HttpResponse:
    return form_response(request, form, page, context={"tables": [table]}, template="accounts/change.html")
