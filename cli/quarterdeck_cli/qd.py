"""What every command works with. A command is a plain async function of a Qd and its arguments."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from quarterdeck_cli.client import Client
from quarterdeck_cli.connection import Login, Logins, connected
from quarterdeck_cli.manner import ORDINARY, Manner

if TYPE_CHECKING:
    from quarterdeck_cli.offline.sending import Sent
    from quarterdeck_cli.offline.standby import Standby
    from quarterdeck_cli.output import Output


class Qd:
    """One sitting of a user: a single call, or a REPL. The connection is made when it is first needed."""

    def __init__(self, out: "Output", logins: Logins) -> None:
        self.out = out
        self.logins = logins
        self._stack = AsyncExitStack()
        self._client: Client | None = None
        self.log_ins = 0
        """How often another log-in may have been chosen."""
        self.opened: tuple[str, int] | None = None
        """The session that a command opened to be worked in, and the log position of that."""
        self.standby: Standby | None = None
        """What is known and waits, of the server that is connected to."""
        self.sent: Sent | None = None
        """What the last `client` sent of it."""

    async def client(self) -> Client:
        """What was changed offline goes out first, so that what is done next comes after it."""
        if self._client is None:
            self._client = await self._stack.enter_async_context(connected(self.logins, self._stand_by))
        self.sent = await self.standby.catch_up(self._client) if self.standby else None
        return self._client

    def known(self) -> "Standby | None":
        """What is kept of the chosen server. Never connects."""
        login = self.logins.chosen()
        return self._stand_by(login) if login and login.token else None

    async def disconnect(self) -> None:
        """The next `client` connects anew, as after a log-in."""
        self._client = None
        self.log_ins += 1
        await self._stack.aclose()

    def _stand_by(self, login: Login) -> "Standby | None":
        from quarterdeck_cli.offline.place import place_of, wanted
        from quarterdeck_cli.offline.standby import Standby

        self.standby = None
        if wanted():
            place, user = place_of(self.logins, login)
            self.standby = Standby(place, user, stale=self.out.stale, say=self.out.note)
        return self.standby


@asynccontextmanager
async def sitting(manner: Manner = ORDINARY) -> AsyncGenerator[Qd]:
    # brings rich, which neither --help nor --version needs
    from quarterdeck_cli.output import Output

    qd = Qd(Output(manner), Logins(manner.context))
    try:
        yield qd
    finally:
        await qd.disconnect()
