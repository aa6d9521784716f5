"""Where one is in the REPL: the project and the session in use, and how the last command ended."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import projects, sessions
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Call
from quarterdeck_cli.commands.contexts import add_context, remove_context, use_context
from quarterdeck_cli.commands.edit import edit_file
from quarterdeck_cli.commands.files import get_file, list_files, print_file, put_file
from quarterdeck_cli.commands.login import log_in, log_out
from quarterdeck_cli.commands.run import run
from quarterdeck_cli.commands.sessions import close_session
from quarterdeck_cli.completion.grammar import Command
from quarterdeck_cli.errors import ConnectionLostError, NotFoundError, NotSetUpError, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

NOTHING = "-"
IN_THE_SESSION = {run, edit_file, list_files, print_file, get_file, put_file}

SWITCHING = frozenset({log_in, log_out, use_context, add_context, remove_context})
"""After these, another log-in may be in use."""
Which = Annotated[str | None, typer.Argument(metavar="[SESSION]", help="A session's id, or the end of it; - for none.")]
Project = Annotated[str | None, typer.Option("--project", "-p", metavar="PROJECT", help="A project's name or id.")]


@dataclass
class Here:
    project: str = ""
    """Its name."""
    project_id: str | None = None
    ref: str = ""
    session_id: str | None = None
    state: str = ""
    """Of the session, where it is not ready."""
    code: int = 0

    @property
    def session(self) -> str:
        """Its short id."""
        return ids.short(self.session_id) if self.session_id else ""

    async def find(self, client: Client) -> None:
        """The project that is meant where none is named, if there is one and none is in use. Raises CliError where that
        cannot be told."""
        with suppress(NotSetUpError, ConnectionLostError):
            found = await _project(client, await resolve.project_or_here(client, None))
            if self.project_id is None:
                self.project, self.project_id, self.ref = found.name, found.id, found.default_branch

    async def use_session(self, qd: Qd, text: str, position: int | None = None) -> None:
        """As it is at that log position, at least."""
        client = await qd.client()
        found = await sessions.session(client, await resolve.session_id(client, text), position)
        self.session_id, self.ref = found.id, found.ref
        self.saw(found.state)
        self.project, self.project_id = found.project.name, found.project.id
        client.project = found.project.id

    async def use_project(self, qd: Qd, text: str) -> None:
        client = await qd.client()
        found = await _project(client, await resolve.project_id(client, text))
        self.leave_session()
        self.project, self.project_id, self.ref = found.name, found.id, found.default_branch
        client.project = found.id

    def leave_session(self) -> None:
        self.session_id, self.state = None, ""

    def saw(self, state: str) -> None:
        """The session's state now."""
        self.state = "" if state.upper() == "READY" else state.lower()

    async def look(self, client: Client) -> None:
        """Whether the session in use is in another state by now."""
        if (session_id := self.session_id) is None:
            return
        # one that may not be seen any more is told of when it is used
        with suppress(NotFoundError):
            found = await sessions.session(client, session_id)
            if session_id == self.session_id:
                self.saw(found.state)

    async def use(self, qd: Qd, session: Which = None, *, project: Project = None) -> None:
        """Go to a session, where `!COMMAND` and `run` work from then on, or to another project: `use project NAME`.

        With - the session is left, and goes on.
        """
        if session and project:
            raise UsageError("Both a session and a project were given.", "A session is in one project: name it alone.")
        if project:
            await self.use_project(qd, project)
        elif session == NOTHING:
            self.leave_session()
        elif session:
            await self.use_session(qd, session)
        else:
            qd.out.fields([("project", self.project), ("session", self.session), ("ref", self.ref)])

    def filled(self, call: Call) -> Call:
        """A bare `run` runs in the session in use, and a file is that session's."""
        asked = call.arguments
        elsewhere = any(asked.get(each) for each in ("session", "project", "persona"))
        if call.function not in IN_THE_SESSION or self.session_id is None or elsewhere:
            return call
        return replace(call, arguments={**asked, "session": self.session_id})

    def defaults(self, grammar: Command) -> dict[str, Any]:
        """For click: the session in use, for each command that needs one and nothing else."""
        if self.session_id is None:
            return {}
        return _defaults(grammar, self.session_id)

    async def went(self, qd: Qd, call: Call) -> None:
        """After a command: a session that was opened is in use, one that was closed is not; and so with log-ins."""
        if call.function in SWITCHING:
            await self._switch(qd)
        elif qd.opened:
            (opened, position), qd.opened = qd.opened, None
            await self.use_session(qd, opened, position)
        elif call.function is close_session and self.session_id:
            await self._check(qd)

    async def _switch(self, qd: Qd) -> None:
        """The next command connects anew: to another server, or as somebody else."""
        await qd.disconnect()
        self.leave_session()
        self.project, self.project_id, self.ref = "", None, ""
        await self.find(await qd.client())

    async def _check(self, qd: Qd) -> None:
        found = await sessions.session(await qd.client(), self.session_id or "")
        if found.state in sessions.ENDED or found.state == "CLOSING":
            qd.out.note(f"Session {plain(self.session)} is left.")
            self.leave_session()


async def _project(client: Client, project_id: str) -> projects.Project:
    """As lists have it, which are known while the server does not answer."""
    async for each in projects.projects(client):
        if each.id == project_id:
            return each
    return await projects.project(client, project_id)


def _defaults(command: Command, session: str) -> dict[str, Any]:
    if command.commands:
        inner = {name: _defaults(each, session) for name, each in command.commands.items()}
        return {name: each for name, each in inner.items() if each}
    first = command.arguments[:1]
    return {"session": session} if first and first[0].of == "session" and len(command.arguments) == 1 else {}
