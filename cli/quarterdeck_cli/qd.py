"""What every command works with. A command is a plain async function of a Qd and its arguments."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from quarterdeck_cli.client import Client
from quarterdeck_cli.connection import Logins, connected
from quarterdeck_cli.manner import ORDINARY, Manner

if TYPE_CHECKING:
    from quarterdeck_cli.output import Output


class Qd:
    """One sitting of a user: a single call, or a REPL. The connection is made when it is first needed."""

    def __init__(self, out: "Output", logins: Logins) -> None:
        self.out = out
        self.logins = logins
        self._stack = AsyncExitStack()
        self._client: Client | None = None
        self.opened: str | None = None
        """The session that a command opened to be worked in."""

    async def client(self) -> Client:
        if self._client is None:
            self._client = await self._stack.enter_async_context(connected(self.logins))
        return self._client

    async def disconnect(self) -> None:
        """The next `client` connects anew, as after a log-in."""
        self._client = None
        await self._stack.aclose()


@asynccontextmanager
async def sitting(manner: Manner = ORDINARY) -> AsyncGenerator[Qd]:
    # brings rich, which neither --help nor --version needs
    from quarterdeck_cli.output import Output

    qd = Qd(Output(manner), Logins(manner.context))
    try:
        yield qd
    finally:
        await qd.disconnect()
