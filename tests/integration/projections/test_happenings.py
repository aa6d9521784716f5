"""What happened in a project, as the projector keeps it and the API asks for it."""

from datetime import UTC, datetime, timedelta

import psycopg
from tests.support.memory_happenings import MemoryHappenings
from tests.support.projecting import Story, projected, projecting, session_opened, story_in
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.domain.session_events import SessionClosed, SessionLost
from quarterdeck.domain.task_events import TaskBlocked, TaskStatus, TaskStatusChanged
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries import happenings
from quarterdeck_projections.queries.happenings import MOST, HappeningKind

MANY = """
INSERT INTO read.happenings (position, project_id, kind, happened_at, actor_kind, actor_id, subject_id)
SELECT n, %(project)s, CASE WHEN n %% 4 = 0 THEN 'command_failed' ELSE 'session_opened' END,
    now() - interval '1 s' * (2000000 - n), 'user', 'u' || n %% 3, gen_random_uuid()
FROM generate_series(1000000, 1000000 + %(count)s) AS n
"""


async def test_what_happened_is_kept_by_kind_and_told_as_a_log_in_memory_tells_it(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        first, second = await story.open_session(), await story.open_session()
        await story.run(first)
        before = await story.log.head()
        await story.tell(first, SessionClosed(), session_id=first)
        await story.tell(second, SessionLost(reason="gone"), session_id=second)
        await story.tell(uuid7(), TaskBlocked(reason="waits"))
        other = Story(story.log, uuid7(), uuid7())
        await other.begin()
        await other.open_session()
        await projected(database, await story.log.head())

        twin = MemoryHappenings(story.log)
        for after in (0, before):
            tallies = await happenings.tallies(read, story.project, after)
            told = {(row.kind, row.actor_kind, row.actor_id, row.count, row.newest) for row in tallies}
            expected = await twin.happening_tallies(story.project, after)
            assert told == {(row.kind, row.actor_kind, row.actor_id, row.count, row.newest) for row in expected}
            assert {row.actor_name for row in tallies} == {"ada"}
            newest = await happenings.newest(read, story.project, after, 1)
            same = await twin.newest_happenings(story.project, after, 1)
            assert {(row.kind, row.position) for row in newest} == {(row.kind, row.position) for row in same}
        kinds = [row.kind for row in await happenings.newest(read, story.project, before, 5)]
        assert kinds == [HappeningKind.TASK_BLOCKED, HappeningKind.SESSION_LOST, HappeningKind.SESSION_CLOSED]
        [lost] = [r for r in await happenings.newest(read, story.project, 0, 5) if r.kind is HappeningKind.SESSION_LOST]
        assert lost.subject.endswith("gone")

        now = datetime.now(UTC)
        last = max(row.newest for row in await happenings.tallies(read, story.project, 0))
        assert await happenings.position_at(read, story.project, now + timedelta(minutes=1)) == last
        assert await happenings.position_at(read, story.project, now - timedelta(days=1)) == 0


async def test_a_session_that_was_opened_is_told_by_its_title_or_else_by_what_it_was_opened_on(
    database: Database,
) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        for title in ("", "Mend the sails"):
            session = uuid7()
            await story.tell(session, session_opened(story, title), session_id=session)
        await projected(database, await story.log.head())

        told = [row.subject for row in await happenings.newest(read, story.project, 0, 5)]
        assert told == ["Mend the sails", "main"]


async def test_a_text_with_nul_stops_nothing(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        await story.tell(uuid7(), TaskStatusChanged(status=TaskStatus.DONE, owner_id=None, reason="a\0b"))
        await projected(database, await story.log.head())

        [done] = await happenings.newest(read, story.project, 0, 5)
        assert done.kind is HappeningKind.TASK_FINISHED


async def test_a_long_absence_costs_no_more_than_a_short_one(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        await projected(database, await story.log.head())
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute(MANY, {"project": story.project, "count": 20_000})
            connection.execute("ANALYZE read.happenings")
        tallies = await happenings.tallies(read, story.project, 0)
        counts = {kind: sum(row.count for row in tallies if row.kind is kind) for kind in HappeningKind}
        assert counts[HappeningKind.SESSION_OPENED] == MOST + 1
        assert counts[HappeningKind.COMMAND_FAILED] == MOST + 1
        assert len(await happenings.newest(read, story.project, 0, 3)) == 6
