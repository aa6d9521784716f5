"""What `quarterdeck up` shows while it starts: a live list on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

STEPS = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), TimeElapsedColumn())


class Progressing:
    """Steps with their time, and lines. All of them also go to `log`, once it is set, with the time of day."""

    def __init__(self, show: Callable[[str], None], terminal: Console | None = None) -> None:
        self._show = show
        self._terminal = terminal
        self._live: Progress | None = None
        self.log: Path | None = None

    @classmethod
    def on(cls, console: Console) -> "Progressing":
        def show(text: str) -> None:
            console.print(text, markup=False, highlight=False, soft_wrap=True)

        return cls(show, console if console.is_terminal else None)

    @contextmanager
    def starting(self) -> Generator[None]:
        """While it starts. A terminal shows the steps with a clock each."""
        if self._terminal is None:
            yield
            return
        with Progress(*STEPS, console=self._terminal) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    @contextmanager
    def step(self, what: str) -> Generator[None]:
        began = time.monotonic()
        task = self._live.add_task(what, total=1) if self._live else None
        yield
        text = f"{what}: ready after {time.monotonic() - began:.1f} s"
        self._record(text)
        if self._live is not None and task is not None:
            self._live.update(task, completed=1)
        else:
            self._show(text)

    def line(self, text: str) -> None:
        self._record(text)
        self._show(text)

    def _record(self, text: str) -> None:
        """On a full disk a line is shown only."""
        if self.log is None:
            return
        with suppress(OSError):
            with self.log.open("a") as file:
                file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n")
