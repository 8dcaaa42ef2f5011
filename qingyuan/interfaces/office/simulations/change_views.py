"""Starting, taking up again and deleting a simulation."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.simulations import operations
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.simulations.forms import SimulationForm
from qingyuan.kernel.period import Month
from qingyuan.overviews.simulations import choices, simulation_page
from qingyuan.workflows import simulate_tariff

RUN = "tariffs.edit"
USUAL_MONTHS = 12


@requires(RUN)
def start(request: OfficeRequest) -> HttpResponse:
    """The form; POST starts the simulation and goes to its page. `?version=` chooses a version beforehand."""
    on = timezone.localdate()
    given = choices(request.actor, on=on)
    last = Month.from_number(given.months[0]) if given.months else Month.of(on).plus(-1)
    initial = {
        "version_id": request.GET.get("version", ""),
        "first_month": last.plus(1 - USUAL_MONTHS),
        "last_month": last,
    }
    form = SimulationForm(given, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        with form.refusals_as_messages(
            {
                "simulations.months_refused": "last_month",
                "simulations.nothing_billed": "last_month",
                "simulations.nothing_to_replace": "replaces",
            }
        ):
            simulation_id = simulate_tariff.simulate(
                actor=request.actor,
                version_id=chosen["version_id"],
                replaces=form.replaced_plan,
                first_month=chosen["first_month"].number,
                last_month=chosen["last_month"].number,
                title=chosen["title"],
                on=on,
            )
            return done(
                request, _("The simulation is being calculated."), reverse("simulations:detail", args=[simulation_id])
            )
    page = FormPage(
        title=_("New simulation"),
        cancel_url=reverse("simulations:list"),
        submit=gettext_lazy("Simulate"),
        intro=_(
            "What the chosen months would have cost by this version: real consumption, rated again with the tiers filled anew. Bills are not touched."
        ),
    )
    return form_response(request, form, page)


@requires(RUN)
@require_POST
def restart(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    on = timezone.localdate()
    simulation_page(request.actor, simulation_id, on=on, permission=RUN)
    with told(request, _("The simulation goes on.")):
        simulate_tariff.restart(actor=request.actor, simulation_id=simulation_id, on=on)
    return redirect("simulations:detail", simulation_id=simulation_id)


@requires(RUN)
@require_POST
def delete(request: OfficeRequest, simulation_id: int) -> HttpResponse:
    on = timezone.localdate()
    simulation_page(request.actor, simulation_id, on=on, permission=RUN)
    with told(request, _("The simulation was deleted.")):
        operations.delete(actor=request.actor, simulation_id=simulation_id, on=on)
    return redirect("simulations:list")
