"""What a session's persona lets it use and reach, on hosts in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.application.background import end
from quarterdeck.application.streams import PERSONA
from quarterdeck.domain import persona
from quarterdeck.domain.limits import GIB, MIB, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules
from quarterdeck.domain.persona import PersonaEvent, PersonaSettings, PersonaState, SessionPersona
from quarterdeck.domain.session import request_resume
from quarterdeck.domain.session_events import SessionAdopted, SessionLost
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.dummy import DummyDriver, DummyJail
from quarterdeck.jail.egress.dummy import DummyEgressKeeper
from quarterdeck.jail.limits import JailLimits
from quarterdeck.worker.settings import WorkerSettings

ONE, TWO = NetworkRule(host="one.example"), NetworkRule(host="two.example")


class NotingDriver(DummyDriver):
    """Notes what each jail was to keep."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(host=deck.host)
        self.kept: list[JailLimits] = []

    async def create(self, spec: JailSpec) -> DummyJail:
        assert spec.limits
        self.kept.append(spec.limits)
        return await super().create(spec)


@pytest.fixture
def keeper(deck: Deck) -> DummyEgressKeeper:
    deck.egress = made = DummyEgressKeeper()
    return made


@asynccontextmanager
async def conducting(deck: Deck) -> AsyncGenerator[None]:
    deck.ring = False
    running = asyncio.create_task(deck.conductor().run())
    try:
        yield
    finally:
        await end([running])


async def opened(deck: Deck, used: SessionPersona, project_id: UUID) -> UUID:
    session_id = await deck.open(project_id, used=used)
    await deck.ready(session_id)
    return session_id


async def revise(deck: Deck, used: SessionPersona, **settings: Any) -> None:
    def decide(state: PersonaState) -> tuple[PersonaEvent, ...]:
        return persona.revise(state, replace(persona.usable(state).settings, **settings))

    await deck.decide_persona(used.persona_id, decide)


async def has_policy(keeper: DummyEgressKeeper, session_id: UUID, policy: NetworkPolicy) -> None:
    def check() -> bool:
        assert keeper.proxies[session_id].policy == policy
        return True

    await eventually(check)


def reviewer(*rules: NetworkRule) -> PersonaRules:
    return PersonaRules(persona="reviewer", rules=rules)


async def test_the_strictest_of_host_project_persona_and_request_holds(deck: Deck) -> None:
    deck.settings = WorkerSettings(
        worker_id="w1", host="here", state_dir=deck.folder, max_limits=LimitsAsked(open_files=100)
    )
    driver = NotingDriver(deck)
    project_id = await deck.project(limits=LimitsAsked(memory_bytes=2 * GIB, processes=64, open_files=200))
    used = await deck.persona(
        project_id, limits=LimitsAsked(memory_bytes=GIB, processes=128, open_files=300, cpus=0.5, wall_seconds=600)
    )
    async with working(deck.worker(driver=driver)):
        session_id = await deck.open(project_id, used=used, limits=LimitsAsked(cpus=2, file_bytes=MIB))
        ready = await deck.ready(session_id)

    [kept] = driver.kept
    assert (kept.memory_bytes, kept.processes, kept.open_files) == (GIB, 64, 100)
    assert (kept.cpus, kept.file_bytes) == (0.5, MIB)
    assert ready.persona == used
    assert {limit.name: limit.asked for limit in await deck.limits(session_id)}["session_time"] == "10 minutes"


async def test_a_jail_that_is_made_anew_keeps_the_limits_that_its_persona_had_at_the_opening(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, reconcile_seconds=0.05)
    driver = NotingDriver(deck)
    project_id = await deck.project()
    used = await deck.persona(project_id, limits=LimitsAsked(memory_bytes=GIB))
    async with working(deck.worker(driver=driver)):
        session_id = await opened(deck, used, project_id)
        await revise(deck, used, limits=LimitsAsked(memory_bytes=2 * GIB))

        deck.host.lose(session_id)

        async def is_rebuilt() -> bool:
            return any(isinstance(e, SessionAdopted) and e.rebuilt for e in await deck.events(session_id))

        await eventually(is_rebuilt)

    assert [kept.memory_bytes for kept in driver.kept] == [GIB, GIB]


