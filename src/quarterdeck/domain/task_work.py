"""Who works on a task and how far it is: claims with a lease, owners, and what status follows which.

A claim that has run out counts no more from that moment, whether its end is in the log yet or not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from quarterdeck.domain.deadlines import spoken
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.task import Claim, Task, TaskState, evolve, existing
from quarterdeck.domain.task_events import (
    CLOSED,
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskEvent,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_fields import check_text, reference

LEASE = timedelta(minutes=30)
SHORTEST_LEASE = timedelta(seconds=10)
LONGEST_LEASE = timedelta(days=7)
MAX_REASON = 1_000

NEXT: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.OPEN: frozenset({TaskStatus.IN_PROGRESS, TaskStatus.IN_REVIEW, *CLOSED}),
    TaskStatus.CLAIMED: frozenset({TaskStatus.IN_PROGRESS, TaskStatus.IN_REVIEW, *CLOSED}),
    TaskStatus.IN_PROGRESS: frozenset({TaskStatus.OPEN, TaskStatus.IN_REVIEW, *CLOSED}),
    TaskStatus.BLOCKED: frozenset({TaskStatus.OPEN, TaskStatus.IN_PROGRESS, TaskStatus.IN_REVIEW, *CLOSED}),
    TaskStatus.IN_REVIEW: frozenset({TaskStatus.OPEN, TaskStatus.IN_PROGRESS, *CLOSED}),
    TaskStatus.DONE: frozenset({TaskStatus.OPEN}),
    TaskStatus.DROPPED: frozenset({TaskStatus.OPEN}),
}
"""By status what it can be changed to. A claim makes CLAIMED, and `block`, wherever it is not closed, BLOCKED."""


class HeldError(ConflictError):
    """Somebody holds it. `claim` says who and until when."""

    def __init__(self, task: Task, claim: Claim) -> None:
        super().__init__("", "")
        self.claim = claim
        self.tell(task.reference, f"User {claim.user_id}")

    def tell(self, task: str, holder: str) -> None:
        """Puts it into words, with the holder's name."""
        self.message = f"{holder} holds {task} until {self.claim.expires_at:%Y-%m-%d %H:%M:%S} UTC."
        self.next_step = "Take another task, wait until it is released, or use force."
        self.args = (self.message,)


def expire(state: TaskState, now: datetime) -> tuple[TaskEvent, ...]:
    """The end of a claim that was not renewed in time; nothing where none ran out."""
    task = existing(state)
    if task.claim is None or now < task.claim.expires_at:
        return ()
    number, status = task.claim.number, _let_go(task)
    return (TaskClaimExpired(number=number, status=status, owner_id=_kept_owner(task)),)


def claim(
    state: TaskState,
    *,
    user_id: UUID,
    session_id: UUID | None,
    lease: timedelta,
    now: datetime,
    waits_for: Sequence[int] = (),
    force: bool = False,
) -> tuple[TaskEvent, ...]:
    """`waits_for`: those of its dependencies that are not closed. `force` claims it all the same."""
    task, ended = _up_to(state, now)
    _check_lease(lease)
    if task.claim:
        if task.claim.user_id == user_id:
            raise ConflictError(
                f"You hold {task.reference} already, until {task.claim.expires_at:%Y-%m-%d %H:%M:%S} UTC.",
                f"Renew that claim with `qd task renew {task.reference}`.",
            )
        raise HeldError(task, task.claim)
    again = task.status is TaskStatus.IN_PROGRESS and task.owner_id == user_id
    if task.status is not TaskStatus.OPEN and not again:
        raise ConflictError(_not_open(task), f"Open it first: `qd task status {task.reference} open`.")
    if task.assigned and task.owner_id != user_id:
        raise ConflictError(
            f"{task.reference} is assigned to somebody else.",
            f"Take another one, or assign it to yourself: `qd task assign {task.reference} me`.",
        )
    if waits_for and not force:
        named = ", ".join(map(reference, waits_for))
        raise ConflictError(
            f"{task.reference} waits for {named}, which {'is' if len(waits_for) == 1 else 'are'} not done.",
            "Do that first, or claim it by force.",
        )
    claimed = TaskClaimed(
        number=task.claims + 1,
        user_id=user_id,
        session_id=session_id,
        expires_at=now + lease,
        status=TaskStatus.CLAIMED if task.status is TaskStatus.OPEN else task.status,
        forced=bool(waits_for),
    )
    return (*ended, claimed)


def renew(
    state: TaskState, *, user_id: UUID, number: int | None, lease: timedelta, now: datetime
) -> tuple[TaskEvent, ...]:
    """Of the holder's claim, from now on. `number`: of that claim, where it must be no other.

    Nothing where it would go on for less than a twentieth of the lease longer: a claim that is renewed all the time
    does not fill the log, and nothing is ever shortened.
    """
    task = existing(state)
    _check_lease(lease)
    held = _own_claim(task, user_id, number, now)
    until = now + lease
    if until - held.expires_at < lease / 20:
        return ()
    return (TaskClaimRenewed(number=held.number, expires_at=until),)


def release(
    state: TaskState, *, user_id: UUID, number: int | None, reason: str, now: datetime, force: bool = False
) -> tuple[TaskEvent, ...]:
    """Gives a claim back; by force also somebody else's."""
    task, ended = _up_to(state, now)
    _check_reason(reason)
    if ended and force:
        return ended
    taken = task.claim if force else None
    held = taken or _own_claim(existing(state), user_id, number, now)
    return (TaskReleased(number=held.number, status=_let_go(task), owner_id=_kept_owner(task), reason=reason),)


