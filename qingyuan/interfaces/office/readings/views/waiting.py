"""未录量总分表: mains that hold up bills, and letting one go without waiting."""

from dataclasses import replace

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.queries import WaitingMain
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.scope import chosen_period, key_of, today, waiting_mains, words_of
from qingyuan.interfaces.office.readings.views.losses import KINDS
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage, OfficeForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach

RELEASE = "readings.release_mains"


def _reading(row: WaitingMain) -> str | None:
    return reverse("readings:detail", args=[row.reading_item_id]) if row.reading_item_id is not None else None


WAITING: ListSpec[WaitingMain] = ListSpec(
    key="waiting-mains",
    title=gettext_lazy("Mains waiting for subs"),
    unit=gettext_lazy("mains"),
    sort="point_no",
    columns=(
        Column(
            "point_no",
            gettext_lazy("Main's point"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=_reading,
        ),
        Column("kind", gettext_lazy("Kind of link"), value=lambda row: KINDS[row.kind]),
        Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER),
        Column("count", gettext_lazy("Missing"), ColumnKind.INTEGER, value=lambda row: len(row.waiting_subs)),
        Column(
            "waiting_subs",
            gettext_lazy("Points without approved usage"),
            ColumnKind.LONG_TEXT,
            value=lambda row: "、".join(row.waiting_subs),
        ),
    ),
    empty=EmptyState(gettext_lazy("No main waits: mains and subs of all approved readings are approved.")),
)


@requires("readings.view")
def waiting(request: OfficeRequest) -> HttpResponseBase:
    """未录量总分表: mains that cannot be billed, or whose subs cannot, before more of their usage is approved."""
    period = chosen_period(request)

    class WaitingFilter(FilterForm):
        period = forms.ChoiceField(label=gettext_lazy("Reading period"), choices=[])

        def __init__(self, data: object = None) -> None:
            super().__init__(data)
            self.fields["period"].choices = choices  # type: ignore[attr-defined]

        @property
        def is_filtering(self) -> bool:
            return False

    choices = period.choices
    key = "" if period.row is None else key_of(period.row)

    def load(actor: Actor, query: ListQuery) -> ListResult[WaitingMain]:
        found = () if period.row is None else waiting_mains(actor, period.row)
        rows = sorted(found, key=lambda row: row.point_no, reverse=query.descending)
        return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows))

    reached = reach(request.actor, RELEASE, on=today())
    let_go: Column[WaitingMain] = Column(
        "let_go",
        gettext_lazy("Decide"),
        value=lambda row: _("Do not wait") if reached.covers(row.unit_id, row.book_id) else "",
        link=lambda row: f"{reverse('readings:release-main', args=[row.point_no])}?period={key}",
    )
    columns = WAITING.columns if reached.is_empty else (*WAITING.columns, let_go)
    return list_response(request, replace(WAITING, columns=columns), WaitingFilter, load)


class ReleaseForm(OfficeForm):
    """Which subs are not waited for, and why. A main that shares its difference has no choice of subs."""

    subs = forms.MultipleChoiceField(label=gettext_lazy("Not waited for"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    wide = frozenset({"subs", "reason"})

    def __init__(self, data: object, *, main: WaitingMain) -> None:
        super().__init__(data)
        if main.kind is LinkKind.ALLOCATE:
            del self.fields["subs"]
        else:
            self.fields["subs"].choices = [(number, number) for number in main.waiting_subs]  # type: ignore[attr-defined]


@requires(RELEASE)
def release(request: OfficeRequest, point_no: str) -> HttpResponse:
    """Let a main go: it is billed without subs that are missing, or its difference is not shared this time."""
    period = chosen_period(request).row
    if period is None:
        raise NotFound(point_no=point_no)
    address = f"{reverse('readings:waiting')}?period={key_of(period)}"
    main = next((row for row in queries.waiting_mains(period_id=period.period_id) if row.point_no == point_no), None)
    if main is None:
        return done(request, code_sentence("readings.main_not_waiting", {}), address)
    if not reach(request.actor, RELEASE, on=today()).covers(main.unit_id, main.book_id):
        raise NotFound(point_no=point_no)
    form = ReleaseForm(request.POST or None, main=main)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(otherwise="reason"):
            operations.release_main(
                actor=request.actor,
                main_id=main.main_id,
                period_id=period.period_id,
                sub_nos=form.cleaned_data.get("subs", ()),
                reason=form.cleaned_data["reason"],
                on=today(),
            )
            return done(request, _("Main %(main)s waits no longer in this period.") % {"main": point_no}, address)
    page = FormPage(
        title=_("Do not wait: main %(main)s, %(period)s") % {"main": point_no, "period": words_of(period)},
        cancel_url=address,
        submit=gettext_lazy("Do not wait"),
        intro=_intro(main),
        danger=True,
    )
    return form_response(request, form, page)


def _intro(main: WaitingMain) -> str:
    missing = "、".join(main.waiting_subs)
    if main.kind is LinkKind.ALLOCATE:
        return _(
            "Not approved yet: %(points)s. The difference of this main is not shared in this period; its subs are billed what their own meters show."
        ) % {"points": missing}
    return _(
        "Not approved yet: %(points)s. The main is billed without taking off the subs that you choose; when one of them is approved and billed later, a correction of the main is proposed."
    ) % {"points": missing}
