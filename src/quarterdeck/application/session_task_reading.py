"""What was edited in a session's own copy of the task files, taken over into the log: once, by who ran the command.

Compared are the files of two snapshots, one after the other. So a copy that is older than the log says nothing of what
it does not know.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.ports.task_files import FoundFiles, SnapshotFiles
from quarterdeck.application.session_task_plans import SessionPlanning
from quarterdeck.application.streams import ATTEMPTS, COMMAND, SESSION, SESSION_TASK_FILES, Loaded
from quarterdeck.application.task_authors import Author
from quarterdeck.application.task_synchronizing import SYSTEM, TaskSynchronizer, parsed
from quarterdeck.application.trees import Home
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import NoCommand
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError
from quarterdeck.domain.session_state import NoSession
from quarterdeck.domain.session_task_files import (
    SessionTaskFiles,
    SessionTaskFilesRead,
    session_task_files_id,
)
from quarterdeck.domain.task_files import MAX_TEXT, SynchronizedFile
from quarterdeck.domain.workspace import SnapshotTaken, WorkspacePrepared, WorkspaceRebuilt, WorkspaceRestored
from quarterdeck.domain.workspace import workspace_id as workspace_of

Change = SnapshotTaken | WorkspaceRestored | WorkspaceRebuilt
"""Of a workspace's files. What a restore brings back was edited before, and says nothing anew."""


@dataclass(frozen=True)
class SessionTaskReader:
    synchronizer: TaskSynchronizer

    @property
    def _log(self) -> EventLog:
        return self.synchronizer.log

    async def read(self, project_id: UUID, session_id: UUID, recorded: LoggedEvent) -> bool:
        """Of a workspace's stream, one that gives it a tree. Says whether it had task files that were edited.

        Raises a QuarterdeckError where it cannot be read now.
        """
        for _ in range(ATTEMPTS):
            home = await self.synchronizer.home(project_id)
            event = recorded.event
            if home is None or not isinstance(event, SnapshotTaken | WorkspaceRestored | WorkspaceRebuilt):
                return False
            known = await SESSION_TASK_FILES.load(self._log, session_task_files_id(session_id))
            if recorded.version <= known.state.snapshot:
                return False
            place = Home(session_id=session_id, project_id=project_id)
            try:
                writes = await self._writes(place, known, recorded, event, home.settings.task_files.paths)
            except (InvalidInputError, LimitExceededError) as error:
                writes = [self._failed(place, known, recorded, event.tree, error.message)]
            if not writes:
                return False
            try:
                await self._log.append(writes, _context(recorded, place))
            except ConcurrencyError:
                continue
            return True
        raise ConcurrencyError("The tasks change too fast to be read from a session.", "Try again.")

    async def _writes(
        self,
        place: Home,
        known: Loaded[SessionTaskFiles],
        recorded: LoggedEvent,
        event: Change,
        paths: tuple[str, ...],
    ) -> list[StreamWrite]:
        before_tree = known.state.tree or await self._first_tree(place.session_id, recorded)
        if before_tree in {None, event.tree}:
            return []
        store = self.synchronizer.store
        before = await store.snapshot(SnapshotFiles(home=place, tree=before_tree or "", paths=paths))
        same = tuple(each.blob for each in before.files.values())
        after = await store.snapshot(SnapshotFiles(home=place, tree=event.tree, paths=paths, known=same))
        if _blobs(before) == _blobs(after):
            return []
        after = _whole(after, before)
        book = await self.synchronizer.book(place.project_id)
        workers = await self.synchronizer.workers(place.project_id)
        planning = SessionPlanning(
            session_id=place.session_id,
            before={path: parsed(path, before.files.get(path)) for path in paths},
            documents={path: parsed(path, after.files.get(path)) for path in paths},
            author=await self._author(place.session_id, recorded, event),
            ledger=await self.synchronizer.ledger(book, workers, place.session_id),
            names=await self.synchronizer.names(book),
            next_number=await self.synchronizer.next_number(book),
            given=known.state.given,
            rule=(await self.synchronizer.rule(place.project_id)),
        )
        edited = isinstance(event, SnapshotTaken) and await self._is_edited(place, known.state, before, after)
        said = await asyncio.to_thread(planning.plan, take=edited)
        read = SessionTaskFilesRead(
            session_id=place.session_id,
            snapshot=recorded.version,
            tree=event.tree,
            files=tuple(SynchronizedFile(path=path, blob=blob) for path, blob in _blobs(after).items()),
            given=said.given,
            findings=said.findings,
        )
        stream_id = session_task_files_id(place.session_id)
        return [*said.writes, StreamWrite(stream_id=stream_id, expected_version=known.version, events=(read,))]

    async def _is_edited(self, place: Home, known: SessionTaskFiles, before: FoundFiles, after: FoundFiles) -> bool:
        """Not where git, asked to check something out or to stash, has put what the repository or the session had."""
        changed = {each.blob for path, each in after.files.items() if before.files.get(path) != each}
        new = changed - known.contents - {each.blob for each in before.files.values()}
        return bool(new - await self.synchronizer.in_repository(place.project_id, new))

    def _failed(
        self, place: Home, known: Loaded[SessionTaskFiles], recorded: LoggedEvent, tree: str, problem: str
    ) -> StreamWrite:
        read = SessionTaskFilesRead(
            session_id=place.session_id,
            snapshot=recorded.version,
            tree=tree,
            files=(),
            problem=problem[:MAX_TEXT],
        )
        stream_id = session_task_files_id(place.session_id)
        return StreamWrite(stream_id=stream_id, expected_version=known.version, events=(read,))

    async def _first_tree(self, session_id: UUID, recorded: LoggedEvent) -> str | None:
        """That the workspace began with."""
        for each in await self._log.load(workspace_of(session_id)):
            if isinstance(each.event, WorkspacePrepared | WorkspaceRebuilt) and each.version < recorded.version:
                return each.event.tree
        return None

    async def _author(self, session_id: UUID, recorded: LoggedEvent, event: Change) -> Author:
        """Who asked for the command; else who opened the session."""
        state = (await SESSION.load(self._log, session_id)).state
        owner = None if isinstance(state, NoSession) else state.owner_id
        actor = Actor(kind=ActorKind.USER, id=str(owner)) if owner else SYSTEM
        if isinstance(event, SnapshotTaken) and event.command_id is not None:
            history = await self._log.load(event.command_id)
            if history and not isinstance(COMMAND.fold(event.command_id, history).state, NoCommand):
                actor = history[0].envelope.actor
        user_id = UUID(actor.id) if actor.kind is ActorKind.USER else owner
        return Author(actor=actor, causation_id=recorded.event_id, user_id=user_id)


def _context(recorded: LoggedEvent, place: Home) -> Context:
    return Context(
        actor=SYSTEM,
        correlation_id=recorded.envelope.correlation_id or uuid4(),
        causation_id=recorded.event_id,
        project_id=place.project_id,
        session_id=place.session_id,
    )


def _blobs(found: FoundFiles) -> Mapping[str, str]:
    return {path: each.blob for path, each in found.files.items()}


def _whole(after: FoundFiles, before: FoundFiles) -> FoundFiles:
    """With the contents that were known."""
    contents = {each.blob: each for each in before.files.values()}
    return replace(after, files={path: contents.get(each.blob, each) for path, each in after.files.items()})
