"""Taking a session's files out."""

from typing import Annotated

import strawberry

from quarterdeck.application.exports import Source
from quarterdeck.domain.exports import ExportFormat
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.exports import download
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.snapshots.types import POINTS, Snapshot, point, snapshot_of

strawberry.enum(ExportFormat)


@strawberry.input
class ExportWorkspaceInput:
    session_id: strawberry.ID
    format: ExportFormat
    at: str | None = strawberry.field(default=strawberry.UNSET, description=f"By default the newest. {POINTS}")
    branch: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="By default quarterdeck/session- and the end of the session's id. For branches only.",
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type(
    description=(
        "A branch is written; WorkspaceExported is among the session's events. A patch or a tar is at `download`, and "
        "the event comes with its last byte."
    )
)
class ExportWorkspacePayload:
    snapshot: Snapshot = strawberry.field(description="What is exported, with what is left out of it.")
    base_commit: str = strawberry.field(description="What the session started from, and a patch applies to.")
    branch: str | None
    commit: str | None
    download: str | None = strawberry.field(
        description="Path on this server, to be asked for by GET with the same token. Null for a branch."
    )
    position: Long = strawberry.field(description="The event of the export comes after this, or at it for a branch.")


ExportWorkspaceResult = Annotated[ExportWorkspacePayload | Failure, strawberry.union("ExportWorkspaceResult")]


@strawberry.type
class ExportWorkspaceMutation:
    @mutation("session:write")
    async def export_workspace(self, info: Info, input: ExportWorkspaceInput) -> ExportWorkspaceResult:  # noqa: A002 - the argument's name
        caller, exports = info.context.caller, info.context.services.exports
        session_id = ids.decode_as("Session", input.session_id, "sessionId")
        at, branch = point(given(input.at), "at"), given(input.branch)
        key = idempotency_key(info, input, input.idempotency_key)
        if input.format is ExportFormat.BRANCH:
            source, outcome, exported = await exports.to_branch(caller, session_id, at, branch, key)
            return _payload(source, outcome.position, branch=exported.branch, commit=exported.commit)
        source = await exports.source(caller, session_id, at)
        path = download.path(session_id, source.snapshot.tree, input.format)
        return _payload(source, await info.context.services.log.head(), path=path)


def _payload(
    source: Source, position: int, *, branch: str | None = None, commit: str | None = None, path: str | None = None
) -> ExportWorkspacePayload:
    return ExportWorkspacePayload(
        snapshot=snapshot_of(source.snapshot),
        base_commit=source.base_commit,
        branch=branch,
        commit=commit,
        download=path,
        position=Long(position),
    )
