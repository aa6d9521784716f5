"""Erasing what must not stay in the log: a record first, then the payloads and the output that it names."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from quarterdeck.application.access import ADMIN, no_command, permitted
from quarterdeck.application.frames import OUTPUT_KINDS
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.erasures import Erasures
from quarterdeck.application.ports.log import EventLog, LogReader, RawEvent, StreamWrite
from quarterdeck.application.ports.output import TranscriptStore
from quarterdeck.application.requests import IdempotencyKey, acceptance, answered, context_of
from quarterdeck.application.streams import COMMAND, PROJECT
from quarterdeck.application.transcript import without
from quarterdeck.domain.command import NoCommand
from quarterdeck.domain.erasure import (
    MAX_ITEMS,
    ErasedEventFields,
    ErasedOutput,
    PayloadErased,
    check_reason,
    erasable_fields,
)
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.project import Role

READ_BYTES = 1024 * 1024
Place = tuple[UUID | None, UUID | None]
"""Project and session."""


@dataclass(frozen=True, kw_only=True)
class EventTarget:
    position: int
    fields: tuple[str, ...] = ()
    """Empty: all that can be erased."""


@dataclass(frozen=True, kw_only=True)
class OutputTarget:
    command_id: UUID
    first: int = 0
    until: int | None = None
    """None: to the end."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    events: Sequence[tuple[RawEvent, ErasedEventFields]]
    """As they were, and what is taken out."""
    output: Sequence[ErasedOutput]
    position: int | None
    """Of the last record. None: nothing was done."""


