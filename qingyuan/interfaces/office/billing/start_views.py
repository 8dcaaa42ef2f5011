"""The new-run form (新建开账批次): unit, period, reading area and cycle first, then the books that can be billed."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing.forms import RunForm
from qingyuan.interfaces.office.billing.run_scope import RunScope, book_words, filters, read_scope, summary
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.overviews.run_choices import approved_items
from qingyuan.workflows import run_billing

RUN = "billing.run"


@requires(RUN)
def start(request: OfficeRequest) -> HttpResponse:
    """GET chooses what the books are looked for by in the address; POST starts the run over the books that were ticked."""
    on = timezone.localdate()
    scope = read_scope(request.actor, RUN, request.GET, on=on)
    choices = [(str(book.id), book_words(book)) for book in scope.listed]
    listed = {book.id for book in scope.listed}
    initial = {
        "business_date": on,
        "books": [str(book.id) for book in scope.free if book.id in listed],
        "purpose": str(RunPurpose.REHEARSAL),
    }
    free_count = len(scope.free) if len(scope.billable) > len(listed) else 0
    form = RunForm(choices, free_count, request.POST or None, initial=initial)
    only: list[int] | None = None
    if request.method == "POST" and form.is_valid() and scope.period is not None:
        if form.takes_all:
            form.cleaned_data["books"] = [book.id for book in scope.free]
        only = _only(form, scope.period.id)
    if request.method == "POST" and not form.errors and scope.period is not None:
        given = form.cleaned_data
        with form.refusals_as_messages(
            {"billing.book_taken": "books", "billing.group_taken": "books", "billing.nothing_to_bill": "books"}
        ):
            run_id = run_billing.calculate(
                actor=request.actor,
                unit_id=scope.unit.id,
                period_id=scope.period.id,
                purpose=RunPurpose(given["purpose"]),
                business_date=given["business_date"],
                book_ids=given["books"],
                reading_item_ids=only,
                with_earlier=given["with_earlier"],
            )
            return done(request, _("The run is being calculated."), reverse("billing:run", args=[run_id]))
    return _answer(request, form, scope)


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


def _answer(request: OfficeRequest, form: RunForm, scope: RunScope) -> HttpResponse:
    page = FormPage(title=_("New billing run"), cancel_url=reverse("billing:runs"), submit=gettext_lazy("Calculate"))
    context = {
        **filters(scope),
        "summary": summary(scope) if scope.books or scope.no_task else [],
        "has_books": bool(scope.billable),
        "has_free": bool(scope.free),
        "text": scope.text,
    }
    return form_response(request, form, page, context=context, template="billing/new_run.html")