async def test_a_fork_and_a_session_that_is_taken_up_again_keep_its_limits(deck: Deck) -> None:
    driver = NotingDriver(deck)
    project_id = await deck.project()
    used = await deck.persona(project_id, limits=LimitsAsked(memory_bytes=GIB))
    async with working(deck.worker(driver=driver)):
        source = await opened(deck, used, project_id)
        await revise(deck, used, limits=LimitsAsked())
        await deck.decide_persona(used.persona_id, persona.retire)

        fork = await deck.fork(source)

        assert (await deck.ready(fork)).persona == used
    loaded = await deck.loaded(source)
    lost = SessionLost(reason="its worker is gone")
    await deck.append(source, loaded.version, lost, session_id=source)
    await deck.append(source, loaded.version + 1, *request_resume((await deck.loaded(source)).state))
    again = await deck.session(source)

    assert [kept.memory_bytes for kept in driver.kept] == [GIB, GIB]
    assert again.persona == used  # type: ignore[union-attr]
    assert again.asked.memory_bytes == GIB  # type: ignore[union-attr]


async def test_its_proxy_has_the_projects_list_and_the_personas(deck: Deck, keeper: DummyEgressKeeper) -> None:
    project_id = await deck.project(network=(ONE, TWO))
    used = await deck.persona(project_id, network=(ONE,))
    async with working(deck.worker()):
        session_id = await opened(deck, used, project_id)

        assert keeper.proxies[session_id].policy == NetworkPolicy(rules=(ONE, TWO), persona=reviewer(ONE))


@pytest.mark.parametrize(("project", "own"), [((), (ONE,)), ((ONE,), ())])
async def test_where_either_list_is_empty_there_is_no_proxy(
    deck: Deck, keeper: DummyEgressKeeper, project: tuple[NetworkRule, ...], own: tuple[NetworkRule, ...]
) -> None:
    project_id = await deck.project(network=project)
    used = await deck.persona(project_id, network=own)
    async with working(deck.worker()):
        await opened(deck, used, project_id)

        assert keeper.proxies == {}


async def test_running_sessions_follow_their_personas_list_and_no_others(deck: Deck, keeper: DummyEgressKeeper) -> None:
    project_id = await deck.project(network=(ONE, TWO))
    used, other = await deck.persona(project_id, network=(ONE,)), await deck.persona(project_id, "writer")
    async with working(deck.worker()), conducting(deck):
        session_id, apart = await opened(deck, used, project_id), await opened(deck, other, project_id)

        await revise(deck, used, network=(TWO,))
        await has_policy(keeper, session_id, NetworkPolicy(rules=(ONE, TWO), persona=reviewer(TWO)))
        await revise(deck, used, network=None)
        await has_policy(keeper, session_id, NetworkPolicy(rules=(ONE, TWO)))

        assert keeper.proxies[apart].policy == NetworkPolicy(rules=(ONE, TWO))


async def test_a_session_of_a_retired_persona_goes_on_with_what_it_had_until_that_is_defined_again(
    deck: Deck, keeper: DummyEgressKeeper
) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, reconcile_seconds=0.05)
    project_id = await deck.project(network=(ONE, TWO))
    used = await deck.persona(project_id, network=(ONE,))
    async with working(deck.worker()), conducting(deck):
        session_id = await opened(deck, used, project_id)
        await deck.decide_persona(used.persona_id, persona.retire)
        keeper.proxies.pop(session_id).end()

        await eventually(lambda: session_id in keeper.proxies)
        await has_policy(keeper, session_id, NetworkPolicy(rules=(ONE, TWO), persona=reviewer(ONE)))

        again = PersonaSettings(network=(TWO,))
        await deck.decide_persona(
            used.persona_id, partial(persona.define, project_id=project_id, name="reviewer", settings=again)
        )
        await has_policy(keeper, session_id, NetworkPolicy(rules=(ONE, TWO), persona=reviewer(TWO)))


class HastyKeeper(DummyEgressKeeper):
    """Somebody changes the persona right after its list was applied, and before the session is ready."""

    def __init__(self, deck: Deck, used: SessionPersona) -> None:
        super().__init__()
        self._deck, self._used = deck, used

    async def start(self, session_id: UUID, policy: NetworkPolicy, last: int) -> Any:
        made = await super().start(session_id, policy, last)
        if (await PERSONA.load(self._deck.log, self._used.persona_id)).version == 1:
            await revise(self._deck, self._used, network=(TWO,))
        return made


async def test_a_list_that_is_changed_while_the_session_is_made_holds_when_it_is_ready(deck: Deck) -> None:
    # it is not the sweep that sees it
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, reconcile_seconds=1000)
    project_id = await deck.project(network=(ONE, TWO))
    used = await deck.persona(project_id, network=(ONE,))
    deck.egress = keeper = HastyKeeper(deck, used)
    async with working(deck.worker()):
        session_id = await opened(deck, used, project_id)

        await has_policy(keeper, session_id, NetworkPolicy(rules=(ONE, TWO), persona=reviewer(TWO)))
