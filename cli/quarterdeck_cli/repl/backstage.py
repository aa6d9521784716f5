"""What the REPL keeps and sends beside its prompt: the file of the server that it is connected to."""

import asyncio
import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from quarterdeck_cli.client import Client
from quarterdeck_cli.connection import Login, Logins
from quarterdeck_cli.known.folders import Folders
from quarterdeck_cli.known.words import KINDS
from quarterdeck_cli.offline.keeping import Keeping
from quarterdeck_cli.offline.place import Place, place_of, wanted
from quarterdeck_cli.offline.sending import Sent
from quarterdeck_cli.offline.standby import Standby

UNKEPT = "known.sqlite"


class Backstage:
    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._standby: Standby | None = None
        self._keeping: Keeping | None = None
        self.folders = Folders()

    def enter(self, login: Login, stack: ExitStack) -> Keeping:
        """What a client to this server keeps its answers by; with QD_OFFLINE=off only as long as `stack`."""
        place, user = place_of(self._logins, login)
        if not wanted():
            place = Place(Path(stack.enter_context(TemporaryDirectory())) / UNKEPT, login.url)
        self._standby = Standby(place, user, stale=_say_nothing, say=_say_nothing)
        self._keeping = Keeping(self._standby)
        return self._keeping

    @property
    def path(self) -> Path:
        assert self._standby is not None
        return self._standby.place.path

    def pending(self) -> tuple[int, int]:
        """How many changes wait to be sent, and how many for a decision."""
        total, undecided = self._standby.pending() if self._standby else (0, 0)
        return total - undecided, undecided

    async def send(self, client: Client) -> Sent:
        if self._standby is None:
            return Sent()
        # SQLModel takes half a second to be imported, in which nobody could type
        await asyncio.to_thread(getattr, self._standby, "changes")
        return await self._standby.catch_up(client) or Sent()

    async def write(self) -> None:
        """All that was answered, and the folders. A file that cannot be written harms nobody."""
        if self._keeping is None or self._standby is None:
            return
        await self._keeping.write()
        if self.folders.is_new:
            self.folders.is_new, names = False, dict(self.folders.names)
            with suppress(sqlite3.Error, OSError):
                await asyncio.to_thread(self._standby.memory.keep_folders, names)

    async def forget(self, kind: str) -> None:
        """What this user may not see any more."""
        if self._standby:
            with suppress(sqlite3.Error, OSError):
                await asyncio.to_thread(self._standby.memory.forget, KINDS[kind].node)


def _say_nothing(_told: object) -> None:
    """The toolbar tells."""
