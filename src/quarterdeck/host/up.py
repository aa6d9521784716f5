"""`quarterdeck up`: the whole product on one machine, from taking the lock to the last process gone."""

import asyncio
import errno
import json
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from quarterdeck.config import Settings
from quarterdeck.host import lock
from quarterdeck.host import settings as settings_files
from quarterdeck.host.accounts import Account, current, to_run_as
from quarterdeck.host.checkpoint_keys import give_checkpoints
from quarterdeck.host.child import ChildSpec
from quarterdeck.host.errors import AddressTakenError, SettingsError
from quarterdeck.host.forks import Forks
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.log_files import keep_small
from quarterdeck.host.notices import Notices
from quarterdeck.host.privileges import dropping
from quarterdeck.host.progress import Progressing
from quarterdeck.host.roles import READY_SECONDS, ROLES, Arguments, Roles
from quarterdeck.host.schema import migrate
from quarterdeck.host.secrets import write_private
from quarterdeck.host.services import Services
from quarterdeck.host.supervisor import Supervisor
from quarterdeck.jail.shim import record

HOUSEKEEPING_SECONDS = 5.0


@dataclass(frozen=True)
class Plan:
    """What `up` starts and calls beside the embedded servers."""

    issue_login_token: Callable[[Settings], Awaitable[str]]
    arguments: Arguments | None = None
    """What to run for the roles in place of this package."""
    migrate: Callable[[Settings], None] = migrate
    ready: Callable[[str], None] = lambda _token: None
    """Called with a one-time token for a browser or another machine, once everything is ready."""
    ready_seconds: float = READY_SECONDS
    """What a role has to get ready."""


async def up(settings: Settings, plan: Plan, progress: Progressing) -> None:
    """Runs until SIGTERM, SIGINT or SIGHUP, then stops everything. Raises what kept it from starting."""
    data = DataDirectory(settings.data_dir)
    with _stop_signals() as stopped:
        data.create()
        with lock.hold(data.lock, settings.url):
            _check_address(settings)
            progress.log = data.logs / "supervisor.log"
            with Notices() as notices:
                await _House(settings, data, plan, progress, notices).run(stopped)


class _House:
    """Everything that one `up` keeps running."""

    def __init__(
        self, settings: Settings, data: DataDirectory, plan: Plan, progress: Progressing, notices: Notices
    ) -> None:
        self._settings, self._url = settings, settings.url
        self._data = data
        self._plan = plan
        self._progress = progress
        self._notices = notices
        self._short_of_room = False
        self._unprivileged = to_run_as(settings.run_as)
        self._services = Services(settings, data, self._unprivileged)
        self._forks = Forks()
        self._supervisor = Supervisor(progress.line, self._write_state)

    async def run(self, stopped: asyncio.Event) -> None:
        try:
            if await _unless(stopped, self._start()):
                await _unless(stopped, self._keep())
        finally:
            began = time.monotonic()
            await self._supervisor.stop()
            self._forks.close()
            self._services.clear_away()
            for file in (self._data.client, self._data.state):
                file.unlink(missing_ok=True)
            self._progress.line(f"Stopped within {time.monotonic() - began:.1f} s.")

    async def _start(self) -> None:
        # Meanwhile: it takes as long as an interpreter takes to import the roles.
        roles = asyncio.create_task(self._prepare_roles())
        try:
            with self._progress.starting():
                with self._progress.step("PostgreSQL and NATS"):
                    await self._supervisor.start(self._services.specs(self._restart_roles))
                with self._progress.step("tables"):
                    await asyncio.to_thread(self._plan.migrate, self._services.settings())
                with self._progress.step(", ".join(ROLES)):
                    await self._supervisor.start(self._specs(await roles))
                with self._progress.step("log-in link"):
                    token = await self._log_in()
        finally:
            roles.cancel()
            await asyncio.gather(roles, return_exceptions=True)
        self._plan.ready(token)

    async def _prepare_roles(self) -> Roles:
        roles = Roles(
            data=self._data,
            settings=self._services.settings,
            account=await asyncio.to_thread(self._account),
            notices=self._notices,
            forks=self._forks,
            arguments=self._plan.arguments,
            ready_seconds=self._plan.ready_seconds,
        )
        await self._supervisor.start(roles.zygote(self._settings))
        return roles

    def _specs(self, roles: Roles) -> list[ChildSpec]:
        give_checkpoints(self._data.checkpoints, roles.account)
        settings_files.save(self._services.settings(), self._data.own_settings)
        return roles.specs()

    def _account(self) -> Account:
        """Whom the roles run as: root only where it cannot be helped."""
        if current().uid != 0:
            return self._unprivileged
        found = dropping(self._unprivileged, self._data.root)
        if not found.possible:
            self._progress.line(f"The roles keep root's rights: {found.why_not}. See quarterdeck doctor.")
        return self._unprivileged if found.possible else current()

    async def _log_in(self) -> str:
        """A one-time token is left for `qd`; another, which is none of its business, is returned."""
        settings = self._services.settings()
        token = await self._plan.issue_login_token(settings)
        write_private(self._data.client, json.dumps({"url": self._url, "login_token": token}))
        return await self._plan.issue_login_token(settings)

    async def _keep(self) -> None:
        """Never returns; raises where the supervisor itself fails."""
        housekeeping = asyncio.create_task(self._keep_house())
        try:
            await self._supervisor.failed()
        finally:
            housekeeping.cancel()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            # Whatever the disk refuses now is tried again the next time.
            with suppress(OSError):
                await asyncio.to_thread(keep_small, self._data.logs)
                self._tell_of_room(self._data.shortage())
                for name in await asyncio.to_thread(self._services.stuck):
                    self._progress.line(f"{name} has not got over a full disk; it starts again")
                    await self._supervisor.restart(name)

    def _tell_of_room(self, shortage: str) -> None:
        if shortage and not self._short_of_room:
            self._progress.line(shortage)
        self._short_of_room = bool(shortage)

    async def _restart_roles(self) -> None:
        self._progress.line("NATS is at another port now; the roles start again with it")
        await asyncio.gather(*(self._supervisor.restart(role) for role in ROLES))

    def _write_state(self) -> None:
        children = [asdict(state) for state in self._supervisor.states()]
        state = {"pid": os.getpid(), "url": self._url, "boot": record.boot(), "children": children}
        try:
            write_private(self._data.state, json.dumps(state))
        except OSError as error:
            # A full disk must not end what keeps the rest running.
            self._progress.line(f"quarterdeck status is not up to date: {self._data.refusal(error).message}")


async def _unless(stopped: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Whether the work was done before a stop was asked for; if not, it is cancelled."""
    tasks = (asyncio.create_task(work), asyncio.create_task(stopped.wait()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not tasks[0].done():
            return False
        tasks[0].result()
        return True
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _stop_signals() -> Generator[asyncio.Event]:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _check_address(settings: Settings) -> None:
    """Binds the gateway's address for a moment, so that a wrong one is said before anything is started."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise SettingsError(f"QD_HOST: {settings.host!r} is no address: {error.strerror}.") from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise _address_refusal(settings, error) from error


def _address_refusal(settings: Settings, error: OSError) -> AddressTakenError | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return AddressTakenError(
            f"Something else listens on {settings.host}:{settings.port}.",
            "Stop it, or choose another port (--port or QD_PORT).",
        )
    return SettingsError(
        f"QD_HOST, QD_PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
        "Choose an address of this machine and a port that this user may use.",
    )
