import asyncio
from dataclasses import replace

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.ports.jobs import JobKind
from quarterdeck.application.requests import IdempotencyKey, Outcome
from quarterdeck.application.streams import PROJECT, SESSION
from quarterdeck.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
)
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import Role, add_member
from quarterdeck.domain.session_state import EndedSession, OpenSession, ReadySession

KEY = IdempotencyKey(key="k", request_sha256="aa")


async def test_a_session_that_is_opened_waits_for_a_place(deck: Deck) -> None:
    project_id = await deck.project()
    asked = len(deck.doorbell.jobs)

    outcome = await deck.sessions.open(deck.owner, project_id)

    assert isinstance(outcome.state, OpenSession)
    assert outcome.state.ref == "main"
    assert not outcome.state.admitted
    assert len(deck.doorbell.jobs) == asked
    assert outcome.position == await deck.log.head()


async def test_a_changed_network_asks_the_sessions_worker_to_look_at_it(deck: Deck) -> None:
    session_id = await deck.session()

    outcome = await deck.sessions.change_network(deck.owner, session_id, (NetworkRule(host="pypi.org"),))

    assert outcome.state.rules == (NetworkRule(host="pypi.org"),)
    assert deck.doorbell.jobs[-1].kind is JobKind.CHANGE_NETWORK
    assert (deck.doorbell.jobs[-1].subject_id, deck.doorbell.jobs[-1].worker_id) == (session_id, "w1")


async def test_a_developer_may_not_widen_a_sessions_network(deck: Deck) -> None:
    session_id = await deck.session()
    place = (await SESSION.load(deck.log, session_id)).state
    assert isinstance(place, ReadySession)
    home = await PROJECT.load(deck.log, place.project_id)
    await deck.append(place.project_id, home.version, *add_member(home.state, deck.stranger.user_id, Role.DEVELOPER))

    with pytest.raises(ForbiddenError, match="only owners can allow it"):
        await deck.sessions.change_network(deck.stranger, session_id, (NetworkRule(host="pypi.org"),))


async def test_the_network_of_a_foreign_session_is_not_found(deck: Deck) -> None:
    session_id = await deck.session()

    with pytest.raises(NotFoundError):
        await deck.sessions.change_network(deck.stranger, session_id, ())


async def test_the_same_key_gives_the_same_session(deck: Deck) -> None:
    project_id = await deck.project()
    first = await deck.sessions.open(deck.owner, project_id, key=KEY)
    head = await deck.log.head()

    again = await deck.sessions.open(deck.owner, project_id, key=KEY)

    assert again.subject_id == first.subject_id
    assert await deck.log.head() == head


async def test_the_same_key_for_another_request_is_a_conflict(deck: Deck) -> None:
    project_id = await deck.project()
    await deck.sessions.open(deck.owner, project_id, key=KEY)

    with pytest.raises(ConflictError, match="idempotency key"):
        await deck.sessions.open(deck.owner, project_id, key=IdempotencyKey(key="k", request_sha256="bb"))


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\0b"])
async def test_an_idempotency_key_that_cannot_be_kept_is_refused(deck: Deck, key: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await deck.sessions.open(deck.owner, await deck.project(), key=IdempotencyKey(key=key, request_sha256="aa"))

    assert refused.value.field == "idempotencyKey"


async def test_a_foreign_project_and_an_unknown_one_are_one_answer(deck: Deck) -> None:
    project_id = await deck.project()

    with pytest.raises(NotFoundError) as foreign:
        await deck.sessions.open(deck.stranger, project_id)
    with pytest.raises(NotFoundError) as unknown:
        await deck.sessions.open(deck.stranger, deck.ids.new())

    assert foreign.value.message == unknown.value.message
    assert foreign.value.next_step == unknown.value.next_step


async def test_a_viewer_may_not_open_one(deck: Deck) -> None:
    project_id = await deck.project()
    home = await PROJECT.load(deck.log, project_id)
    (added,) = add_member(home.state, deck.stranger.user_id, Role.VIEWER)
    await deck.append(project_id, home.version, added)

    with pytest.raises(ForbiddenError, match="developer"):
        await deck.sessions.open(deck.stranger, project_id)


async def test_an_admin_has_every_project(deck: Deck) -> None:
    outcome = await deck.sessions.open(deck.admin(), await deck.project())

    assert isinstance(outcome.state, OpenSession)


async def test_a_full_queue_says_what_to_do_and_logs_nothing(deck: Deck) -> None:
    project_id = await deck.project()
    for _ in range(20):
        await deck.sessions.open(deck.owner, project_id)
    head = await deck.log.head()

    with pytest.raises(LimitExceededError) as refused:
        await deck.sessions.open(deck.owner, project_id)

    assert "qd session close" in refused.value.next_step
    assert await deck.log.head() == head
    assert await deck.sessions.open(deck.owner, await deck.project()), "another project has room"


async def test_as_many_as_may_wait_are_opened_however_many_are_asked_for_at_once(deck: Deck) -> None:
    project_id = await deck.project()

    asked = (deck.sessions.open(deck.owner, project_id) for _ in range(50))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(each, Outcome) for each in outcomes) == 20
    assert sum(isinstance(each, LimitExceededError) for each in outcomes) == 30


async def test_what_another_process_opened_just_before_counts(deck: Deck) -> None:
    project_id = await deck.project()
    for _ in range(20):
        await deck.sessions.open(deck.owner, project_id)

    with pytest.raises(LimitExceededError):
        await replace(deck.sessions, doors={}).open(deck.owner, project_id)


async def test_a_bad_ref_leaves_nothing_in_the_log(deck: Deck) -> None:
    project_id = await deck.project()
    head = await deck.log.head()

    with pytest.raises(InvalidInputError):
        await deck.sessions.open(deck.owner, project_id, ref="--upload-pack=x", key=KEY)

    assert await deck.log.head() == head


async def test_closing_a_ready_session_tells_its_worker(deck: Deck) -> None:
    session_id = await deck.session()

    await deck.sessions.close(deck.owner, session_id)

    job = deck.doorbell.jobs[-1]
    assert (job.kind, job.worker_id) == (JobKind.CLOSE_SESSION, "w1")


async def test_closing_before_a_worker_has_it_ends_it(deck: Deck) -> None:
    opened = await deck.sessions.open(deck.owner, await deck.project())

    outcome = await deck.sessions.close(deck.owner, opened.subject_id)

    assert isinstance(outcome.state, EndedSession)


async def test_a_stranger_cannot_close_it(deck: Deck) -> None:
    session_id = await deck.session()

    with pytest.raises(NotFoundError):
        await deck.sessions.close(deck.stranger, session_id)

    assert not isinstance((await SESSION.load(deck.log, session_id)).state, EndedSession)


async def test_pausing_and_resuming_tells_its_worker_once(deck: Deck) -> None:
    session_id = await deck.session()

    await deck.sessions.pause(deck.owner, session_id, "lunch")
    assert (deck.doorbell.jobs[-1].kind, deck.doorbell.jobs[-1].worker_id) == (JobKind.PAUSE_SESSION, "w1")
    assert not (await deck.sessions.pause(deck.owner, session_id)).recorded

    await deck.sessions.resume(deck.owner, session_id)
    assert (deck.doorbell.jobs[-1].kind, deck.doorbell.jobs[-1].worker_id) == (JobKind.RESUME_SESSION, "w1")


async def test_a_stranger_cannot_pause_it(deck: Deck) -> None:
    session_id = await deck.session()

    with pytest.raises(NotFoundError):
        await deck.sessions.pause(deck.stranger, session_id)
