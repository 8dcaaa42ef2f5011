"""表况维护: the conditions that readers report, with how each works the usage out."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.operations import NewCondition
from qingyuan.domains.readings.queries import ConditionRow
from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import ConditionForm
from qingyuan.interfaces.office.readings.scope import company_of, today
from qingyuan.interfaces.office.readings.words import ALGORITHMS
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FilterForm, FormPage
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

_NEW = Action(
    gettext_lazy("New condition"), "/readings/conditions/new/", icon="plus", key="new", primary=True
)  # fmt: skip


def _use(row: ConditionRow) -> Chip:
    return Chip(gettext_lazy("in use"), Tone.GREEN) if row.is_active else Chip(gettext_lazy("retired"))


CONDITIONS: ListSpec[ConditionRow] = ListSpec(
    key="reading-conditions",
    title=gettext_lazy("Reading conditions"),
    unit=gettext_lazy("conditions"),
    sort="code",
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("readings:edit-condition", args=[row.code]),
        ),
        Column("name", gettext_lazy("Name")),
        Column("name_en", gettext_lazy("English name")),
        Column("algorithm", gettext_lazy("How the usage is worked out"), value=lambda row: ALGORITHMS[row.algorithm]),
        Column("photo_needed", gettext_lazy("Photo"), value=lambda row: _("needed") if row.photo_needed else ""),
        Column("is_active", gettext_lazy("State"), ColumnKind.CHIP, value=_use),
    ),
    actions=(_NEW,),
    empty=EmptyState(gettext_lazy("There are no reading conditions yet."), _NEW),
    page_size=50,
)


class ConditionFilter(FilterForm):
    """All conditions are few enough to be shown."""


@requires("readings.configure")
def condition_list(request: OfficeRequest) -> HttpResponseBase:
    """All conditions, retired ones too."""

    def load(actor: Actor, query: ListQuery) -> ListResult[ConditionRow]:
        rows = sorted(
            queries.conditions(company_of(actor), only_active=False),
            key=lambda row: row.code,
            reverse=query.descending,
        )
        return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows))

    return list_response(request, CONDITIONS, ConditionFilter, load)


@requires("readings.configure")
def new_condition(request: OfficeRequest) -> HttpResponseBase:
    """A further condition; codes of the company's own start at 10."""
    form = ConditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        known = {row.code for row in queries.conditions(company_of(request.actor), only_active=False)}
        if form.cleaned_data["code"] in known:
            form.add_error("code", _("This code is there already."))
        else:
            saved = _save(request, form, form.cleaned_data["code"])
            if saved is not None:
                return saved
    page = FormPage(title=_("New condition"), cancel_url=reverse("readings:conditions"))
    return form_response(request, form, page)


@requires("readings.configure")
def edit_condition(request: OfficeRequest, condition_code: str) -> HttpResponseBase:
    """Change or retire a condition. What was read under it keeps its usage."""
    rows = {row.code: row for row in queries.conditions(company_of(request.actor), only_active=False)}
    row = rows.get(condition_code)
    if row is None:
        raise NotFound(reading_condition=condition_code)
    initial = {
        name: getattr(row, name) for name in ("code", "name", "name_en", "algorithm", "photo_needed", "is_active")
    }
    position = 10 * (list(rows).index(condition_code) + 1)
    form = ConditionForm(request.POST or None, initial=initial | {"position": position})
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, condition_code)
        if saved is not None:
            return saved
    page = FormPage(
        title=_("Condition %(code)s") % {"code": condition_code},
        cancel_url=reverse("readings:conditions"),
        intro=_("A change applies to readings from now on; what was read keeps its usage."),
    )
    return form_response(request, form, page)


def _save(request: OfficeRequest, form: ConditionForm, code: str) -> HttpResponseBase | None:
    """The answer after a save; None when the operation refused and the form says why."""
    given = form.cleaned_data
    with form.refusals_as_messages({"readings.condition_invalid": "code"}):
        operations.set_conditions(
            actor=request.actor,
            company_id=company_of(request.actor),
            on=today(),
            conditions=[
                NewCondition(
                    code=code,
                    name=given["name"],
                    algorithm=Algorithm(given["algorithm"]),
                    name_en=given["name_en"],
                    photo_needed=given["photo_needed"],
                    position=given["position"],
                    is_active=given["is_active"],
                )
            ],
        )
    if form.errors:
        return None
    return done(request, _("The condition was saved."), reverse("readings:conditions"))
