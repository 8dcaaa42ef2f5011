"""The log of an account as people read it (办理日志): what was done, what it was before and after."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.shell.details import Timeline, TimelineEntry
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.account_page import LogEntry
from qingyuan.platform import registry

FIELDS: Mapping[str, Label] = {
    "customer": _("Customer"),
    "customer_no": _("Customer no."),
    "name": _("Name"),
    "tax_no": _("Tax no."),
    "note": _("Remark"),
    "document": _("Identity document"),
    "phone": _("Phone"),
    "may_message": _("Consents to messages"),
    "people": _("People"),
    "scheme": _("Scheme"),
    "from_date": _("In effect from"),
    "from": _("In effect from"),
    "to_date": _("Ends on"),
    "activity": _("What is on hold"),
    "state": _("State"),
    "closed_date": _("Closed on"),
    "tier_anchor": _("Start of the tier cycle"),
    "collection_kind": _("Collection"),
    "old_no": _("Old account no."),
    "meter_no": _("Meter no."),
    "order_no": _("Order"),
    "volume": _("Volume"),
    "shares": _("Usage shares"),
    "final_values": _("Final value"),
    "start_values": _("Start value"),
    "multiplier": _("Multiplier"),
    "fixed_volume": _("Fixed volume"),
    "subs": _("Sub meters"),
}
_MASKED = frozenset({"phone"})


def timeline_of(entries: Iterable[LogEntry], *, opened_at: datetime) -> Timeline:
    """Newest first; each says what changed and why. Accounts are opened set-wise, with one entry for many: the opening
    comes from the account itself.
    """
    opened = TimelineEntry(at=opened_at, title=gettext("Account opened"))
    told = tuple(
        TimelineEntry(
            at=entry.at,
            title=_title(entry.action),
            detail=_detail(entry),
            who=f"{entry.who} · {entry.object_key}" if entry.object_type == "service_point" else entry.who,
        )
        for entry in entries
    )
    return Timeline((*told, opened))


def _title(action: str) -> str:
    declared = registry.audit_actions.all().get(action)
    return gettext(declared.label) if declared is not None else action


def _detail(entry: LogEntry) -> str:
    parts = []
    for name, label in FIELDS.items():
        old, new = entry.before.get(name), entry.after.get(name)
        if name not in entry.after and name not in entry.before:
            continue
        if old == new:
            continue
        before, after = _shown(name, old), _shown(name, new)
        parts.append(f"{label}：{before} → {after}" if old not in (None, "", {}, []) else f"{label}：{after}")
    if entry.reason:
        parts.append(gettext("Reason: %(reason)s") % {"reason": entry.reason})
    return "；".join(parts)


def _shown(name: str, value: object) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in _MASKED:
        return f"…{str(value)[-4:]}"
    if name == "state" and str(value) in words.ACCOUNT_STATES:
        return str(words.ACCOUNT_STATES[str(value)])
    if name == "activity":
        return words.word(words.HOLD_ACTIVITIES, str(value))
    if name == "collection_kind":
        return words.word(words.COLLECTION_KINDS, str(value))
    if isinstance(value, Mapping):
        return "、".join(str(one) for one in value.values())
    if isinstance(value, list):
        return str(len(value))
    return str(value)
