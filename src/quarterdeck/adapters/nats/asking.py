"""Asking a worker on core NATS. What it raises is raised here as it was."""

from typing import Protocol, TypeVar

import msgspec
from nats.errors import NoRespondersError

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import Failure, nobody, revive
from quarterdeck.domain.errors import UnavailableError


class Answer(Protocol):
    @property
    def failure(self) -> Failure | None: ...


AnswerT = TypeVar("AnswerT", bound=Answer)


async def ask(
    connection: NatsConnection,
    service: str,
    to: str,
    verb: str,
    asked: msgspec.Struct,
    shape: type[AnswerT],
    within: float,
) -> AnswerT:
    """Asks `to`, a worker or any, at `<service>.<to>.<verb>`. Raises UnavailableError where none answers in time."""
    try:
        data = await connection.request(f"{service}.{to}.{verb}", msgspec.json.encode(asked), within)
    except NoRespondersError as error:
        raise nobody(to) from error
    except TimeoutError as error:
        raise UnavailableError(
            f"The worker did not answer {verb} within {within:g} s.", "Try again; see `quarterdeck doctor`."
        ) from error
    answer = msgspec.json.decode(data, type=shape)
    if answer.failure:
        raise revive(answer.failure)
    return answer
