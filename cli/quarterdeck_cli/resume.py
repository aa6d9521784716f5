"""Subscriptions that go on after a cut: the same document again, from the cursor the consumer has come to."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from quarterdeck_cli.client import Client, Json
from quarterdeck_cli.errors import ConnectionLostError, ServerFailure

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PATIENCE_SECONDS = 120.0
"""How long it tries without a single message before it gives up."""


def _nothing() -> None:
    """Nobody wants to know."""


@dataclass
class Cursor:
    """Where the consumer is: it moves `after` on with each message it has dealt with."""

    after: int
    on_cut: Callable[[], None] = _nothing
    on_connected: Callable[[], None] = _nothing
    """Each time that the server has taken the connection; a message may be long in coming."""


@dataclass(frozen=True)
class Subscription:
    """A subscription document with its variables, `after` left out."""

    document: str
    variables: dict[str, Any]


async def resuming(
    client: Client,
    subscription: Subscription,
    cursor: Cursor,
    say: Callable[[str], None],
    *,
    patience: float = PATIENCE_SECONDS,
) -> AsyncGenerator[Json]:
    """Messages until the consumer stops. It must do so at the last one: a socket that merely ends counts as cut.

    `say` is told of a cut and of the end of it. Raises ConnectionLostError after `patience` seconds without a message.
    """
    clock = asyncio.get_running_loop()
    pause, alive_at, cut = FIRST_PAUSE, clock.time(), False
    while True:
        try:
            async with aclosing(_once(client, subscription, cursor)) as messages:
                async for message in messages:
                    if cut:
                        say("Connected again; nothing is lost.")
                    pause, alive_at, cut = FIRST_PAUSE, clock.time(), False
                    yield message
                    alive_at = clock.time()
            error = ConnectionLostError(f"The server at {client.url} ended the stream.")
        except ConnectionLostError as problem:
            error = problem
        except ServerFailure as problem:
            if problem.code != "UNAVAILABLE":
                raise
            error = ConnectionLostError(problem.message, problem.next_step)
        cursor.on_cut()
        if clock.time() - alive_at > patience:
            raise error
        if not cut:
            say(f"{error.message} Trying again …")
        cut = True
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _once(client: Client, subscription: Subscription, cursor: Cursor) -> AsyncGenerator[Json]:
    variables = {**subscription.variables, "after": cursor.after}
    async with client.subscribe(subscription.document, variables) as messages:
        cursor.on_connected()
        async for message in messages:
            yield message
