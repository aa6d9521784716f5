"""Who has a task and how far it is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from quarterdeck.domain import task, task_work
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.task import NoTask, Task, TaskState
from quarterdeck.domain.task_events import (
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskCreated,
    TaskEvent,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.task_work import HeldError

ADA, EVE = uuid4(), uuid4()
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CREATED = TaskCreated(project_id=uuid4(), number=17, fields=TaskFields(title="Fix it"))


def after(*events: TaskEvent) -> Task:
    return then(NoTask(), CREATED, *events)


def then(state: TaskState, *events: TaskEvent) -> Task:
    return task.existing(fold(task.evolve, state, events))


def claimed(by: UUID = ADA, number: int = 1, until: datetime = NOW + HOUR) -> TaskClaimed:
    return TaskClaimed(number=number, user_id=by, session_id=None, expires_at=until, status=TaskStatus.CLAIMED)


def became(status: TaskStatus, owner: UUID | None = None, reason: str = "") -> TaskStatusChanged:
    return TaskStatusChanged(status=status, owner_id=owner, reason=reason)


def claim(
    state: Task, by: UUID = ADA, now: datetime = NOW, waits_for: tuple[int, ...] = (), *, force: bool = False
) -> tuple[TaskEvent, ...]:
    return task_work.claim(state, user_id=by, session_id=None, lease=HOUR, now=now, waits_for=waits_for, force=force)


def change(
    state: Task, status: TaskStatus, by: UUID = ADA, now: datetime = NOW, reason: str = "", *, force: bool = False
) -> tuple[TaskEvent, ...]:
    return task_work.change_status(state, status, user_id=by, reason=reason, now=now, force=force)


def test_a_claim_makes_the_claimer_the_owner_for_as_long_as_the_lease() -> None:
    assert claim(after()) == (claimed(),)
    held = after(claimed())
    assert (held.status, held.owner_id, held.claim and held.claim.expires_at) == (TaskStatus.CLAIMED, ADA, NOW + HOUR)


def test_what_somebody_holds_is_refused_with_who_and_until_when() -> None:
    with pytest.raises(HeldError, match=f"User {ADA} holds T-17 until 2026-11-01 13:00:00 UTC") as refused:
        claim(after(claimed()), EVE)
    refused.value.tell("T-17", "ada")
    assert str(refused.value) == refused.value.message == "ada holds T-17 until 2026-11-01 13:00:00 UTC."


def test_who_holds_it_renews_instead_of_claiming_again() -> None:
    with pytest.raises(ConflictError, match="You hold T-17 already"):
        claim(after(claimed()))


def test_a_claim_that_ran_out_ends_with_the_next_one_if_nobody_was_faster() -> None:
    ended = TaskClaimExpired(number=1, status=TaskStatus.OPEN, owner_id=None)
    late = NOW + HOUR
    assert claim(after(claimed()), EVE, late) == (ended, claimed(EVE, 2, late + HOUR))
    assert claim(after(claimed(), ended), EVE, late) == (claimed(EVE, 2, late + HOUR),)


def test_an_expiry_is_one_event() -> None:
    held = after(claimed())
    assert task_work.expire(held, NOW + HOUR - timedelta(microseconds=1)) == ()
    (ended,) = task_work.expire(held, NOW + HOUR)
    gone = after(claimed(), ended)
    assert (gone.status, gone.owner_id, gone.claim) == (TaskStatus.OPEN, None, None)
    assert task_work.expire(gone, NOW + 9 * HOUR) == ()


@pytest.mark.parametrize(
    ("events", "status", "owner"),
    [
        ((claimed(),), TaskStatus.OPEN, None),
        ((claimed(), became(TaskStatus.IN_PROGRESS, ADA)), TaskStatus.OPEN, None),
        ((claimed(), TaskBlocked(reason="no key")), TaskStatus.BLOCKED, None),
        ((TaskAssigned(owner_id=ADA), claimed()), TaskStatus.OPEN, ADA),
    ],
)
def test_without_its_claim_a_task_is_open_and_still_assigned_to_whom_it_was(
    events: tuple[TaskEvent, ...], status: TaskStatus, owner: UUID | None
) -> None:
    (expired,) = task_work.expire(after(*events), NOW + HOUR)
    assert expired == TaskClaimExpired(number=1, status=status, owner_id=owner)
    released = task_work.release(after(*events), user_id=ADA, number=1, reason="lunch", now=NOW)
    assert released == (TaskReleased(number=1, status=status, owner_id=owner, reason="lunch"),)


def test_a_renewal_counts_from_now_and_never_shortens() -> None:
    def renew(lease: timedelta, now: datetime = NOW, by: UUID = ADA, number: int | None = None) -> object:
        return task_work.renew(after(claimed()), user_id=by, number=number, lease=lease, now=now)

    half = timedelta(minutes=30)
    assert renew(HOUR, NOW + half) == (TaskClaimRenewed(number=1, expires_at=NOW + half + HOUR),)
    assert renew(half) == ()
    # so soon after, it is not worth an event
    assert renew(HOUR, NOW + timedelta(minutes=2, seconds=59)) == ()
    assert renew(HOUR, NOW + timedelta(minutes=3)) == (
        TaskClaimRenewed(number=1, expires_at=NOW + timedelta(hours=1, minutes=3)),
    )
    with pytest.raises(HeldError):
        renew(HOUR, by=EVE)
    with pytest.raises(ConflictError, match="Your claim of T-17 ran out at 2026-11-01 13:00:00 UTC"):
        renew(HOUR, NOW + HOUR)
    with pytest.raises(ConflictError, match="has ended"):
        renew(HOUR, number=2)


def test_who_lost_a_claim_does_not_renew_the_next_one_of_the_same_person() -> None:
    ended = TaskClaimExpired(number=1, status=TaskStatus.OPEN, owner_id=None)
    second = after(claimed(), ended, claimed(number=2))
    with pytest.raises(ConflictError, match="This claim of T-17 has ended"):
        task_work.renew(second, user_id=ADA, number=1, lease=HOUR, now=NOW)
    with pytest.raises(ConflictError, match="This claim of T-17 has ended"):
        task_work.release(second, user_id=ADA, number=1, reason="", now=NOW)


@pytest.mark.parametrize("lease", [timedelta(seconds=9), timedelta(days=7, seconds=1)])
def test_a_lease_has_bounds(lease: timedelta) -> None:
    with pytest.raises(InvalidInputError, match="A lease lasts 10 seconds to 7 days"):
        task_work.claim(after(), user_id=ADA, session_id=None, lease=lease, now=NOW)


def test_what_is_released_was_held_by_who_releases_it_or_is_taken_by_force() -> None:
    with pytest.raises(ConflictError, match="has ended"):
        task_work.release(after(), user_id=ADA, number=None, reason="", now=NOW)
    with pytest.raises(HeldError):
        task_work.release(after(claimed()), user_id=EVE, number=None, reason="", now=NOW)
    taken = task_work.release(after(claimed()), user_id=EVE, number=None, reason="stuck", now=NOW, force=True)
    assert taken == (TaskReleased(number=1, status=TaskStatus.OPEN, owner_id=None, reason="stuck"),)


def test_a_task_that_waits_for_others_is_claimed_by_force_only() -> None:
    with pytest.raises(ConflictError, match=r"T-17 waits for T-1, T-3, which are not done"):
        claim(after(), waits_for=(1, 3))
    (by_force,) = claim(after(), waits_for=(1, 3), force=True)
    assert isinstance(by_force, TaskClaimed)
    assert by_force.forced


@pytest.mark.parametrize(
    ("status", "said"),
    [(TaskStatus.DONE, "done"), (TaskStatus.DROPPED, "dropped"), (TaskStatus.IN_REVIEW, "in review")],
)
def test_only_what_is_open_is_claimed(status: TaskStatus, said: str) -> None:
    with pytest.raises(ConflictError, match=f"T-17 is {said}"):
        claim(after(became(status)))


def test_what_is_blocked_says_why_it_is_not_claimed() -> None:
    with pytest.raises(ConflictError, match="T-17 is blocked: no key"):
        claim(after(TaskBlocked(reason="no key")))


def test_who_is_at_work_without_a_claim_may_take_one() -> None:
    at_work = after(TaskAssigned(owner_id=ADA), became(TaskStatus.IN_PROGRESS, ADA))
    (taken,) = claim(at_work)
    assert isinstance(taken, TaskClaimed)
    assert taken.status is TaskStatus.IN_PROGRESS
    with pytest.raises(ConflictError, match="in progress"):
        claim(at_work, EVE)


def test_what_is_assigned_is_for_that_person_to_claim() -> None:
    assert claim(after(TaskAssigned(owner_id=ADA)))
    with pytest.raises(ConflictError, match="assigned to somebody else"):
        claim(after(TaskAssigned(owner_id=ADA)), EVE)


def assign(state: Task, owner: UUID | None, by: UUID = ADA, *, force: bool = False) -> tuple[TaskEvent, ...]:
    return task_work.assign(state, owner, user_id=by, now=NOW, force=force)


def test_a_task_is_assigned_and_taken_away_again() -> None:
    assert assign(after(), EVE) == (TaskAssigned(owner_id=EVE),)
    assert assign(after(TaskAssigned(owner_id=EVE)), EVE) == ()
    assert assign(after(TaskAssigned(owner_id=EVE)), None) == (TaskAssigned(owner_id=None),)
    with pytest.raises(ConflictError, match="T-17 is done"):
        assign(after(became(TaskStatus.DONE)), EVE)


def test_assigning_what_is_held_ends_the_claim_of_another() -> None:
    released = TaskReleased(number=1, status=TaskStatus.OPEN, owner_id=None)
    assert assign(after(claimed()), EVE) == (released, TaskAssigned(owner_id=EVE))
    assert assign(after(claimed()), ADA) == (TaskAssigned(owner_id=ADA),)
    with pytest.raises(HeldError):
        assign(after(claimed()), EVE, by=EVE)
    assert assign(after(claimed()), EVE, by=EVE, force=True) == (released, TaskAssigned(owner_id=EVE))


def test_what_is_taken_from_who_is_at_work_is_open_again() -> None:
    at_work = after(TaskAssigned(owner_id=ADA), became(TaskStatus.IN_PROGRESS, ADA))
    assert assign(at_work, None) == (became(TaskStatus.OPEN, ADA), TaskAssigned(owner_id=None))


def test_finishing_ends_the_claim_and_keeps_who_did_it() -> None:
    for status in (TaskStatus.IN_REVIEW, TaskStatus.DONE, TaskStatus.DROPPED):
        held = after(claimed(), became(TaskStatus.IN_PROGRESS, ADA))
        ended = then(held, *change(held, status))
        assert (ended.status, ended.claim, ended.owner_id) == (status, None, ADA)


def test_beginning_and_being_blocked_keep_the_claim() -> None:
    begun = after(claimed(), *change(after(claimed()), TaskStatus.IN_PROGRESS))
    assert begun.claim
    stuck = then(begun, *task_work.block(begun, "no key", user_id=ADA, now=NOW))
    assert (stuck.status, stuck.reason, bool(stuck.claim)) == (TaskStatus.BLOCKED, "no key", True)
    assert task_work.block(stuck, "no key", user_id=ADA, now=NOW) == ()
    assert task_work.block(stuck, "no network", user_id=ADA, now=NOW) == (TaskBlocked(reason="no network"),)


def test_being_blocked_needs_a_reason_and_something_left_to_do() -> None:
    with pytest.raises(InvalidInputError, match="blocked by"):
        task_work.block(after(), " ", user_id=ADA, now=NOW)
    with pytest.raises(ConflictError, match="T-17 is done"):
        task_work.block(after(became(TaskStatus.DONE)), "no key", user_id=ADA, now=NOW)


def test_what_is_opened_again_belongs_to_nobody() -> None:
    done = after(claimed(), became(TaskStatus.DONE, ADA))
    assert change(done, TaskStatus.OPEN) == (became(TaskStatus.OPEN),)


@pytest.mark.parametrize(
    ("events", "status", "why"),
    [
        ((became(TaskStatus.DONE),), TaskStatus.IN_PROGRESS, "T-17 is done; from there it cannot become in progress"),
        ((became(TaskStatus.DROPPED),), TaskStatus.DONE, "T-17 is dropped"),
        ((), TaskStatus.IN_PROGRESS, "Nobody has T-17"),
        ((claimed(),), TaskStatus.OPEN, "cannot become open"),
        ((claimed(), became(TaskStatus.IN_PROGRESS, ADA)), TaskStatus.OPEN, "T-17 is claimed"),
    ],
)
def test_a_way_that_there_is_not_says_why(events: tuple[TaskEvent, ...], status: TaskStatus, why: str) -> None:
    with pytest.raises(ConflictError, match=why):
        change(after(*events), status)


@pytest.mark.parametrize(("status", "how"), [(TaskStatus.CLAIMED, "claim"), (TaskStatus.BLOCKED, "block")])
def test_a_status_that_is_more_than_a_word_has_a_way_of_its_own(status: TaskStatus, how: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        change(after(), status)
    assert f"qd task {how} T-17" in refused.value.next_step


def test_what_somebody_holds_is_changed_by_others_by_force_only() -> None:
    with pytest.raises(HeldError):
        change(after(claimed()), TaskStatus.DROPPED, EVE)
    assert change(after(claimed()), TaskStatus.DROPPED, EVE, force=True) == (became(TaskStatus.DROPPED, ADA),)
    with pytest.raises(HeldError):
        task_work.block(after(claimed()), "no", user_id=EVE, now=NOW)
    assert task_work.block(after(claimed()), "no", user_id=EVE, now=NOW, force=True)


def test_a_status_that_it_has_is_nothing_new() -> None:
    assert change(after(), TaskStatus.OPEN) == ()
    assert change(after(TaskBlocked(reason="x")), TaskStatus.BLOCKED) == ()
    assert change(after(claimed()), TaskStatus.CLAIMED) == ()


def test_after_its_lease_a_claim_holds_nobody_off() -> None:
    ended = TaskClaimExpired(number=1, status=TaskStatus.OPEN, owner_id=None)
    assert change(after(claimed()), TaskStatus.DONE, EVE, NOW + HOUR) == (ended, became(TaskStatus.DONE))
