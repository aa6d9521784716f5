"""Pausing and resuming a session."""

from uuid import uuid4

import pytest

from quarterdeck.domain import session, session_state
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, PausedError
from quarterdeck.domain.pausing import SessionPaused, SessionPauseRequested, SessionResumed, SessionResumeRequested
from quarterdeck.domain.session_events import (
    SessionAdopted,
    SessionCloseRequested,
    SessionEvent,
    SessionOpened,
    SessionProvisioned,
)
from quarterdeck.domain.session_state import NoSession, SessionState

OPENED = SessionOpened(project_id=uuid4(), owner_id=uuid4(), ref="main")
READY = (
    OPENED,
    SessionProvisioned(worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit="c0ffee"),
)
PAUSED = (*READY, SessionPauseRequested(reason="lunch"), SessionPaused(reason="lunch"))


def after(*events: SessionEvent) -> SessionState:
    initial: SessionState = NoSession()
    return fold(session_state.evolve, initial, events)


def test_it_is_paused_when_a_worker_says_so_and_the_reason_stays() -> None:
    assert session.request_pause(after(*READY), " lunch ") == (SessionPauseRequested(reason="lunch"),)
    asked = after(*READY, SessionPauseRequested(reason="lunch"))
    assert session.pause(asked) == (SessionPaused(reason="lunch"),)
    assert session.request_pause(asked) == ()


def test_nothing_happens_that_was_not_asked_for() -> None:
    assert session.pause(after(*READY)) == ()
    assert session.request_resume(after(*READY)) == ()
    assert session.resume(after(*PAUSED)) == ()


def test_a_paused_session_goes_on_where_it_was() -> None:
    assert session.request_resume(after(*PAUSED)) == (SessionResumeRequested(),)
    (resumed,) = session.resume(after(*PAUSED, SessionResumeRequested()))
    assert isinstance(resumed, SessionResumed)
    assert not resumed.rebuilt
    session.awake(after(*PAUSED, SessionResumeRequested(), resumed))


def test_what_was_rebuilt_meanwhile_is_said_once() -> None:
    rebuilt = SessionAdopted(worker_id="w1", rebuilt=True, detail="")
    (resumed,) = session.resume(after(*PAUSED, rebuilt, SessionResumeRequested()))
    assert isinstance(resumed, SessionResumed)
    assert resumed.rebuilt
    assert "lost" in resumed.detail
    again = after(
        *PAUSED, rebuilt, SessionResumeRequested(), resumed, SessionPauseRequested(), SessionResumeRequested()
    )
    (second,) = session.resume(again)
    assert isinstance(second, SessionResumed)
    assert not second.rebuilt


def test_a_jail_that_was_rebuilt_before_the_pause_is_no_news() -> None:
    rebuilt = SessionAdopted(worker_id="w1", rebuilt=True, detail="")
    (resumed,) = session.resume(after(*READY, rebuilt, *PAUSED[2:], SessionResumeRequested()))
    assert isinstance(resumed, SessionResumed)
    assert not resumed.rebuilt


@pytest.mark.parametrize("events", [READY[:1], (*READY, SessionCloseRequested())])
def test_one_that_is_not_ready_or_closing_is_not_paused(events: tuple[SessionEvent, ...]) -> None:
    with pytest.raises(ConflictError):
        session.request_pause(after(*events))
    with pytest.raises(ConflictError):
        session.request_resume(after(*events))


def test_nothing_reaches_what_is_paused_and_the_next_step_is_said() -> None:
    with pytest.raises(PausedError) as refused:
        session.awake(after(*PAUSED))
    assert "qd session resume" in refused.value.next_step
