"""The network of sessions: proxies that follow the rules, and decisions that are logged once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.tunnels import MemoryTunnels
from quarterdeck.application.background import end
from quarterdeck.application.streams import PROJECT
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict, network_access_id
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.domain.project import ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.session_network import SessionNetworkChanged, session_network_id
from quarterdeck.jail.dummy import DummyDriver, Prints, Script
from quarterdeck.jail.egress.abstract import PORT
from quarterdeck.jail.egress.dummy import DummyEgress, DummyEgressKeeper
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.settings import WorkerSettings

ONE, TWO = NetworkRule(host="one.example"), NetworkRule(host="two.example")


@pytest.fixture
def keeper(deck: Deck) -> DummyEgressKeeper:
    deck.egress = made = DummyEgressKeeper()
    return made


def decided(session_id: UUID, number: int) -> NetworkAccessDecided:
    return NetworkAccessDecided(
        session_id=session_id,
        number=number,
        decided_at=datetime.now(UTC),
        host="one.example",
        port=443,
        verdict=Verdict.ALLOWED,
        rule="one.example:443",
        reason="",
        address="192.0.2.1",
        bytes_up=1,
        bytes_down=2,
    )


async def numbers(deck: Deck, session_id: UUID) -> list[int]:
    events = await deck.events(network_access_id(session_id))
    return [each.number for each in events if isinstance(each, NetworkAccessDecided)]


async def proxy_with(keeper: DummyEgressKeeper, session_id: UUID, *rules: NetworkRule) -> DummyEgress:
    def check() -> DummyEgress:
        proxy = keeper.proxies.get(session_id)
        assert proxy is not None
        assert proxy.policy == NetworkPolicy(rules=rules)
        return proxy

    return await eventually(check)


@asynccontextmanager
async def conducting(conductor: Conductor) -> AsyncGenerator[None]:
    running = asyncio.create_task(conductor.run())
    try:
        yield
    finally:
        await end([running])


async def narrow(deck: Deck, session_id: UUID, *rules: NetworkRule) -> None:
    changed = SessionNetworkChanged(session_id=session_id, rules=rules, beyond_project=())
    await deck.append(session_network_id(session_id), 0, changed, session_id=session_id)


async def test_a_session_without_rules_has_no_proxy(deck: Deck, keeper: DummyEgressKeeper) -> None:
    async with working(deck.worker()):
        await deck.opened()

        assert keeper.proxies == {}


async def test_a_sessions_commands_are_told_where_its_proxy_is(deck: Deck, keeper: DummyEgressKeeper) -> None:
    deck.scripts["work"] = Script(steps=(Prints(data=b"x"),))
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE,))
        await deck.finished(await deck.run(session_id, "work"))

        assert keeper.proxies[session_id].policy.rules == (ONE,)
        started = deck.host.jails[session_id].started[0].environment
        assert started["HTTPS_PROXY"] == started["http_proxy"] == "http://127.0.0.1:3128"


async def test_a_change_of_the_sessions_list_reaches_its_proxy(deck: Deck, keeper: DummyEgressKeeper) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE, TWO))

        await narrow(deck, session_id, TWO)

        await proxy_with(keeper, session_id, TWO)


async def test_a_change_of_the_projects_list_reaches_the_proxies_of_its_sessions(
    deck: Deck, keeper: DummyEgressKeeper
) -> None:
    async with working(deck.worker()), conducting(deck.conductor()):
        project_id = await deck.project(network=(ONE,))
        session_id = await deck.open(project_id)
        await deck.ready(session_id)
        await proxy_with(keeper, session_id, ONE)

        changed = ProjectSettingsChanged(settings=ProjectSettings(network=(TWO,)))
        await deck.append(project_id, (await PROJECT.load(deck.log, project_id)).version, changed)

        await proxy_with(keeper, session_id, TWO)


async def test_a_session_gets_a_proxy_when_its_first_rule_comes(deck: Deck, keeper: DummyEgressKeeper) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        widened = SessionNetworkChanged(session_id=session_id, rules=(ONE,), beyond_project=(ONE,))

        await deck.append(session_network_id(session_id), 0, widened, session_id=session_id)

        await proxy_with(keeper, session_id, ONE)


async def test_decisions_are_logged_in_order(deck: Deck, keeper: DummyEgressKeeper) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE,))
        keeper.proxies[session_id].add(decided(session_id, 1), decided(session_id, 2))
        keeper.proxies[session_id].add(decided(session_id, 3))

        async def are_logged() -> bool:
            return await numbers(deck, session_id) == [1, 2, 3]

        await eventually(are_logged)
        first = (await deck.log.load(network_access_id(session_id)))[0]
        assert first.envelope.session_id == session_id


async def test_the_next_worker_goes_on_with_the_proxy_and_logs_nothing_twice(
    deck: Deck, keeper: DummyEgressKeeper
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE,))
        proxy = keeper.proxies[session_id]
        proxy.add(decided(session_id, 1))

        async def is_logged() -> bool:
            return await numbers(deck, session_id) == [1]

        await eventually(is_logged)
    # as if the first worker had died before the proxy heard that it is in the log
    proxy.unread = [decided(session_id, 1)]
    proxy.add(decided(session_id, 2))
    async with working(deck.worker()):

        async def both_are_logged() -> bool:
            return await numbers(deck, session_id) == [1, 2]

        await eventually(both_are_logged)
        assert keeper.proxies[session_id] is proxy


async def test_a_proxy_that_died_is_replaced_and_what_it_left_is_logged(deck: Deck, keeper: DummyEgressKeeper) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, reconcile_seconds=0.05)
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE,))
        dead = keeper.proxies[session_id]
        dead.unread = [decided(session_id, 1)]
        dead.end()

        async def is_replaced() -> bool:
            return keeper.proxies.get(session_id) not in {None, dead}

        await eventually(is_replaced)
        assert await numbers(deck, session_id) == [1]
        assert keeper.proxies[session_id].last == 1


async def test_closing_logs_the_last_decisions_and_leaves_no_proxy(deck: Deck, keeper: DummyEgressKeeper) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(network=(ONE,))
        keeper.proxies[session_id].unread = [decided(session_id, 1)]

        await deck.close(session_id)
        await deck.closed(session_id)

    assert await numbers(deck, session_id) == [1]
    assert keeper.proxies == {}


class NoEgress(DummyEgressKeeper):
    async def start(self, session_id: UUID, policy: NetworkPolicy, last: int) -> DummyEgress:
        raise JailError("No proxy here.", "Try elsewhere.")


async def test_a_session_whose_proxy_cannot_be_had_is_not_opened(deck: Deck) -> None:
    deck.egress = NoEgress()
    async with working(deck.worker(driver=DummyDriver(host=deck.host))):
        ended = await deck.closed(await deck.open(await deck.project(network=(ONE,))))

        assert (ended.how, ended.reason) == ("failed", "No proxy here.")
        assert not [jail for jail in deck.host.jails.values() if not jail.dead]


async def test_the_ports_of_a_session_are_listed_and_dialled_where_it_is_held(deck: Deck) -> None:
    assert isinstance(deck.tunnels, MemoryTunnels)
    async with working(deck.worker()):
        session_id = await deck.opened()
        listening = deck.host.jails[session_id].listening
        listening[8000] = listening[PORT] = []

        assert await deck.tunnels.ports("w1", session_id) == [8000]
        async with deck.tunnels.dial("w1", session_id, 8000) as stream:
            listening[8000][0].close()
            assert await stream.read() == b""
        with pytest.raises(ConflictError, match="does not run here"):
            await deck.tunnels.ports("w1", network_access_id(session_id))
