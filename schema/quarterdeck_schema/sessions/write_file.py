"""Writing a file of a session."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Base64, Long
from quarterdeck_schema.sessions.shown import shown_session
from quarterdeck_schema.sessions.types import Session
from quarterdeck_schema.snapshots.types import PATHS


@strawberry.input(description=f"At most 1 MiB. {PATHS}")
class WriteFileInput:
    session_id: strawberry.ID
    path: str
    content: Base64
    base: str | None = strawberry.field(
        description="SHA-256 of what the file has, as the writer has seen it; null: there is no such file yet."
    )
    executable: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Left out: as it is; a new file is not."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(description="Written, and in the newest snapshot unless git ignores it.")
class WriteFilePayload:
    session_id: strawberry.Private[UUID]
    position: Long
    tree: str = strawberry.field(description="The files afterwards.")
    sha256: str = strawberry.field(description="Of what the file has now: the base of the next write.")
    changed: bool = strawberry.field(description="False: it had that already.")

    @strawberry.field
    async def session(self, info: Info) -> Session:
        return await shown_session(info, self.session_id, self.position)


WriteFileResult = Annotated[WriteFilePayload | Failure, strawberry.union("WriteFileResult")]


@strawberry.type
class WriteFileMutation:
    @mutation(
        "session:write",
        "CONFLICT where the file is not what `base` says: it is left as it is, and the newest snapshot has it.",
    )
    async def write_file(self, info: Info, input: WriteFileInput) -> WriteFileResult:  # noqa: A002 - the argument's name
        session_id = ids.decode_as("Session", input.session_id, "sessionId")
        written = await info.context.services.file_writes.write(
            info.context.caller,
            session_id,
            input.path,
            input.content,
            base=input.base,
            executable=given(input.executable),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return WriteFilePayload(
            session_id=session_id,
            position=Long(written.position),
            tree=written.tree,
            sha256=written.sha256,
            changed=written.changed,
        )
