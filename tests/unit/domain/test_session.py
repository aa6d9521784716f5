from uuid import UUID

import pytest

from quarterdeck.domain import session, session_state
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.pausing import SessionPaused, SessionPauseRequested, SessionResumeRequested
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionAdopted,
    SessionClosed,
    SessionCloseRequested,
    SessionEvent,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_state import (
    EndedSession,
    NoSession,
    OpenSession,
    ReadySession,
    SessionState,
)

PROJECT, OWNER = UUID(int=1), UUID(int=2)
OPENED = SessionOpened(project_id=PROJECT, owner_id=OWNER, ref="main")
PROVISIONED = SessionProvisioned(worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit="abc")

NOTHING: SessionState = NoSession()


def after(*events: SessionEvent) -> SessionState:
    return fold(session_state.evolve, NOTHING, events)


def test_a_new_session_waits_for_a_worker() -> None:
    events = session.open_session(NoSession(), project_id=PROJECT, owner_id=OWNER, ref="main", title="try")

    assert after(*events) == OpenSession(project_id=PROJECT, owner_id=OWNER, ref="main", title="try")


@pytest.mark.parametrize("ref", ["", "-upload-pack=x", "a b", "a\nb", "x" * 256])
def test_a_ref_that_git_would_misread_is_refused(ref: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        session.open_session(NoSession(), project_id=PROJECT, owner_id=OWNER, ref=ref, title="")

    assert refused.value.field == "ref"


def test_a_limit_that_cannot_be_is_refused_by_name() -> None:
    asked = LimitsAsked(memory_bytes=1000)
    with pytest.raises(InvalidInputError) as refused:
        session.open_session(NoSession(), project_id=PROJECT, owner_id=OWNER, ref="main", title="", asked=asked)

    assert refused.value.field == "limits.memoryBytes"


def test_what_was_asked_for_lasts_as_long_as_the_session() -> None:
    asked = LimitsAsked(cpus=1.5)
    opened = session.open_session(NoSession(), project_id=PROJECT, owner_id=OWNER, ref="main", title="", asked=asked)

    state = after(*opened, PROVISIONED)

    assert isinstance(state, ReadySession)
    assert state.asked == asked


def test_a_provisioned_session_is_ready_on_its_worker() -> None:
    state = after(OPENED, PROVISIONED)

    assert isinstance(state, ReadySession)
    assert state.worker_id == "w1"


def test_a_session_is_provisioned_once() -> None:
    with pytest.raises(ConflictError):
        session.provision(
            after(OPENED, PROVISIONED),
            worker_id="w2",
            jail_driver="dummy",
            workspace_kind="overlay",
            base_commit="abc",
            limits=(),
        )


def test_closing_before_a_worker_took_it_ends_it_at_once() -> None:
    events = session.request_close(after(OPENED))

    assert events[0] == SessionCloseRequested()
    assert isinstance(events[1], SessionClosed)


def test_closing_twice_is_nothing_new() -> None:
    closing = after(OPENED, PROVISIONED, SessionCloseRequested())

    assert session.request_close(closing) == ()
    assert session.request_close(after(OPENED, PROVISIONED, SessionClosed())) == ()


def test_an_ended_session_cannot_be_provisioned() -> None:
    failed = after(OPENED, SessionProvisioningFailed(reason="no room", next_step="close one"))

    assert isinstance(failed, EndedSession)
    assert failed.how == "failed"
    with pytest.raises(ConflictError, match="has ended"):
        session.fail_provisioning(failed, reason="again", next_step="")


def test_an_adopted_session_moves_to_its_new_worker() -> None:
    state = after(OPENED, PROVISIONED, SessionAdopted(worker_id="w2", rebuilt=True, detail="host restarted"))

    assert session_state.ready(state).worker_id == "w2"


def test_a_session_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        session_state.running(NoSession())


LOST = SessionLost(reason="w1 is gone")


def test_a_lost_session_is_taken_up_again_with_all_that_was_asked_for() -> None:
    [reopened] = session.request_resume(after(OPENED, PROVISIONED, LOST))
    state = after(OPENED, PROVISIONED, LOST, reopened)

    assert isinstance(state, OpenSession)
    assert isinstance(OPENED, SessionOpened)
    assert state == OpenSession(
        project_id=OPENED.project_id,
        owner_id=OPENED.owner_id,
        ref=OPENED.ref,
        title=OPENED.title,
        asked=OPENED.limits,
        came_from="w1",
    )
    assert session_state.keeper(state) == "w1"
    assert session.request_resume(state) == ()


@pytest.mark.parametrize("end", [SessionClosed(), SessionProvisioningFailed(reason="no room", next_step="")])
def test_one_that_was_closed_or_never_was_is_not(end: SessionEvent) -> None:
    with pytest.raises(ConflictError, match="has ended"):
        session.request_resume(after(OPENED, PROVISIONED, end))


def test_one_that_cannot_be_made_anew_is_lost_again_with_where_its_files_were() -> None:
    [reopened] = session.request_resume(after(OPENED, PROVISIONED, LOST))
    [lost] = session.fail_provisioning(after(OPENED, PROVISIONED, LOST, reopened), reason="No room.", next_step="")
    state = after(OPENED, PROVISIONED, LOST, reopened, lost)

    assert isinstance(state, EndedSession)
    assert (state.how, state.worker_id) == ("lost", "w1")
    assert "No room." in state.reason


def test_a_session_is_lost_with_its_worker_unless_somebody_waits_for_it() -> None:
    ready, asked = after(OPENED, PROVISIONED), (SessionPauseRequested(), SessionPaused(), SessionResumeRequested())

    assert session.lose_worker(ready, "w1", "gone") == (SessionLost(reason="gone"),)
    assert session.lose_worker(ready, "another", "gone") == ()
    [reopened] = session.lose_worker(after(OPENED, PROVISIONED, *asked), "w1", "gone")
    assert isinstance(reopened, SessionReopened)
    closing = after(OPENED, PROVISIONED, *asked, SessionCloseRequested())
    assert session.lose_worker(closing, "w1", "gone") == (SessionLost(reason="gone"),)


def test_losing_or_closing_an_ended_session_is_nothing_new() -> None:
    ended = after(OPENED, PROVISIONED, SessionClosed())

    assert session.lose(ended, "worker gone") == ()
    assert session.close(ended) == ()
