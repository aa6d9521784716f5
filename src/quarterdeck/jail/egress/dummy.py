"""A keeper without proxies: decisions are what a test says they are."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.jail.errors import JailError


class DummyEgress:
    def __init__(self, policy: NetworkPolicy, last: int) -> None:
        self.policy = policy
        self.last = last
        self.unread: list[NetworkAccessDecided] = []
        self.ended = False
        self._grown = asyncio.Event()

    def add(self, *told: NetworkAccessDecided) -> None:
        self.unread += told
        self._grown.set()

    async def change(self, policy: NetworkPolicy) -> None:
        self._check()
        self.policy = policy

    async def decisions(self, after: int) -> Sequence[NetworkAccessDecided]:
        self.unread = [each for each in self.unread if each.number > after]
        while not self.unread:
            self._check()
            self._grown.clear()
            await self._grown.wait()
        return list(self.unread)

    def close(self) -> None:
        """The host keeps it."""

    def end(self) -> None:
        self.ended = True
        self._grown.set()

    def _check(self) -> None:
        if self.ended:
            raise JailError("The session's proxy is gone.")


class DummyEgressKeeper:
    """Shared by one worker after the other, it is the host that outlives them."""

    def __init__(self) -> None:
        self.proxies: dict[UUID, DummyEgress] = {}

    async def start(self, session_id: UUID, policy: NetworkPolicy, last: int) -> DummyEgress:
        self.proxies[session_id] = DummyEgress(policy, last)
        return self.proxies[session_id]

    async def find(self, session_id: UUID) -> DummyEgress | None:
        found = self.proxies.get(session_id)
        return None if found is None or found.ended else found

    async def end(self, session_id: UUID) -> Sequence[NetworkAccessDecided]:
        found = self.proxies.get(session_id)
        if found is None:
            return ()
        found.end()
        return list(found.unread)

    async def discard(self, session_id: UUID) -> None:
        self.proxies.pop(session_id, None)

    async def sessions(self) -> Sequence[UUID]:
        return list(self.proxies)

    async def close(self) -> None:
        """The host keeps them."""
