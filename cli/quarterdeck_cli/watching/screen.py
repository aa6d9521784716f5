"""A view on the whole terminal, until q."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.output import ColorDepth

from quarterdeck_cli.ending import end
from quarterdeck_cli.repl.background import drop_answers
from quarterdeck_cli.theme import Theme, watch_style
from quarterdeck_cli.watching.keys import keys
from quarterdeck_cli.watching.page import Choice, page
from quarterdeck_cli.watching.views import Row, View


class Screen:
    def __init__(self, view: View, theme: Theme) -> None:
        self._view, self._choice, self._note = view, Choice(), ""
        self._rows: Sequence[Row] | None = None
        self._application: Application[None] = Application(
            layout=Layout(
                Window(FormattedTextControl(self._page, focusable=True, show_cursor=False), wrap_lines=False)
            ),
            key_bindings=keys(self._choice, view),
            full_screen=True,
            style=watch_style(theme),
            color_depth=ColorDepth.DEPTH_1_BIT if theme is Theme.NONE else None,
        )
        drop_answers(self._application.input)

    async def show(self, updates: AsyncGenerator[Sequence[Row]]) -> None:
        """Until q, or until the updates fail."""
        taking = asyncio.create_task(self._take(updates))
        taking.add_done_callback(self._ended)
        try:
            await self._application.run_async()
        finally:
            await end(taking)
        if not taking.cancelled() and (error := taking.exception()):
            raise error

    def say(self, text: str) -> None:
        self._note = text
        self._application.invalidate()

    async def _take(self, updates: AsyncGenerator[Sequence[Row]]) -> None:
        async with aclosing(updates):
            async for rows in updates:
                self._rows = rows
                self._application.invalidate()

    def _ended(self, _task: "asyncio.Task[None]") -> None:
        if self._application.is_running:
            self._application.exit()

    def _page(self) -> StyleAndTextTuples:
        size = self._application.output.get_size()
        return [*page(self._view, self._rows, self._choice, self._note, width=size.columns, height=size.rows)]
