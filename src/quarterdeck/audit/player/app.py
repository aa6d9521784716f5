"""The player: draws what the model says, reads the record in a thread, and lets time pass."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    VSplit,
    Window,
)
from prompt_toolkit.layout import Layout as Root

from quarterdeck.application.background import end
from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.patterns import Pattern
from quarterdeck.audit.player.bar import Bar
from quarterdeck.audit.player.keys import bindings
from quarterdeck.audit.player.layout import Layout, layout
from quarterdeck.audit.player.model import Asking, Model
from quarterdeck.audit.player.view import drawn
from quarterdeck.audit.replay.places import place
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.search import Hit, pattern, search
from quarterdeck.audit.replay.stage import Stage
from quarterdeck_cli.errors import CliError

TICK: Final = 1 / 20
"""Seconds between two pictures while it plays."""
PATIENCE: Final = 0.2
"""Seconds until it is said that the record is being read."""
MOST_HITS: Final = 1000


class Player:
    def __init__(self, model: Model, record: Record) -> None:
        self._model, self._record = model, record
        self._stage, self._bar = Stage(record, model.line), Bar(model.line)
        self._wake = asyncio.Event()
        self._search: asyncio.Task[None] | None = None
        self._typed = Buffer(multiline=False, accept_handler=self._entered)
        keys = bindings(model, changed=self._wake.set, quit_=self._quit, ask=self._ask)
        self._prompt = Window(BufferControl(self._typed), height=1)
        asking = Condition(lambda: bool(model.asking))
        label = Window(
            FormattedTextControl(lambda: [("bold", f" {model.asking.value}")]), height=1, dont_extend_width=True
        )
        self._screen = Window(FormattedTextControl(self._drawn, focusable=True, show_cursor=False), wrap_lines=False)
        line = ConditionalContainer(VSplit([label, self._prompt]), asking)
        self._app: Application[int] = Application(
            Root(HSplit([self._screen, line]), focused_element=self._screen),
            key_bindings=keys,
            full_screen=True,
        )
        self._app.ttimeoutlen = 0.05

    async def run(self) -> int:
        """The exit code, when the user leaves."""
        playing = asyncio.create_task(self._play())
        playing.add_done_callback(self._ended)
        try:
            return await self._app.run_async(handle_sigint=False)
        finally:
            await end(task for task in (playing, self._search) if task)

    def _ended(self, playing: asyncio.Task[None]) -> None:
        """It never does by itself: a screen that stands still without a word would be worse than none."""
        if not playing.cancelled() and (error := playing.exception()) and self._app.is_running:
            self._app.exit(exception=error)

    def _sizes(self) -> Layout:
        size = self._app.output.get_size()
        return layout(size.columns, size.rows)

    def _drawn(self) -> StyleAndTextTuples:
        lines = drawn(self._model, self._bar, self._sizes())
        shown = lines[:-1] if self._model.asking else lines
        return [part for n, line in enumerate(shown) for part in ([("", "\n")] if n else []) + list(line)]

    async def _play(self) -> None:
        clock = asyncio.get_running_loop()
        before = clock.time()
        while True:
            # Before it is read: a key that is pressed meanwhile is for the next picture, which must follow.
            self._wake.clear()
            now = clock.time()
            self._model.advance(now - before)
            before = now
            await self._look()
            self._app.invalidate()
            wait = TICK if self._model.clock.playing else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)
            if wait is None:
                before = clock.time()

    async def _look(self) -> None:
        model = self._model
        asked = (model.clock.at, model.count, model.wanted or None, self._sizes().pane)
        reading = asyncio.create_task(asyncio.to_thread(self._stage.scene, *asked))
        if not (await asyncio.wait([reading], timeout=PATIENCE))[0]:
            model.busy = True
            self._app.invalidate()
        try:
            model.scene = await reading
        except (CliError, BundleError) as error:
            self._failed(f"{error.message} {error.next_step}")
        finally:
            model.busy = False

    def _failed(self, told: str) -> None:
        self._model.clock.playing = False
        self._model.message = told

    def _quit(self, code: int) -> None:
        self._app.exit(result=code)

    def _ask(self, what: Asking) -> None:
        self._model.asking = what
        self._typed.reset()
        self._app.layout.focus(self._prompt if what else self._screen)

    def _entered(self, buffer: Buffer) -> bool:
        asked, text = self._model.asking, buffer.text
        self._ask(Asking.NOTHING)
        try:
            if asked is Asking.PLACE and text.strip():
                self._model.seek(place(self._model.line, text))
            elif text:
                self._look_for(pattern(text, regex=asked is Asking.REGEX))
        except CliError as error:
            self._model.message = f"{error.message} {error.next_step}"
        self._wake.set()
        return False

    def _look_for(self, wanted: Pattern) -> None:
        if self._search:
            self._search.cancel()
        self._model.message = "Searching …"
        self._search = asyncio.create_task(self._find(wanted))

    async def _find(self, wanted: Pattern) -> None:
        stopped: list[bool] = []
        try:
            hits = await asyncio.to_thread(self._found, wanted, lambda: bool(stopped))
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        except (CliError, BundleError) as error:
            self._failed(f"{error.message} {error.next_step}")
        else:
            self._model.hits = hits
            self._model.message = "" if hits else "Found nowhere."
            if hits:
                self._model.to_first_hit()
        self._wake.set()

    def _found(self, wanted: Pattern, stopped: Callable[[], bool]) -> list[Hit]:
        hits: list[Hit] = []
        for hit in search(self._record, self._model.line, wanted, stopped):
            hits.append(hit)
            if len(hits) == MOST_HITS:
                break
        return sorted(hits, key=lambda each: each.at)
