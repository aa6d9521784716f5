"""A session begins to work on a task: what that decides of the task, all of it or nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from quarterdeck.domain import task, task_work
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.task import TaskState, existing
from quarterdeck.domain.task_events import LinkKind, TaskEvent, TaskLink, TaskStatus

PASSED_ON = "It goes on in a session."


def start(
    state: TaskState,
    *,
    user_id: UUID,
    session_id: UUID,
    lease: timedelta,
    now: datetime,
    waits_for: Sequence[int] = (),
    at_work: bool = False,
    force: bool = False,
) -> tuple[TaskEvent, ...]:
    """The claim is the session's, the task in progress and linked to it.

    A claim that the caller holds passes on to the session, unless `at_work`: the session that has it still lives.
    """
    known = existing(state)
    own = known.claim if known.claim and known.claim.user_id == user_id and now < known.claim.expires_at else None
    if own and at_work:
        raise ConflictError(
            f"Session {own.session_id} works on {known.reference} for you already.",
            f"Go on in it with `qd run -s {own.session_id}`, or fork it.",
        )
    claim = partial(
        task_work.claim,
        user_id=user_id,
        session_id=session_id,
        lease=lease,
        now=now,
        waits_for=waits_for,
        # what is claimed already was claimed by the rules, or by force
        force=force or own is not None,
    )
    begin = partial(task_work.change_status, status=TaskStatus.IN_PROGRESS, user_id=user_id, reason="", now=now)
    link = partial(task.link, wanted=TaskLink(kind=LinkKind.SESSION, target=str(session_id)))
    if own is None:
        return in_turn(state, claim, begin, link)
    pass_on = partial(task_work.release, user_id=user_id, number=own.number, reason=PASSED_ON, now=now)
    return in_turn(state, pass_on, claim, begin, link)


def in_turn(state: TaskState, *decisions: Callable[[TaskState], tuple[TaskEvent, ...]]) -> tuple[TaskEvent, ...]:
    """What several decisions make of a task, each on what the one before has made of it."""
    events: tuple[TaskEvent, ...] = ()
    for decide in decisions:
        more = decide(state)
        state, events = fold(task.evolve, state, more), (*events, *more)
    return events
