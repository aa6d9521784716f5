"""The job queue on JetStream: one work-queue stream, one consumer per worker and one that all workers share."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import msgspec
from nats.aio.msg import Msg

from quarterdeck.adapters.nats import jetstream
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.pull import Pull
from quarterdeck.application import tracing
from quarterdeck.application.job_traces import destination, job_attributes
from quarterdeck.application.ports.jobs import Delivery, Job, JobKind
from quarterdeck.application.ports.tracing import SpanKind
from quarterdeck.domain.errors import InvalidInputError, UnavailableError

ACK_SECONDS = 10.0
"""A delivery that is not settled, nor said to be worked at, within this comes again."""

DUPLICATE_SECONDS = 30.0
"""How long a message id is known. Past it a repeated job is delivered again, which is harmless."""

KEEP_SECONDS = 24 * 3600.0

TRACEPARENT = "traceparent"
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


class _Wire(msgspec.Struct):
    kind: JobKind
    subject_id: UUID
    event_id: str
    worker_id: str | None = None
    traceparent: str | None = None
    """Of jobs that an earlier release sent; now it is a header."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Wire)


class NatsDelivery:
    def __init__(self, connection: NatsConnection, message: Msg, job: Job) -> None:
        self._connection, self._message, self._job = connection, message, job

    @property
    def job(self) -> Job:
        return self._job

    @property
    def attempt(self) -> int:
        return self._message.metadata.num_delivered or 1

    async def done(self) -> None:
        await self._answer(b"+ACK")

    async def retry(self, delay_seconds: float) -> None:
        await self._answer(b'-NAK {"delay": %d}' % int(delay_seconds * 1e9) if delay_seconds > 0 else b"-NAK")

    async def working(self) -> None:
        await self._answer(b"+WPI")

    async def _answer(self, verdict: bytes) -> None:
        # an answer that is lost with the connection brings the job again, which every worker must bear anyway
        with suppress(UnavailableError):
            await self._connection.publish(self._message.reply, verdict)


class NatsJobQueue:
    """Jobs on `<prefix>.jobs.any.<kind>` and `<prefix>.jobs.worker.<worker>.<kind>`.

    The stream and the consumers are made where they are missing, also when JetStream's folder was deleted
    under a running worker.
    """

    def __init__(
        self,
        connection: NatsConnection,
        prefix: str = "qd",
        ack_seconds: float = ACK_SECONDS,
        duplicate_seconds: float = DUPLICATE_SECONDS,
    ) -> None:
        self._connection, self._prefix = connection, prefix
        self._ack_seconds, self._duplicate_seconds = ack_seconds, duplicate_seconds
        self._stream = f"{prefix.upper()}_JOBS"

    async def publish(self, job: Job) -> None:
        """Stored when it returns. Raises UnavailableError within a few seconds where it cannot be."""
        attributes = job_attributes(job, "send")
        name = f"send {destination(job)}"
        with tracing.span(name, SpanKind.PRODUCER, parent=job.traceparent, attributes=attributes) as span:
            await self._store(job, {TRACEPARENT: span.traceparent} if span.traceparent else {})

    async def _store(self, job: Job, headers: Mapping[str, str]) -> None:
        payload = _encoder.encode(_Wire(job.kind, job.subject_id, job.event_id, worker_id=job.worker_id))
        subject, message_id = self._subject(job), f"{job.event_id}:{job.kind.value}"
        try:
            await jetstream.store(self._connection, subject, payload, message_id, headers)
        except jetstream.NoStreamError:
            await self._make_stream()
            await jetstream.store(self._connection, subject, payload, message_id, headers)

    @asynccontextmanager
    async def consume(self, worker_id: str) -> AsyncGenerator[AsyncIterator[Delivery], None]:
        waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        pulls = [
            self._pull("any", f"{self._prefix}.jobs.any.>", waiting),
            self._pull(f"worker_{_token(worker_id)}", f"{self._prefix}.jobs.worker.{worker_id}.>", waiting),
        ]
        for pull in pulls:
            await pull.start()
        try:
            yield _forever(waiting)
        finally:
            for pull in pulls:
                await pull.stop()
            while not waiting.empty():
                await waiting.get_nowait().retry(0)

    def _subject(self, job: Job) -> str:
        to = f"worker.{_token(job.worker_id)}" if job.worker_id else "any"
        return f"{self._prefix}.jobs.{to}.{job.kind.value}"

    def _pull(self, name: str, subjects: str, waiting: "asyncio.Queue[Delivery]") -> Pull:
        async def receive(message: Msg) -> None:
            with suppress(msgspec.DecodeError):
                wire = _decoder.decode(message.data)
                wire.traceparent = (message.headers or {}).get(TRACEPARENT, wire.traceparent)
                waiting.put_nowait(NatsDelivery(self._connection, message, Job(**msgspec.structs.asdict(wire))))
                return
            await self._connection.publish(message.reply, b"+TERM")

        async def make() -> None:
            await self._make_stream()
            await jetstream.make_consumer(self._connection, self._stream, name, subjects, ack_seconds=self._ack_seconds)

        return Pull(self._connection, self._stream, name, make=make, receive=receive)

    async def _make_stream(self) -> None:
        subjects = f"{self._prefix}.jobs.>"
        await jetstream.make_stream(
            self._connection,
            self._stream,
            subjects,
            keep_seconds=KEEP_SECONDS,
            duplicate_seconds=self._duplicate_seconds,
        )


async def _forever(waiting: "asyncio.Queue[Delivery]") -> AsyncIterator[Delivery]:
    while True:
        yield await waiting.get()


def _token(worker_id: str) -> str:
    if not _TOKEN.fullmatch(worker_id):
        raise InvalidInputError(f"{worker_id!r} is no worker id.", "Use letters, digits, dashes and underscores.")
    return worker_id