def assign(
    state: TaskState, owner_id: UUID | None, *, user_id: UUID, now: datetime, force: bool = False
) -> tuple[TaskEvent, ...]:
    """To somebody, or to nobody. A claim of another ends: the caller's own, or by force anybody's."""
    task, ended = _up_to(state, now)
    if task.status in CLOSED:
        raise ConflictError(_not_open(task), f"Open it again first: `qd task status {task.reference} open`.")
    if task.owner_id == owner_id and task.assigned == (owner_id is not None):
        return ended
    if task.claim and task.claim.user_id != owner_id:
        _check_hold(task, user_id, force=force)
        released = TaskReleased(number=task.claim.number, status=_let_go(task), owner_id=_kept_owner(task))
        return (*ended, released, TaskAssigned(owner_id=owner_id))
    if owner_id is None and task.status is TaskStatus.IN_PROGRESS:
        # nobody is at work on what nobody has
        ended = (*ended, TaskStatusChanged(status=TaskStatus.OPEN, owner_id=task.owner_id))
    return (*ended, TaskAssigned(owner_id=owner_id))


def change_status(
    state: TaskState, status: TaskStatus, *, user_id: UUID, reason: str, now: datetime, force: bool = False
) -> tuple[TaskEvent, ...]:
    """CONFLICT, with the reason, where `NEXT` has no such way. What somebody else holds is changed by force only."""
    task, ended = _up_to(state, now)
    _check_reason(reason)
    _check_asked(task, status)
    if task.status is status:
        return ended
    if status not in NEXT[task.status]:
        ways = ", ".join(sorted(each.value for each in NEXT[task.status]))
        raise ConflictError(
            f"{task.reference} is {_said(task.status)}; from there it cannot become {_said(status)}.",
            f"It can become {ways}, or be blocked." if task.status not in CLOSED else f"It can become {ways} again.",
        )
    _check_hold(task, user_id, force=force)
    if status is TaskStatus.IN_PROGRESS and task.owner_id is None:
        raise ConflictError(
            f"Nobody has {task.reference}, so nobody can be at work on it.",
            f"Claim it first with `qd task claim {task.reference}`, or assign it to somebody.",
        )
    if status is TaskStatus.OPEN and task.claim:
        raise ConflictError(
            f"{task.reference} is claimed.", f"Give it back with `qd task release {task.reference}` instead."
        )
    owner_id = _kept_owner(task) if status is TaskStatus.OPEN else task.owner_id
    return (*ended, TaskStatusChanged(status=status, owner_id=owner_id, reason=reason))


def block(state: TaskState, reason: str, *, user_id: UUID, now: datetime, force: bool = False) -> tuple[TaskEvent, ...]:
    task, ended = _up_to(state, now)
    if not reason.strip():
        raise InvalidInputError("Say what it is blocked by.", "Give a reason.", field="reason")
    _check_reason(reason)
    if task.status in CLOSED:
        raise ConflictError(_not_open(task), "Only what is still to be done can be blocked.")
    _check_hold(task, user_id, force=force)
    if task.status is TaskStatus.BLOCKED and task.reason == reason:
        return ended
    return (*ended, TaskBlocked(reason=reason))


def _up_to(state: TaskState, now: datetime) -> tuple[Task, tuple[TaskEvent, ...]]:
    """The task as it is at this time, and the event that has made it so, if there was none yet."""
    ended = expire(state, now)
    for event in ended:
        state = evolve(state, event)
    return existing(state), ended


def _own_claim(task: Task, user_id: UUID, number: int | None, now: datetime) -> Claim:
    held = task.claim
    if held and now < held.expires_at and held.user_id != user_id:
        raise HeldError(task, held)
    if held is None or (number is not None and number != held.number):
        raise ConflictError(
            f"This claim of {task.reference} has ended.", f"Claim it again with `qd task claim {task.reference}`."
        )
    if now >= held.expires_at:
        raise ConflictError(
            f"Your claim of {task.reference} ran out at {held.expires_at:%Y-%m-%d %H:%M:%S} UTC.",
            f"Claim it again with `qd task claim {task.reference}`.",
        )
    return held


def _check_hold(task: Task, user_id: UUID, *, force: bool) -> None:
    if task.claim and task.claim.user_id != user_id and not force:
        raise HeldError(task, task.claim)


def _let_go(task: Task) -> TaskStatus:
    """Without its claim."""
    return TaskStatus.BLOCKED if task.status is TaskStatus.BLOCKED else TaskStatus.OPEN


def _kept_owner(task: Task) -> UUID | None:
    """A claim's owner goes with it, one who was assigned stays."""
    return task.owner_id if task.assigned else None


def _check_asked(task: Task, status: TaskStatus) -> None:
    if status is TaskStatus.CLAIMED and task.status is not status:
        raise InvalidInputError(
            "A task becomes claimed when somebody claims it.",
            f"Claim it with `qd task claim {task.reference}`.",
            field="status",
        )
    if status is TaskStatus.BLOCKED and task.status is not status:
        raise InvalidInputError(
            "A task is blocked with a reason.",
            f'Use `qd task block {task.reference} "what it waits for"`.',
            field="status",
        )


def _check_lease(lease: timedelta) -> None:
    if not SHORTEST_LEASE <= lease <= LONGEST_LEASE:
        raise InvalidInputError(
            f"A lease lasts {spoken(SHORTEST_LEASE)} to {spoken(LONGEST_LEASE)}, not {spoken(lease)}.",
            field="leaseSeconds",
        )


def _check_reason(reason: str) -> None:
    check_text(reason, MAX_REASON, "reason", "A reason")


def _said(status: TaskStatus) -> str:
    return status.value.replace("_", " ")


def _not_open(task: Task) -> str:
    why = f": {task.reason}" if task.reason and task.status is TaskStatus.BLOCKED else ""
    return f"{task.reference} is {_said(task.status)}{why}."
