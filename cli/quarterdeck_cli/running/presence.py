"""Whether somebody else types into the same terminal: said once in a while, where hands change."""

import asyncio
from collections.abc import Callable
from typing import Final

from quarterdeck_cli.api.commands import typist
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.text import plain

TOPIC: Final = "CommandTypistChanged"
WIDEST: Final = 40
AGAIN_SECONDS: Final = 60.0
SHOWN_SECONDS: Final = 4.0
"""A mark over a full screen, until the program draws all anew."""


class Presence:
    """`say` tells it; what cannot be asked of the server is not told."""

    def __init__(self, client: Client, command_id: str, say: Callable[[str], None]) -> None:
        self._client, self._command_id, self._say = client, command_id, say
        self._changed = asyncio.Event()
        self._told: dict[str, float] = {}

    def heard(self, event: Event) -> None:
        """An event of the command."""
        if event.topic == TOPIC:
            self._changed.set()

    async def watch(self) -> None:
        """Who typed before one came, then each change of hands; until it is cancelled."""
        said = "typed here last."
        while True:
            try:
                name = await self._somebody_else()
            except CliError:
                name = None
            if name and self._is_news(name):
                self._say(f"{name} {said}")
            said = "types here, too."
            await self._changed.wait()
            self._changed.clear()

    def _is_news(self, name: str) -> bool:
        """Two who type by turns are told of each other once in a while."""
        now = asyncio.get_running_loop().time()
        if now - self._told.get(name, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        self._told[name] = now
        return True

    async def _somebody_else(self) -> str | None:
        found = await typist(self._client, self._command_id)
        if found is None or found.is_you:
            return None
        place = f" ({plain(found.token_name)})" if found.token_name else ""
        return (plain(found.name) or "Somebody else") + place


def mark(text: str, columns: int) -> bytes:
    """In the upper right corner, with the cursor left where it is."""
    from rich.cells import cell_len  # here, as a call's start does without rich

    from quarterdeck_cli.columns import cell

    width = min(cell_len(text) + 2, WIDEST, columns)
    shown = cell(f" {text}", width)
    return f"\x1b7\x1b[1;{columns - width + 1}H\x1b[0;7m{shown}\x1b[0m\x1b8".encode()
