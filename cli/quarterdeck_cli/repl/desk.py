"""What a REPL is made of: one Qd, where one is, what is known, and the prompt."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import typer
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_or_none
from prompt_toolkit.formatted_text import StyleAndTextTuples

from quarterdeck_cli.command_line import command
from quarterdeck_cli.ending import end
from quarterdeck_cli.known.asked import AskingKnown
from quarterdeck_cli.known.stored import StoredKnown
from quarterdeck_cli.offline.owner import file_of
from quarterdeck_cli.plugins import Plugins
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.repl.background import drop_answers, theme_of_terminal
from quarterdeck_cli.repl.completer import ReplCompleter
from quarterdeck_cli.repl.here import Here
from quarterdeck_cli.repl.history import history
from quarterdeck_cli.repl.leaving import leave
from quarterdeck_cli.repl.parsing import Parser
from quarterdeck_cli.repl.prompt import prompt_of, prompt_session
from quarterdeck_cli.repl.refresher import Refresher
from quarterdeck_cli.repl.toolbar import fitted, segments


class Desk:
    def __init__(self, qd: Qd, app: typer.Typer, plugins: Plugins) -> None:
        self.qd, self.here, self._plugins = qd, Here(), plugins
        known = StoredKnown(file_of(qd.logins.named), lambda: self.here.project_id)
        command(app, "use")(self.here.use)
        command(app, "exit")(leave)
        self.parser = Parser(app, self.here)
        self.refresher = Refresher(qd, known, self.here, redraw, self._offer)
        self._prompt: PromptSession[str] = prompt_session(
            history=history(),
            completer=ReplCompleter(
                self.parser.grammar,
                AskingKnown(known, self.refresher.backstage.folders, self.refresher.want_folder, plugins),
                self.here,
            ),
            toolbar=self._toolbar,
            manner=qd.out.manner,
            theme=theme_of_terminal(),
        )
        drop_answers(self._prompt.app.input)
        for _ in plugins.ask("bind", type(None), self._prompt.key_bindings):
            """Each has added its own."""

    async def read(self) -> str:
        """A line. Raises EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""
        return await self._prompt.prompt_async(self._message)

    def _offer(self) -> None:
        """What came after it was asked for, if the line still waits for it."""
        buffer = self._prompt.default_buffer
        if self.qd.out.manner.plain:
            return
        if get_app_or_none() is self._prompt.app and buffer.text and buffer.complete_state is None:
            buffer.start_completion(select_first=False)

    def _message(self) -> StyleAndTextTuples:
        return prompt_of(self.here, width=self._width(), is_utf8=sys.stdout.encoding.lower() in {"utf-8", "utf8"})

    def _toolbar(self) -> StyleAndTextTuples:
        status = self.refresher.status
        more = [("", text) for text in self._plugins.ask("segment", str, status) if text]
        return [*fitted([*segments(status), *more], self._width())]

    def _width(self) -> int:
        return self._prompt.app.output.get_size().columns


def redraw() -> None:
    """Of the prompt, where it is shown."""
    if (app := get_app_or_none()) is not None:
        app.invalidate()


@asynccontextmanager
async def opened_desk(qd: Qd, app: typer.Typer, plugins: Plugins) -> AsyncGenerator[Desk]:
    """A desk that is kept up to date until the end."""
    desk = Desk(qd, app, plugins)
    refreshing = asyncio.create_task(desk.refresher.run())
    try:
        yield desk
    finally:
        await end(refreshing)
