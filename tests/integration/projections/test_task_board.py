"""Tasks in the read model: lists, search, boards and histories."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.projecting import Story, projected, projecting, story_in, tables
from tests.support.services import Database
from tests.support.session_work import ENDED, WORK, a_work
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import MemberAdded, MemberRemoved, Role
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_conflicts import Choice, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskCreated,
    TaskEdited,
    TaskLink,
    TaskLinked,
    TaskProgressNoted,
    TaskStatus,
    TaskStatusChanged,
    TaskUnlinked,
    TaskWorkNoted,
)
from quarterdeck.domain.task_fields import Priority, TaskChanges, TaskFields
from quarterdeck.domain.task_files import (
    SyncFinding,
    SynchronizedFile,
    TaskFilesWritten,
    TaskSyncFailed,
    TaskSynchronized,
    TaskSyncRequested,
    task_files_id,
)
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens, usage_id
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import task_board, task_files, task_history, task_work, tasks
from quarterdeck_projections.queries.task_board import Grouping
from quarterdeck_projections.queries.task_history import TaskField
from quarterdeck_projections.queries.task_work import WorkUsage
from quarterdeck_projections.queries.tasks import Order, TaskFilter, TaskRow
from quarterdeck_projections.rebuild import rebuild

LATER = datetime(2030, 1, 1, tzinfo=UTC)
FIELDS = [
    TaskFields(title="Fix the log-in", body="Users cannot sign in with a token.", labels=("bug", "ui")),
    TaskFields(title="Write the guide", labels=("docs",), priority=Priority.LOW, estimate=90),
    TaskFields(title="Tokens expire too soon", labels=("bug",), priority=Priority.URGENT, dependencies=(1,)),
    TaskFields(title="Sign in with OpenID Connect", body="See the log-in."),
    TaskFields(title="Измерить время", body="naïve 🙂"),
]


@dataclass
class World:
    read: pools.Database
    database: Database
    story: Story
    bob: UUID
    stranger: UUID

    def task(self, number: int) -> UUID:
        return task_id(self.story.project, number)

    async def caught_up(self) -> None:
        await projected(self.database, await self.story.log.head())

    async def row(self, number: int) -> TaskRow:
        await self.caught_up()
        return (await tasks.load(self.read, [self.task(number)]))[self.task(number)]

    async def listed(self, window: Window | None = None, **chosen: Any) -> list[int]:
        narrowed = TaskFilter(project_id=self.story.project, **chosen)
        found = await tasks.list_visible(self.read, self.story.user, window or Window(), narrowed)
        return [row.number for row in found.rows]

    async def search(self, text: str) -> list[int]:
        found = await tasks.search(self.read, self.story.user, Window(), TaskFilter(), text)
        return [row.number for row in found.rows]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """Five tasks, the first blocked, the second bob's and in progress, the third done; one in another's project."""
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        bob = uuid7()
        await story.tell(bob, UserRegistered(name="bob"))
        await story.tell(story.project, MemberAdded(user_id=bob, role=Role.DEVELOPER))
        for number, fields in enumerate(FIELDS, start=1):
            created = TaskCreated(project_id=story.project, number=number, fields=fields)
            await story.tell(task_id(story.project, number), created)
        other = Story(story.log, uuid7(), uuid7())
        await other.begin()
        created = TaskCreated(project_id=other.project, number=1, fields=FIELDS[0])
        await other.tell(task_id(other.project, 1), created)
        world = World(read, database, story, bob, other.user)
        await story.tell(world.task(1), TaskBlocked(reason="no key"))
        await story.tell(
            world.task(2),
            TaskAssigned(owner_id=bob),
            TaskStatusChanged(status=TaskStatus.IN_PROGRESS, owner_id=bob),
        )
        await story.tell(world.task(3), TaskStatusChanged(status=TaskStatus.DONE, owner_id=None, reason="shipped"))
        await world.caught_up()
        yield world


async def test_a_task_is_shown_as_it_stands(world: World) -> None:
    row = await world.row(3)
    assert (row.number, row.title, row.labels, row.priority) == (3, FIELDS[2].title, ("bug",), Priority.URGENT)
    assert (row.dependencies, row.status, row.reason, row.created_by) == ((1,), TaskStatus.DONE, "shipped", "ada")
    assert row.closed_at
    assert row.closed_at == row.updated_at
    await world.story.tell(world.task(3), TaskStatusChanged(status=TaskStatus.OPEN, owner_id=None))
    assert (await world.row(3)).closed_at is None


async def test_a_claim_is_shown_until_it_ends(world: World) -> None:
    session_id = uuid7()
    claimed = TaskClaimed(
        number=1, user_id=world.bob, session_id=session_id, expires_at=LATER, status=TaskStatus.CLAIMED
    )
    await world.story.tell(world.task(4), claimed, TaskClaimRenewed(number=1, expires_at=LATER.replace(year=2031)))
    row = await world.row(4)
    assert row.claim
    assert (row.claim.holder_name, row.claim.session_id, row.claim.expires_at.year) == ("bob", session_id, 2031)
    assert (row.owner_name, row.status) == ("bob", TaskStatus.CLAIMED)
    await world.story.tell(world.task(4), TaskClaimExpired(number=1, status=TaskStatus.OPEN, owner_id=None))
    row = await world.row(4)
    assert (row.claim, row.owner_id, row.status) == (None, None, TaskStatus.OPEN)


async def test_lists_come_newest_first_and_page_by_page(world: World) -> None:
    first = await tasks.list_visible(world.read, world.story.user, Window(limit=2), TaskFilter())
    assert [row.number for row in first.rows] == [5, 4]
    assert await world.listed(Window(limit=2, after=first.rows[-1].position)) == [3, 2]
    assert first.has_next


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({"statuses": [TaskStatus.BLOCKED, TaskStatus.DONE]}, [3, 1]),
        ({"labels": ["bug"]}, [3, 1]),
        ({"labels": ["bug", "ui"]}, [1]),
        ({"labels": ["nul\0", "\ud800"]}, []),
        ({"priorities": [Priority.LOW, Priority.URGENT]}, [3, 2]),
        ({"owner": "bob"}, [2]),
        ({"owner": "ada"}, []),
        ({"owner": "nul\0"}, []),
        ({"unowned": True}, [5, 4, 3, 1]),
        ({"statuses": [TaskStatus.DONE], "labels": ["ui"]}, []),
    ],
    ids=str,
)
async def test_lists_are_narrowed(world: World, chosen: dict[str, Any], numbers: list[int]) -> None:
    assert await world.listed(**chosen) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("log-in", [1, 4]),
        ("sign in", [4, 1]),
        ("tokens", [3, 1]),
        ('"too soon"', [3]),
        ("token -users", [3]),
        ("guide OR soon", [3, 2]),
        ("время", [5]),
        ("T-2", [2]),
        ("#t-2", [2]),
        ("T-99", []),
        ("nothing like it", []),
        ("", []),
        ("the", []),
    ],
)
async def test_what_is_searched_for_comes_with_the_best_first(world: World, text: str, numbers: list[int]) -> None:
    assert await world.search(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "&",
        "(((",
        "'",
        '"',
        "a:b:*",
        "\\",
        "!",
        "-",
        "OR OR",
        "a & | b",
        "nul\0",
        "\ud800",
        "x" * 10_000,
        "a\nb",
        "%",
        ":",
    ],
    ids=lambda text: repr(text)[:20],
)
async def test_no_text_is_an_error_to_search_for(world: World, text: str) -> None:
    await world.search(text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text(alphabet="ab\"'!&|()<->:*\\ -OR", max_size=20))
async def test_anything_can_be_searched_for(world: World, text: str) -> None:
    await world.search(text)


async def test_a_search_goes_on_where_its_last_page_ended(world: World) -> None:
    found: list[int] = []
    after = None
    while True:
        window = Window(limit=1, after=after)
        page = await tasks.search(world.read, world.story.user, window, TaskFilter(), "log-in OR token OR guide")
        found += [row.number for row in page.rows]
        if not page.has_next:
            break
        after = page.rows[-1].position
    assert sorted(found) == [1, 2, 3, 4]
    assert len(found) == 4


async def test_nobody_sees_the_tasks_of_others(world: World) -> None:
    everything, theirs = TaskFilter(), TaskFilter(project_id=world.story.project)
    for chosen, numbers in ((everything, [1]), (theirs, [])):
        listed = await tasks.list_visible(world.read, world.stranger, Window(), chosen)
        found = await tasks.search(world.read, world.stranger, Window(), chosen, "log-in")
        columns = await task_board.board(world.read, world.stranger, chosen, Grouping.LABEL, 5)
        assert [row.number for row in listed.rows] == [row.number for row in found.rows] == numbers
        assert sum(column.count for column in columns if column.key == "bug") == len(numbers)
    everybodys = await tasks.list_visible(world.read, None, Window(), everything)
    assert len(everybodys.rows) == 6
    await world.story.tell(world.story.project, MemberRemoved(user_id=world.story.user))
    await world.caught_up()
    assert await world.listed() == await world.search("log-in") == []


async def board(world: World, grouping: Grouping, shown: int = 5, **chosen: Any) -> list[tuple[object, ...]]:
    narrowed = TaskFilter(project_id=world.story.project, **chosen)
    columns = await task_board.board(world.read, world.story.user, narrowed, grouping, shown)
    return [(column.key, column.count, [row.number for row in column.tasks]) for column in columns]


async def test_a_board_has_a_column_for_each_status_and_counts_what_it_does_not_show(world: World) -> None:
    assert await board(world, Grouping.STATUS, 1) == [
        ("open", 2, [4]),
        ("claimed", 0, []),
        ("in_progress", 1, [2]),
        ("blocked", 1, [1]),
        ("in_review", 0, []),
        ("done", 1, [3]),
        ("dropped", 0, []),
    ]
    done = [TaskStatus.DONE]
    assert await board(world, Grouping.STATUS, statuses=done) == [("done", 1, [3])]


async def test_a_board_by_label_or_owner_has_a_column_for_those_without(world: World) -> None:
    assert await board(world, Grouping.LABEL) == [
        ("bug", 2, [3, 1]),
        (None, 2, [4, 5]),
        ("docs", 1, [2]),
        ("ui", 1, [1]),
    ]
    assert await board(world, Grouping.OWNER) == [(None, 4, [3, 1, 4, 5]), ("bob", 1, [2])]
    assert await board(world, Grouping.OWNER, 0) == [(None, 4, []), ("bob", 1, [])]


async def test_a_column_is_read_on_in_the_order_that_a_board_has(world: World) -> None:
    narrowed, found, after = TaskFilter(project_id=world.story.project), list[int](), None
    while True:
        page = await tasks.list_visible(
            world.read, world.story.user, Window(limit=2, after=after), narrowed, Order.URGENCY
        )
        found += [row.number for row in page.rows]
        after = page.rows[-1].position
        if not page.has_next:
            break
    assert found == [3, 1, 4, 5, 2]


async def test_a_board_has_what_a_text_is_in_and_what_has_no_label(world: World) -> None:
    assert [each for each in await board(world, Grouping.STATUS, text="log-in") if each[1]] == [
        ("open", 1, [4]),
        ("blocked", 1, [1]),
    ]
    assert await board(world, Grouping.LABEL, text="T-2") == [("docs", 1, [2])]
    assert await board(world, Grouping.LABEL, unlabelled=True) == [(None, 2, [4, 5])]


async def test_what_waits_for_a_task_is_found(world: World) -> None:
    found = [await tasks.dependents(world.read, world.story.project, number) for number in (1, 3)]
    assert [[row.number for row in rows] for rows in found] == [[3], []]


async def history(world: World, number: int, *fields: TaskField) -> list[tuple[str, object]]:
    await world.caught_up()
    page = await task_history.list_of_task(world.read, world.task(number), Window(), fields)
    return [(row.actor, row.changes) for row in page.rows]


async def test_each_fields_history_says_what_it_became_by_whom_and_in_which_session(world: World) -> None:
    session_id = uuid7()
    edited = TaskEdited(revision=2, changes=TaskChanges(title="Fix the log-out", labels=()))
    await world.story.tell(world.task(1), edited, session_id=session_id)
    await world.story.tell(world.task(1), TaskProgressNoted(text="half"))
    await world.caught_up()
    page = await task_history.list_of_task(world.read, world.task(1), Window())
    note, edit, blocked, created = page.rows
    assert (note.changes, note.session_id) == ({TaskField.NOTE: "half"}, None)
    assert (edit.actor, edit.actor_kind, edit.session_id) == ("ada", "user", session_id)
    assert edit.changes == {TaskField.TITLE: "Fix the log-out", TaskField.LABELS: []}
    assert blocked.changes == {TaskField.STATUS: "blocked", TaskField.REASON: "no key"}
    assert created.changes[TaskField.TITLE] == "Fix the log-in"
    titles = await history(world, 1, TaskField.TITLE)
    assert [changes for _, changes in titles] == [edit.changes, created.changes]
    assert await history(world, 1, TaskField.NOTE) == [("ada", note.changes)]


async def test_an_owner_is_told_by_name_in_a_history(world: World) -> None:
    assert await history(world, 2, TaskField.OWNER) == [("ada", {TaskField.OWNER: "bob"})]


async def test_a_history_is_read_page_by_page(world: World) -> None:
    for number in range(5):
        await world.story.tell(world.task(5), TaskProgressNoted(text=str(number)))
    await world.caught_up()
    notes = [TaskField.NOTE]
    first = await task_history.list_of_task(world.read, world.task(5), Window(limit=2), notes)
    rest = await task_history.list_of_task(
        world.read, world.task(5), Window(limit=9, after=first.rows[-1].position), notes
    )
    last = await task_history.list_of_task(world.read, world.task(5), Window(limit=2, backward=True), notes)
    assert [row.changes[TaskField.NOTE] for row in [*first.rows, *rest.rows]] == ["4", "3", "2", "1", "0"]
    assert [row.changes[TaskField.NOTE] for row in last.rows] == ["1", "0"]
    assert (first.has_next, rest.has_next) == (True, False)


async def test_the_last_that_was_noted_of_each_session_is_shown_with_what_it_took_in_models(world: World) -> None:
    others = a_work(session_id=uuid7(), diff=None, ending=1)
    called = ModelUsageRecorded(
        project_id=world.story.project,
        provider="anthropic",
        response_id="msg_1",
        model="nobody-knows",
        tokens=Tokens(input_tokens=1000, output_tokens=50),
        occurred_at=ENDED,
        session_id=WORK.session_id,
    )
    stream = usage_id(world.story.project, "anthropic", "msg_1")
    await world.story.tell(stream, called, session_id=WORK.session_id)
    for work in (a_work(ending=5, reason="lost"), others, WORK):
        await world.story.tell(world.task(5), TaskWorkNoted(work=work), session_id=work.session_id)
    await world.caught_up()

    found = await task_work.list_of_task(world.read, world.task(5), Window())
    assert [row.work for row in found.rows] == [WORK, others]
    usage = await task_work.usage_of(world.read, found.rows)
    assert usage == {WORK.session_id: WorkUsage(calls=1, tokens=1050, nano_dollars=None, unpriced=1)}
    assert (await task_work.list_of_task(world.read, world.task(4), Window())).rows == []
    first = await task_work.list_of_task(world.read, world.task(5), Window(limit=1))
    assert ([row.work for row in first.rows], first.has_next) == ([WORK], True)
    told = await task_history.list_of_task(world.read, world.task(5), Window(), [TaskField.WORK])
    assert [row.changes[TaskField.WORK]["how"] for row in told.rows] == ["closed"] * 3
    assert told.rows[0].changes[TaskField.WORK] == {
        "session": str(WORK.session_id),
        "how": "closed",
        "files": 6,
        "lines_added": 120,
        "lines_removed": 14,
        "commands": 12,
        "failed": 1,
    }


async def test_links_are_shown_in_order_until_they_are_taken_away(world: World) -> None:
    commit, other = (TaskLink(kind=LinkKind.COMMIT, target=each * 40) for each in "ab")
    await world.story.tell(world.task(1), TaskLinked(link=other), TaskLinked(link=commit))
    await world.caught_up()
    found = await tasks.load_links(world.read, [world.task(1), world.task(2)])
    assert [link.target for link in found[world.task(1)]] == [other.target, commit.target]
    assert found[world.task(2)] == []
    await world.story.tell(world.task(1), TaskUnlinked(link=other))
    await world.caught_up()
    assert [link.target for link in (await tasks.load_links(world.read, [world.task(1)]))[world.task(1)]] == [
        commit.target
    ]


async def test_a_rebuild_of_the_board_is_what_was_there(world: World) -> None:
    whole = tables(world.database)
    with psycopg.connect(world.database.projector_url) as connection:
        connection.execute("UPDATE read.tasks SET title = 'damaged'")
        connection.execute("DELETE FROM read.task_history")
    await rebuild(world.database.projector_url, decode, "task_board")
    assert tables(world.database) == whole
    assert await world.search("log-in") == [1, 4]


async def test_the_audit_trail_tells_of_tasks(world: World) -> None:
    lines = [(row[4], row[8]) for row in tables(world.database)["audit_trail"] if str(row[4]).startswith("Task")]
    assert lines[2] == ("TaskCreated", "T-3 Tokens expire too soon")
    assert lines[6] == ("TaskBlocked", "no key")
    assert lines[-1] == ("TaskStatusChanged", "done shipped")
    edited = TaskEdited(revision=2, changes=TaskChanges(title="x", labels=()))
    await world.story.tell(world.task(1), edited)
    await world.caught_up()
    assert tables(world.database)["audit_trail"][-1][8] == "title labels"


async def test_how_files_stand_and_conflicts_are_shown_and_a_rebuild_shows_the_same(world: World) -> None:
    story, stream_id = world.story, task_files_id(world.story.project)
    found = TaskConflictFound(field="labels", base=(), file=("a",), log=("b",))
    gone = TaskConflictFound(field=None, base=None, file=None, log=None, session_id=UUID(int=5))
    await story.tell(
        world.task(1), found, gone, TaskConflictResolved(field=None, choice=Choice.LOG, session_id=UUID(int=5))
    )
    await story.tell(world.task(2), gone)
    done = TaskSynchronized(
        commit="a" * 40,
        answers=1,
        writing=(SynchronizedFile(path="x", blob="b"),),
        read=3,
        findings=(SyncFinding(path="x", line=0, message="No."),),
        findings_total=1,
    )
    failed = TaskSyncFailed(message="Gone.", next_step="Look.")
    await story.tell(stream_id, TaskSyncRequested(number=1), failed, done, TaskFilesWritten(commit="c" * 40))
    await world.caught_up()
    row = (await task_files.load(world.read, [story.project]))[story.project]
    assert (row.commit, row.written_commit, row.writing, row.failure) == ("c" * 40, "c" * 40, False, None)
    assert (row.asked, row.answered, row.read, row.conflicts) == (1, 1, 3, 2)
    assert [each.message for each in row.findings] == ["No."]
    shown = await task_files.load_conflicts(world.read, [world.task(1), world.task(2), world.task(3)])
    told = {key: [(each.field, each.file, each.session_id) for each in rows] for key, rows in shown.items()}
    assert told == {
        world.task(1): [("labels", ["a"], None)],
        world.task(2): [(None, None, UUID(int=5))],
        world.task(3): [],
    }
    before = tables(world.database)
    await rebuild(world.database.projector_url, decode, "task_files")
    assert tables(world.database) == before
