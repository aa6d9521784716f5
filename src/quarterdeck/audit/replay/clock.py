"""The replay's clock: what of the record's time has passed, by the viewer's."""

from dataclasses import dataclass
from typing import Final

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)


@dataclass
class Clock:
    end: float
    at: float = 0.0
    """Seconds of the record."""
    speed: float = 1.0
    idle: float | None = None
    """No pause of the record lasts longer, in its seconds; None: pauses are as long as they were."""
    playing: bool = False
    quiet: float = 0.0
    """Seconds of the record played since something last happened."""

    def advance(self, passed: float, due: float | None) -> None:
        """`passed`: seconds of the viewer. `due`: when the next thing happens in the record; None: nothing more."""
        if not self.playing:
            return
        goal = self.at + max(0.0, passed) * self.speed
        happens = self.end if due is None else due
        if goal < happens:
            self.quiet += goal - self.at
            if self.idle is not None and self.quiet >= self.idle:
                goal, self.quiet = happens, 0.0
        else:
            self.quiet = 0.0
        self.at = min(goal, self.end)
        if self.at >= self.end:
            self.playing = False

    def seek(self, moment: float) -> None:
        self.at, self.quiet = min(max(0.0, moment), self.end), 0.0

    def faster(self) -> None:
        self.speed = next((each for each in SPEEDS if each > self.speed), self.speed)

    def slower(self) -> None:
        self.speed = next((each for each in reversed(SPEEDS) if each < self.speed), self.speed)
