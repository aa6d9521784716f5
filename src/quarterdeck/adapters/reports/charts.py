"""Bars over time as PNG images, transparent, in colours that can be seen on white and on black.

They hold no text from outside: only times and amounts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 600, 190
"""As it is shown; it has twice as many pixels each way."""
SCALE = 2
LEFT, RIGHT, TOP, BOTTOM = 62, 4, 30, 24
STEPS = 3
LABELS = 8
TEXT = "#7d8794"
GRID = "#7d879455"
BLUE, LIGHT_BLUE, TEAL, GREEN, RED = "#3b82f6", "#93b8f5", "#14a89a", "#35a26b", "#e5484d"


@dataclass(frozen=True, kw_only=True)
class Series:
    name: str
    colour: str
    values: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Series are stacked. `told`: how an amount is written at the axis; `labels`: of the bars."""

    series: Sequence[Series]
    labels: Sequence[str]
    told: Callable[[int], str]


def png(chart: Chart) -> bytes:
    image = Image.new("RGBA", (WIDTH * SCALE, HEIGHT * SCALE), (0, 0, 0, 0))
    _Drawing(image, chart).draw()
    written = BytesIO()
    # a palette of some dozen colours is a third of the size, and looks the same
    image.quantize(64, Image.Quantize.FASTOCTREE).save(written, "PNG", optimize=True)
    return written.getvalue()


class _Drawing:
    def __init__(self, image: Image.Image, chart: Chart) -> None:
        self._draw, self._chart = ImageDraw.Draw(image, "RGBA"), chart
        self._font = ImageFont.load_default(size=11 * SCALE)
        totals = [sum(values) for values in zip(*(each.values for each in chart.series), strict=True)]
        self._top = round_up(max(totals, default=0))

    def draw(self) -> None:
        self._legend()
        self._grid()
        self._bars()

    def _text(self, x: float, y: float, text: str, anchor: str) -> None:
        self._draw.text((x * SCALE, y * SCALE), text, font=self._font, fill=TEXT, anchor=anchor)

    def _box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        box = [left * SCALE, top * SCALE, max(left * SCALE, right * SCALE - 1), max(top * SCALE, bottom * SCALE - 1)]
        self._draw.rectangle(box, fill=colour)

    def _legend(self) -> None:
        if len(self._chart.series) == 1:
            return
        x = float(LEFT)
        for each in self._chart.series:
            self._box(x, 6, x + 10, 16, each.colour)
            self._text(x + 15, 11, each.name, "lm")
            x += 15 + self._font.getlength(each.name) / SCALE + 18

    def _grid(self) -> None:
        for step in range(STEPS + 1):
            y = self._height(self._top * step // STEPS)
            self._box(LEFT, y, WIDTH - RIGHT, y + 1, GRID)
            self._text(LEFT - 8, y, self._chart.told(self._top * step // STEPS), "rm")

    def _bars(self) -> None:
        labels = self._chart.labels
        wide = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
        gap = min(wide * 0.3, 14)
        every = -(-len(labels) // LABELS)
        for number, label in enumerate(labels):
            left, base = LEFT + number * wide, 0
            for each in self._chart.series:
                if value := each.values[number]:
                    top = min(self._height(base + value), self._height(base) - 1)
                    self._box(left + gap / 2, top, left + wide - gap / 2, self._height(base), each.colour)
                    base += value
            if number % every == 0:
                self._text(left + wide / 2, HEIGHT - BOTTOM + 13, label, "mm")

    def _height(self, value: int) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self._top)


def round_up(largest: int) -> int:
    """Where the axis ends: a multiple of STEPS that is a round number, and never 0."""
    magnitude = 1
    while True:
        for lead in (1, 2, 3, 4, 5, 6, 8):
            if STEPS * lead * magnitude >= largest:
                return STEPS * lead * magnitude
        magnitude *= 10
