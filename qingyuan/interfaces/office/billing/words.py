"""Words for the codes of billing runs and proposals (开账用语)."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.billing.rules import changed_facts
from qingyuan.domains.billing.rules.states import ProposalState, RunPurpose, RunState
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.overviews.run_review import Why

PURPOSE_WORDS: Mapping[RunPurpose, Label] = {RunPurpose.REHEARSAL: _("rehearsal"), RunPurpose.REAL: _("real")}
STATE_WORDS: Mapping[RunState, Label] = {
    RunState.DRAFT: _("draft"),
    RunState.CALCULATING: _("being calculated"),
    RunState.CALCULATED: _("calculated"),
    RunState.CHECKED: _("checked"),
    RunState.ISSUING: _("being issued"),
    RunState.ISSUED: _("issued"),
    RunState.UNDOING: _("being undone"),
    RunState.UNDONE: _("undone"),
    RunState.DISCARDED: _("discarded"),
}
STATE_TONES: Mapping[RunState, Tone] = {
    RunState.CALCULATING: Tone.BLUE,
    RunState.CALCULATED: Tone.AMBER,
    RunState.CHECKED: Tone.AMBER,
    RunState.ISSUING: Tone.BLUE,
    RunState.ISSUED: Tone.GREEN,
    RunState.UNDOING: Tone.BLUE,
}
PROPOSAL_WORDS: Mapping[ProposalState, Label] = {
    ProposalState.OPEN: _("open"),
    ProposalState.APPLIED: _("applied"),
    ProposalState.DISMISSED: _("dismissed"),
}
PROPOSAL_TONES: Mapping[ProposalState, Tone] = {ProposalState.OPEN: Tone.AMBER, ProposalState.APPLIED: Tone.GREEN}
WHY_WORDS: Mapping[Why, Label] = {
    Why.NOTICED: _("everything noticed or held"),
    Why.HELD: _("held until released"),
    Why.SHOCK: _("far over the usual"),
    Why.LARGE: _("large amount"),
    Why.ZERO: _("comes to nothing"),
    Why.FIRST: _("first bill of the point"),
    Why.NEGATIVE: _("negative"),
    Why.NEW_PRICE: _("price version changed"),
    Why.ESTIMATED: _("estimated"),
    Why.TOP_TIER: _("reaches tier 3"),
    Why.ALL: _("all bills of the run"),
}
ITEM_WORDS: Mapping[str, Chip] = {
    "CALCULATED": Chip(_("to be issued"), Tone.GREY),
    "HELD": Chip(_("held back"), Tone.AMBER),
}
REASON_WORDS: Mapping[str, Label] = {
    "ROOM_MOVED": _("tier room moved"),
    "USAGE_CHANGED": _("usage was corrected"),
    "FACTS_CHANGED": _("facts corrected"),
}
FACT_WORDS: Mapping[str, Label] = {
    changed_facts.USAGE: _("Usage (m³)"),
    changed_facts.ITEMS: _("Single charges adjusted"),
    changed_facts.PEOPLE: _("People"),
    changed_facts.RELIEF: _("Relief"),
    changed_facts.QUOTA: _("Quota"),
    changed_facts.CLASSES: _("Price plan"),
    changed_facts.OPTIONS: _("Item options"),
    changed_facts.TAXES: _("Taxes"),
    changed_facts.CALIBRE: _("Calibre"),
    changed_facts.CYCLE: _("Cycle and dates"),
}
EXCEPTION_WORDS: Mapping[str, Label] = {
    "billing.account_not_active": _("The account is not active."),
    "billing.on_hold": _("Billing of the account is on hold: %(reason)s."),
    "billing.no_tier_group": _("The account is in no tier group."),
    "billing.no_holder": _("The account has no holder on the day of reading."),
    "billing.waiting_subs": _("Sub-meters are not approved yet: %(points)s."),
    "billing.negative_net_main": _("The main used %(volume)s m³, less than its sub-meters (%(subs)s m³)."),
    "billing.waiting_share": _(
        "Its main's difference is shared, and not all of its usage is approved yet: %(points)s."
    ),
    "billing.negative_difference": _(
        "Main %(main)s used %(volume)s m³, less than its sub-meters (%(subs)s m³): there is nothing to share."
    ),
    "billing.other_tier_group": _("The corrected bill %(bill)s belongs to another tier group."),
    "billing.not_ratable": _("The rating failed."),
    "billing.no_assignment": _("No price plan is assigned to the usage class here on that day."),
    "billing.no_usage_class": _("The point has no usage class on that day."),
    "billing.stale": _("Its readings, people or prices moved after the calculation; it stays for the next run."),
    "billing.bill_shock": _("%(amount)s yuan, its last bills came to %(mean)s on average."),
    "billing.zero_bill": _("The bill comes to nothing."),
    "billing.over_limit": _("%(amount)s yuan reaches the limit of %(limit)s yuan."),
    "billing.held_by_hand": _("Held back: %(reason)s"),
}


def state_chip(state: RunState) -> Chip:
    return Chip(STATE_WORDS[state], STATE_TONES.get(state, Tone.GREY))


def purpose_chip(purpose: RunPurpose) -> Chip:
    return Chip(PURPOSE_WORDS[purpose], Tone.BLUE if purpose is RunPurpose.REHEARSAL else Tone.GREY)


def proposal_chip(state: ProposalState) -> Chip:
    return Chip(PROPOSAL_WORDS[state], PROPOSAL_TONES.get(state, Tone.GREY))


def exception_sentence(code: str, params: Mapping[str, object], state: str = "") -> str:
    """Why an element of a run gives no bill, or should be looked at, as a sentence."""
    known = EXCEPTION_WORDS.get("billing.stale" if state == "STALE" and not code else code)
    return code_sentence(code, params) if known is None else code_sentence(str(known), params)


def changes_sentence(changes: Sequence[tuple[str, str, str]]) -> str:
    """What differs from what a bill was made by: "People 4 → 6; Usage (m³) 120 → 110"."""
    none = gettext("none")
    return "; ".join(f"{FACT_WORDS[fact]} {before or none} → {now or none}" for fact, before, now in changes)
