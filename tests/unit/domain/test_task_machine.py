"""Whatever people do to a task, and whenever: it is never in a state that cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from quarterdeck.domain import task, task_work
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.task import NoTask, Task, TaskState
from quarterdeck.domain.task_events import (
    CLOSED,
    HELD,
    TaskClaimed,
    TaskClaimExpired,
    TaskCreated,
    TaskEdited,
    TaskEvent,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_fields import TaskChanges, TaskFields

PEOPLE = st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)])
LEASES = st.sampled_from([timedelta(minutes=1), timedelta(hours=1)])
FORCE = st.booleans()


class TaskMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.events: list[TaskEvent] = []
        self.refused: list[str] = []
        self.state: TaskState = NoTask()
        fields = TaskFields(title="Fix it")
        self.take(lambda: task.create(self.state, project_id=UUID(int=9), number=1, fields=fields))

    def take(self, decide: Callable[[], tuple[TaskEvent, ...]]) -> None:
        """What is refused says why, and changes nothing."""
        try:
            events = decide()
        except QuarterdeckError as refused:
            self.refused.append(refused.message)
            return
        for event in events:
            self.check(event)
            self.state = task.evolve(self.state, event)
            self.events.append(event)

    @property
    def task(self) -> Task:
        return task.existing(self.state)

    def check(self, event: TaskEvent) -> None:
        """What may follow what."""
        match event:
            case TaskClaimed():
                assert self.task.claim is None
                assert event.number == self.task.claims + 1
                assert event.expires_at > self.now
            case TaskReleased() | TaskClaimExpired():
                assert self.task.claim
                assert event.number == self.task.claim.number
                if isinstance(event, TaskClaimExpired):
                    assert self.task.claim.expires_at <= self.now
            case TaskStatusChanged(status=status):
                assert status in task_work.NEXT[self.task.status]
            case TaskEdited(revision=revision):
                assert revision == self.task.revision + 1
                assert event.changes.given
            case TaskCreated():
                assert self.state == NoTask()
            case _:
                pass

    @rule(minutes=st.sampled_from([0, 1, 30, 90]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_conductor_looks(self) -> None:
        self.take(lambda: task_work.expire(self.state, self.now))
        assert self.task.claim is None or self.task.claim.expires_at > self.now

    @rule(who=PEOPLE, lease=LEASES, waits_for=st.sampled_from([(), (2,)]), force=FORCE)
    def claim(self, who: UUID, lease: timedelta, waits_for: tuple[int, ...], force: bool) -> None:
        self.take(
            lambda: task_work.claim(
                self.state,
                user_id=who,
                session_id=None,
                lease=lease,
                now=self.now,
                waits_for=waits_for,
                force=force,
            )
        )

    @rule(who=PEOPLE, lease=LEASES, number=st.none() | st.integers(1, 3))
    def renew(self, who: UUID, lease: timedelta, number: int | None) -> None:
        before = self.task.claim
        self.take(lambda: task_work.renew(self.state, user_id=who, number=number, lease=lease, now=self.now))
        if before and self.task.claim:
            assert self.task.claim.expires_at >= before.expires_at

    @rule(who=PEOPLE, number=st.none() | st.integers(1, 3), force=FORCE)
    def release(self, who: UUID, number: int | None, force: bool) -> None:
        self.take(
            lambda: task_work.release(self.state, user_id=who, number=number, reason="", now=self.now, force=force)
        )

    @rule(who=PEOPLE, owner=st.none() | PEOPLE, force=FORCE)
    def assign(self, who: UUID, owner: UUID | None, force: bool) -> None:
        self.take(lambda: task_work.assign(self.state, owner, user_id=who, now=self.now, force=force))

    @rule(who=PEOPLE, status=st.sampled_from(TaskStatus), force=FORCE)
    def change_status(self, who: UUID, status: TaskStatus, force: bool) -> None:
        held = self.task.claim if self.task.claim and self.task.claim.expires_at > self.now else None
        before = self.task.status
        self.take(
            lambda: task_work.change_status(self.state, status, user_id=who, reason="", now=self.now, force=force)
        )
        if held and held.user_id != who and not force:
            assert self.task.status is before

    @rule(who=PEOPLE)
    def begin_work(self, who: UUID) -> None:
        status = TaskStatus.IN_PROGRESS
        self.take(lambda: task_work.change_status(self.state, status, user_id=who, reason="", now=self.now))

    @rule(who=PEOPLE)
    def take_away(self, who: UUID) -> None:
        self.take(lambda: task_work.assign(self.state, None, user_id=who, now=self.now, force=True))

    @rule(who=PEOPLE, force=FORCE)
    def block(self, who: UUID, force: bool) -> None:
        self.take(lambda: task_work.block(self.state, "no key", user_id=who, now=self.now, force=force))

    @rule(title=st.sampled_from(["Fix it", "Fix all", ""]), base=st.none() | st.integers(1, 4))
    def edit(self, title: str, base: int | None) -> None:
        self.take(lambda: task.edit(self.state, TaskChanges(title=title), base))

    @invariant()
    def a_claim_has_an_owner_and_a_status_that_goes_with_it(self) -> None:
        if self.task.claim:
            assert self.task.owner_id == self.task.claim.user_id
            assert self.task.status in HELD
        if self.task.status is TaskStatus.CLAIMED:
            assert self.task.claim

    @invariant()
    def work_has_an_owner(self) -> None:
        if self.task.status is TaskStatus.IN_PROGRESS:
            assert self.task.owner_id
        if self.task.assigned:
            assert self.task.owner_id

    @invariant()
    def what_is_closed_is_held_by_nobody(self) -> None:
        assert self.task.status not in CLOSED or self.task.claim is None

    @invariant()
    def what_is_refused_says_why(self) -> None:
        assert all(self.refused)

    @invariant()
    def the_events_tell_the_state(self) -> None:
        state: TaskState = NoTask()
        for event in self.events:
            state = task.evolve(state, event)
        assert state == self.state


TestTaskMachine = TaskMachine.TestCase
