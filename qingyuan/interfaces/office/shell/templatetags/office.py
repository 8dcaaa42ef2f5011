"""`{% load office %}`: filters that write values and tags that draw components."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qingyuan.interfaces.office.shell import formats
from qingyuan.interfaces.office.shell.charts import BarChart, ShareBar, Sparkline, StepChart
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Confirm, FactList, MaskedValue, Stepper, SubTable, Timeline
from qingyuan.interfaces.office.shell.forms import PlacedField
from qingyuan.interfaces.office.shell.lists import EmptyState
from qingyuan.interfaces.office.shell.shell import ShellView, shell_for
from qingyuan.kernel.period import Month

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """1234.50, 12,345.00; a dash for nothing."""
    return formats.money_text(amount)


@register.filter
def volume(amount: Decimal | None) -> str:
    return formats.volume_text(amount)


@register.filter
def price(amount: Decimal | None) -> str:
    return formats.price_text(amount)


@register.filter
def count(number: int | None) -> str:
    return formats.integer_text(number)


@register.filter
def percent(share: Decimal | None) -> str:
    return formats.percent_text(share)


@register.filter
def day(value: date | None) -> str:
    return formats.date_text(value)


@register.filter
def instant(value: datetime | None) -> str:
    return formats.instant_text(value)


@register.filter
def month(value: Month | int | None) -> str:
    return formats.month_text(value)


@register.filter
def phone(value: str) -> str:
    return formats.masked_phone(value)


@register.simple_tag(takes_context=True)
def office_shell(context: Context, with_menu: bool = True) -> ShellView:
    """The shell around this page, for the base templates: `{% office_shell as shell %}`."""
    request: HttpRequest = context["request"]
    return shell_for(request, with_menu=with_menu)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    address = f"{static('vendor/tabler-icons/sprite.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def chip(value: Chip | str, tone: str = "") -> SafeString:
    """A status chip, from a `Chip` or from a text and a tone."""
    shown = value if isinstance(value, Chip) else Chip(value, Tone(tone or Tone.GREY))
    return format_html('<span class="chip chip-{}">{}</span>', shown.tone, shown.text)


@register.inclusion_tag("office/components/field.html")
def field(placed: PlacedField) -> Mapping[str, Any]:
    bound = placed.bound
    described = " ".join(
        part
        for part in (
            f"{bound.auto_id}-help" if bound.help_text else "",
            f"{bound.auto_id}-error" if bound.errors else "",
        )
        if part
    )
    attributes: dict[str, str | bool] = {"aria-describedby": described} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
        if placed.control not in {"radio", "checks"}:
            attributes["class"] = f"{bound.field.widget.attrs.get('class', '')} is-invalid"
    return {"placed": placed, "bound": bound, "widget": bound.as_widget(attrs=attributes)}


@register.inclusion_tag("office/components/facts.html")
def facts(view: FactList) -> Mapping[str, Any]:
    return {"facts": view}


@register.inclusion_tag("office/components/table.html")
def data_table(view: SubTable) -> Mapping[str, Any]:
    return {"table": view}


@register.inclusion_tag("office/components/timeline.html")
def timeline(view: Timeline) -> Mapping[str, Any]:
    return {"timeline": view}


@register.inclusion_tag("office/components/stepper.html")
def stepper(view: Stepper) -> Mapping[str, Any]:
    return {"stepper": view}


@register.inclusion_tag("office/components/sparkline.html")
def sparkline(view: Sparkline) -> Mapping[str, Any]:
    return {"spark": view}


@register.inclusion_tag("office/components/share_bar.html")
def share_bar(view: ShareBar) -> Mapping[str, Any]:
    return {"bar": view}


@register.inclusion_tag("office/components/bar_chart.html")
def bar_chart(view: BarChart) -> Mapping[str, Any]:
    return {"chart": view}


@register.inclusion_tag("office/components/step_chart.html")
def step_chart(view: StepChart) -> Mapping[str, Any]:
    return {"chart": view}


@register.inclusion_tag("office/components/masked.html")
def masked(view: MaskedValue) -> Mapping[str, Any]:
    return {"masked": view}


@register.inclusion_tag("office/components/confirm.html", takes_context=True)
def confirm(context: Context, view: Confirm) -> Mapping[str, Any]:
    return {"confirm": view, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("office/components/empty.html")
def empty(view: EmptyState) -> Mapping[str, Any]:
    return {"empty": view}
