"""The four roles as supervised children: each its own process, with its own settings and no more rights than needed."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quarterdeck.config import FILE_VARIABLE, PREFIX, Settings
from quarterdeck.host import settings as settings_files
from quarterdeck.host.accounts import Account, current
from quarterdeck.host.child import ChildSpec, at_once
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.launch import Launch
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need

ROLES = ("worker", "projector", "conductor", "gateway")
READY_SECONDS = 60.0

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
    arguments: Arguments = serve

    def specs(self) -> list[ChildSpec]:
        return [self._spec(role) for role in ROLES]

    def _spec(self, role: str) -> ChildSpec:
        return ChildSpec(
            name=role,
            launch=lambda: self._launch(role),
            ready=self._answers if role == "gateway" else at_once,
            log=self.data.logs / f"{role}.log",
        )

    def _launch(self, role: str) -> Launch:
        file = self.data.role_settings / f"{role}.json"
        account = current() if role == "worker" else self.account
        settings_files.save(for_role(role, self.settings()), file, account)
        return Launch(
            name=role,
            argv=tuple(self.arguments(role)),
            environment={**_environment(role), FILE_VARIABLE: str(file)},
            account=account,
            needs=(*interpreter_needs(), Need(self.data.root, read_only=False)),
            # As after kill -9: the jails of a worker that lost its supervisor go on, for the next to adopt.
            death_signal=signal.SIGKILL,
            # A bwrap that is setuid root, as some systems have it, could not work otherwise.
            no_new_privileges=role != "worker",
            log=self.data.logs / f"{role}.log",
        )

    async def _answers(self, process: subprocess.Popen[bytes]) -> None:
        settings = self.settings()
        deadline = time.monotonic() + READY_SECONDS
        while not await asyncio.to_thread(is_ready, settings):
            if process.poll() is not None:
                raise ServiceError("It ended before it was ready.")
            if time.monotonic() > deadline:
                raise ServiceError(f"It did not become ready within {READY_SECONDS:g} s.")
            await asyncio.sleep(0.05)


def for_role(role: str, settings: Settings) -> Settings:
    """The settings with the database URLs that the role needs, and not the others."""
    hidden: dict[str, object] = {"database_owner_url": None}
    if role != "projector":
        hidden["database_projector_url"] = None
    return settings.model_copy(update=hidden)


def is_ready(settings: Settings) -> bool:
    """Whether the gateway says that it can serve."""
    connection = http.client.HTTPConnection(settings.local_host, settings.port, timeout=2.0)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _environment(role: str) -> dict[str, str]:
    """The worker reaches repositories with the user's own means (an ssh agent, a proxy); the others need nothing."""
    if role != "worker":
        return {}
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
