"""Playing a transcript: when each frame is due, and what of it a viewer's terminal gets."""

import math
from collections.abc import Iterable
from typing import Final

from quarterdeck_cli.api.erased_output import ErasedStretch
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.text import plain
from quarterdeck_cli.transcript.sanitise import Sanitiser

FASTEST: Final = 10_000.0


class Timeline:
    """When frames are due, in seconds after the first was asked about.

    `speed`: 2 plays in half the time. `idle_limit`: no pause lasts longer, in seconds of the record.
    """

    def __init__(self, speed: float = 1.0, idle_limit: float | None = None) -> None:
        if not (math.isfinite(speed) and 0 < speed <= FASTEST):
            raise ValueError(f"a speed is above 0 and at most {FASTEST:g}, not {speed:g}")
        if idle_limit is not None and not (math.isfinite(idle_limit) and idle_limit >= 0):
            raise ValueError(f"a limit to pauses is 0 s or more, not {idle_limit:g}")
        self._speed = speed
        self._idle_limit = math.inf if idle_limit is None else idle_limit
        self._recorded = 0.0
        self._due = 0.0

    def begin(self, frame: Frame) -> None:
        """What was before it takes no time."""
        self._recorded = frame.time_us / 1_000_000

    def due(self, frame: Frame) -> float:
        """Never earlier than the frame before it, whatever the record says."""
        recorded = frame.time_us / 1_000_000
        pause = min(max(0.0, recorded - self._recorded), self._idle_limit)
        self._recorded = max(self._recorded, recorded)
        self._due += pause / self._speed
        return self._due


class Player:
    """What to print for each frame: output made safe, and a line of its own where output is lost.

    Input is not shown: a terminal echoes it. Resizes and signals change nothing that a viewer sees.
    """

    def __init__(self, offset: int = 0, erased: Iterable[ErasedStretch] = ()) -> None:
        """`offset`: where in the output the first frame is to be. `erased`: what is told of where it was."""
        self._erased = sorted(erased, key=lambda each: each.first)
        self._streams = {"OUTPUT": Sanitiser(), "ERROR": Sanitiser()}
        self._offset = offset
        self._lost = ""

    def show(self, frame: Frame) -> bytes:
        if frame.kind == "GAP":
            self._lost = plain(frame.data.decode("utf-8", "replace"))
            return b""
        missing = self._missing(frame)
        stream = self._streams.get(frame.kind)
        if not stream:
            return missing
        shown, at = [missing], 0
        while self._erased and self._erased[0].first < frame.end:
            hole = self._erased.pop(0)
            start = max(at, hole.first - frame.offset)
            shown += [
                stream(frame.data[at:start]),
                _told(f"{hole.until - hole.first:,} bytes were erased: {hole.reason}"),
            ]
            at = start
        return b"".join([*shown, stream(frame.data[at:])])

    @property
    def at_rest(self) -> bool:
        """Another that begins at this offset goes on as this one does."""
        return not self._lost and all(stream.at_rest for stream in self._streams.values())

    def finish(self) -> bytes:
        """To be printed last, also when the playing is broken off."""
        return self._streams["ERROR"].finish() + self._streams["OUTPUT"].finish()

    def _missing(self, frame: Frame) -> bytes:
        count, reason = frame.offset - self._offset, self._lost
        self._offset, self._lost = frame.end, ""
        if count <= 0 and not reason:
            return b""
        return _told(f"{max(count, 0):,} bytes of output are missing here" + (f": {reason}" if reason else ""))


def _told(words: str) -> bytes:
    return f"\r\n\x1b[7m[{plain(words)}]\x1b[m\r\n".encode()
