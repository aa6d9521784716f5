"""The network of the sessions here: whose proxies stand, which rules they have, and what they decided, in the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import structlog

from quarterdeck.application.background import end
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.streams import NETWORK_ACCESS, PERSONA, PROJECT, SESSION, SESSION_NETWORK
from quarterdeck.domain import network_access, persona, project, session_network
from quarterdeck.domain.base import fold
from quarterdeck.domain.events import Event
from quarterdeck.domain.network_access import NetworkAccess, NetworkAccessDecided, network_access_id
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules
from quarterdeck.domain.session_network import session_network_id
from quarterdeck.domain.session_state import LiveSession
from quarterdeck.jail.egress.abstract import ENVIRONMENT, Egress, EgressKeeper
from quarterdeck.jail.errors import JailError

logger = structlog.get_logger(__name__)


@dataclass
class Account:
    """What is in the log of a session's decisions, as this worker last saw or wrote it."""

    journal: Journal
    session_id: UUID
    state: NetworkAccess = field(default_factory=NetworkAccess)
    version: int = 0

    async def reload(self) -> "Account":
        found = await self.journal.read(NETWORK_ACCESS, network_access_id(self.session_id))
        self.state, self.version = found.state, found.version
        return self

    async def record(self, told: Sequence[NetworkAccessDecided]) -> None:
        """Each decision once, however often it is told and whoever else writes."""
        if not told:
            return
        opened = (await self.journal.read(SESSION, self.session_id)).events[0]
        while events := network_access.record(self.state, told):
            write = StreamWrite(
                stream_id=network_access_id(self.session_id),
                expected_version=self.version,
                events=cast("tuple[Event, ...]", events),
            )
            try:
                await self.journal.append([write], opened)
            except ConcurrencyError:
                await self.reload()
                continue
            self.state = fold(network_access.evolve, self.state, events)
            self.version += len(events)


class Networks:
    def __init__(self, journal: Journal, keeper: EgressKeeper) -> None:
        self._journal, self._keeper = journal, keeper
        self._standing: dict[UUID, Egress] = {}
        self._recording: dict[UUID, asyncio.Task[None]] = {}
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._applied: dict[UUID, NetworkPolicy] = {}

    async def apply(self, session_id: UUID, place: LiveSession) -> dict[str, str]:
        """Gives a session the network that the lists allow now; what its commands need to know of it.

        Its jail stands. Raises JailError where its proxy cannot be had.
        """
        async with self._turn(session_id):
            policy = await self._policy(session_id, place)
            environment = await self._enforce(session_id, policy)
            self._applied[session_id] = policy
            return environment

    async def is_current(self, session_id: UUID, place: LiveSession) -> bool:
        """Whether the lists are still those that were applied last."""
        return await self._policy(session_id, place) == self._applied.get(session_id)

    async def end(self, session_id: UUID) -> None:
        """After the end of its jail: the last decisions go into the log, and nothing is left on the host."""
        async with self._turn(session_id):
            await self._let_go(session_id)
            if session_id in await self._keeper.sessions():
                await self._settle(session_id)
        self._turns.pop(session_id, None)
        self._applied.pop(session_id, None)

    async def sessions(self) -> Sequence[UUID]:
        return await self._keeper.sessions()

    async def close(self) -> None:
        """Lets go of all proxies; they stand as long as their jails."""
        for session_id in list(self._standing):
            await self._let_go(session_id)
        await self._keeper.close()

    def _turn(self, session_id: UUID) -> asyncio.Lock:
        return self._turns.setdefault(session_id, asyncio.Lock())

    async def _policy(self, session_id: UUID, place: LiveSession) -> NetworkPolicy:
        own = (await self._journal.read(SESSION_NETWORK, session_network_id(session_id))).state
        home = project.existing((await self._journal.read(PROJECT, place.project_id)).state)
        return session_network.policy(own, home.settings.network, await self._rules_of_persona(place))

    async def _rules_of_persona(self, place: LiveSession) -> PersonaRules | None:
        if place.persona is None:
            return None
        return persona.rules_for(place.persona, (await self._journal.read(PERSONA, place.persona.persona_id)).state)

    async def _enforce(self, session_id: UUID, policy: NetworkPolicy) -> dict[str, str]:
        if await self._change(session_id, policy):
            return ENVIRONMENT
        if policy.shut and session_id not in await self._keeper.sessions():
            return {}
        account = await self._settle(session_id)
        if policy.shut:
            return {}
        self._keep(account, await self._keeper.start(session_id, policy, account.state.decided))
        return ENVIRONMENT

    async def _change(self, session_id: UUID, policy: NetworkPolicy) -> bool:
        """Whether a proxy stands that has this policy now. One that stands may refuse everything by it."""
        egress = self._standing.get(session_id)
        if egress is None and (egress := await self._keeper.find(session_id)):
            self._keep(await Account(self._journal, session_id).reload(), egress)
        if egress is None:
            return False
        try:
            await egress.change(policy)
        except JailError:
            await self._let_go(session_id)
            return False
        return True

    def _keep(self, account: Account, egress: Egress) -> None:
        self._standing[account.session_id] = egress
        name = f"network {account.session_id}"
        self._recording[account.session_id] = asyncio.create_task(_record(account, egress), name=name)

    async def _settle(self, session_id: UUID) -> Account:
        """Ends a proxy that has lost its jail or does not answer; what it left goes into the log."""
        left = await self._keeper.end(session_id)
        account = await Account(self._journal, session_id).reload()
        await account.record(left)
        await self._keeper.discard(session_id)
        return account

    async def _let_go(self, session_id: UUID) -> None:
        if recording := self._recording.pop(session_id, None):
            await end([recording])
        if egress := self._standing.pop(session_id, None):
            egress.close()


async def _record(account: Account, egress: Egress) -> None:
    """Until the proxy is gone; what it did not tell by then is in what it left."""
    try:
        while True:
            await account.record(await egress.decisions(account.state.decided))
    except JailError:
        return
    except Exception:
        logger.exception("network decisions are not recorded", session=str(account.session_id))
