"""What is written about a task."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.support.session_work import a_work

from quarterdeck.domain import task
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, InvalidInputError, LimitExceededError, NotFoundError
from quarterdeck.domain.task import NoTask, NumberTakenError, Task, TaskState
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskCreated,
    TaskEdited,
    TaskEvent,
    TaskLink,
    TaskLinked,
    TaskProgressNoted,
    TaskUnlinked,
    TaskWorkNoted,
)
from quarterdeck.domain.task_fields import Priority, TaskChanges, TaskFields

PROJECT = uuid4()
FIELDS = TaskFields(title="Fix the log-in", labels=("bug",))


def after(*events: TaskEvent) -> Task:
    return then(NoTask(), TaskCreated(project_id=PROJECT, number=17, fields=FIELDS), *events)


def then(state: TaskState, *events: TaskEvent) -> Task:
    return task.existing(fold(task.evolve, state, events))


def edited(state: Task, base: int | None = None, **changes: object) -> Task:
    events = task.edit(state, TaskChanges(**changes), base)  # type: ignore[arg-type]
    return then(state, *events)


def test_a_task_is_created_with_its_number_and_trimmed_fields() -> None:
    fields = TaskFields(
        title=" Fix it ", labels=(" bug", "ui", "bug"), dependencies=(3, 1, 3), acceptance=("  it works ",)
    )
    (created,) = task.create(NoTask(), project_id=PROJECT, number=17, fields=fields)
    assert created == TaskCreated(
        project_id=PROJECT,
        number=17,
        fields=TaskFields(title="Fix it", labels=("bug", "ui"), dependencies=(1, 3), acceptance=("it works",)),
    )


def test_the_number_stands_in_the_id() -> None:
    assert task.task_id(PROJECT, 17) == task.task_id(PROJECT, 17)
    assert task.task_id(PROJECT, 17) != task.task_id(PROJECT, 18) != task.task_id(uuid4(), 17)


def test_a_number_is_given_out_once() -> None:
    with pytest.raises(NumberTakenError, match="T-17"):
        task.create(after(), project_id=PROJECT, number=17, fields=FIELDS)


def test_a_project_has_so_many_tasks_and_no_more() -> None:
    with pytest.raises(LimitExceededError, match="100,000"):
        task.create(NoTask(), project_id=PROJECT, number=task.MAX_TASKS + 1, fields=FIELDS)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", TaskChanges(title="")),
        ("title", TaskChanges(title="  ")),
        ("title", TaskChanges(title="two\nlines")),
        ("title", TaskChanges(title="x" * 201)),
        ("body", TaskChanges(body="x" * 50_001)),
        ("body", TaskChanges(body="nul\0")),
        ("body", TaskChanges(body="half \ud800")),
        ("labels", TaskChanges(labels=("two words",))),
        ("labels", TaskChanges(labels=("",))),
        ("labels", TaskChanges(labels=("a,b",))),
        ("labels", TaskChanges(labels=("x" * 51,))),
        ("labels", TaskChanges(labels=("nul\0",))),
        ("labels", TaskChanges(labels=tuple(f"l{n}" for n in range(21)))),
        ("estimate", TaskChanges(estimate=-1)),
        ("estimate", TaskChanges(estimate=60 * 24 * 365 + 1)),
        ("dependencies", TaskChanges(dependencies=tuple(range(51)))),
        ("acceptance", TaskChanges(acceptance=("",))),
        ("acceptance", TaskChanges(acceptance=("half \udfff",))),
        ("acceptance", TaskChanges(acceptance=("x",) * 31)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_out_of_bounds_is_refused_by_its_field(field: str, changes: TaskChanges) -> None:
    with pytest.raises(InvalidInputError) as refused:
        task.edit(after(), changes)
    assert refused.value.field == field


def test_an_edit_carries_only_what_changes() -> None:
    wanted = TaskChanges(title="Fix the log-in", body="It fails.", labels=("bug",), priority=Priority.HIGH)
    assert task.edit(after(), wanted) == (
        TaskEdited(revision=2, changes=TaskChanges(body="It fails.", priority=Priority.HIGH)),
    )
    assert task.edit(after(), TaskChanges(title="Fix the log-in")) == ()


def test_what_there_is_can_be_taken_away() -> None:
    full = edited(after(), body="text", estimate=60, acceptance=("it works",))
    bare = edited(full, body="", estimate=0, labels=(), acceptance=())
    assert bare.fields == TaskFields(title="Fix the log-in")


def test_edits_of_two_fields_from_the_same_revision_merge() -> None:
    once = edited(after(), base=1, title="Fix the log-out")
    twice = edited(once, base=1, body="It fails.")
    assert (twice.fields.title, twice.fields.body, twice.revision) == ("Fix the log-out", "It fails.", 3)


def test_an_edit_of_a_field_that_was_changed_since_is_a_conflict_that_says_what_it_is_now() -> None:
    once = edited(after(), base=1, title="Fix the log-out")
    with pytest.raises(ConflictError, match=r"title after revision 1.*title is now 'Fix the log-out'") as conflict:
        task.edit(once, TaskChanges(title="Fix all", body="both"), 1)
    assert conflict.value.next_step == "Look at the task again, and edit it with base 2."
    assert edited(once, base=2, title="Fix all").fields.title == "Fix all"


def test_two_who_change_a_field_to_the_same_agree() -> None:
    once = edited(after(), base=1, title="Fix the log-out")
    assert task.edit(once, TaskChanges(title="Fix the log-out"), 1) == ()


def test_without_a_base_the_last_edit_wins() -> None:
    once = edited(after(), title="Fix the log-out")
    assert edited(once, title="Fix all").fields.title == "Fix all"


@pytest.mark.parametrize("base", [0, -1, 2])
def test_a_base_is_a_revision_that_there_is(base: int) -> None:
    with pytest.raises(InvalidInputError, match=f"T-17 has no revision {base}"):
        task.edit(after(), TaskChanges(title="x"), base)


def test_notes_are_kept_up_to_a_bound() -> None:
    assert task.note(after(), " done ") == (TaskProgressNoted(text="done"),)
    for text in ("", "  ", "x" * 4_001, "nul\0"):
        with pytest.raises(InvalidInputError):
            task.note(after(), text)
    with pytest.raises(LimitExceededError, match="1,000 notes"):
        task.note(replace(after(), notes=task.MAX_NOTES), "one more")


def test_a_link_is_made_and_taken_away_once() -> None:
    link = TaskLink(kind=LinkKind.COMMIT, target="c" * 40)
    assert task.link(after(), link) == (TaskLinked(link=link),)
    linked = after(TaskLinked(link=link))
    assert task.link(linked, link) == ()
    assert task.unlink(linked, link) == (TaskUnlinked(link=link),)
    assert task.unlink(after(TaskLinked(link=link), TaskUnlinked(link=link)), link) == ()
    full = frozenset(TaskLink(kind=LinkKind.SESSION, target=str(UUID(int=n))) for n in range(task.MAX_LINKS))
    with pytest.raises(LimitExceededError, match="200 links"):
        task.link(replace(after(), links=full), link)


def test_what_does_not_exist_cannot_be_changed() -> None:
    with pytest.raises(NotFoundError):
        task.edit(NoTask(), TaskChanges(title="x"))


def test_a_task_whose_beginning_was_erased_opens_as_none() -> None:
    assert task.evolve(NoTask(), TaskProgressNoted(text="x")) == NoTask()


def test_each_end_of_a_session_is_noted_once_and_none_from_before_it() -> None:
    first, second = a_work(ending=5), a_work(ending=9)
    noted = then(after(), *task.note_work(after(), first))
    assert task.note_work(noted, first) == ()
    assert task.note_work(noted, second) == (TaskWorkNoted(work=second),)
    assert task.note_work(then(noted, TaskWorkNoted(work=second)), first) == ()
    assert task.note_work(noted, a_work(session_id=uuid4(), ending=1)) != ()
    assert task.note_work(NoTask(), first) == ()


def test_noting_work_changes_nothing_else() -> None:
    noted = then(after(), TaskWorkNoted(work=a_work()))
    assert replace(noted, work={}) == after()