@dataclass(frozen=True)
class Erasing:
    log: EventLog
    rows: LogReader
    transcripts: TranscriptStore
    erasures: Erasures

    async def erase(
        self,
        caller: Caller,
        reason: str,
        events: Sequence[EventTarget],
        output: Sequence[OutputTarget],
        *,
        dry_run: bool = False,
        key: IdempotencyKey | None = None,
    ) -> Erased:
        """For owners of the projects concerned, and admins. Returns when it is gone from the log and the transcripts.

        `dry_run`: says what would go. Raises ConflictError for what cannot be erased.
        """
        reason = check_reason(reason)
        _check_number(events, output)
        if (earlier := await answered(self.log, caller, key)) is not None:
            return Erased(events=(), output=(), position=(await self.log.load(earlier))[-1].position)
        places: dict[Place, PayloadErased] = {}
        found: list[tuple[RawEvent, ErasedEventFields]] = []
        for target in events:
            row, fields = await self._event(caller, target)
            found.append((row, fields))
            _gather(places, reason, (row.envelope.project_id, row.envelope.session_id), event=fields)
        for wanted in output:
            place, stretch = await self._output(caller, wanted)
            _gather(places, reason, place, output=stretch)
        told = [each for record in places.values() for each in record.output]
        position = None if dry_run else await self._record(caller, places, key)
        return Erased(events=found, output=told, position=position)

    async def carry_out(self, position: int, record: PayloadErased) -> None:
        """What a record at a position says. May be repeated."""
        for stretch in record.output:
            await self.erasures.rewrite(position, stretch)
        # last: it tells the read models
        await self.erasures.carry_out(position)

    async def _record(self, caller: Caller, places: dict[Place, PayloadErased], key: IdempotencyKey | None) -> int:
        writes = [
            StreamWrite(
                stream_id=uuid4(), expected_version=0, events=(record,), project_id=project_id, session_id=session_id
            )
            for (project_id, session_id), record in places.items()
        ]
        accepted = acceptance(caller, key, writes[0].stream_id)
        recorded = await self.log.append([*writes, *accepted], context_of(caller))
        for each in recorded:
            if isinstance(each.event, PayloadErased):
                await self.carry_out(each.position, each.event)
        return recorded[len(writes) - 1].position

    async def _event(self, caller: Caller, target: EventTarget) -> tuple[RawEvent, ErasedEventFields]:
        rows = await self.rows.raw(target.position - 1, 1) if target.position > 0 else ()
        row = rows[0] if rows and rows[0].position == target.position else None
        await self._permit(caller, row.envelope.project_id if row else None, no_event(target.position))
        if row is None:
            raise no_event(target.position)
        if row.payload is None:
            raise ConflictError(f"The payload of event {row.position} is erased already.")
        fields = erasable_fields(row.topic, target.fields, known=row.known, position=row.position)
        after = await self.erasures.tombstone(row.position, fields) if fields else None
        if after is not None and _canonical(after) == _canonical(row.payload):
            raise ConflictError(f"Nothing of {', '.join(fields)} is in event {row.position}.", "It may be erased.")
        digest = "" if after is None else sha256(after).hexdigest()
        return row, ErasedEventFields(position=row.position, fields=fields, sha256=digest)

    async def _output(self, caller: Caller, wanted: OutputTarget) -> tuple[Place, ErasedOutput]:
        state = (await COMMAND.load(self.log, wanted.command_id)).state
        if isinstance(state, NoCommand):
            raise no_command()
        request = state.request
        await self._permit(caller, request.project_id, no_command())
        head = await self.transcripts.head(wanted.command_id)
        if not head.complete:
            raise ConflictError(
                "The command has not ended, and goes on printing.", "End it first: `qd command cancel`."
            )
        until = head.offset if wanted.until is None else wanted.until
        if not 0 <= wanted.first < until <= head.offset:
            raise InvalidInputError(
                f"The command printed {head.offset} bytes; there is no stretch from {wanted.first} to {until} in them.",
                "`qd export COMMAND --format jsonl` shows offsets.",
                field="output",
            )
        digest = await self._digest(wanted.command_id, wanted.first, until)
        stretch = ErasedOutput(command_id=wanted.command_id, first=wanted.first, until=until, output_sha256=digest)
        return (request.project_id, request.session_id), stretch

    async def _digest(self, command_id: UUID, first: int, until: int) -> str:
        """Of the output once the stretch is gone."""
        digest, at = sha256(), 0
        while frames := await self.transcripts.read(command_id, at, READ_BYTES):
            for frame in frames:
                if frame.kind in OUTPUT_KINDS:
                    digest.update(without(frame, first, until).data)
            if frames[-1].end <= at:
                break
            at = frames[-1].end
        return digest.hexdigest()

    async def _permit(self, caller: Caller, project_id: UUID | None, missing: NotFoundError) -> None:
        """What is of no project is the admins'."""
        if ADMIN in caller.roles:
            return
        if project_id is None:
            raise missing
        permitted(caller, (await PROJECT.load(self.log, project_id)).state, Role.OWNER, missing)


def no_event(position: int) -> NotFoundError:
    return NotFoundError(f"There is no event at position {position}.", "List them with `qd events list`.")


def _canonical(payload: bytes) -> str:
    """Without regard to spaces and order; NUL as PostgreSQL shows it."""
    return json.dumps(json.loads(payload), sort_keys=True).replace("\\u0000", "\\ufffd")


def _check_number(events: Sequence[EventTarget], output: Sequence[OutputTarget]) -> None:
    count = len(events) + len(output)
    if not 1 <= count <= MAX_ITEMS:
        raise InvalidInputError(f"{count} things are to be erased; it is 1 to {MAX_ITEMS} at once.")
    positions, commands = {each.position for each in events}, {each.command_id for each in output}
    if len(positions) + len(commands) < count:
        raise InvalidInputError("An event or a command is named twice.", "Name each once, and repeat for the rest.")


def _gather(
    places: dict[Place, PayloadErased],
    reason: str,
    place: Place,
    *,
    event: ErasedEventFields | None = None,
    output: ErasedOutput | None = None,
) -> None:
    """A record for each session, or project, so that whoever sees the holes sees why."""
    known = places.get(place, PayloadErased(reason=reason))
    places[place] = PayloadErased(
        reason=reason,
        events=(*known.events, event) if event else known.events,
        output=(*known.output, output) if output else known.output,
    )
