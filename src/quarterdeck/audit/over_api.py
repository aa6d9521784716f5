"""The checks run on the log as the API gives it, for `qd audit`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.rows import actor_of
from quarterdeck.audit.holes import Holes
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.telling import given, told
from quarterdeck.audit.verify import verify
from quarterdeck.domain.base import Envelope
from quarterdeck.domain.checkpoint import SigningKeyIntroduced
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck_cli import ids
from quarterdeck_cli.api.checkpoints import checkpoints
from quarterdeck_cli.api.events import Event, events, log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ProtocolError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd

SAID_EVERY = 1000
AT_ONCE = 256
ItemT = TypeVar("ItemT")


async def check(qd: Qd, known_head: str | None, trusted: Sequence[str], *, as_json: bool) -> int:
    """Verifies the log up to the head that it has now, prints what was found, and returns the exit code."""
    known, keys = given(known_head, trusted)
    client = await qd.client()
    # before the head: a checkpoint that is signed meanwhile is about rows that are not looked at
    notes = [each.note async for each in checkpoints(client)]
    end = (await log_status(client)).position
    with qd.out.status(f"Checking {end:,} events …") as say, Signatures(keys) as signatures:
        rows, holes = rows_of(client, end, say), Holes()
        report = await asyncio.to_thread(verify, rows, known_head=known, check=holes.beside(signatures.take))
        if report.intact:
            # what was erased meanwhile is a hole in rows that are long checked
            async for record in events(client, topics=[PayloadErased.TOPIC], after=end):
                holes.take(raw_event(record))
            report = replace(report, finding=holes.finding())
        if report.intact:
            report = replace(report, finding=await asyncio.to_thread(signatures.compare, notes))
    return told(qd, report, signatures, as_json=as_json)


async def show_keys(qd: Qd, *, as_json: bool) -> int:
    """Prints the keys that the log names, in their order, and returns the exit code."""
    client = await qd.client()
    found: list[str] = []
    async for event in events(client, topics=[SigningKeyIntroduced.TOPIC]):
        introduced = decode(event.topic, event.schema_version, (event.payload or "").encode())
        if isinstance(introduced, SigningKeyIntroduced):
            found.append(introduced.key)
    if as_json:
        qd.out.json(found)
    else:
        for key in found:
            qd.out.line(key)
    if not found:
        qd.out.note("No key has signed anything yet.")
    return ExitCode.OK


def rows_of(client: Client, end: int, say: Callable[[str], None]) -> Iterator[RawEvent]:
    """The log up to a position, for a thread other than the caller's. `say` is told how far it has come."""
    return synchronously(_until(events(client), end, say), asyncio.get_running_loop())


async def _until(found: AsyncIterator[Event], end: int, say: Callable[[str], None]) -> AsyncIterator[RawEvent]:
    """Up to the head that the log had at the start: a busy log would have no end."""
    async for event in found:
        if event.position > end:
            return
        if event.position % SAID_EVERY == 0:
            say(f"Checking {event.position:,} of {end:,} events …")
        yield raw_event(event)


def synchronously(
    items: AsyncIterator[ItemT], loop: asyncio.AbstractEventLoop, at_once: int = AT_ONCE
) -> Iterator[ItemT]:
    """For a thread: what `loop` fetches, so many at a time, as each crossing from thread to thread takes its time."""

    async def following() -> list[ItemT]:
        some: list[ItemT] = []
        async for item in items:
            some.append(item)
            if len(some) == at_once:
                break
        return some

    while some := asyncio.run_coroutine_threadsafe(following(), loop).result():
        yield from some


def raw_event(event: Event) -> RawEvent:
    """The row behind an event of the API."""
    try:
        return RawEvent(
            position=event.position,
            stream_id=UUID(event.stream_id),
            version=event.version,
            topic=event.topic,
            schema_version=event.schema_version,
            envelope=_envelope(event),
            payload=None if event.payload is None else event.payload.encode(),
            payload_digest=bytes.fromhex(event.payload_digest),
            digest=bytes.fromhex(event.digest),
            partly_erased=event.erased and event.payload is not None,
        )
    except ValueError as error:
        raise ProtocolError(f"Event {event.id} cannot be checked: {error}.") from error


def _envelope(event: Event) -> Envelope:
    return Envelope(
        recorded_at=datetime.fromisoformat(event.recorded_at),
        actor=actor_of(event.actor_kind, event.actor_id),
        correlation_id=UUID(event.correlation_id),
        causation_id=event.causation_id,
        project_id=ids.uuid_of(event.project_id) if event.project_id else None,
        session_id=ids.uuid_of(event.session_id) if event.session_id else None,
        traceparent=event.traceparent,
    )
