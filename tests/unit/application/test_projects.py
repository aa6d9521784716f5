from dataclasses import replace

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.ports.jobs import JobKind
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.project import Project, ProjectSettings


async def test_a_project_is_named_after_its_repository(deck: Deck) -> None:
    outcome = await deck.projects.create(deck.owner, repository="/srv/deck")

    assert isinstance(outcome.state, Project)
    assert (outcome.state.name, outcome.state.default_branch) == ("deck", "main")
    assert deck.doorbell.jobs[-1].kind is JobKind.MIRROR_PROJECT


async def test_a_repository_that_no_worker_can_read_leaves_nothing_in_the_log(deck: Deck) -> None:
    with pytest.raises(InvalidInputError):
        await deck.projects.create(deck.owner, repository="/nowhere")

    assert await deck.log.head() == 0


async def test_sessions_start_at_the_branch_that_is_named(deck: Deck) -> None:
    outcome = await deck.projects.create(deck.owner, repository="/srv/deck", default_branch="next")

    assert isinstance(outcome.state, Project)
    assert outcome.state.default_branch == "next"


async def test_a_branch_that_is_not_there_leaves_nothing_in_the_log(deck: Deck) -> None:
    with pytest.raises(InvalidInputError, match="no branch 'nxet'"):
        await deck.projects.create(deck.owner, repository="/srv/deck", default_branch="nxet")

    assert await deck.log.head() == 0


async def test_the_same_key_gives_the_same_project(deck: Deck) -> None:
    key = IdempotencyKey(key="k", request_sha256="aa")
    first = await deck.projects.create(deck.owner, repository="/srv/deck", key=key)

    again = await deck.projects.create(deck.owner, repository="/srv/deck", key=key)

    assert again.subject_id == first.subject_id
    assert again.state == first.state


async def test_only_an_owner_changes_settings(deck: Deck) -> None:
    project_id = await deck.project()
    smaller = ProjectSettings(max_sessions=3)

    def change(settings: ProjectSettings) -> ProjectSettings:
        return replace(settings, max_sessions=3)

    outcome = await deck.projects.change_settings(deck.owner, project_id, change)

    assert isinstance(outcome.state, Project)
    assert outcome.state.settings == smaller
    with pytest.raises(NotFoundError):
        await deck.projects.change_settings(deck.stranger, project_id, change)
