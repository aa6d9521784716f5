"""Snapshots: the points in time of a session's files, and reading them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from quarterdeck.application.ports.control import TreeControl
from quarterdeck.application.ports.log import EventLog, LoggedEvent
from quarterdeck.application.streams import COMMAND
from quarterdeck.application.trees import (
    MAX_DIFF_FILES,
    MAX_ENTRIES,
    MAX_FIND_TEXT,
    MAX_FOUND,
    MAX_READ_BYTES,
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FindAsked,
    FoundPaths,
    Home,
    ListAsked,
    MeasureAsked,
    TreePage,
)
from quarterdeck.domain.archive import WorkSetAside, archive_id
from quarterdeck.domain.command import CommandFinished, EndedCommand, NoCommand
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from quarterdeck.domain.workspace import (
    SkippedPath,
    SnapshotTaken,
    WorkspaceFileWritten,
    WorkspacePrepared,
    WorkspaceRebuilt,
    workspace_id,
)

T = TypeVar("T")
MOST_BLAMED = 20_000
"""Snapshots that a line's origin is looked for in, the newest."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The first is the base: what the session started with."""

    position: int
    recorded_at: datetime
    tree: str
    command_id: UUID | None
    files_changed: int
    skipped: tuple[SkippedPath, ...]
    skipped_total: int
    written_by: UUID | None = None
    """The user who wrote a file of it from outside, which is all that it changed."""
    written_path: str | None = None
    correlation_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    recorded_at: datetime
    how: WorkspaceRebuilt


