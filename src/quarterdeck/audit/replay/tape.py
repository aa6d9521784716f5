"""One command's output, played to any moment of it: forwards by its frames, backwards from states kept on the way."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from quarterdeck.audit.replay.screen import Picture, Screen, Size
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.transcript.asciicast import SIZE
from quarterdeck_cli.transcript.playback import Player

STATE_BYTES: Final = 256 * 1024
"""Of output between two states that are kept, at first."""
MOST_STATES: Final = 64
"""Then every second one is dropped: memory does not grow with the output."""


@dataclass(frozen=True)
class _State:
    time_us: int
    offset: int
    size: Size
    text: str


class Tape:
    """`frames`: those of the command from an output offset on. `terminal`: its first size; None: it ran without one,
    and is shown as wide as there is room."""

    def __init__(self, frames: Callable[[int], Iterator[Frame]], terminal: Size | None, room: Size) -> None:
        self._frames = frames
        self._terminal: Size | None = terminal
        self._room: Size = room
        self._states = [_State(0, 0, terminal or room, "")]
        self._every = STATE_BYTES
        self._next: Frame | None = None
        self._rewind(self._states[0])

    def fit(self, room: Size) -> None:
        """The viewer has another size: what ran without a terminal is laid out anew."""
        if room != self._room and self._terminal is None:
            self._states = [_State(0, 0, room, "")]
            self._rewind(self._states[0])
        self._room = room

    def at(self, time_us: float) -> Picture:
        """The screen at this time after the command's start."""
        if time_us < self._time:
            self._rewind(self._states[max(0, bisect_right(self._states, time_us, key=_time_of) - 1)])
        else:
            self._skip_ahead(time_us)
        while self._next is not None and max(self._next.time_us, self._time) <= time_us:
            self._play(self._next)
            self._next = next(self._coming, None)
        return self._screen.picture()

    def next_time(self) -> int | None:
        """When it prints again; None: never."""
        return None if self._next is None else max(self._next.time_us, self._time)

    def _rewind(self, state: _State) -> None:
        self._screen = Screen(state.size, state.text)
        self._player = Player(state.offset)
        self._time = state.time_us
        self._kept = state.offset
        self._coming = self._frames(state.offset)
        self._next = next(self._coming, None)

    def _skip_ahead(self, time_us: float) -> None:
        """Over what was played before."""
        state = self._states[max(0, bisect_right(self._states, time_us, key=_time_of) - 1)]
        if state.offset > self._kept and state.time_us > self._time:
            self._rewind(state)

    def _play(self, frame: Frame) -> None:
        self._time = max(self._time, frame.time_us)
        if frame.kind == "RESIZE" and len(frame.data) == SIZE.size and self._terminal:
            self._screen.resize(Size.within(*SIZE.unpack(frame.data)))
        text = self._player.show(frame).decode()
        if text:
            self._screen.feed(text if self._terminal else text.replace("\n", "\r\n"))
        if frame.end - self._kept >= self._every and frame.end > frame.offset and self._player.at_rest:
            self._keep(frame.end)

    def _keep(self, offset: int) -> None:
        self._kept = offset
        if offset > self._states[-1].offset:
            self._states.append(_State(self._time, offset, self._screen.size, self._screen.state()))
        if len(self._states) > MOST_STATES:
            self._states = self._states[::2]
            self._every *= 2


def _time_of(state: _State) -> int:
    return state.time_us
