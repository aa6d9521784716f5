"""PostgreSQL and NATS for `quarterdeck up`: our own as supervised children, or those that the settings name."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from quarterdeck.config import Settings
from quarterdeck.host.accounts import Account, current
from quarterdeck.host.checkpoint_keys import checkpoint_key
from quarterdeck.host.child import ChildSpec, Process
from quarterdeck.host.launch import Launch
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import EmbeddedPostgres
from quarterdeck.host.privileges import check_reach
from quarterdeck.host.secrets import passwords

SIGNING = "webhooks"
MovedHook = Callable[[], Awaitable[None]]


class Services:
    """The embedded servers that these settings need, if any, and the settings with the URLs and keys of all.

    Raises StorageError where the account they run as cannot reach the data directory.
    """

    def __init__(self, settings: Settings, data: DataDirectory, account: Account) -> None:
        self._given, self._data = settings, data
        self._postgres = None if settings.database_url else _postgres(data, account)
        self._nats = None if settings.nats_url else _nats(data, account)
        self._last_nats_url = ""
        if self._postgres or self._nats:
            check_reach(account, data)

    def settings(self) -> Settings:
        """As given, with the URLs of the embedded servers as they are now, and keys to sign with."""
        found: dict[str, SecretStr] = {}
        if self._postgres is not None:
            urls = self._postgres.urls()
            found["database_url"] = SecretStr(urls.app)
            found["database_owner_url"] = SecretStr(urls.owner)
            found["database_projector_url"] = SecretStr(urls.projector)
        if self._nats is not None:
            found["nats_url"] = SecretStr(self._nats.url)
        if self._given.signing_key is None:
            found["signing_key"] = SecretStr(passwords(self._data.secrets / "signing.json", (SIGNING,))[SIGNING])
        if self._given.checkpoint_key is None:
            found["checkpoint_key"] = checkpoint_key(self._data.secrets)
        return self._given.model_copy(update=found).with_owner_urls()

    def specs(self, moved: MovedHook) -> list[ChildSpec]:
        """The children to supervise. `moved` is awaited when one came back at another address."""
        specs: list[ChildSpec] = []
        if self._postgres is not None:
            specs.append(self._postgres_spec(self._postgres))
        if self._nats is not None:
            specs.append(self._nats_spec(self._nats, moved))
        return specs

    def stuck(self) -> list[str]:
        """Children that have not got over a full disk and have to start again."""
        return ["nats"] if self._nats is not None and self._nats.is_stuck() else []

    def clear_away(self) -> None:
        """To be called when all are stopped."""
        if self._postgres is not None:
            self._postgres.clear_away()

    def _postgres_spec(self, server: EmbeddedPostgres) -> ChildSpec:
        def launch() -> Launch:
            server.prepare()
            return server.launch()

        async def ready(process: Process) -> None:
            await asyncio.to_thread(server.wait_ready, process)

        stop = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 0.3), (signal.SIGKILL, 0.3))
        return ChildSpec(name="postgres", launch=launch, ready=ready, stop=stop, log=server.log)

    def _nats_spec(self, server: EmbeddedNats, moved: MovedHook) -> ChildSpec:
        def launch() -> Launch:
            server.prepare()
            return server.launch()

        async def ready(process: Process) -> None:
            await asyncio.to_thread(server.wait_ready, process)
            before, self._last_nats_url = self._last_nats_url, server.url
            if before not in {"", server.url}:
                await moved()

        stop = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 0.3))
        return ChildSpec(name="nats", launch=launch, ready=ready, stop=stop, log=server.log)


def end_leftovers(data: DataDirectory) -> list[str]:
    """Ends embedded servers that a killed start left on the data directory, and names them."""
    me = current()
    return [
        *(f"PostgreSQL (pid {pid})" for pid in _postgres(data, me).end_leftovers()),
        *(f"NATS (pid {pid})" for pid in _nats(data, me).end_leftovers()),
    ]


def _postgres(data: DataDirectory, account: Account) -> EmbeddedPostgres:
    log = data.logs / "postgres.log"
    return EmbeddedPostgres(data.postgres, sockets=data.sockets, secrets=data.secrets, account=account, log=log)


def _nats(data: DataDirectory, account: Account) -> EmbeddedNats:
    return EmbeddedNats(data.nats, secrets=data.secrets, account=account, log=data.logs / "nats.log")
