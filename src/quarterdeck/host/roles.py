"""The four roles as supervised children: each its own process, with its own settings and no more rights than needed."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.config import FILE_VARIABLE, PREFIX, Settings
from quarterdeck.host import settings as settings_files
from quarterdeck.host.accounts import Account, current
from quarterdeck.host.child import ChildSpec, Process, exited, started, tell_end
from quarterdeck.host.errors import ServiceError, SlowStartError
from quarterdeck.host.forks import Forks
from quarterdeck.host.launch import Launch
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.log_files import log_tail
from quarterdeck.host.notices import Notices
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need
from quarterdeck.readiness import VARIABLE
from quarterdeck.web_client.places import SOURCES

ROLES = ("worker", "projector", "conductor", "gateway")
FORKED = ("projector", "conductor", "gateway")
"""Those of one account, one environment and no rights. The worker, which has more and meets what jails wrote, shares
no memory with others.
"""
ZYGOTE = "zygote"
SECRETS = {
    "database_projector_url": {"projector"},
    "smtp_url": {"conductor"},
    "signing_key": {"conductor", "gateway"},
    "checkpoint_key": {"conductor"},
}
"""Who alone gets to know them."""
READY_SECONDS = 60.0
"""What a role has to get ready. One that gets on asks for more."""

Arguments = Callable[[str], Sequence[str]]
"""What to run for a role, by its name."""


def serve(role: str) -> Sequence[str]:
    """This interpreter and this package, whatever the working directory holds."""
    return (sys.executable, "-P", "-m", "quarterdeck", "serve", role)


@dataclass(frozen=True)
class Roles:
    """`settings` is asked before each start of a role, so that it gets the URLs as they are then."""

    data: DataDirectory
    settings: Callable[[], Settings]
    account: Account
    """Of all but the worker."""
    notices: Notices
    forks: Forks
    arguments: Arguments | None = None
    """None: this package, and what can be forked is."""
    ready_seconds: float = READY_SECONDS

    def zygote(self, settings: Settings) -> list[ChildSpec]:
        """What is to be started before the roles, if anything is forked; by these settings."""
        return [] if self.arguments else [self._zygote(settings)]

    def specs(self) -> list[ChildSpec]:
        return [self._spec(role) for role in ROLES]

    def _zygote(self, settings: Settings) -> ChildSpec:
        async def loaded(process: Process) -> None:
            await self._settled(ZYGOTE, process)
            self.forks.loaded()

        log = self.data.logs / f"{ZYGOTE}.log"
        return ChildSpec(name=ZYGOTE, launch=lambda: self._launch_zygote(settings, log), ready=loaded, log=log)

    def _launch_zygote(self, settings: Settings, log: Path) -> Launch:
        command, inherited = self.forks.command([f"quarterdeck.bootstrap.{name}" for name in ("roles", *FORKED)])
        return Launch(
            name=ZYGOTE,
            argv=command,
            environment={VARIABLE: self.notices.address},
            account=self.account,
            needs=tuple(dict.fromkeys(need for role in FORKED for need in self._needs(role, settings, self.account))),
            death_signal=signal.SIGKILL,
            log=log,
            pass_fds=(inherited,),
        )

    def _spec(self, role: str) -> ChildSpec:
        return ChildSpec(
            name=role,
            launch=lambda: self._launch(role),
            start=started if self.arguments or role not in FORKED else self.forks.fork,
            ready=lambda process: self._settled(role, process),
            log=self.data.logs / f"{role}.log",
        )

    def _launch(self, role: str) -> Launch:
        file = self.data.role_settings / f"{role}.json"
        account = current() if role == "worker" else self.account
        settings = for_role(role, self.settings())
        settings_files.save(settings, file, account)
        return Launch(
            name=role,
            argv=tuple((self.arguments or serve)(role)),
            environment={**_environment(role), FILE_VARIABLE: str(file), VARIABLE: self.notices.address},
            account=account,
            needs=self._needs(role, settings, account),
            # As after kill -9: the jails of a worker that lost its supervisor go on, for the next to adopt.
            death_signal=signal.SIGKILL,
            # A bwrap that is setuid root, as some systems have it, could not work otherwise.
            no_new_privileges=role != "worker",
            log=self.data.logs / f"{role}.log",
        )

    def _needs(self, role: str, settings: Settings, account: Account) -> tuple[Need, ...]:
        return (
            *interpreter_needs(),
            Need(self.data.root, read_only=False),
            *_reports(role, settings, account),
            *web_client_needs(role),
        )

    async def _settled(self, role: str, process: Process) -> None:
        """Returns when the role has said that it is ready. Raises ServiceError where it ends before, or is too slow."""
        log = self.data.logs / f"{role}.log"
        heard = asyncio.create_task(self.notices.ready(process.pid, self.ready_seconds))
        gone = asyncio.create_task(exited(process))
        try:
            await asyncio.wait({heard, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not heard.done():
                raise ServiceError(tell_end(process, log))
            await heard
        except TimeoutError:
            raise SlowStartError(
                f"{role} is not ready after {self.ready_seconds:g} s; its last words: {log_tail(log) or 'none'}",
                f"Its log is {log}.",
            ) from None
        finally:
            for task in (heard, gone):
                task.cancel()
            await asyncio.gather(heard, gone, return_exceptions=True)


def web_client_needs(role: str) -> tuple[Need, ...]:
    """A checkout's, which is in no folder of Python's. Not the built files' own: another build takes their place."""
    return (Need(SOURCES),) if role == "gateway" and SOURCES.is_dir() else ()


def _reports(role: str, settings: Settings, account: Account) -> tuple[Need, ...]:
    """The folder that the conductor writes reports to. Our own is made for it; one that was set is there, or said."""
    if role != "conductor":
        return ()
    if settings.report_dir is not None:
        return (Need(settings.report_dir, read_only=False),) if settings.report_dir.exists() else ()
    settings.reports.mkdir(mode=0o750, exist_ok=True)
    if account.uid != os.geteuid():
        os.chown(settings.reports, account.uid, account.gid, follow_symlinks=False)
    return ()


def for_role(role: str, settings: Settings) -> Settings:
    """The settings with the secrets that the role needs, and not the others."""
    hidden: dict[str, object] = {"database_owner_url": None}
    hidden |= {name: None for name, roles in SECRETS.items() if role not in roles}
    return settings.model_copy(update=hidden)


def _environment(role: str) -> dict[str, str]:
    """The worker reaches repositories with the user's own means (an ssh agent, a proxy); the others need nothing."""
    if role != "worker":
        return {}
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
