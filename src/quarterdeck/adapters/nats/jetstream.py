"""The three requests of JetStream's API that the job queue needs (nats-server's ADR-1), each UnavailableError on
failure."""

from collections.abc import Mapping
from typing import Any

import msgspec
from nats.errors import NoRespondersError

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.domain.errors import UnavailableError

ANSWER_SECONDS = 2.0
_NONE: Mapping[str, str] = {}
NANO = 1_000_000_000


class _Problem(msgspec.Struct):
    description: str = ""
    err_code: int = 0


class _Answer(msgspec.Struct):
    error: _Problem | None = None


class NoStreamError(UnavailableError):
    """Nothing stores this subject."""


async def make_stream(
    connection: NatsConnection, stream: str, subjects: str, *, keep_seconds: float, duplicate_seconds: float
) -> None:
    """A work queue on disk. It may stand already, with the same configuration."""
    config = {
        "name": stream,
        "subjects": [subjects],
        "retention": "workqueue",
        "storage": "file",
        "num_replicas": 1,
        "max_age": int(keep_seconds * NANO),
        "duplicate_window": int(duplicate_seconds * NANO),
    }
    await _ask(connection, f"$JS.API.STREAM.CREATE.{stream}", msgspec.json.encode(config))


async def make_consumer(
    connection: NatsConnection, stream: str, name: str, subjects: str, *, ack_seconds: float
) -> None:
    """A durable pull consumer that never gives a message up. It may stand already."""
    config: dict[str, Any] = {
        "durable_name": name,
        "name": name,
        "filter_subject": subjects,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": int(ack_seconds * NANO),
        "max_deliver": -1,
        "max_ack_pending": 1000,
        "replay_policy": "instant",
    }
    request = msgspec.json.encode({"stream_name": stream, "config": config})
    await _ask(connection, f"$JS.API.CONSUMER.CREATE.{stream}.{name}.{subjects}", request)


async def store(
    connection: NatsConnection, subject: str, payload: bytes, message_id: str, headers: Mapping[str, str] = _NONE
) -> None:
    """Stored when it returns, unless the id is known. Raises NoStreamError where no stream takes the subject."""
    await _ask(connection, subject, payload, {"Nats-Msg-Id": message_id, **headers})


async def _ask(connection: NatsConnection, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> None:
    try:
        answer = msgspec.json.decode(await connection.request(subject, payload, ANSWER_SECONDS, headers), type=_Answer)
    except NoRespondersError as error:
        raise NoStreamError(
            f"JetStream does not know {subject}.", "It is made when jobs are next published."
        ) from error
    except (TimeoutError, msgspec.DecodeError) as error:
        raise _unavailable(f"{type(error).__name__} {error}".strip()) from error
    if answer.error:
        raise _unavailable(f"{answer.error.description} ({answer.error.err_code})")


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(f"JetStream does not take jobs: {detail}.", "The conductor tries again from the log.")
