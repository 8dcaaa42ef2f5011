"""The gallery's pages."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, signed_in
from qingyuan.interfaces.office.gallery.samples import SampleAccount, accounts
from qingyuan.interfaces.office.shell import charts
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import (
    Confirm,
    DetailPage,
    Fact,
    FactList,
    Figure,
    MaskedValue,
    Progress,
    Step,
    Stepper,
    Tab,
    Timeline,
    TimelineEntry,
    detail_response,
    sub_table,
)
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage, OfficeForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    BatchAction,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.refusals import not_permitted
from qingyuan.interfaces.office.shell.search import SearchHit, search_response
from qingyuan.interfaces.office.shell.uploads import Preview, PreviewRow, UploadSpec, Verdict, upload_response
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.errors import DomainError

COLUMNS: tuple[Column[SampleAccount], ...] = (
    Column(
        "account_no",
        _("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("gallery:record"),
        sortable=True,
        fixed=True,
    ),
    Column("name", _("Account name"), sortable=True),
    Column("phone", _("Phone"), ColumnKind.PHONE),
    Column("address", _("Address")),
    Column("book", _("Book"), ColumnKind.IDENTIFIER),
    Column("usage_class", _("Usage class")),
    Column("state", _("State"), ColumnKind.CHIP),
    Column("volume", _("Volume"), ColumnKind.VOLUME),
    Column("history", _("Last periods"), ColumnKind.SPARKLINE),
    Column("opened_date", _("Opened"), ColumnKind.DATE, shown=False),
    Column("balance", _("Balance"), ColumnKind.MONEY, sortable=True, totalled=True),
    Column("owed", _("Owed"), ColumnKind.DEBT, sortable=True, totalled=True),
)


class SampleFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Account no. / name / phone tail")}),
    )
    usage_class = forms.ChoiceField(label=_("Usage class"), choices=[("居民", "居民"), ("非居民", "非居民")])
    opened_from = forms.DateField(label=_("Opened from"))
    owing = forms.BooleanField(label=_("Owing only"))


SAMPLE_LIST: ListSpec[SampleAccount] = ListSpec(
    key="gallery",
    title=_("Sample accounts"),
    columns=COLUMNS,
    unit=_("accounts"),
    sort="account_no",
    row_id=lambda row: row.account_no,
    actions=(Action(_("New account"), "/gallery/form/", icon="plus", key="new", primary=True),),
    batch_actions=(BatchAction(_("Print notices"), "/gallery/list/", icon="printer"),),
    empty=EmptyState(
        _("There are no accounts yet."), Action(_("Import accounts"), "/gallery/upload/", icon="file-upload")
    ),
)


def load(actor: Actor, query: ListQuery) -> ListResult[SampleAccount]:
    wanted = [row for row in accounts() if _fits(row, query)]
    wanted.sort(key=lambda row: str(getattr(row, query.sort)).rjust(20), reverse=query.descending)
    return ListResult(
        rows=wanted[query.offset : query.offset + query.limit],
        count=len(wanted),
        totals={
            "balance": sum((row.balance for row in wanted), Decimal("0.00")),
            "owed": sum((row.owed for row in wanted), Decimal("0.00")),
        },
    )


def _fits(row: SampleAccount, query: ListQuery) -> bool:
    asked = query.filters
    return (
        (not asked.get("q") or asked["q"] in row.account_no or asked["q"] in row.name)
        and (not asked.get("usage_class") or row.usage_class == asked["usage_class"])
        and (not asked.get("opened_from") or row.opened_date >= asked["opened_from"])
        and (not asked.get("owing") or row.owed > 0)
    )


def load_nothing(actor: Actor, query: ListQuery) -> ListResult[SampleAccount]:
    return ListResult(rows=(), count=0)


@signed_in
def sample_list(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, SAMPLE_LIST, SampleFilter, load)


@signed_in
def empty_list(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, SAMPLE_LIST, SampleFilter, load_nothing)


class SampleForm(OfficeForm):
    account_no = forms.CharField(label=_("Account no."), max_length=12)
    name = forms.CharField(label=_("Account name"), max_length=40)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False, help_text=_("For notices of bills."))
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=30)
    usage_class = forms.ChoiceField(label=_("Usage class"), choices=[("", ""), ("res", "居民"), ("non", "非居民")])
    from_date = forms.DateField(label=_("In effect from"))
    collection = forms.ChoiceField(
        label=_("Collection"), widget=forms.RadioSelect, choices=[("hall", "坐收"), ("collector", "走收")]
    )
    notices = forms.BooleanField(label=_("Send notices"), required=False)
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version_field = True
    wide = frozenset({"remark"})
    sections = ((_("Contact"), ("phone", "notices")),)


class SampleTaken(DomainError):
    """The number is in use (户号已存在)."""

    code: ClassVar[str] = "office.sample_taken"


@signed_in
def sample_form(request: OfficeRequest) -> HttpResponse:
    form = SampleForm(request.POST or None, initial={"version": 3, "collection": "hall"})
    if request.method == "POST" and form.is_valid():
        if form.version < 4:
            form.show_conflict({"name": "王演示", "people": 5}, version=4)
        else:
            with form.refusals_as_messages({SampleTaken.code: "account_no"}):
                if form.cleaned_data["account_no"] == "10010000":
                    raise SampleTaken(account_no="10010000")
                return done(request, _("The account was saved."), reverse("gallery:list"))
    page = FormPage(
        title=str(_("New account")),
        cancel_url=reverse("gallery:list"),
        submit_next=_("Save and next"),
        intro=str(_("Try it empty, then with account no. 10010000.")),
    )
    return form_response(request, form, page)


@signed_in
def record(request: OfficeRequest, tab: str = "overview") -> HttpResponse:
    account = accounts()[9]
    url = reverse("gallery:record")
    page = DetailPage(
        title=account.name,
        number=account.account_no,
        chips=(account.state, Chip("居民", Tone.BLUE)),
        facts=(
            Fact(_("Address"), account.address),
            Fact(
                _("Phone"),
                masked=MaskedValue(
                    masked=f"{account.phone[:3]}****{account.phone[-4:]}", reveal_url=reverse("gallery:reveal")
                ),
            ),
            Fact(_("Book"), account.book, url=reverse("gallery:list")),
            Fact(_("Meter"), "SB24000029 · DN25 · NB-IoT"),
        ),
        figures=(Figure(_("Owed (yuan)"), "331.33", owed=True), Figure(_("Balance (yuan)"), "0.00")),
        actions=(
            Action(_("Take payment"), "/gallery/", icon="cash", primary=True),
            Action(_("Change"), reverse("gallery:form"), icon="edit", key="edit"),
        ),
        tabs=(
            Tab("overview", _("Overview"), url),
            Tab("readings", _("Readings"), f"{url}readings/", 11),
            Tab("log", _("Log"), f"{url}log/", 3),
        ),
        current_tab=tab,
        notice=_("A meter exchange is open: only payments are allowed."),
        previous_url=url,
        next_url=url,
    )
    return detail_response(request, page, "gallery/record.html", context=_record_context(tab))


def _record_context(tab: str) -> dict[str, Any]:
    rows = accounts()[:11]
    return {
        "tab": tab,
        "chart": _bars(),
        "facts": FactList(
            (
                Fact(_("People"), "4"),
                Fact(_("State"), chip=Chip("正常", Tone.GREEN)),
                Fact(_("Owed"), "欠 331.33", tone="owed"),
            ),
            heading=_("Billing"),
        ),
        "table": sub_table(
            _("Readings"), COLUMNS[:1] + COLUMNS[6:8] + COLUMNS[10:], rows, totals={"balance": Decimal("12345.60")}
        ),
        "timeline": Timeline(
            (
                TimelineEntry(
                    datetime(2026, 11, 3, 1, 20, tzinfo=UTC), "换表", "旧表止码 1 204，新表起码 0", "抄表员一"
                ),
                TimelineEntry(
                    datetime(2026, 10, 8, 6, 5, tzinfo=UTC), "缴费 86.40 元", "", "收费员一", url="/gallery/"
                ),
                TimelineEntry(datetime(2026, 9, 1, 2, 0, tzinfo=UTC), "过户", chip=Chip("已办结", Tone.GREEN)),
            )
        ),
    }


def _bars() -> charts.BarChart:
    values = (9, 10, 8, 9, 6, 8, 8, 11, 7, 9, 66)
    return charts.BarChart(
        title=str(_("Volume of the last periods")),
        points=tuple(
            charts.Point(f"{month:02d}", Decimal(value), emphasised=month == len(values))
            for month, value in enumerate(values, start=1)
        ),
        unit="m³",
        category=str(_("Period")),
    )


def _steps() -> charts.StepChart:
    return charts.StepChart(
        title=str(_("Price of the next cubic metre")),
        steps=(
            charts.Step(Decimal(0), Decimal("3.45")),
            charts.Step(Decimal(220), Decimal("4.83")),
            charts.Step(Decimal(300), Decimal("5.83")),
        ),
        end=Decimal(420),
        unit=str(_("yuan/m³")),
        category=str(_("Volume")),
        marker=Decimal(260),
    )


def _stepper(step: int) -> Stepper:
    names = (_("Draft"), _("Calculated"), _("Checked"), _("Issued"))
    states = ["done" if place < step else "current" if place == step else "waiting" for place in range(len(names))]
    finished = step >= len(names)
    return Stepper(
        key="sample",
        steps=tuple(Step(name, state) for name, state in zip(names, states, strict=True)),
        progress=None if finished else Progress(step * 500, 2000, str(_("Book B001"))),
        poll_url="" if finished else reverse("gallery:progress", args=[step + 1]),
    )


@signed_in
def overview(request: OfficeRequest) -> HttpResponse:
    if "toast" in request.GET:
        messages.success(request, str(_("Saved.")))
        messages.warning(request, str(_("The printer does not answer.")))
    context = {
        "title": _("Component gallery"),
        "chips": [Chip(tone.value, tone) for tone in Tone],
        "amounts": [Decimal("0"), Decimal("1234.5"), Decimal("12345"), Decimal("-331.33"), None],
        "stepper": _stepper(1) if "poll" in request.GET else Stepper("still", _stepper(2).steps, Progress(1200, 2000)),
        "failed": Stepper(
            "failed", (Step(_("Draft"), "done"), Step(_("Calculated"), "failed", str(_("2 exceptions"))))
        ),
        "bars": _bars(),
        "steps": _steps(),
        "confirm": Confirm(
            key="confirm-issue",
            title=_("Issue the run"),
            consequence=_("1 204 bills are numbered and posted. This cannot be undone, only reversed."),
            url=reverse("gallery:overview"),
            submit=_("Issue"),
            expected="12,345.60",
            with_reason=True,
        ),
        "empty": EmptyState(_("There are no accounts yet."), Action(_("Import accounts"), "/gallery/upload/")),
    }
    return render(request, "gallery/overview.html", context)


@signed_in
def progress(request: OfficeRequest, step: int) -> HttpResponse:
    return render(request, "office/components/stepper.html", {"stepper": _stepper(step)})


@signed_in
def reveal(request: OfficeRequest) -> HttpResponse:
    return render(request, "office/components/masked.html", {"masked": MaskedValue(accounts()[9].phone)})


@signed_in
def refused(request: OfficeRequest) -> HttpResponse:
    return not_permitted(request, "tariffs.publish")


@signed_in
def broken(request: OfficeRequest) -> HttpResponse:
    raise RuntimeError("the gallery's broken page")


@signed_in
def search(request: OfficeRequest) -> JsonResponse:
    text = request.GET.get("q", "")
    hits = [
        SearchHit(f"{row.name} {row.account_no}", reverse("gallery:record"), row.address)
        for row in accounts()
        if text in row.account_no or text in row.name
    ]
    return search_response(hits[:8])


def _judge(actor: Actor, name: str, content: bytes) -> Preview:
    """The sample's rule: a number that is in the gallery is skipped, text without digits is refused."""
    rows = []
    known = {row.account_no for row in accounts()}
    for place, line in enumerate(content.decode("utf-8-sig").splitlines(), start=1):
        number = line.split(",")[0]
        if number in known:
            rows.append(PreviewRow(str(place), (number,), Verdict.SKIPPED, str(_("This account is there already."))))
        elif number.isdigit():
            rows.append(PreviewRow(str(place), (number,), Verdict.TAKEN))
        else:
            rows.append(PreviewRow(str(place), (number,), Verdict.REFUSED, str(_("An account no. has digits only."))))
    return Preview(headings=(str(_("Account no.")),), rows=rows)


def _carry_out(actor: Actor, name: str, content: bytes) -> BatchResult:
    judged = _judge(actor, name, content)
    return BatchResult(
        ids=tuple(range(judged.taken)),
        failed=tuple(
            BatchIssue(row.place, SampleTaken.code, {"account_no": row.cells[0]})
            for row in judged.rows
            if row.verdict is Verdict.REFUSED
        ),
    )


@signed_in
def upload(request: OfficeRequest) -> HttpResponse:
    spec = UploadSpec(
        title=_("Import accounts"),
        intro=_("A file with account numbers in the first column."),
        preview=_judge,
        carry_out=_carry_out,
        back_url=reverse("gallery:overview"),
        suffixes=(".csv",),
    )
    return upload_response(request, spec)
