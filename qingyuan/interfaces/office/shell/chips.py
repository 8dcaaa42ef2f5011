"""Status chips (状态标签): always words, the tone only supports them."""

from dataclasses import dataclass
from enum import StrEnum

from qingyuan.interfaces.office.shell.text import Label


class Tone(StrEnum):
    """GREEN in order, AMBER needs attention, RED debt or error only, BLUE in work, GREY finished or inactive."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class Chip:
    text: Label
    tone: Tone = Tone.GREY

    def __str__(self) -> str:
        return str(self.text)
