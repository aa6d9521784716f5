"""Exports: a session's files at a point in time, as a branch of the repository, a patch or a tar."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from quarterdeck.application.access import no_session, permitted
from quarterdeck.application.export_requests import (
    MOST_LEFT_OUT,
    BranchAsked,
    ContentAsked,
    LeftOut,
    OpenedContent,
    WrittenBranch,
)
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.exports import ExportControl
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.requests import IdempotencyKey, Outcome, answered, context_of, perform
from quarterdeck.application.snapshots import Place, Snapshot, Snapshots
from quarterdeck.application.streams import EXPORTS, PROJECT, SESSION, USER, WORKSPACE
from quarterdeck.domain import exports, session, workspace
from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck.domain.exports import ExportFormat, WorkspaceExported, exports_id
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project, Role
from quarterdeck.domain.session_state import EndedSession, LiveSession, NoSession
from quarterdeck.domain.workspace import workspace_id

_NAMED_IN_MESSAGE = 20


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is exported, as whoever may see it knows it."""

    place: Place
    snapshot: Snapshot
    base_commit: str
    title: str
    owner_id: UUID
    repository: str

    @property
    def folder(self) -> str:
        return f"workspace-{self.place.session_id.hex[-8:]}"

    def exported(self, form: ExportFormat, left_out: LeftOut) -> WorkspaceExported:
        """The event, but for what names the content."""
        paths = (*self.snapshot.skipped, *left_out.paths)
        return WorkspaceExported(
            format=form,
            tree=self.snapshot.tree,
            command_id=self.snapshot.command_id,
            base_commit=self.base_commit,
            left_out=paths[:MOST_LEFT_OUT],
            left_out_total=self.snapshot.skipped_total + left_out.total,
        )


@dataclass(frozen=True)
class Download:
    """Content on its way out. `chunks` are given once; the last one only when the log says that it went out."""

    source: Source
    format: ExportFormat
    content: OpenedContent
    caller: Caller
    log: EventLog

    async def chunks(self) -> AsyncGenerator[bytes]:
        digest, size, held = hashlib.sha256(), 0, b""
        async with aclosing(self.content.chunks) as chunks:
            async for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                if held:
                    yield held
                held = chunk
        await self._say(digest.hexdigest(), size)
        yield held

    async def _say(self, sha256: str, size: int) -> None:
        exported = replace(self.source.exported(self.format, self.content.left_out), sha256=sha256, bytes=size)
        place = self.source.place
        await perform(
            self.log,
            EXPORTS,
            exports_id(place.session_id),
            lambda state: exports.export(state, exported),
            caller=self.caller,
            context=context_of(self.caller, project_id=place.project_id, session_id=place.session_id),
        )


