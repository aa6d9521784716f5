"""The checks run on the log as the API gives it, for `qd audit`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.audit.verify import Report, verify
from quarterdeck.domain.base import Actor, ActorKind, Envelope
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import Event, events, log_status
from quarterdeck_cli.errors import ProtocolError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd


async def check(qd: Qd, known_head: str | None, *, as_json: bool) -> int:
    """Verifies the log up to the head that it has now, prints what was found, and returns the exit code."""
    known = _head(known_head) if known_head else None
    client = await qd.client()
    end = (await log_status(client)).position
    with qd.out.status(f"Checking {end:,} events …"):
        rows = _synchronously(_rows(events(client), end), asyncio.get_running_loop())
        report = await asyncio.to_thread(verify, rows, known_head=known)
    if as_json:
        qd.out.json(_plain(report))
    else:
        _print(qd, report)
    return ExitCode.OK if report.intact else ExitCode.CHECK_FAILED


def _print(qd: Qd, report: Report) -> None:
    erased = f", {report.erased:,} of them erased" if report.erased else ""
    qd.out.line(f"{report.checked:,} events are in order{erased}.")
    if report.finding is None:
        qd.out.line(f"The chain is intact. Head: {report.head.position}:{report.head.digest.hex()}")
        return
    finding = report.finding
    qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {finding.detail}.")
    qd.out.note(
        "Keep the database as it is, and compare it with a backup. A token that sees only some projects "
        "finds events missing."
    )


def _plain(report: Report) -> dict[str, Any]:
    finding = report.finding
    return {
        "intact": report.intact,
        "checked": report.checked,
        "erased": report.erased,
        "head": {"position": report.head.position, "digest": report.head.digest.hex()},
        "finding": {"position": finding.position, "fault": finding.fault.value, "detail": finding.detail}
        if finding
        else None,
    }


def _head(text: str) -> Head:
    position, _, digest = text.partition(":")
    try:
        return Head(position=int(position), digest=bytes.fromhex(digest))
    except ValueError as error:
        raise UsageError(f"{text!r} is no head.", "Give it as an earlier `qd audit verify` printed it.") from error


async def _rows(found: AsyncIterator[Event], end: int) -> AsyncIterator[RawEvent]:
    """Up to the head that the log had at the start: a busy log would have no end."""
    async for event in found:
        if event.position > end:
            return
        yield raw_event(event)


def _synchronously(rows: AsyncIterator[RawEvent], loop: asyncio.AbstractEventLoop) -> Iterator[RawEvent]:
    """For a thread: the rows that `loop` fetches."""

    async def following() -> RawEvent | None:
        return await anext(rows, None)

    while (row := asyncio.run_coroutine_threadsafe(following(), loop).result()) is not None:
        yield row


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
        )
    except ValueError as error:
        raise ProtocolError(f"Event {event.id} cannot be checked: {error}.") from error


def _envelope(event: Event) -> Envelope:
    return Envelope(
        recorded_at=datetime.fromisoformat(event.recorded_at),
        actor=Actor(kind=ActorKind(event.actor_kind), id=event.actor_id),
        correlation_id=UUID(event.correlation_id),
        causation_id=event.causation_id,
        project_id=ids.uuid_of(event.project_id) if event.project_id else None,
        session_id=ids.uuid_of(event.session_id) if event.session_id else None,
        traceparent=event.traceparent,
    )
