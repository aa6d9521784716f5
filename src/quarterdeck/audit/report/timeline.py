"""The session's time line, as figures to draw: commands as bars in as few lanes as they need, all else as marks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quarterdeck.audit.report.story import Command, Story

WIDTH = 1000
LANE = 18
AXIS = 24
NARROWEST = 2.5
"""Of a bar that can be seen."""
MOST_LANES = 12
MOST_MARKS = 400


@dataclass(frozen=True, kw_only=True)
class Bar:
    x: float
    y: int
    width: float
    command: Command


@dataclass(frozen=True, kw_only=True)
class Mark:
    x: float
    refused: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class TimeLine:
    height: int
    bars: list[Bar]
    marks: list[Mark]
    ticks: list[tuple[float, str]]


def time_line(story: Story) -> TimeLine | None:
    """None where there is nothing to draw."""
    if story.begun is None or story.ended is None or not story.commands:
        return None
    span = max((story.ended - story.begun) / timedelta(seconds=1), 0.001)

    def at(moment: datetime) -> float:
        seconds = (moment - (story.begun or moment)) / timedelta(seconds=1)
        return round(min(max(seconds / span, 0), 1) * WIDTH, 1)

    bars, lanes = list[Bar](), list[float]()
    for command in story.commands:
        begin = at(command.started_at or command.asked_at)
        width = max(at(command.ended_at or story.ended) - begin, NARROWEST)
        lane = next((place for place, until in enumerate(lanes) if until <= begin), len(lanes))
        lane = min(lane, MOST_LANES - 1)
        lanes[lane : lane + 1] = [begin + width]
        bars.append(Bar(x=min(begin, WIDTH - width), y=lane * LANE, width=round(width, 1), command=command))
    marks = [
        Mark(x=at(each.decided.decided_at), refused=each.decided.verdict.value == "refused", text=each.decided.host)
        for each in story.network[:MOST_MARKS]
    ]
    marks += [Mark(x=at(each.at), refused=False, text=each.text) for each in story.happenings[:MOST_MARKS]]
    ticks = [(WIDTH * place / 4, spoken(span * place / 4)) for place in range(5)]
    return TimeLine(height=len(lanes) * LANE + AXIS + LANE, bars=bars, marks=marks, ticks=ticks)


def spoken(seconds: float) -> str:
    """As `0:07` or `2:03:04`; below a minute with its tenth."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
