"""The checks run on the log as the API gives it, for `qd audit`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.audit.notes import VerifierKey
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.verify import Report, verify
from quarterdeck.domain.base import Actor, ActorKind, Envelope
from quarterdeck.domain.checkpoint import SigningKeyIntroduced
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli import ids
from quarterdeck_cli.api.checkpoints import checkpoints
from quarterdeck_cli.api.events import Event, events, log_status
from quarterdeck_cli.errors import ProtocolError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd

SAID_EVERY = 1000


async def check(qd: Qd, known_head: str | None, trusted: Sequence[str], *, as_json: bool) -> int:
    """Verifies the log up to the head that it has now, prints what was found, and returns the exit code."""
    known, keys = _head(known_head) if known_head else None, tuple(_key(each) for each in trusted)
    client = await qd.client()
    # before the head: a checkpoint that is signed meanwhile is about rows that are not looked at
    notes = [each.note async for each in checkpoints(client)]
    end = (await log_status(client)).position
    with qd.out.status(f"Checking {end:,} events …") as say, Signatures(keys) as signatures:
        rows = _synchronously(_rows(events(client), end, say), asyncio.get_running_loop())
        report = await asyncio.to_thread(verify, rows, known_head=known, check=signatures.take)
        if report.intact:
            report = replace(report, finding=await asyncio.to_thread(signatures.compare, notes))
    if as_json:
        qd.out.json(_plain(report, signatures))
    else:
        _print(qd, report, signatures)
    return ExitCode.OK if report.intact else ExitCode.CHECK_FAILED


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


def _print(qd: Qd, report: Report, signatures: Signatures) -> None:
    erased = f", {report.erased:,} of them erased" if report.erased else ""
    qd.out.line(f"{report.checked:,} events are in order{erased}.")
    if report.finding is None:
        qd.out.line(f"The chain is intact. Head: {report.head.position}:{report.head.digest.hex()}")
        _print_signatures(qd, signatures)
        return
    finding = report.finding
    qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {finding.detail}.")
    qd.out.note(
        "Keep the database as it is, and compare it with a backup. A token that sees only some projects "
        "finds events missing."
    )


def _print_signatures(qd: Qd, signatures: Signatures) -> None:
    last = signatures.last
    if last is None:
        qd.out.note(
            "No checkpoint is signed yet. Without one nobody can see that the log's end was cut off, or all of it "
            "written anew."
        )
        return
    qd.out.line(
        f"Checkpoints with a good signature: {signatures.signed:,} in the log, {signatures.outside:,} outside of it. "
        f"The last, of {last.signed_at:%Y-%m-%d %H:%M:%S} UTC, vouches for all up to {last.head.position:,}."
    )
    for key in signatures.unendorsed:
        qd.out.line(f"The key {key.id} took over, and none before vouches for it.")
    if not signatures.trusted:
        qd.out.note(
            "The log's own key was believed. Note it elsewhere, and give it the next time: "
            f"qd audit verify --key {signatures.keys[-1]}"
        )


def _plain(report: Report, signatures: Signatures) -> dict[str, Any]:
    finding, last = report.finding, signatures.last
    return {
        "intact": report.intact,
        "checked": report.checked,
        "erased": report.erased,
        "head": {"position": report.head.position, "digest": report.head.digest.hex()},
        "finding": {"position": finding.position, "fault": finding.fault.value, "detail": finding.detail}
        if finding
        else None,
        "checkpoints": {
            "signed": signatures.signed,
            "outside": signatures.outside,
            "last": {"position": last.head.position, "signed_at": last.signed_at.isoformat()} if last else None,
        },
        "keys": [str(key) for key in signatures.keys],
        "unendorsed": [str(key) for key in signatures.unendorsed],
    }


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except InvalidInputError as error:
        raise UsageError(error.message, error.next_step) from error


def _head(text: str) -> Head:
    position, _, digest = text.partition(":")
    try:
        return Head(position=int(position), digest=bytes.fromhex(digest))
    except ValueError as error:
        raise UsageError(f"{text!r} is no head.", "Give it as an earlier `qd audit verify` printed it.") from error


async def _rows(found: AsyncIterator[Event], end: int, say: Callable[[str], None]) -> AsyncIterator[RawEvent]:
    """Up to the head that the log had at the start: a busy log would have no end."""
    async for event in found:
        if event.position > end:
            return
        if event.position % SAID_EVERY == 0:
            say(f"Checking {event.position:,} of {end:,} events …")
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
