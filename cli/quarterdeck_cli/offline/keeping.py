"""For a client that must hear of the server alone: its answers are kept, and nothing answers in the server's place."""

import asyncio
from typing import Any

from quarterdeck_cli.errors import ConnectionLostError
from quarterdeck_cli.offline.nodes import Json
from quarterdeck_cli.offline.standby import Standby


class Keeping:
    """A client's `Standby`. What is to be kept is written by `write`, beside the event loop."""

    def __init__(self, standby: Standby) -> None:
        self._standby = standby
        self._answers: list[tuple[str, Json, Json]] = []

    async def write(self) -> None:
        answers, self._answers = self._answers, []
        await asyncio.to_thread(lambda: [self._standby.remember(*each) for each in answers])

    def keep(self, name: str, variables: Json, data: Json) -> Json:
        self._answers.append((name, variables, data))
        return data

    def answers(self, name: str) -> bool:
        return False

    def answer(self, name: str, variables: Json, error: ConnectionLostError) -> Json:
        raise error

    def instead(self, name: str, variables: Json) -> Json | None:
        return None

    def takes(self, name: str) -> bool:
        return False

    def must_wait(self, name: str, asked: Json) -> bool:
        return False

    def take(self, name: str, asked: Json, key: str, *, attempted: bool) -> Any:
        raise AssertionError("it takes nothing")

    def real(self, name: str) -> str | None:
        return self._standby.real(name)

    def number(self, name: str) -> int | None:
        return self._standby.number(name)
