"""A command, as the API shows it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from quarterdeck.application.streams import COMMAND, TOKEN
from quarterdeck.domain import command as domain
from quarterdeck.domain.command import EndReason, RunningCommand
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.identity import Token
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.states import CommandState
from quarterdeck_schema import ids
from quarterdeck_schema.commands.transcript import TranscriptPage, page_of_transcript
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.queue import QueuePlace, place_of
from quarterdeck_schema.requires import described
from quarterdeck_schema.scalars import START, Long
from quarterdeck_schema.snapshots.fields import SessionSnapshots
from quarterdeck_schema.snapshots.types import PATHS, Diff

if TYPE_CHECKING:
    from quarterdeck_schema.sessions.types import Session

strawberry.enum(CommandState)
strawberry.enum(EndReason)


@strawberry.type
class Terminal:
    columns: int
    rows: int


@strawberry.type(description=PATHS)
class ChangedFile:
    path: str
    status: str


@strawberry.type
class Typist:
    name: str
    token_name: str = strawberry.field(description="Of the token that was typed with: what its owner calls the place.")
    is_you: bool = strawberry.field(description="It was typed with the token that asks.")


@strawberry.type
class ErasedStretch:
    first: Long = strawberry.field(description="Offset of the first byte that is gone.")
    until: Long
    reason: str
    erased_at: datetime
    position: Long = strawberry.field(description="Of the event that says so.")
    output_sha256: str = strawberry.field(
        name="outputSha256", description="Of all of the command's output since then, with the hole in it."
    )


@strawberry.type
class Command(Node):
    row: strawberry.Private[CommandRow]
    text: str
    terminal: Terminal | None
    background: bool
    timeout_seconds: int
    state: CommandState
    end_reason: EndReason | None
    exit_code: int | None
    signal: str | None
    reason: str | None = strawberry.field(description="Why it was lost or refused, or what limit it met.")
    cancelling: bool
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    requested_by: str = strawberry.field(
        description="A user's name, which others may have too; an agent or a role by its id."
    )
    requested_by_id: strawberry.ID | None = strawberry.field(description="The user's; null where it was none.")
    wall_ms: Long | None
    cpu_ms: Long | None
    peak_memory_bytes: Long | None
    output_bytes: Long | None
    output_sha256: str | None = strawberry.field(name="outputSha256")
    tree_before: str | None
    tree_after: str | None
    files_changed_total: int

    @described("Who typed into it last. Null where nobody has, and once it has ended.")
    async def typist(self, info: Info) -> Typist | None:
        state = (await COMMAND.load(info.context.services.log, self.row.id)).state
        if not isinstance(state, RunningCommand) or state.typist is None:
            return None
        token = (await TOKEN.load(info.context.services.log, state.typist.token_id)).state
        return Typist(
            name=await info.context.user_name(state.typist.user_id) or "",
            token_name=token.name if isinstance(token, Token) else "",
            is_you=state.typist.token_id == info.context.caller.token_id,
        )

    @strawberry.field
    async def session(self, info: Info) -> Annotated["Session", strawberry.lazy("quarterdeck_schema.sessions.types")]:
        from quarterdeck_schema.sessions.types import session_of

        row = await info.context.session(self.row.session_id)
        if row is None:
            raise NotFoundError("This command's session is not in the read model yet.", "Ask again.")
        return session_of(row)

    @described("Where it waits to be started; null once it was.")
    async def queue(self, info: Info) -> QueuePlace | None:
        waits = self.row.state is CommandState.QUEUED
        return place_of(await info.context.waiting_command(self.row.id)) if waits else None

    @strawberry.field
    async def files_changed(self, info: Info) -> list[ChangedFile]:
        files = await info.context.files_changed(self.row.id)
        return [ChangedFile(path=file.path, status=file.status) for file in files]

    @described("Stretches of its output that were erased, and why; the earliest erasure first.")
    async def erasures(self, info: Info) -> list[ErasedStretch]:
        return [
            ErasedStretch(
                first=Long(row.first),
                until=Long(row.until),
                reason=row.reason,
                erased_at=row.erased_at,
                position=Long(row.position),
                output_sha256=row.output_sha256,
            )
            for row in await info.context.output_erasures(self.row.id)
        ]

    @described("What it changed: the files at its start and at its end compared. Null until it has ended.")
    async def diff(self, info: Info, first: int | None = 20, after: str | None = strawberry.UNSET) -> Diff | None:
        if not self.row.tree_before or not self.row.tree_after:
            return None
        session = await info.context.session(self.row.session_id)
        if session is None:
            raise NotFoundError("This command's session is not in the read model yet.", "Ask again.")
        reads = SessionSnapshots.of(info, session)
        taken = await info.context.services.snapshots.at(reads.place, str(self.row.id))
        return await reads.compare(self.row.tree_before, taken, first, after)

    @described("Of output that is recorded by now, also while it runs.")
    async def recorded_bytes(self, info: Info) -> Long:
        return Long((await info.context.services.transcripts.head(self.row.id)).offset)

    @described(
        "Recorded frames that reach beyond output offset `after`; `limit` is in bytes of payload, at most 1 MiB."
    )
    async def transcript(self, info: Info, after: Long | None = START, limit: int | None = 262144) -> TranscriptPage:
        return await page_of_transcript(info.context.services.transcripts, self.row.id, after, limit)


def command_of(row: CommandRow) -> Command:
    return Command(
        id=ids.encode("Command", row.id),
        row=row,
        text=row.text,
        terminal=_terminal(row.terminal),
        background=row.background,
        timeout_seconds=row.timeout_seconds,
        state=row.state,
        end_reason=row.end_reason,
        exit_code=row.exit_code,
        signal=row.signal,
        reason=row.reason,
        cancelling=row.cancelling,
        requested_at=row.requested_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        requested_by=row.requested_by,
        requested_by_id=strawberry.ID(ids.encode("User", row.requested_by_user)) if row.requested_by_user else None,
        wall_ms=_long(row.wall_ms),
        cpu_ms=_long(row.cpu_ms),
        peak_memory_bytes=_long(row.peak_memory_bytes),
        output_bytes=_long(row.output_bytes),
        output_sha256=row.output_sha256,
        tree_before=row.tree_before,
        tree_after=row.tree_after,
        files_changed_total=row.files_changed_total,
    )


def _terminal(terminal: domain.Terminal | None) -> Terminal | None:
    return None if terminal is None else Terminal(columns=terminal.columns, rows=terminal.rows)


def _long(value: int | None) -> Long | None:
    return None if value is None else Long(value)
