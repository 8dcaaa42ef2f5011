"""The new-run form (新建开账批次): unit and period first, then the books that can be billed."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing.forms import RunForm
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.overviews.billing_runs import BookChoice, approved_items, book_choices, open_periods
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.organisation.queries import Unit
from qingyuan.workflows import run_billing

RUN = "billing.run"


@requires(RUN)
def start(request: OfficeRequest) -> HttpResponse:
    """GET chooses unit and period in the address; POST starts the run and goes to its page."""
    on = timezone.localdate()
    units = [unit for unit in organisation.units_within_reach(request.actor, RUN, on=on) if unit.company_id is not None]
    if not units:
        raise NotPermitted(permission=RUN)
    unit = _chosen(units, request.GET.get("unit", ""))
    periods = open_periods((unit.company_id or 0,))
    period_id = _period(periods, request.GET.get("period", ""))
    within = organisation.subtree_ids(unit.id) & {one.id for one in units}
    books = book_choices(period_id, within) if period_id else ()
    choices = [(str(book.id), _book(book)) for book in books if book.approved]
    free = [str(book.id) for book in books if book.approved and not book.taken_by]
    initial = {"business_date": on, "books": free, "purpose": str(RunPurpose.REHEARSAL)}
    form = RunForm(choices, request.POST or None, initial=initial)
    url = reverse("billing:runs")
    if request.method == "POST" and form.is_valid() and period_id:
        given = form.cleaned_data
        only = _only(form, period_id)
        if form.errors:
            return _answer(request, form, url, units, unit, periods, period_id, books)
        with form.refusals_as_messages(
            {"billing.book_taken": "books", "billing.group_taken": "books", "billing.nothing_to_bill": "books"}
        ):
            run_id = run_billing.calculate(
                actor=request.actor,
                unit_id=unit.id,
                period_id=period_id,
                purpose=RunPurpose(given["purpose"]),
                business_date=given["business_date"],
                book_ids=given["books"],
                reading_item_ids=only,
                with_earlier=given["with_earlier"],
            )
            return done(request, _("The run is being calculated."), reverse("billing:run", args=[run_id]))
    return _answer(request, form, url, units, unit, periods, period_id, books)


def _only(form: RunForm, period_id: int) -> list[int] | None:
    """The readings of the accounts that were named; None when none was. One that cannot be billed here becomes a message."""
    wanted = form.cleaned_data["accounts"]
    if not wanted:
        return None
    found = approved_items(period_id, form.cleaned_data["books"], wanted)
    if missing := [account_no for account_no in wanted if account_no not in found]:
        text = _("Without an approved reading in the chosen books: %(accounts)s.")
        form.add_error("accounts", text % {"accounts": "、".join(missing[:10]) + (" …" if len(missing) > 10 else "")})
    return [reading for account_no in wanted for reading in found.get(account_no, ())]


def _answer(
    request: OfficeRequest,
    form: RunForm,
    url: str,
    units: Sequence[Unit],
    unit: Unit,
    periods: Sequence[tuple[int, int, int]],
    period_id: int | None,
    books: Sequence[BookChoice],
) -> HttpResponse:
    page = FormPage(title=_("New billing run"), cancel_url=url, submit=gettext_lazy("Calculate"))
    context = {
        "units": [
            (one.id, f"{'　' * max(one.depth - units[0].depth, 0)}{one.name}", one.id == unit.id) for one in units
        ],
        "periods": [
            (one[0], month_text(one[1]) + (f" / {one[2]}" if one[2] > 1 else ""), one[0] == period_id)
            for one in periods
        ],
        "books": books,
        "not_ready": sum(book.waiting for book in books),
        "has_books": any(book.approved for book in books),
    }
    return form_response(request, form, page, context=context, template="billing/new_run.html")


def _chosen(units: Sequence[Unit], wanted: str) -> Unit:
    """The unit of the address, else the first. Raises NotFound for one that the permission does not reach."""
    if not wanted:
        return units[0]
    for unit in units:
        if str(unit.id) == wanted:
            return unit
    raise NotFound(unit=wanted)


def _period(periods: Sequence[tuple[int, int, int]], wanted: str) -> int | None:
    if not wanted:
        return periods[0][0] if periods else None
    for period_id, _month, _round in periods:
        if str(period_id) == wanted:
            return period_id
    raise NotFound(period=wanted)


def _book(book: BookChoice) -> str:
    text = _("%(no)s %(name)s: %(approved)s to bill") % {
        "no": book.book_no,
        "name": book.name,
        "approved": book.approved,
    }
    if book.waiting:
        text += _(", %(count)s not approved yet") % {"count": book.waiting}
    if book.taken_by:
        text += _(", taken by run %(run)s") % {"run": book.taken_by}
    return text
