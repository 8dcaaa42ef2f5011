"""Charts drawn on the server as SVG (图表): geometry only, no arithmetic in templates. Colours are the stylesheet's.

Each has a label for screen readers (`role=img`) and can be shown as a table of its data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

Number = Decimal | int


def _position(value: Decimal) -> str:
    return f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The course of a row's last values, 110 × 26, the last one marked."""

    values: tuple[Number, ...]
    label: str

    WIDTH = 110
    HEIGHT = 26

    @property
    def points(self) -> str:
        return " ".join(f"{_position(x)},{_position(y)}" for x, y in self._coordinates())

    @property
    def last(self) -> tuple[str, str]:
        x, y = self._coordinates()[-1]
        return _position(x), _position(y)

    @property
    def description(self) -> str:
        return f"{self.label}: {', '.join(format(value, 'f') for value in map(Decimal, self.values))}"

    def _coordinates(self) -> list[tuple[Decimal, Decimal]]:
        numbers = [Decimal(value) for value in self.values]
        low, high = min(numbers), max(numbers)
        spread = (high - low) or Decimal(1)
        step = Decimal(self.WIDTH - 6) / max(len(numbers) - 1, 1)
        height = Decimal(self.HEIGHT - 6)
        return [(3 + step * place, 3 + height * (high - number) / spread) for place, number in enumerate(numbers)]


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole: its word, its count, its tone (a chip's)."""

    label: str
    count: int
    tone: str


@dataclass(frozen=True, slots=True)
class ShareBar:
    """How a whole divides into its parts (进度条), 120 × 12; empty parts take no room."""

    shares: tuple[Share, ...]

    WIDTH = 120
    HEIGHT = 12

    @property
    def pieces(self) -> list[tuple[str, str, str]]:
        """Left edge, width and tone of each part."""
        whole = sum(share.count for share in self.shares)
        left, found = Decimal(0), []
        for share in self.shares:
            if share.count:
                width = Decimal(self.WIDTH * share.count) / whole
                found.append((f"{left:.2f}", f"{width:.2f}", share.tone))
                left += width
        return found

    @property
    def description(self) -> str:
        """The parts in words, empty ones left out."""
        return "、".join(f"{share.label} {share.count}" for share in self.shares if share.count)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart under its label. `emphasised` stands out (the current period)."""

    label: str
    value: Decimal
    emphasised: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    value: Decimal
    emphasised: bool


@dataclass(frozen=True, slots=True)
class Gridline:
    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot's place inside the picture, in the picture's own units."""

    width: int = 640
    height: int = 220
    left: int = 44
    right: int = 12
    top: int = 16
    bottom: int = 28

    @property
    def plot_width(self) -> Decimal:
        return Decimal(self.width - self.left - self.right)

    @property
    def plot_height(self) -> Decimal:
        return Decimal(self.height - self.top - self.bottom)

    @property
    def floor(self) -> int:
        return self.height - self.bottom

    @property
    def right_edge(self) -> int:
        return self.width - self.right


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from zero, for values per period. `unit` stands in the data table's heading."""

    title: str
    points: tuple[Point, ...]
    unit: str
    category: str
    frame: Frame = Frame()

    @property
    def bars(self) -> list[Bar]:
        frame, top = self.frame, self._scale_top
        slot = frame.plot_width / max(len(self.points), 1)
        width = min(slot * Decimal("0.68"), Decimal(56))
        drawn = []
        for place, point in enumerate(self.points):
            left = frame.left + slot * place + (slot - width) / 2
            height = frame.plot_height * max(point.value, Decimal(0)) / top
            drawn.append(
                Bar(
                    x=_position(left),
                    y=_position(frame.floor - height),
                    width=_position(width),
                    height=_position(height),
                    middle=_position(left + width / 2),
                    label=point.label,
                    value=point.value,
                    emphasised=point.emphasised,
                )
            )
        return drawn

    @property
    def gridlines(self) -> list[Gridline]:
        return _gridlines(self.frame, self._scale_top)

    @property
    def _scale_top(self) -> Decimal:
        return _round_top([point.value for point in self.points])


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on, `value` applies, up to the next step (the marginal price from this volume on)."""

    start: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class StepChart:
    """A step line, for the marginal price over the volume. `end` is where the last step is cut off."""

    title: str
    steps: tuple[Step, ...]
    end: Decimal
    unit: str
    category: str
    marker: Decimal | None = None
    frame: Frame = Frame()

    @property
    def path(self) -> str:
        commands: list[str] = []
        ends = [*(step.start for step in self.steps[1:]), self.end]
        for step, end in zip(self.steps, ends, strict=True):
            y = self._y(step.value)
            commands.append(f"{'L' if commands else 'M'}{self._x(step.start)} {y}L{self._x(end)} {y}")
        return "".join(commands)

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Position and volume of each step's start and of the end."""
        places = [*(step.start for step in self.steps), self.end]
        return [(self._x(place), f"{place.normalize():f}") for place in places]

    @property
    def labels(self) -> list[tuple[str, str, str]]:
        """Position and text of each step's value, above the middle of its line."""
        ends = [*(step.start for step in self.steps[1:]), self.end]
        return [
            (self._x((step.start + end) / 2), _position(Decimal(self._y(step.value)) - 6), f"{step.value:f}")
            for step, end in zip(self.steps, ends, strict=True)
        ]

    @property
    def marker_x(self) -> str | None:
        return None if self.marker is None else self._x(min(self.marker, self.end))

    @property
    def gridlines(self) -> list[Gridline]:
        return _gridlines(self.frame, self._scale_top)

    @property
    def _scale_top(self) -> Decimal:
        return _round_top([step.value for step in self.steps])

    def _x(self, volume: Decimal) -> str:
        return _position(self.frame.left + self.frame.plot_width * volume / self.end)

    def _y(self, value: Decimal) -> str:
        return _position(self.frame.floor - self.frame.plot_height * value / self._scale_top)


def _round_top(values: Sequence[Decimal]) -> Decimal:
    """The top of the scale: the first of 1, 2, 4, 5, 8, 10 × a power of ten that all values fit under."""
    highest = max(values, default=Decimal(0))
    if highest <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(highest.adjusted())
    for factor in (1, 2, 4, 5, 8, 10):
        if highest <= factor * power:
            return factor * power
    return (highest / power).to_integral_value(ROUND_CEILING) * power


def _gridlines(frame: Frame, top: Decimal) -> list[Gridline]:
    parts = 4
    return [
        Gridline(_position(frame.floor - frame.plot_height * part / parts), f"{(top * part / parts).normalize():f}")
        for part in range(parts + 1)
    ]