@dataclass(frozen=True)
class Exports:
    log: EventLog
    snapshots: Snapshots
    control: ExportControl

    async def source(self, caller: Caller, session_id: UUID, at: str | None, role: Role = Role.VIEWER) -> Source:
        """A session's files at a point as `Snapshots.at` takes it, if the caller has `role` in its project."""
        state, home = await self._home(caller, session_id, role)
        place = Place(session_id=session_id, project_id=state.project_id, worker_id=session.files_at(state))
        files = workspace.existing((await WORKSPACE.load(self.log, workspace_id(session_id))).state)
        return Source(
            place=place,
            snapshot=await self.snapshots.at(place, at),
            base_commit=files.base_commit,
            title=state.title,
            owner_id=state.owner_id,
            repository=home.repository,
        )

    async def check(self, caller: Caller, session_id: UUID) -> None:
        """Raises where the caller may not read the session's files (any more)."""
        await self._home(caller, session_id, Role.VIEWER)

    async def _home(self, caller: Caller, session_id: UUID, role: Role) -> tuple[LiveSession | EndedSession, Project]:
        state = (await SESSION.load(self.log, session_id)).state
        if isinstance(state, NoSession):
            raise no_session()
        return state, permitted(caller, (await PROJECT.load(self.log, state.project_id)).state, role, no_session())

    @asynccontextmanager
    async def download(
        self, caller: Caller, session_id: UUID, tree: str, form: ExportFormat
    ) -> AsyncGenerator[Download]:
        """A patch or a tar of one of the session's snapshots."""
        if form is ExportFormat.BRANCH:
            raise InvalidInputError("A branch is not downloaded.", "Use exportWorkspace.", field="format")
        source = await self.source(caller, session_id, tree)
        asked = ContentAsked(
            home=source.place.home,
            format=form,
            tree=source.snapshot.tree,
            base_commit=source.base_commit,
            folder=source.folder,
            recorded_at=source.snapshot.recorded_at,
            said=tuple(_said(source)),
        )
        async with AsyncExitStack() as stack:
            content = await self._opened(stack, source.place, asked)
            yield Download(source, form, content, caller, self.log)

    async def to_branch(
        self, caller: Caller, session_id: UUID, at: str | None, branch: str | None, key: IdempotencyKey | None = None
    ) -> tuple[Source, Outcome[exports.Exports], WorkspaceExported]:
        """One commit with the session's files at the end of a branch of the project's repository.

        The branch is new, or stands where an earlier export of this session left it.
        """
        name = exports.default_branch(session_id) if branch is None else exports.check_branch(branch)
        source = await self.source(caller, session_id, at, Role.DEVELOPER)
        stream_id = exports_id(session_id)
        earlier = (await EXPORTS.load(self.log, stream_id)).state
        exported = earlier.last_on(name) if await answered(self.log, caller, key) else None
        if exported is None:
            written = await self._write(source, name, earlier.commits_on(name))
            made = source.exported(ExportFormat.BRANCH, LeftOut())
            exported = replace(made, branch=name, commit=written.commit)
        outcome = await perform(
            self.log,
            EXPORTS,
            stream_id,
            lambda state: exports.export(state, exported),
            caller=caller,
            context=context_of(caller, project_id=source.place.project_id, session_id=session_id),
            key=key,
        )
        return source, outcome, exported

    async def _write(self, source: Source, branch: str, known: tuple[str, ...]) -> WrittenBranch:
        asked = BranchAsked(
            home=source.place.home,
            repository=source.repository,
            branch=branch,
            tree=source.snapshot.tree,
            base_commit=source.base_commit,
            known=known,
            author=await self._author(source.owner_id),
            recorded_at=source.snapshot.recorded_at,
            message=_message(source),
        )
        try:
            return await self.control.write_branch(source.place.worker_id, asked)
        except UnavailableError:
            return await self.control.write_branch(None, asked)

    async def _opened(self, stack: AsyncExitStack, place: Place, asked: ContentAsked) -> OpenedContent:
        """From the session's own worker; where it is away, from any other."""
        try:
            return await stack.enter_async_context(self.control.content(place.worker_id, asked))
        except UnavailableError:
            return await stack.enter_async_context(self.control.content(None, asked))

    async def _author(self, owner_id: UUID) -> str:
        state = (await USER.load(self.log, owner_id)).state
        name = state.name if isinstance(state, User) else ""
        plain = "".join(c for c in name if c.isprintable() and c not in "<>").strip(" .,:;\"'") or "unknown"
        return f"{plain} <{owner_id}@users.quarterdeck.invalid>"


def _message(source: Source) -> str:
    title = "".join(c if c.isprintable() else " " for c in source.title).strip() or "Work of a Quarterdeck session"
    lines = [title, "", *_said(source), "", f"Quarterdeck-Session: {source.place.session_id}"]
    if source.snapshot.command_id:
        lines.append(f"Quarterdeck-Command: {source.snapshot.command_id}")
    return "\n".join(lines) + "\n"


def _said(source: Source) -> list[str]:
    """What the content is, and what is not in it, a line each; foreign text made harmless."""
    taken = source.snapshot
    point = f"after command {taken.command_id}" if taken.command_id else "as they were found"
    lines = [f"The files of session {source.place.session_id}, {point}, {taken.recorded_at:%Y-%m-%d %H:%M:%S} UTC."]
    lines.append(f"It started from commit {source.base_commit}.")
    if taken.skipped_total:
        paths = "1 path is" if taken.skipped_total == 1 else f"{taken.skipped_total:,} paths are"
        lines.append(f"{paths} left out; what the repository has there stays as it is:")
    named = taken.skipped[:_NAMED_IN_MESSAGE]
    lines += [f"  {_plain(each.path)}: {_plain(each.reason)}" for each in named]
    if taken.skipped_total > len(named):
        lines.append(f"  and {taken.skipped_total - len(named):,} more")
    return lines


def _plain(text: str) -> str:
    """On one line, and nothing that steers a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[:500])
