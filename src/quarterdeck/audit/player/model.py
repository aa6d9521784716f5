"""What the player is at: its time, what is looked at, what was searched for. Keys change it, the view draws it."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from quarterdeck.audit.replay import places
from quarterdeck.audit.replay.clock import Clock
from quarterdeck.audit.replay.places import Place
from quarterdeck.audit.replay.search import Hit
from quarterdeck.audit.replay.stage import Scene
from quarterdeck.audit.replay.timeline import Run, Timeline

IDLE_SECONDS = 2.0
"""What the key for it sets."""


class Panel(StrEnum):
    EVENTS = "events"
    FILES = "files"
    HELP = "help"


class Asking(StrEnum):
    """What the line at the bottom is typed for."""

    NOTHING = ""
    PLACE = "Go to (1:23, 1042, c3, start, end): "
    TEXT = "Search for: "
    REGEX = "Search for (regular expression): "


@dataclass
class Model:
    line: Timeline
    clock: Clock
    title: str
    count: int = 0
    """How many events there were until now."""
    wanted: int = 0
    """The command to look at; 0: the one that was started last."""
    panel: Panel = Panel.EVENTS
    listing: bool = False
    """The arrows go through the list of events."""
    asking: Asking = Asking.NOTHING
    message: str = ""
    busy: bool = False
    """The record is read, and what is on show is from before."""
    scene: Scene = field(default_factory=lambda: Scene(0.0, 0))
    hits: list[Hit] = field(default_factory=list[Hit])
    _hit: int = 0

    @property
    def moment(self) -> datetime:
        """When it really was."""
        return self.line.began + timedelta(seconds=self.clock.at)

    def seek(self, place: Place) -> None:
        self.clock.seek(place.at)
        self.count = place.count
        self.wanted = 0

    def advance(self, passed: float) -> None:
        if self.clock.playing:
            self.clock.advance(passed, self.scene.due)
            self.count = self.line.count_at(self.clock.at)

    def toggle(self) -> None:
        if not self.clock.playing and self.clock.at >= self.clock.end:
            self.seek(places.place(self.line, "start"))
        self.clock.playing = not self.clock.playing

    def skip(self, seconds: float) -> None:
        wanted = self.wanted
        self.clock.seek(self.clock.at + seconds)
        self.count, self.wanted = self.line.count_at(self.clock.at), wanted

    def step(self, events: int) -> None:
        self.clock.playing = False
        self.seek(places.event(self.line, self.count + events))

    def to_command(self, by: int) -> None:
        """The next one that was started, or the one before."""
        begun = sorted((each for each in self.line.commands if each.started is not None), key=_start)
        now = bisect_right(begun, self.clock.at, key=_start) if by > 0 else self._before(begun)
        if not 0 <= now < len(begun):
            self.message = "There is no later command." if by > 0 else "There is no earlier command."
            return
        at = _start(begun[now])
        self.seek(places.moment(self.line, at))
        self.wanted = begun[now].number

    def _before(self, begun: list[Run]) -> int:
        return next((n for n in range(len(begun) - 1, -1, -1) if _start(begun[n]) < self.clock.at), -1)

    def to_tab(self, by: int) -> None:
        """Another of the commands that run at the same time."""
        tabs = self.tabs
        if len(tabs) > 1:
            now = next((n for n, each in enumerate(tabs) if each is self.scene.shown), 0)
            self.wanted = tabs[(now + by) % len(tabs)].number

    @property
    def tabs(self) -> list[Run]:
        """Those that run, and the one that is looked at, by their numbers."""
        shown = self.scene.shown
        more = [shown] if shown and shown not in self.scene.running else []
        return sorted((*self.scene.running, *more), key=lambda each: each.number)

    def to_hit(self, by: int) -> None:
        if not self.hits:
            self.message = "Search first, with / or r."
            return
        number = self._hit_from_here(by)
        if 0 <= number < len(self.hits):
            self._to(number)
        else:
            self.message = "That was the last one." if by > 0 else "That was the first one."

    def _hit_from_here(self, by: int) -> int:
        now = self.clock.at
        if self._hit < len(self.hits) and self.hits[self._hit].at == now:
            return self._hit + by
        return bisect_right(self.hits, now, key=_moment) if by > 0 else bisect_left(self.hits, now, key=_moment) - 1

    def to_first_hit(self) -> None:
        """From here on; else from the start."""
        self._to(next((n for n, hit in enumerate(self.hits) if hit.at >= self.clock.at), 0))

    def _to(self, number: int) -> None:
        self._hit, hit = number, self.hits[number]
        self.clock.playing = False
        self.seek(places.moment(self.line, hit.at))
        self.wanted = hit.command
        self.message = f"{number + 1} of {len(self.hits)}: {hit.line}"

    def show(self, panel: Panel) -> None:
        """Or the events again."""
        self.panel = Panel.EVENTS if self.panel is panel else panel
        self.listing = False

    def toggle_idle(self) -> None:
        self.clock.idle = IDLE_SECONDS if self.clock.idle is None else None


def _start(run: Run) -> float:
    return run.started or 0.0


def _moment(hit: Hit) -> float:
    return hit.at
