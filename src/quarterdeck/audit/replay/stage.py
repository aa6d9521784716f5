"""What is on show at a moment: the commands that run, and the screen of the one that is looked at."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.screen import EMPTY, Picture, Size
from quarterdeck.audit.replay.tape import Tape
from quarterdeck.audit.replay.timeline import Run, Timeline
from quarterdeck_cli.api.transcripts import Frame

MOST_TAPES: Final = 8
"""Held at a time: of commands that run, the last ones tell when something happens next."""


@dataclass(frozen=True)
class Scene:
    at: float
    count: int
    """How many events there were."""
    running: tuple[Run, ...] = ()
    shown: Run | None = None
    picture: Picture = EMPTY
    due: float | None = None
    """When the next thing happens; None: nothing more."""


class Stage:
    def __init__(self, record: Record, line: Timeline) -> None:
        self._record, self._line = record, line
        self._tapes: OrderedDict[int, Tape] = OrderedDict()

    def scene(self, at: float, count: int, wanted: int | None, room: Size) -> Scene:
        """`wanted`: the number of the command to look at, or the one that was started last. May wait for the record."""
        running = self._line.running_at(at)
        shown = self._line.commands[wanted - 1] if wanted else (running[-1] if running else self._line.latest_at(at))
        picture = EMPTY
        if shown is not None and shown.started is not None and shown.started <= at:
            picture = self._tape(shown, room).at(_within(shown, at))
        return Scene(at, count, tuple(running), shown, picture, self._due(at, running, room))

    def _due(self, at: float, running: list[Run], room: Size) -> float | None:
        times = [self._line.next_at(at)]
        for run in running[-MOST_TAPES:]:
            tape = self._tape(run, room)
            tape.at(_within(run, at))
            following = tape.next_time()
            times.append(None if following is None else (run.started or 0.0) + following / 1e6)
        return min((each for each in times if each is not None and each > at), default=None)

    def _tape(self, run: Run, room: Size) -> Tape:
        tape = self._tapes.get(run.number)
        if tape is None:
            size = Size.within(run.terminal.columns, run.terminal.rows) if run.terminal else None
            tape = self._tapes[run.number] = Tape(partial(self._frames, run), size, room)
        tape.fit(room)
        self._tapes.move_to_end(run.number)
        if len(self._tapes) > MOST_TAPES + 1:
            self._tapes.popitem(last=False)
        return tape

    def _frames(self, run: Run, after: int) -> Iterator[Frame]:
        return self._record.frames(run.id, after)


def _within(run: Run, at: float) -> float:
    """Microseconds since it started. What it printed is all there once it has ended, whatever the two clocks say."""
    ended = run.ended is not None and at >= run.ended
    return float("inf") if ended else round((at - (run.started or 0.0)) * 1e6)
