from dataclasses import replace
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import GIB, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.persona import Persona, PersonaSettings, persona_id
from quarterdeck.domain.point import NOW
from quarterdeck.domain.project import MemberAdded, Role
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.domain.workspace import WorkspacePrepared, workspace_id

SMALL = PersonaSettings(limits=LimitsAsked(memory_bytes=GIB), network=(NetworkRule(host="pypi.org"),))


def bigger(settings: PersonaSettings) -> PersonaSettings:
    return replace(settings, limits=LimitsAsked(memory_bytes=2 * GIB))


async def defined(deck: Deck) -> tuple[UUID, UUID]:
    """A project, and a persona of it."""
    project_id = await deck.project()
    return project_id, (await deck.personas.define(deck.owner, project_id, "reviewer", SMALL)).subject_id


async def member(deck: Deck, project_id: UUID, role: Role) -> Caller:
    await deck.append(
        project_id, len(await deck.log.load(project_id)), MemberAdded(user_id=deck.stranger.user_id, role=role)
    )
    return deck.stranger


async def test_a_persona_is_defined_revised_and_retired_by_an_owner(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)

    revised = (await deck.personas.revise(deck.owner, reviewer, bigger)).state
    retired = (await deck.personas.retire(deck.owner, reviewer)).state

    assert reviewer == persona_id(project_id, "reviewer")
    assert revised == Persona(project_id=project_id, name="reviewer", revision=2, settings=bigger(SMALL))
    assert retired == replace(revised, retired=True)


async def test_what_is_said_of_a_persona_belongs_to_its_project(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)

    [recorded] = await deck.log.load(reviewer)

    assert recorded.envelope.project_id == project_id


async def test_a_project_has_one_of_a_name_and_another_project_may_have_it_too(deck: Deck) -> None:
    project_id, _ = await defined(deck)

    with pytest.raises(ConflictError, match="has a persona reviewer already"):
        await deck.personas.define(deck.owner, project_id, "reviewer", SMALL)
    await defined(deck)


async def test_the_same_key_gives_the_same_persona(deck: Deck) -> None:
    project_id, key = await deck.project(), IdempotencyKey(key="k", request_sha256="aa")

    first = await deck.personas.define(deck.owner, project_id, "reviewer", SMALL, key)
    again = await deck.personas.define(deck.owner, project_id, "reviewer", SMALL, key)

    assert (again.subject_id, again.state) == (first.subject_id, first.state)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEVELOPER])
async def test_only_an_owner_changes_personas(deck: Deck, role: Role) -> None:
    project_id, reviewer = await defined(deck)
    caller = await member(deck, project_id, role)
    before = await deck.log.head()

    with pytest.raises(ForbiddenError, match="role owner"):
        await deck.personas.define(caller, project_id, "other", SMALL)
    with pytest.raises(ForbiddenError, match="role owner"):
        await deck.personas.revise(caller, reviewer, bigger)
    with pytest.raises(ForbiddenError, match="role owner"):
        await deck.personas.retire(caller, reviewer)
    assert await deck.log.head() == before


async def test_a_foreign_persona_and_an_unknown_one_are_one_answer(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)
    told: set[tuple[str, str]] = set()

    for each in (reviewer, deck.ids.new(), project_id):
        for attempt in (deck.personas.revise(deck.stranger, each, bigger), deck.personas.retire(deck.stranger, each)):
            with pytest.raises(NotFoundError) as refused:
                await attempt
            told.add((refused.value.message, refused.value.next_step))

    assert len(told) == 1
    with pytest.raises(NotFoundError, match="no such project"):
        await deck.personas.define(deck.stranger, project_id, "other", SMALL)


async def test_what_cannot_be_leaves_nothing_in_the_log(deck: Deck) -> None:
    project_id, before = await deck.project(), await deck.log.head()

    with pytest.raises(InvalidInputError):
        await deck.personas.define(deck.owner, project_id, "../up", SMALL)

    assert await deck.log.head() == before


async def test_a_developer_opens_a_session_with_a_persona_as_it_is_now(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)
    await deck.personas.revise(deck.owner, reviewer, bigger)
    caller = await member(deck, project_id, Role.DEVELOPER)

    asked = LimitsAsked(memory_bytes=4 * GIB, cpus=1)
    opened = (await deck.sessions.open(caller, project_id, limits=asked, persona="reviewer")).state
    await deck.personas.revise(deck.owner, reviewer, lambda _: SMALL)

    assert isinstance(opened, OpenSession)
    assert opened.persona
    assert (opened.persona.persona_id, opened.persona.name, opened.persona.revision) == (reviewer, "reviewer", 2)
    assert opened.asked == LimitsAsked(memory_bytes=2 * GIB, cpus=1)


@pytest.mark.parametrize("name", ["writer", "", "../up", "Reviewer"])
async def test_a_persona_that_is_not_there_opens_nothing(deck: Deck, name: str) -> None:
    project_id, _ = await defined(deck)
    other = await deck.project()
    before = await deck.log.head()

    with pytest.raises(NotFoundError, match="There is no persona") as refused:
        await deck.sessions.open(deck.owner, project_id, persona=name)
    with pytest.raises(NotFoundError, match="There is no persona"):
        await deck.sessions.open(deck.owner, other, persona="reviewer")

    assert "qd persona list" in refused.value.next_step
    assert await deck.log.head() == before


async def test_a_retired_persona_opens_nothing_until_it_is_defined_again(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)
    await deck.personas.retire(deck.owner, reviewer)

    with pytest.raises(ConflictError, match="Persona reviewer is retired"):
        await deck.sessions.open(deck.owner, project_id, persona="reviewer")
    await deck.personas.define(deck.owner, project_id, "reviewer", SMALL)
    opened = (await deck.sessions.open(deck.owner, project_id, persona="reviewer")).state

    assert isinstance(opened, OpenSession)
    assert opened.persona
    assert opened.persona.revision == 2


async def test_a_fork_has_its_sources_persona_though_that_is_retired(deck: Deck) -> None:
    project_id, reviewer = await defined(deck)
    source = (await deck.sessions.open(deck.owner, project_id, persona="reviewer")).subject_id
    await deck.provisioned(source)
    prepared = WorkspacePrepared(session_id=source, kind="overlay", base_commit="c0ffee", tree="t0")
    await deck.append(workspace_id(source), 0, prepared)
    await deck.personas.retire(deck.owner, reviewer)

    fork = (await deck.sessions.fork(deck.owner, source, NOW)).state

    assert isinstance(fork, OpenSession)
    assert fork.persona
    assert (fork.persona.persona_id, fork.persona.revision) == (reviewer, 1)
    assert fork.asked == SMALL.limits


async def test_an_owner_cannot_let_a_session_reach_what_its_persona_does_not_allow(deck: Deck) -> None:
    project_id, _ = await defined(deck)
    session_id = (await deck.sessions.open(deck.owner, project_id, persona="reviewer")).subject_id

    with pytest.raises(ConflictError, match="Persona reviewer does not allow"):
        await deck.sessions.change_network(deck.owner, session_id, (NetworkRule(host="evil.example"),))
    widened = await deck.sessions.change_network(deck.owner, session_id, (NetworkRule(host="pypi.org"),))

    assert widened.state.rules == (NetworkRule(host="pypi.org"),)
