"""A session begins to work on a task."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.unit.domain.test_task_work import ADA, EVE, HOUR, NOW, after, became, claimed, then

from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.task import Task
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskEvent,
    TaskLink,
    TaskLinked,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_start import PASSED_ON, start
from quarterdeck.domain.task_work import HeldError

SESSION = uuid4()
LINK = TaskLink(kind=LinkKind.SESSION, target=str(SESSION))


def begin(
    state: Task, by: UUID = ADA, waits_for: tuple[int, ...] = (), *, at_work: bool = False, force: bool = False
) -> tuple[TaskEvent, ...]:
    return start(
        state,
        user_id=by,
        session_id=SESSION,
        lease=HOUR,
        now=NOW,
        waits_for=waits_for,
        at_work=at_work,
        force=force,
    )


def sessions_claim(number: int = 1, *, forced: bool = False) -> TaskClaimed:
    return TaskClaimed(
        number=number,
        user_id=ADA,
        session_id=SESSION,
        expires_at=NOW + HOUR,
        status=TaskStatus.CLAIMED,
        forced=forced,
    )


def test_an_open_task_is_claimed_for_the_session_in_progress_and_linked() -> None:
    assert begin(after()) == (sessions_claim(), became(TaskStatus.IN_PROGRESS, ADA), TaskLinked(link=LINK))


def test_a_claim_of_ones_own_passes_on_to_the_session() -> None:
    state = after(claimed(), became(TaskStatus.IN_PROGRESS, ADA))
    events = begin(state, waits_for=(3,))
    passed = TaskReleased(number=1, status=TaskStatus.OPEN, owner_id=None, reason=PASSED_ON)
    assert events[:2] == (passed, sessions_claim(2, forced=True))
    assert (then(state, *events).status, then(state, *events).owner_id) == (TaskStatus.IN_PROGRESS, ADA)


def test_a_claim_whose_session_is_at_work_does_not_pass_on() -> None:
    with pytest.raises(ConflictError, match=f"Session {SESSION} works on T-17 for you already"):
        begin(after(sessions_claim()), at_work=True)


def test_a_claim_that_has_run_out_counts_no_more() -> None:
    events = begin(after(claimed(EVE, until=NOW - timedelta(seconds=1))))
    assert [type(each) for each in events] == [TaskClaimExpired, TaskClaimed, TaskStatusChanged, TaskLinked]


def test_what_the_rules_of_claims_refuse_is_refused() -> None:
    with pytest.raises(HeldError):
        begin(after(claimed(EVE)))
    with pytest.raises(ConflictError, match="assigned to somebody else"):
        begin(after(TaskAssigned(owner_id=EVE)))
    with pytest.raises(ConflictError, match="waits for T-3, which is not done"):
        begin(after(), waits_for=(3,))
    with pytest.raises(ConflictError, match="T-17 is blocked: a key"):
        begin(after(claimed(), TaskBlocked(reason="a key")))
    with pytest.raises(ConflictError, match="T-17 is done"):
        begin(after(became(TaskStatus.DONE)))


def test_what_waits_for_something_is_begun_by_force() -> None:
    assert begin(after(), waits_for=(3,), force=True)[0] == sessions_claim(forced=True)
