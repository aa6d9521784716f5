"""Writing a file of a session from outside: only where it still is what the writer has seen."""

import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from quarterdeck.application.access import no_session, permitted
from quarterdeck.application.paths import path_bytes
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, WorkerControl
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.system import Ids
from quarterdeck.application.requests import IdempotencyKey, answered, context_of
from quarterdeck.application.streams import PROJECT, SESSION
from quarterdeck.domain import session, session_state
from quarterdeck.domain.errors import InvalidInputError, UnavailableError
from quarterdeck.domain.idempotency import request_id
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_state import NoSession
from quarterdeck.domain.workspace import WorkspaceFileWritten, workspace_id

MAX_FILE_BYTES = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class FileWrites:
    log: EventLog
    ids: Ids
    control: WorkerControl

    async def write(
        self,
        caller: Caller,
        session_id: UUID,
        path: str,
        content: bytes,
        *,
        base: str | None,
        executable: bool | None = None,
        key: IdempotencyKey | None = None,
    ) -> FileWritten:
        """`base`: SHA-256 of what the file has; None: there is no such file. `executable` None: as it is.

        Raises ConflictError where the file is something else; it is left as it is then, and the newest snapshot has it.
        """
        _check(path, content, base)
        if (earlier := await answered(self.log, caller, key)) is not None:
            return await self._before(session_id, earlier)
        project_id = await self._project_of(caller, session_id)
        place = session_state.ready((await SESSION.load(self.log, session_id)).state)
        session.awake(place)
        asked = FileWriteAsked(
            session_id=session_id,
            path=path,
            content=content,
            base=base,
            executable=executable,
            context=context_of(caller, project_id=project_id, session_id=session_id),
            write_id=self.ids.new(),
            request_stream=request_id(caller.user_id, key.key) if key else None,
            request_sha256=key.request_sha256 if key else "",
        )
        return await self.control.write_file(place.worker_id, asked)

    async def _project_of(self, caller: Caller, session_id: UUID) -> UUID:
        state = (await SESSION.load(self.log, session_id)).state
        if isinstance(state, NoSession):
            raise no_session()
        home = (await PROJECT.load(self.log, state.project_id)).state
        permitted(caller, home, Role.DEVELOPER, no_session())
        return state.project_id

    async def _before(self, session_id: UUID, write_id: UUID) -> FileWritten:
        """What the same request was answered."""
        for each in reversed(await self.log.load(workspace_id(session_id))):
            event = each.event
            if isinstance(event, WorkspaceFileWritten) and event.write_id == write_id:
                return FileWritten(tree=event.tree, sha256=event.sha256, position=each.position, changed=True)
        raise UnavailableError("What was written is not in the log any more.", "Read the file, and write it again.")


def _check(path: str, content: bytes, base: str | None) -> None:
    parts = path_bytes(path).split(b"/")
    if not all(parts) or {b".", b".."} & set(parts) or b"\0" in path_bytes(path):
        raise InvalidInputError(
            f"{path[:100]!r} is no path of a file.",
            "Give it from the root of the workspace, as src/main.py.",
            field="path",
        )
    if b".git" in parts:
        raise InvalidInputError("What lies in .git is git's own.", "Use git in the session.", field="path")
    if len(content) > MAX_FILE_BYTES:
        raise InvalidInputError(
            f"The file has {len(content):,} bytes; at most {MAX_FILE_BYTES:,} can be written.",
            "Send larger ones to a command: `qd run -s SESSION -- 'cat > FILE' < FILE`.",
            field="content",
        )
    if base is not None and not _DIGEST.fullmatch(base):
        raise InvalidInputError(
            "The base is no SHA-256.", "Give 64 hex digits of what the file has, or none where it is new.", field="base"
        )


def digest(content: bytes) -> str:
    """As a `base` is given."""
    return sha256(content).hexdigest()
