"""Personas: what they are made of, revision by revision."""

from uuid import uuid4

import pytest

from quarterdeck.domain import persona
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import GIB, MIB, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import PersonaRules
from quarterdeck.domain.persona import (
    NetworkChange,
    NoPersona,
    Persona,
    PersonaEvent,
    PersonaRevised,
    PersonaSettings,
    PersonaState,
    SessionPersona,
)

PROJECT = uuid4()
PYPI = (NetworkRule(host="pypi.org"),)
SMALL = PersonaSettings(description="Reads.", limits=LimitsAsked(memory_bytes=GIB), network=PYPI)


def after(*events: PersonaEvent, state: PersonaState | None = None) -> Persona:
    state = state or NoPersona()
    for event in events:
        state = persona.evolve(state, event)
    return persona.existing(state)


def defined(settings: PersonaSettings = SMALL) -> Persona:
    return after(*persona.define(NoPersona(), project_id=PROJECT, name="reviewer", settings=settings))


def revised(known: Persona, settings: PersonaSettings) -> PersonaRevised:
    [event] = persona.revise(known, settings)
    assert isinstance(event, PersonaRevised)
    return event


def test_a_persona_begins_with_its_first_revision() -> None:
    assert defined() == Persona(project_id=PROJECT, name="reviewer", revision=1, settings=SMALL)


def test_a_revision_says_what_changed_alone() -> None:
    known = defined()
    other = PersonaSettings(description="Reads.", limits=LimitsAsked(memory_bytes=2 * GIB), network=PYPI)

    event = revised(known, other)

    assert event == PersonaRevised(revision=2, limits=LimitsAsked(memory_bytes=2 * GIB))
    assert after(event, state=known).settings == other


@pytest.mark.parametrize("network", [None, (), (NetworkRule(host="*.example.org", port=80),)])
def test_a_list_that_is_taken_away_is_told_from_one_that_stays(network: tuple[NetworkRule, ...] | None) -> None:
    known = defined()
    other = PersonaSettings(description="Reads.", limits=SMALL.limits, network=network)

    event = revised(known, other)

    assert event == PersonaRevised(revision=2, network=NetworkChange(rules=network))
    assert after(event, state=known).settings == other


def test_to_change_nothing_is_nothing_new() -> None:
    assert persona.revise(defined(), SMALL) == ()


def test_a_description_can_be_taken_away() -> None:
    known = defined()
    bare = PersonaSettings(limits=SMALL.limits, network=PYPI)

    assert after(revised(known, bare), state=known).settings == bare


def test_a_name_is_taken_while_its_persona_is_not_retired() -> None:
    with pytest.raises(ConflictError, match="has a persona reviewer already") as refused:
        persona.define(defined(), project_id=PROJECT, name="reviewer", settings=SMALL)

    assert "qd persona revise reviewer" in refused.value.next_step


def test_a_retired_persona_cannot_be_used_or_revised() -> None:
    retired = after(*persona.retire(defined()), state=defined())

    assert retired.retired
    assert persona.retire(retired) == ()
    with pytest.raises(ConflictError, match="Persona reviewer is retired"):
        persona.usable(retired)
    with pytest.raises(ConflictError, match="retired"):
        persona.revise(retired, PersonaSettings())


def test_a_retired_persona_that_is_defined_again_goes_on_counting_revisions() -> None:
    retired = after(*persona.retire(defined()), state=defined())

    again = after(
        *persona.define(retired, project_id=PROJECT, name="reviewer", settings=PersonaSettings()), state=retired
    )

    assert again == Persona(project_id=PROJECT, name="reviewer", revision=2, settings=PersonaSettings())


def test_what_is_not_there_cannot_be_used() -> None:
    for decide in (persona.usable, persona.retire):
        with pytest.raises(NotFoundError):
            decide(NoPersona())


@pytest.mark.parametrize("name", ["", "a b", "Reviewer", "-a", "../up", "a.toml", "é", "a" * 65, "a\n"])
def test_a_name_is_one_word_that_can_be_a_files(name: str) -> None:
    assert not persona.is_name(name)
    with pytest.raises(InvalidInputError) as refused:
        persona.define(NoPersona(), project_id=PROJECT, name=name, settings=SMALL)

    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (PersonaSettings(description="x" * 2001), "description"),
        (PersonaSettings(limits=LimitsAsked(memory_bytes=MIB)), "limits.memoryBytes"),
        (PersonaSettings(network=(NetworkRule(host="not a host"),)), "network"),
        (PersonaSettings(network=(NetworkRule(host="a.example"),) * 501), "network"),
    ],
)
def test_what_is_too_much_or_none_is_refused_by_its_field(settings: PersonaSettings, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        persona.define(NoPersona(), project_id=PROJECT, name="a", settings=settings)
    assert refused.value.field == field
    with pytest.raises(InvalidInputError) as refused:
        persona.revise(defined(), settings)
    assert refused.value.field == field


def test_a_name_makes_another_persona_in_each_project() -> None:
    assert persona.persona_id(PROJECT, "a") == persona.persona_id(PROJECT, "a")
    assert len({persona.persona_id(project, name) for project in (PROJECT, uuid4()) for name in "ab"}) == 4


def test_a_sessions_list_is_its_personas_as_it_stands() -> None:
    used = SessionPersona(persona_id=uuid4(), name="reviewer", revision=1)
    retired = after(*persona.retire(defined()), state=defined())

    assert persona.rules_for(used, defined()) == PersonaRules(persona="reviewer", rules=PYPI)
    assert persona.rules_for(used, retired) == PersonaRules(persona="reviewer", rules=PYPI)
    assert persona.rules_for(used, defined(PersonaSettings())) is None
    assert persona.rules_for(used, defined(PersonaSettings(network=()))) == PersonaRules(persona="reviewer", rules=())


def test_a_persona_that_was_erased_allows_nothing() -> None:
    used = SessionPersona(persona_id=uuid4(), name="reviewer", revision=1)

    assert persona.rules_for(used, NoPersona()) == PersonaRules(persona="reviewer", rules=())
