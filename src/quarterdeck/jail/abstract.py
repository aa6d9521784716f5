"""What a jail driver promises. A jail lives as long as its session, and outlives the worker that made it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail.limits import JailLimits

MAX_CHANGES = 8 * 1024 * 1024
"""Bytes of changes to files in one request."""

WORKSPACE_PATH = "/workspace"
"""Where commands find the workspace; their first working directory."""

DOCUMENTS_PATH = "/run/quarterdeck"
"""Where they find the documents that a jail was made with."""


class BuildLog(Protocol):
    """Where the building of a session's image is told."""

    async def began(self, dockerfile: str, base_commit: str, network: str) -> None: ...
    def said(self, line: str) -> None:
        """From any thread. Without a line's end."""
        ...

    async def built(self, image: str, *, steps: int, cached_steps: int) -> None: ...
    async def failed(self, reason: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """What Docker makes a jail of; the other drivers do not look at it."""

    project_id: UUID | None = None
    image: str = ""
    """A name; empty, and no `dockerfile` either: this host's own system."""
    dockerfile: str = ""
    """Path of a Dockerfile in the base commit that the image is built from."""
    runtime: str = ""
    """Of the daemon's runtimes, such as `runsc`; empty: its default."""
    network: bool = False
    """Whether the session may connect anywhere: without that, a build has no network either."""
    log: BuildLog | None = None
    """None: nobody is told of a build."""


@dataclass(frozen=True, kw_only=True)
class JailSpec:
    session_id: UUID
    workspace: PreparedWorkspace | asyncio.Future[PreparedWorkspace]
    """Or what will give it: meanwhile a driver makes what does not depend on the files."""
    driver: str = "auto"
    """`bubblewrap`, `docker`, or `auto`: bubblewrap where it works and no image is asked for, else Docker."""
    container: ContainerSpec = ContainerSpec()
    environment: dict[str, str] = field(default_factory=dict[str, str])
    """The whole environment of the first command, beside PATH, HOME, LANG, TERM, USER and SHELL."""
    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files in `DOCUMENTS_PATH` that whoever is in the jail can read and nobody change, by name."""
    limits: JailLimits | None = None
    """None: the driver's own."""

    async def files(self) -> PreparedWorkspace:
        """The workspace, once it is prepared. Raises what its preparation raises."""
        if isinstance(self.workspace, asyncio.Future):
            # whoever gave it may want it as well
            return await asyncio.shield(self.workspace)
        return self.workspace


@dataclass(frozen=True, kw_only=True)
class ExecSpec:
    """`text` is shell source; it starts in the directory and with the exports that the last command left."""

    command_id: UUID
    text: str
    terminal: Terminal | None = None
    """None: standard output and error are pipes, standard input is a pipe that `write_input` feeds."""
    environment: dict[str, str] = field(default_factory=dict[str, str])
    timeout_seconds: int = 3600


@dataclass(frozen=True, kw_only=True)
class Exit:
    """How a command ended. `exit_code` and `signal` (its name) exclude one another."""

    exit_code: int | None
    signal: str | None
    reason: EndReason
    wall_ms: int
    cpu_ms: int
    peak_memory_bytes: int
    shell_state: bytes | None = None
    """The shell's working directory and exports as it left them, for `change_files`; None: as they were before.
    Empty: too long to be kept."""


@dataclass(frozen=True, kw_only=True)
class SpoolBatch:
    """Whole encoded frames (`application.frames`), read from the spool at `position`; the next is at `end`."""

    position: int
    end: int
    encoded: bytes


@dataclass(frozen=True, kw_only=True)
class Protection:
    """One thing that keeps what runs in a jail in it, for `quarterdeck doctor`."""

    name: str
    on: bool
    detail: str
    next_step: str = ""


class Jail(Protocol):
    """A standing jail. All methods may be called by a later worker process than the one that made it."""

    @property
    def session_id(self) -> UUID: ...

    @property
    def driver(self) -> str:
        """The name of the driver that made it."""
        ...

    @property
    def limits(self) -> tuple[Limit, ...]: ...

    async def start(self, spec: ExecSpec) -> None:
        """Starts a command. A command id that was started before is not started again: nothing happens.

        Raises JailError where it cannot start at all.
        """
        ...

    def spool(self, command_id: UUID, position: int) -> AsyncIterator[SpoolBatch]:
        """What the command printed from spool position on, then live; ends after the END frame.

        Position 0 is the start; only acknowledged parts are gone. Reads all that is there, uses no timer.
        """
        ...

    async def acknowledge(self, command_id: UUID, position: int) -> None:
        """The spool up to `position` is stored elsewhere; its room may be used again."""
        ...

    async def wait(self, command_id: UUID) -> Exit:
        """How it ended, once its foreground process has and its output is in the spool. Known until `forget`."""
        ...

    async def forget(self, command_id: UUID) -> None:
        """The command's end is in the log: its spool and exit record may go."""
        ...

    async def write_input(self, command_id: UUID, data: bytes, *, end: bool = False) -> None: ...
    async def resize(self, command_id: UUID, terminal: Terminal) -> None: ...
    async def signal(self, command_id: UUID, name: str) -> None:
        """Sends a signal (`INT`, `TERM` …) to the command's foreground process group."""
        ...

    async def kill(self, command_id: UUID, reason: EndReason, grace_seconds: float = 2.0) -> None:
        """Ends everything the command started, wherever it hid: SIGTERM, and SIGKILL after the grace."""
        ...

    async def commands(self) -> Sequence[UUID]:
        """Commands it knows of: running, or ended and not forgotten."""
        ...

    async def freeze(self) -> None: ...
    async def thaw(self) -> None: ...

    async def processes(self) -> int:
        """How many processes live in it."""
        ...

    async def unlinked(self) -> tuple[int, int]:
        """Bytes and number of the workspace's files that have no name any more, but are open, as far as seen."""
        ...

    async def change_files(self, changes: bytes) -> None:
        """Changes the workspace's files from inside, as a command would (`shim.changes`; at most `MAX_CHANGES`).

        Raises JailError where one of them cannot be done: those before it are.
        """
        ...

    async def ports(self) -> Sequence[int]:
        """TCP ports that something in it listens on."""
        ...

    async def dial(self, port: int) -> socket.socket:
        """A connection to what listens on a port of its loopback, not blocking. Raises JailError where nothing does."""
        ...

    async def destroy(self) -> None:
        """Ends everything in it and removes what it left on the host, but not the workspace."""
        ...


class JailDriver(Protocol):
    @property
    def name(self) -> str: ...

    async def protections(self) -> Sequence[Protection]: ...

    async def create(self, spec: JailSpec) -> Jail:
        """Raises JailError, with the next step, where this host cannot keep a jail shut.

        Raises what the preparation of the workspace raises, and then leaves nothing.
        """
        ...

    async def adopt(self, session_id: UUID) -> Jail | None:
        """The session's jail if it stands, checked against the kernel; what is left of a dead one is removed."""
        ...

    async def sessions(self) -> Sequence[UUID]:
        """Sessions with a jail, alive or in ruins, on this host."""
        ...

    async def close(self) -> None:
        """Lets go of all jails without ending them."""
        ...
