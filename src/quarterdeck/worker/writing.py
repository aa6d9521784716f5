"""Writing a file of a session for somebody outside: only where it still is what they have seen."""

from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.paths import path_bytes
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, TreeReader
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.streams import WORKSPACE
from quarterdeck.application.trees import MAX_READ_BYTES, FileAsked, FileContent, FileKind, Home
from quarterdeck.domain import workspace
from quarterdeck.domain.errors import ConflictError, LimitExceededError, NotFoundError, PausedError
from quarterdeck.domain.idempotency import RequestAccepted
from quarterdeck.domain.workspace import WorkspaceFileWritten, workspace_id
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import changes, swapping
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import HeldSession, Sessions

REFUSED = (swapping.STALE, swapping.IN_THE_WAY, swapping.NO_FILE)
READ_IT = "Read it again, and decide which of the two is to stay."


@dataclass(frozen=True)
class _There:
    content: bytes
    executable: bool


@dataclass(frozen=True)
class FileWriter:
    ports: WorkerPorts
    sessions: Sessions
    trees: TreeReader

    async def write(self, asked: FileWriteAsked) -> FileWritten:
        """What the files were until then is in the log before one of them is changed."""
        held = self._held(asked)
        files = held.files
        async with files.lock:
            await files.reload(self.ports.journal)
            workspace.writable(files.known)
            await self._note_what_is_there(held)
            there = await self._there(held, asked.path)
            _compare(asked, there)
            if there and there.content == asked.content and asked.executable in {None, there.executable}:
                return await self._answer(held, asked, changed=False)
            await self._make_room(held, asked, there)
            files.settled = False
            await self._swap(held, asked, there)
            return await self._noted(held, asked)

    def _held(self, asked: FileWriteAsked) -> HeldSession:
        held = self.sessions.get(asked.session_id)
        if held is None or held.closing:
            raise ConflictError("This session is closing, or does not run here.", "See `qd session show ID`.")
        if held.commands.is_held(Hold.PAUSE):
            raise PausedError("This session is paused.", "Resume it with `qd session resume ID`.")
        if held.restoring:
            raise ConflictError("This session's files are being restored.", "Wait until that is done.")
        return held

    async def _note_what_is_there(self, held: HeldSession) -> None:
        found = await held.files.look()
        await held.files.say(self.ports.journal, lambda: held.files.snapshot(found, None))

    async def _there(self, held: HeldSession, path: str) -> _There | None:
        try:
            first = await self._part(held, path, 0)
        except NotFoundError:
            return None
        if first.kind not in {FileKind.FILE, FileKind.EXECUTABLE}:
            raise ConflictError(f"What is there is a {first.kind.value}, not a plain file.", "Write another path.")
        if first.size > MAX_READ_BYTES:
            raise ConflictError(
                f"What is there has {first.size:,} bytes; up to {MAX_READ_BYTES:,} can be compared.",
                "Change it with a command.",
            )
        content = first.data
        while len(content) < first.size:
            more = await self._part(held, path, len(content))
            content += more.data
        return _There(content, first.kind == FileKind.EXECUTABLE)

    async def _part(self, held: HeldSession, path: str, offset: int) -> FileContent:
        home = Home(session_id=held.session_id, project_id=held.project_id)
        return await self.trees.read_file(
            FileAsked(home=home, tree=held.files.tree, path=path, offset=offset, limit=MAX_READ_BYTES)
        )

    async def _make_room(self, held: HeldSession, asked: FileWriteAsked, there: _There | None) -> None:
        """A file system of the session's own refuses by itself; where a watcher counts, nothing else would."""
        use = await self.ports.workspaces.use(held.session_id)
        more = len(asked.content) - len(there.content if there else b"")
        if use and (more > use.bytes_left or (there is None and use.files_left < 1)):
            raise LimitExceededError(
                f"The session has {max(0, use.bytes_left):,} bytes and {max(0, use.files_left):,} files left to write.",
                "Remove something in it, or raise `workspace` with `qd project set`.",
            )

    async def _swap(self, held: HeldSession, asked: FileWriteAsked, there: _There | None) -> None:
        mode = {None: swapping.KEEP, True: swapping.EXECUTABLE, False: swapping.PLAIN}[asked.executable]
        record = swapping.encode(there.content if there else None, asked.content, mode)
        try:
            await held.jail.change_files(changes.encode(changes.SWAP, path_bytes(asked.path), record))
        except JailError as error:
            if error.message in REFUSED:
                raise ConflictError(f"{asked.path[:200]} is not written: {error.message}", READ_IT) from error
            raise

    async def _noted(self, held: HeldSession, asked: FileWriteAsked) -> FileWritten:
        """In the name of who wrote it, whatever comes between: the file is written."""
        files, journal = held.files, self.ports.journal
        found = await files.look()
        event = WorkspaceFileWritten(
            path=asked.path,
            base_sha256=asked.base,
            sha256=sha256(asked.content).hexdigest(),
            bytes=len(asked.content),
            tree=found.tree,
            write_id=asked.write_id,
        )
        accepted = _accepted(asked)
        while True:
            writes = files.written(found, event)
            try:
                await patiently(partial(journal.log.append, [*writes, *accepted], asked.context))
            except ConcurrencyError:
                await files.reload(journal)
                if not await self._is_noted(held, asked):
                    accepted = [each for each in accepted if not await journal.log.load(each.stream_id)]
                    continue
            else:
                files.appended(writes)
            return await self._answer(held, asked, changed=True)

    async def _is_noted(self, held: HeldSession, asked: FileWriteAsked) -> bool:
        """An attempt of which nothing was heard went through."""
        events = (await self.ports.journal.read(WORKSPACE, workspace_id(held.session_id))).events
        return any(isinstance(e.event, WorkspaceFileWritten) and e.event.write_id == asked.write_id for e in events)

    async def _answer(self, held: HeldSession, asked: FileWriteAsked, *, changed: bool) -> FileWritten:
        events = (await self.ports.journal.read(WORKSPACE, workspace_id(held.session_id))).events
        digest = sha256(asked.content).hexdigest()
        return FileWritten(tree=held.files.tree, sha256=digest, position=events[-1].position, changed=changed)


def _compare(asked: FileWriteAsked, there: _There | None) -> None:
    """What is there already as it is to be is no conflict: the answer of the first attempt may have been lost."""
    if there and there.content == asked.content:
        return
    now = sha256(there.content).hexdigest() if there else None
    if now == asked.base:
        return
    if now is None:
        said = f"There is no file {asked.path[:200]} any more."
    elif asked.base is None:
        said = f"There is a file {asked.path[:200]} already."
    else:
        said = f"{asked.path[:200]} has been changed since it was read."
    raise ConflictError(said, READ_IT)


def _accepted(asked: FileWriteAsked) -> list[StreamWrite]:
    if asked.request_stream is None:
        return []
    event = RequestAccepted(request_sha256=asked.request_sha256, subject_id=asked.write_id)
    return [StreamWrite(stream_id=asked.request_stream, expected_version=0, events=(event,))]
