"""Pages of the dictionary (数据字典)."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.dictionary.forms import (
    EditEntryForm,
    EntryFilter,
    NewEntryForm,
    NewSetForm,
    SetFilter,
)
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
from qingyuan.platform.dictionary import operations, queries
from qingyuan.platform.dictionary.queries import Entry, EntrySet

EDIT = "dictionary.edit"


def _set_name(row: EntrySet) -> str:
    return row.name_en if get_language().startswith("en") else row.name


SETS: ListSpec[EntrySet] = ListSpec(
    key="dictionary",
    title=gettext_lazy("Dictionary"),
    unit=gettext_lazy("sets"),
    sort="code",
    page_size=50,
    columns=(
        Column(
            "name",
            gettext_lazy("Set of entries"),
            value=_set_name,
            link=lambda row: reverse("dictionary:detail", args=[row.code]),
            fixed=True,
        ),
        Column("code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, sortable=True),
        Column("active_count", gettext_lazy("Entries in use"), ColumnKind.INTEGER, totalled=True),
        Column("total_count", gettext_lazy("Entries in all"), ColumnKind.INTEGER, totalled=True),
    ),
    actions=(
        Action(gettext_lazy("New set"), "/dictionary/new/", permission=EDIT, icon="plus", key="new", primary=True),
    ),
    empty=EmptyState(gettext_lazy("The dictionary is empty.")),
)


@requires(EDIT)
def sets(request: OfficeRequest) -> HttpResponseBase:
    def load(_actor: Actor, query: ListQuery) -> ListResult[EntrySet]:
        text = (query.filters.get("q") or "").strip().lower()
        found = [
            one
            for one in queries.sets()
            if not text or text in one.code.lower() or text in one.name.lower() or text in one.name_en.lower()
        ]
        if query.descending:
            found.reverse()
        totals = {name: sum(getattr(one, name) for one in found) for name in ("active_count", "total_count")}
        return ListResult(found[query.offset : query.offset + query.limit], len(found), totals)

    return list_response(request, SETS, SetFilter, load)


def _entry_list(one: EntrySet) -> ListSpec[Entry]:
    return ListSpec(
        key="dictionary-entries",
        title=_set_name(one),
        unit=gettext_lazy("entries"),
        sort="position",
        page_size=100,
        columns=(
            Column("position", gettext_lazy("Position"), ColumnKind.INTEGER, sortable=True),
            Column("code", gettext_lazy("Code"), ColumnKind.IDENTIFIER, sortable=True),
            Column(
                "name",
                gettext_lazy("Name"),
                link=lambda row: reverse("dictionary:edit", args=[one.code, row.code]),
                fixed=True,
            ),
            Column("name_en", gettext_lazy("English name")),
            Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_state_chip),
        ),
        row_tone=lambda row: "" if row.is_active else "muted",
        actions=(
            Action(
                gettext_lazy("New entry"),
                reverse("dictionary:new-entry", args=[one.code]),
                permission=EDIT,
                icon="plus",
                key="new",
                primary=True,
            ),
        ),
    )


def _state_chip(row: Entry) -> Chip:
    return Chip(_("in use"), Tone.GREEN) if row.is_active else Chip(_("retired"), Tone.GREY)


@requires(EDIT)
def entries(request: OfficeRequest, set_code: str) -> HttpResponseBase:
    one = _set(set_code)

    def load(_actor: Actor, query: ListQuery) -> ListResult[Entry]:
        text = (query.filters.get("q") or "").strip().lower()
        rows = queries.entries(set_code, with_retired=bool(query.filters.get("retired")))
        found = [
            row
            for row in rows
            if not text or text in row.code.lower() or text in row.name.lower() or text in row.name_en.lower()
        ]
        if query.sort == "code":
            found.sort(key=lambda row: row.code)
        if query.descending:
            found.reverse()
        return ListResult(found[query.offset : query.offset + query.limit], len(found))

    return list_response(request, _entry_list(one), EntryFilter, load)


@requires(EDIT)
def create_set(request: OfficeRequest) -> HttpResponse:
    """A set comes into being with its first entry."""
    form = NewSetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages({"dictionary.entry_exists": "code"}):
            _add(request.actor, data["set_code"], data)
            return done(request, _("The set was added."), reverse("dictionary:detail", args=[data["set_code"]]))
    page = FormPage(
        title=_("New set"),
        cancel_url=reverse("dictionary:list"),
        intro=_("A set comes into being with its first entry."),
    )
    return form_response(request, form, page)


@requires(EDIT)
def create(request: OfficeRequest, set_code: str) -> HttpResponse:
    one = _set(set_code)
    there = reverse("dictionary:detail", args=[set_code])
    form = NewEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"dictionary.entry_exists": "code"}):
            _add(request.actor, set_code, form.cleaned_data)
            again = "next" in request.POST
            return done(request, _("The entry was added."), request.path if again else there)
    page = FormPage(
        title=with_name(_("New entry"), _set_name(one)), cancel_url=there, submit_next=gettext_lazy("Save and next")
    )
    return form_response(request, form, page)


@requires(EDIT)
def edit(request: OfficeRequest, set_code: str, code: str) -> HttpResponse:
    one = _set(set_code)
    row = next((entry for entry in queries.entries(set_code, with_retired=True) if entry.code == code), None)
    if row is None:
        raise NotFound(entry=code)
    there = reverse("dictionary:detail", args=[set_code])
    stored = {
        "name": row.name,
        "name_en": row.name_en,
        "position": row.position,
        "is_active": row.is_active,
        "version": row.version,
    }
    form = EditEntryForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with form.refusals_as_messages():
            try:
                operations.update_entry(
                    actor=request.actor,
                    entry_id=row.id,
                    version=form.version,
                    name=data["name"],
                    name_en=data["name_en"],
                    position=data["position"],
                    is_active=data["is_active"],
                    on=timezone.localdate(),
                )
            except StaleEdit:
                form.show_conflict(stored, version=row.version)
            else:
                return done(request, _("The entry was changed."), there)
    page = FormPage(title=with_name(_("Change entry"), _set_name(one), code), cancel_url=there)
    return form_response(request, form, page)


def _set(set_code: str) -> EntrySet:
    found = next((one for one in queries.sets() if one.code == set_code), None)
    if found is None:
        raise NotFound(set=set_code)
    return found


def _add(actor: Actor, set_code: str, data: dict[str, Any]) -> None:
    operations.add_entry(
        actor=actor,
        set_code=set_code,
        code=data["code"],
        name=data["name"],
        name_en=data["name_en"],
        position=data["position"],
        on=timezone.localdate(),
    )
