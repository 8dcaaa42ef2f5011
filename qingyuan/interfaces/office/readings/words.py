"""Chips and words for the states and kinds of reading."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.readings.queries import ConditionRow, EntryRow, Progress
from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.interfaces.office.shell.charts import Share
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.text import Label

STATES: Mapping[str, Chip] = {
    "PENDING": Chip(_("to be read"), Tone.GREY),
    "READ": Chip(_("read"), Tone.BLUE),
    "HELD": Chip(_("held"), Tone.AMBER),
    "APPROVED": Chip(_("approved"), Tone.GREEN),
    "BILLED": Chip(_("billed"), Tone.GREEN),
    "SKIPPED": Chip(_("skipped this period"), Tone.GREY),
}

TASK_STATES: Mapping[str, Chip] = {
    "PENDING": Chip(_("not begun"), Tone.GREY),
    "READING": Chip(_("being read"), Tone.BLUE),
    "REVIEW": Chip(_("to be reviewed"), Tone.AMBER),
    "APPROVED": Chip(_("approved"), Tone.GREEN),
    "BILLED": Chip(_("billed"), Tone.GREEN),
}

ANOMALIES: Mapping[str, Chip] = {
    "BELOW_PREVIOUS": Chip(_("below previous"), Tone.RED),
    "OVER_DIGITS": Chip(_("over the dial"), Tone.RED),
    "HIGH_USAGE": Chip(_("high usage"), Tone.AMBER),
    "LOW_USAGE": Chip(_("low usage"), Tone.AMBER),
    "ZERO_AFTER_USE": Chip(_("no usage"), Tone.GREY),
    "SAME_AS_PREVIOUS": Chip(_("stands still"), Tone.GREY),
    "FIRST_READING": Chip(_("first reading"), Tone.BLUE),
    "NO_AVERAGE": Chip(_("nothing used before"), Tone.AMBER),
}

ADJUSTMENT_STATES: Mapping[AdjustmentState, Chip] = {
    AdjustmentState.REQUESTED: Chip(_("to be decided"), Tone.AMBER),
    AdjustmentState.APPROVED: Chip(_("holds"), Tone.GREEN),
    AdjustmentState.REFUSED: Chip(_("refused"), Tone.GREY),
    AdjustmentState.WITHDRAWN: Chip(_("withdrawn"), Tone.GREY),
    AdjustmentState.REVERSED: Chip(_("reversed"), Tone.GREY),
}

SOURCES: Mapping[str, Label] = {
    "KEYED": _("keyed"),
    "GRID": _("grid entry"),
    "READER_APP": _("reader's phone"),
    "HANDHELD": _("handheld"),
    "REMOTE": _("remote"),
    "SELF_REPORTED": _("reported by the customer"),
    "ESTIMATED": _("estimated"),
    "IMPORTED": _("imported"),
}

DECISIONS: Mapping[str, Label] = {
    "": _("undecided"),
    "NOTED": _("noted"),
    "ACCEPTED": _("accepted"),
    "CHANGED": _("changed"),
    "SENT_BACK": _("sent back"),
}

PARTS: Mapping[str, Label] = {
    "METER": _("by the meter"),
    "OLD_METER": _("old meter"),
    "NEW_METER": _("new meter"),
    "ESTIMATE": _("estimate"),
    "FIXED": _("fixed volume"),
    "SUBS": _("subs"),
    "LOSS": _("loss"),
    "ADJUSTMENT": _("adjustment"),
    "ITEM_ADJUSTMENT": _("adjustment of one charge"),
    "TRUE_UP": _("settled estimate"),
}

SHARINGS: Mapping[str, Label] = {
    "VOLUME": _("by usage"),
    "COUNT": _("equally"),
    "FIXED": _("by fixed parts"),
}

END_KINDS: Mapping[str, Label] = {
    "": _("to be read"),
    "READ": _("read"),
    "ESTIMATED": _("estimated"),
    "FINAL": _("taken off"),
    "KEPT": _("unchanged"),
}

ALGORITHMS: Mapping[str, Label] = {
    "NORMAL": _("this value less the previous"),
    "ESTIMATE": _("estimated by the average"),
    "ROLLOVER": _("register rolled over"),
    "REVERSE": _("previous value less this"),
    "METER_CHANGED": _("old and new meter"),
    "UNRELATED": _("volume is entered"),
    "ZERO": _("no usage"),
}


def anomaly_chips(row: EntryRow) -> tuple[Chip, ...]:
    """What was noticed on the row's reading; grey once it asks for nothing any more."""
    chips = (ANOMALIES.get(code, Chip(code)) for code in row.anomalies)
    return tuple(chip if row.state in {"READ", "HELD"} else Chip(chip.text) for chip in chips)


def shares_of(progress: Progress) -> tuple[Share, ...]:
    """A book's progress as the parts of a bar, the furthest first."""
    return (
        Share(str(STATES["BILLED"]), progress.billed, "done"),
        Share(str(STATES["APPROVED"]), progress.approved, "green"),
        Share(str(STATES["READ"]), progress.read, "blue"),
        Share(str(STATES["HELD"]), progress.held, "amber"),
        Share(str(STATES["PENDING"]), progress.pending, "none"),
        Share(str(STATES["SKIPPED"]), progress.skipped, "grey"),
    )


def rate_text(progress: Progress) -> str:
    """The reading rate (抄见率) in percent with one place."""
    return f"{progress.permille // 10}.{progress.permille % 10}%"


def condition_name(condition: ConditionRow) -> str:
    """Code and name in the reader's language."""
    english = (get_language() or "").startswith("en")
    return f"{condition.code} {condition.name_en if english and condition.name_en else condition.name}"