@dataclass(frozen=True, kw_only=True)
class SetAside:
    position: int
    recorded_at: datetime
    what: WorkSetAside

    @property
    def snapshot(self) -> Snapshot:
        """As a point in time."""
        return Snapshot(
            position=self.position,
            recorded_at=self.recorded_at,
            tree=self.what.tree,
            command_id=None,
            files_changed=self.what.files_changed,
            skipped=(),
            skipped_total=0,
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """A session, as whoever may see it knows it."""

    session_id: UUID
    project_id: UUID
    worker_id: str | None

    @property
    def home(self) -> Home:
        return Home(session_id=self.session_id, project_id=self.project_id)


@dataclass(frozen=True, kw_only=True)
class BlamedLines:
    start: int
    lines: tuple[str, ...]
    came_with: Snapshot


@dataclass(frozen=True)
class Snapshots:
    """Whether the caller may see the session is checked before."""

    log: EventLog
    control: TreeControl

    async def history(self, session_id: UUID) -> list[Snapshot]:
        """From the base to the newest; empty for a session that has no workspace yet.

        Without those that were lost when the session was made anew elsewhere.
        """
        events = await self.log.load(workspace_id(session_id))
        lost = _lost(events)
        written: dict[UUID | None, LoggedEvent] = {
            each.envelope.correlation_id: each for each in events if isinstance(each.event, WorkspaceFileWritten)
        }
        found = (_snapshot(each) for each in events if each.version not in lost)
        return [_by_writer(each, written) for each in found if each]

    async def rebuilt(self, session_id: UUID) -> Rebuilt | None:
        """How the session was last made anew on another worker, if it was."""
        for each in reversed(await self.log.load(workspace_id(session_id))):
            if isinstance(each.event, WorkspaceRebuilt):
                return Rebuilt(recorded_at=each.envelope.recorded_at, how=each.event)
        return None

    async def set_aside(self, session_id: UUID) -> list[SetAside]:
        """What workers that came back had of it, the oldest first."""
        events = await self.log.load(archive_id(session_id))
        return [
            SetAside(position=each.position, recorded_at=each.envelope.recorded_at, what=each.event)
            for each in events
            if isinstance(each.event, WorkSetAside)
        ]

    async def between(self, place: Place, before: str | None, after: str | None) -> tuple[Snapshot, Snapshot]:
        """Two points in time: by default the base and the newest."""
        history = await self._some_history(place)
        first = history[0] if before is None else await self._point(place, history, before, "from")
        last = history[-1] if after is None else await self._point(place, history, after, "to")
        return first, last

    async def at(self, place: Place, point: str | None) -> Snapshot:
        """A point in time: a tree's name, or the id of the command after which; None: the newest."""
        history = await self._some_history(place)
        return history[-1] if point is None else await self._point(place, history, point, "at")

    async def diff(
        self, place: Place, before: str, after: str, path_after: str | None, limit: int, *, other: Place | None = None
    ) -> DiffPage:
        """Of two trees. `other`: whose the second is, where it is not the same session's."""
        _check_size("first", limit, MAX_DIFF_FILES)
        asked = DiffAsked(
            home=place.home,
            before=before,
            after=after,
            path_after=path_after,
            limit=limit,
            other=other.home if other else None,
        )
        return await self._ask(place, lambda worker_id: self.control.diff(worker_id, asked), other)

    async def measure(self, place: Place, before: str, after: str, most: int) -> DiffMeasure:
        """How much two trees differ, with the `most` files that differ most."""
        asked = MeasureAsked(home=place.home, before=before, after=after, most=most)
        return await self._ask(place, lambda worker_id: self.control.measure(worker_id, asked))

    async def list_tree(self, place: Place, tree: str, path: str, after: str | None, limit: int) -> TreePage:
        _check_size("first", limit, MAX_ENTRIES)
        asked = ListAsked(home=place.home, tree=tree, path=path, after=after, limit=limit)
        return await self._ask(place, lambda worker_id: self.control.list_tree(worker_id, asked))

    async def find_paths(self, place: Place, tree: str, text: str, limit: int) -> FoundPaths:
        _check_size("first", limit, MAX_FOUND)
        if len(text) > MAX_FIND_TEXT:
            raise InvalidInputError(f"A text has at most {MAX_FIND_TEXT} characters here.", field="text")
        asked = FindAsked(home=place.home, tree=tree, text=text, limit=limit)
        return await self._ask(place, lambda worker_id: self.control.find_paths(worker_id, asked))

    async def read_file(self, place: Place, tree: str, path: str, offset: int, limit: int) -> FileContent:
        _check_size("limit", limit, MAX_READ_BYTES)
        if offset < 0:
            raise InvalidInputError(f"An offset is 0 or more, not {offset}.", field="offset")
        asked = FileAsked(home=place.home, tree=tree, path=path, offset=offset, limit=limit)
        return await self._ask(place, lambda worker_id: self.control.read_file(worker_id, asked))

    async def blame(self, place: Place, last: Snapshot, path: str) -> tuple[list[BlamedLines], Blame]:
        """Each line of a file at a point in time, with the snapshot that it came with."""
        known = [each for each in await self._some_history(place) if each.position <= last.position][-MOST_BLAMED:]
        asked = BlameAsked(home=place.home, trees=tuple(each.tree for each in known), path=path)
        answer = await self._ask(place, lambda worker_id: self.control.blame(worker_id, asked))
        lines = [
            BlamedLines(start=each.start, lines=each.lines, came_with=known[each.origin]) for each in answer.ranges
        ]
        return lines, answer

    async def _some_history(self, place: Place) -> list[Snapshot]:
        history = await self.history(place.session_id)
        if not history:
            raise ConflictError("This session has no files yet.", "Wait until it is ready.")
        return history

    async def _point(self, place: Place, history: list[Snapshot], point: str, field: str) -> Snapshot:
        command_id = _uuid(point)
        tree = point if command_id is None else await self._tree_after(place, command_id)
        matching = [each for each in reversed(history) if each.tree == tree]
        found = next((each for each in matching if command_id and each.command_id == command_id), None)
        # a command that changed nothing has no snapshot of its own
        found = found or next(iter(matching), None)
        if found is None:
            aside = [each.snapshot for each in await self.set_aside(place.session_id)]
            found = next((each for each in aside if each.tree == tree), None)
        if found is None:
            raise NotFoundError(
                f"{point[:60]!r} is no point in time of this session ({field}).",
                "Pass the id of one of its commands, or a tree's name from its snapshots.",
            )
        return found

    async def _tree_after(self, place: Place, command_id: UUID) -> str:
        state = (await COMMAND.load(self.log, command_id)).state
        if isinstance(state, NoCommand) or state.request.session_id != place.session_id:
            raise NotFoundError("There is no such command in this session.")
        if not isinstance(state, EndedCommand):
            raise ConflictError("This command has not ended yet.", "Wait until it has.")
        if not isinstance(state.outcome, CommandFinished) or not state.outcome.tree_after:
            raise NotFoundError("No snapshot was taken at the end of this command.", "Use the next one's.")
        return state.outcome.tree_after

    async def _ask(self, place: Place, ask: Callable[[str | None], Awaitable[T]], other: Place | None = None) -> T:
        """The session's own worker, which has its snapshots at hand; where it is away, any other.

        Of two sessions on two workers, either may have what the other has not yet sent to the object store.
        """
        near = [place.worker_id, *([other.worker_id] if other else [])]
        for worker_id in dict.fromkeys(each for each in near if each):
            try:
                return await ask(worker_id)
            except UnavailableError:
                pass
            except NotFoundError:
                if len(set(near)) == 1:
                    raise
        return await ask(None)


def _snapshot(recorded: LoggedEvent) -> Snapshot | None:
    event = recorded.event
    if not isinstance(event, (WorkspacePrepared, SnapshotTaken, WorkspaceRebuilt)):
        return None
    taken = event if isinstance(event, SnapshotTaken) else SnapshotTaken(command_id=None, tree="", files_changed=0)
    return Snapshot(
        position=recorded.position,
        recorded_at=recorded.envelope.recorded_at,
        tree=event.tree,
        command_id=taken.command_id,
        files_changed=taken.files_changed,
        skipped=taken.skipped,
        skipped_total=taken.skipped_total,
        correlation_id=recorded.envelope.correlation_id,
    )


def _by_writer(snapshot: Snapshot, written: Mapping[UUID | None, LoggedEvent]) -> Snapshot:
    """A file that is written from outside has its snapshot in the writer's name, logged with it."""
    write = written.get(snapshot.correlation_id) if snapshot.command_id is None else None
    if write is None or not isinstance(write.event, WorkspaceFileWritten):
        return snapshot
    return replace(snapshot, written_by=_uuid(write.envelope.actor.id), written_path=write.event.path)


def _lost(events: Sequence[LoggedEvent]) -> set[int]:
    """Versions of what was never stored before the session was made anew."""
    made_anew = [(each.event.covers, each.version) for each in events if isinstance(each.event, WorkspaceRebuilt)]
    return {version for covers, at in made_anew for version in range(covers + 1, at)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _check_size(name: str, asked: int, most: int) -> None:
    if not 1 <= asked <= most:
        raise InvalidInputError(f"{name} is {asked}; it must be 1 to {most:,}.", field=name)
