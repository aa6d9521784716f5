"""What every event log does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from tests.support.services import Database

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventFilter, EventLog, LoggedEvent, LogReader, StreamWrite
from quarterdeck.audit.verify import verify
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandCancelRequested, CommandLost, CommandRequested, Terminal
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError


class Log(EventLog, LogReader, Protocol):
    """Both ports."""


@pytest.fixture(params=["memory", "postgres", "remembering", "pausing"])
async def log(request: pytest.FixtureRequest) -> AsyncGenerator[Log]:
    if request.param == "memory":
        yield MemoryEventLog(SystemClock())
        return
    database: Database = request.getfixturevalue("database")
    remember, pause = request.param == "remembering", 0.02 if request.param == "pausing" else 0.0
    async with PostgresEventLog(database.app_url, SystemClock(), remember=remember, pause_seconds=pause) as real:
        # a log remembers while it hears of what is new
        async with real.tail(0):
            yield real


SESSION, PROJECT = uuid4(), uuid4()
REQUESTED = CommandRequested(
    session_id=SESSION, project_id=PROJECT, text="printf '\\0é\\n'", terminal=Terminal(), environment={"A": "b"}
)
LOST = CommandLost(reason="worker died")
CONTEXT = Context(
    actor=Actor(kind=ActorKind.USER, id="u1"),
    correlation_id=uuid4(),
    causation_id=f"{uuid4()}:3",
    project_id=PROJECT,
    session_id=SESSION,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def write(stream_id: UUID, expected: int, *events: CommandRequested | CommandLost) -> StreamWrite:
    return StreamWrite(stream_id=stream_id, expected_version=expected, events=events)


async def fill(log: Log, count: int, context: Context = CONTEXT) -> None:
    for _ in range(count):
        await log.append([write(uuid4(), 0, LOST)], context)


async def test_an_append_gives_the_events_as_logged_and_they_are_read_back_the_same(log: Log) -> None:
    stream_id, before = uuid4(), datetime.now(UTC)

    recorded = await log.append([write(stream_id, 0, REQUESTED, LOST)], CONTEXT)

    assert [(r.position, r.version, r.topic, r.event) for r in recorded] == [
        (1, 1, "CommandRequested", REQUESTED),
        (2, 2, "CommandLost", LOST),
    ]
    envelope = recorded[0].envelope
    assert before <= envelope.recorded_at <= datetime.now(UTC)
    assert (envelope.actor, envelope.correlation_id, envelope.causation_id) == (
        CONTEXT.actor,
        CONTEXT.correlation_id,
        CONTEXT.causation_id,
    )
    assert (envelope.project_id, envelope.session_id, envelope.traceparent) == (PROJECT, SESSION, CONTEXT.traceparent)
    assert list(await log.load(stream_id)) == list(recorded)
    assert list(await log.read(0, 10)) == list(recorded)


async def test_an_envelope_without_its_optional_parts_is_read_back_so(log: Log) -> None:
    bare = Context(actor=Actor(kind=ActorKind.SYSTEM, id="worker:w1"), correlation_id=uuid4())
    recorded = await log.append([write(uuid4(), 0, LOST)], bare)
    assert list(await log.read(0, 1)) == list(recorded)


async def test_a_write_may_name_its_own_project_and_session(log: Log) -> None:
    other = replace(write(uuid4(), 0, LOST), session_id=uuid4(), project_id=uuid4())
    recorded = await log.append([write(uuid4(), 0, LOST), other], CONTEXT)
    assert [r.envelope.session_id for r in recorded] == [SESSION, other.session_id]
    assert list(await log.read_session(SESSION, 0, 10)) == [recorded[0]]


async def test_a_stream_that_does_not_exist_is_empty(log: Log) -> None:
    assert list(await log.load(uuid4())) == []
    assert await log.head() == 0
    assert list(await log.append([], CONTEXT)) == []
    assert list(await log.append([write(uuid4(), 5)], CONTEXT)) == []


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_an_append_to_another_version_is_refused(log: Log, expected: int) -> None:
    stream_id = uuid4()
    await log.append([write(stream_id, 0, REQUESTED)], CONTEXT)
    with pytest.raises(ConcurrencyError):
        await log.append([write(stream_id, expected, LOST)], CONTEXT)
    assert await log.head() == 1


async def test_a_gap_at_a_new_stream_is_refused(log: Log) -> None:
    with pytest.raises(ConcurrencyError):
        await log.append([write(uuid4(), 1, LOST)], CONTEXT)
    assert await log.head() == 0


async def test_several_streams_are_written_all_or_none(log: Log) -> None:
    taken, new = uuid4(), uuid4()
    await log.append([write(taken, 0, REQUESTED)], CONTEXT)
    with pytest.raises(ConcurrencyError):
        await log.append([write(new, 0, LOST), write(taken, 0, LOST)], CONTEXT)
    assert list(await log.load(new)) == []
    recorded = await log.append([write(new, 0, LOST), write(taken, 1, LOST)], CONTEXT)
    assert [r.position for r in recorded] == [2, 3]


async def test_one_append_may_write_twice_to_a_stream(log: Log) -> None:
    stream_id = uuid4()
    recorded = await log.append([write(stream_id, 0, REQUESTED), write(stream_id, 1, LOST)], CONTEXT)
    assert [r.version for r in recorded] == [1, 2]


async def test_of_many_writers_to_one_version_one_wins_and_others_elsewhere_do_not_suffer(log: Log) -> None:
    contested = uuid4()
    others = [uuid4() for _ in range(20)]
    results = await asyncio.gather(
        *(log.append([write(stream_id, 0, LOST)], CONTEXT) for stream_id in [contested, *others[:10], contested]),
        *(log.append([write(stream_id, 0, LOST)], CONTEXT) for stream_id in [contested, *others[10:]]),
        return_exceptions=True,
    )
    assert sum(isinstance(result, ConcurrencyError) for result in results) == 2
    assert sum(isinstance(result, BaseException) for result in results) == 2
    assert await log.head() == 21


async def test_pages_follow_one_another_without_a_gap(log: Log) -> None:
    await fill(log, 25)
    seen: list[int] = []
    while page := await log.read(seen[-1] if seen else 0, 10):
        seen.extend(r.position for r in page)
    assert seen == list(range(1, 26))


async def test_raw_rows_hold_what_was_stored_and_their_chain_verifies(log: Log) -> None:
    await log.append([write(uuid4(), 0, REQUESTED, LOST)], CONTEXT)
    rows = await log.raw(0, 10)
    assert rows[1].payload == b'{"reason":"worker died"}'
    assert rows[1].payload_digest == sha256(b'{"reason":"worker died"}').digest()
    assert all(row.known and not row.erased for row in rows)
    report = verify(rows)
    assert (report.checked, report.intact) == (2, True)


async def test_digests_are_those_of_the_rows(log: Log) -> None:
    await log.append([write(uuid4(), 0, *[LOST] * 5)], CONTEXT)
    digests = [row.digest for row in await log.raw(0, 10)]
    assert len(digests) == 5
    assert list(await log.digests(0, 10)) == digests
    assert list(await log.digests(2, 2)) == digests[2:4]
    assert list(await log.digests(5, 2)) == []


async def test_raw_rows_are_filtered_by_project_and_session(log: Log) -> None:
    project, session = uuid4(), uuid4()
    await fill(log, 2)
    await fill(log, 1, replace(CONTEXT, project_id=project, session_id=None))
    await fill(log, 1, replace(CONTEXT, project_id=project, session_id=session))
    await fill(log, 1, replace(CONTEXT, project_id=None, session_id=None))

    async def positions(**filters: object) -> list[int]:
        return [row.position for row in await log.raw(0, 10, EventFilter(**filters))]  # type: ignore[arg-type]

    assert await positions() == [1, 2, 3, 4, 5]
    assert await positions(project_ids=[project]) == [3, 4]
    assert await positions(project_ids=[project, PROJECT]) == [1, 2, 3, 4]
    assert await positions(project_ids=[]) == []
    assert await positions(session_id=session) == [4]
    assert await positions(session_id=session, project_ids=[PROJECT]) == []
    assert [row.position for row in await log.raw(3, 1, EventFilter(project_ids=[project]))] == [4]


async def test_raw_rows_are_filtered_by_topic(log: Log) -> None:
    project = uuid4()
    await log.append([write(uuid4(), 0, REQUESTED, LOST)], CONTEXT)
    await log.append([write(uuid4(), 0, REQUESTED, LOST)], replace(CONTEXT, project_id=project))

    async def positions(**filters: object) -> list[int]:
        return [row.position for row in await log.raw(0, 10, EventFilter(**filters))]  # type: ignore[arg-type]

    assert await positions(topics={"CommandLost"}) == [2, 4]
    assert await positions(topics={"CommandLost", "CommandRequested"}, project_ids=[project]) == [3, 4]
    assert await positions(topics={"CommandLost"}, project_ids=[project]) == [4]
    assert await positions(topics=()) == []


async def test_raw_rows_are_filtered_by_who_did_what_to_what_and_when(log: Log) -> None:
    stream, request = uuid4(), uuid4()
    await fill(log, 1)
    between = await log.append([write(stream, 0, REQUESTED)], replace(CONTEXT, correlation_id=request))
    conductor = Actor(kind=ActorKind.SYSTEM, id="conductor")
    await log.append([write(stream, 1, LOST)], replace(CONTEXT, actor=conductor))
    moment = between[0].envelope.recorded_at

    async def positions(**filters: object) -> list[int]:
        return [row.position for row in await log.raw(0, 10, EventFilter(**filters))]  # type: ignore[arg-type]

    assert await positions(stream_id=stream) == [2, 3]
    assert await positions(correlation_id=request) == [2]
    assert await positions(actor_kind="system") == [3]
    assert await positions(actor_id="u1") == [1, 2]
    assert await positions(actor_id="u1", topics=["CommandLost", "CommandRequested"], stream_id=stream) == [2]
    assert await positions(since=moment) == [2, 3]
    assert await positions(until=moment) == [1]
    assert await positions(since=moment, until=moment) == []
    assert await positions(since=moment + timedelta(days=1)) == await positions(until=moment - timedelta(days=1)) == []


async def test_raw_rows_come_from_either_end_between_two_positions(log: Log) -> None:
    await fill(log, 9)

    async def positions(after: int, limit: int, before: int | None, *, backward: bool, **filters: object) -> list[int]:
        chosen = EventFilter(**filters)  # type: ignore[arg-type]
        rows = await log.raw(after, limit, chosen, before=before, backward=backward)
        return [row.position for row in rows]

    assert await positions(0, 3, None, backward=True) == [7, 8, 9]
    assert await positions(0, 3, 7, backward=True) == [4, 5, 6]
    assert await positions(4, 3, 7, backward=True) == [5, 6]
    assert await positions(4, 1, 7, backward=False) == [5]
    assert await positions(0, 3, 1, backward=True) == await positions(0, 3, 0, backward=True) == []
    topics = ["CommandLost", "CommandRequested", "CommandRequested"]
    assert await positions(0, 3, 7, backward=True, topics=topics) == [4, 5, 6]


async def test_marks_are_where_pages_begin(log: Log) -> None:
    session = uuid4()
    for _ in range(3):
        await fill(log, 1)
        await log.append([write(uuid4(), 0, REQUESTED, LOST)], replace(CONTEXT, session_id=session))

    async def marks(every: int, **filters: object) -> tuple[int, list[int], int]:
        found = await log.marks(EventFilter(**filters), every)  # type: ignore[arg-type]
        return found.total, list(found.positions), found.last

    assert await marks(1, session_id=session) == (6, [2, 3, 5, 6, 8, 9], 9)
    assert await marks(2, session_id=session) == (6, [2, 5, 8], 9)
    assert await marks(4, session_id=session) == (6, [2, 8], 9)
    assert await marks(7, session_id=session) == (6, [2], 9)
    assert await marks(2, session_id=session, topics=["CommandLost"]) == (3, [3, 9], 9)
    assert await marks(2, session_id=uuid4()) == (0, [], 0)


async def test_moments_are_rows_without_what_they_say(log: Log) -> None:
    session = uuid4()
    await fill(log, 1)
    await log.append([write(uuid4(), 0, REQUESTED, LOST)], replace(CONTEXT, session_id=session))
    await fill(log, 1)

    chosen = EventFilter(session_id=session)
    rows = await log.raw(0, 10, chosen)
    told = [(row.position, row.envelope.recorded_at, row.topic) for row in rows]
    assert [row[2] for row in told] == ["CommandRequested", "CommandLost"]
    assert list(await log.moments(0, 10, chosen)) == told
    assert list(await log.moments(0, 1, chosen)) == told[:1]
    assert list(await log.moments(told[0][0], 10, chosen)) == told[1:]


async def take(batches: AsyncIterator[Sequence[LoggedEvent]], count: int) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(10):
        while len(seen) < count:
            seen.extend(r.position for r in await anext(batches))
    return seen


async def test_a_tail_gives_what_is_stored_and_then_what_comes(log: Log) -> None:
    await fill(log, 3)
    async with log.tail(1) as batches:
        assert await take(batches, 2) == [2, 3]
        await fill(log, 2)
        assert await take(batches, 2) == [4, 5]


async def test_a_tail_from_a_position_to_come_waits_for_it(log: Log) -> None:
    async with log.tail(2) as batches:
        await fill(log, 3)
        assert await take(batches, 1) == [3]


async def test_many_tails_each_get_everything_once(log: Log) -> None:
    await fill(log, 5)

    async def follow(after: int) -> list[int]:
        async with log.tail(after) as batches:
            return await take(batches, 60 - after)

    tails = [asyncio.create_task(follow(after)) for after in (0, 3, 5) * 4]
    await asyncio.gather(*(fill(log, 11) for _ in range(5)))
    for tail, after in zip(tails, (0, 3, 5) * 4, strict=True):
        assert await tail == list(range(after + 1, 61))


async def test_a_raw_tail_gives_rows(log: Log) -> None:
    await fill(log, 1)
    async with log.tail_raw(0) as batches, asyncio.timeout(10):
        assert [row.payload for row in await anext(batches)] == [b'{"reason":"worker died"}']


async def test_text_that_is_no_unicode_is_refused_and_nothing_is_stored(log: Log) -> None:
    with pytest.raises(InvalidInputError):
        await log.append([write(uuid4(), 0, CommandLost(reason="\ud800"))], CONTEXT)
    for bad in ("a\0b", "\ud800"):
        with pytest.raises(InvalidInputError):
            await log.append([write(uuid4(), 0, LOST)], replace(CONTEXT, traceparent=bad))
    assert await log.head() == 0


async def test_a_save_of_10_mb_is_stored_and_one_beyond_the_limit_refused(log: Log) -> None:
    async with asyncio.timeout(30):
        await log.append([write(uuid4(), 0, CommandLost(reason="x" * 10_000_000))], CONTEXT)
        await log.append([write(uuid4(), 0, *[LOST] * 5000)], CONTEXT)
        with pytest.raises(LimitExceededError):
            await log.append([write(uuid4(), 0, *[CommandLost(reason="x" * 10_000_000)] * 7)], CONTEXT)
    assert await log.head() == 5001


async def test_a_caller_that_gives_up_harms_nobody(log: Log) -> None:
    impatient = asyncio.create_task(log.append([write(uuid4(), 0, LOST)], CONTEXT))
    patient = asyncio.create_task(log.append([write(uuid4(), 0, CommandCancelRequested())], CONTEXT))  # type: ignore[arg-type]
    impatient.cancel()
    assert len(await patient) == 1


async def test_the_last_event_of_each_stream_is_told_and_of_none_that_does_not_exist(log: Log) -> None:
    one, other = uuid4(), uuid4()
    await log.append([write(one, 0, REQUESTED, LOST), write(other, 0, REQUESTED)], CONTEXT)

    found = await log.last([one, other, uuid4()])

    assert {stream_id: (event.version, event.event) for stream_id, event in found.items()} == {
        one: (2, LOST),
        other: (1, REQUESTED),
    }
    assert await log.last([]) == {}


async def test_a_stream_whose_last_event_was_told_is_not_loaded_as_it_was_before(log: Log) -> None:
    stream_id = uuid4()
    await log.append([write(stream_id, 0, REQUESTED)], CONTEXT)
    await log.load(stream_id)
    await log.append([write(stream_id, 1, LOST)], CONTEXT)

    assert (await log.last([stream_id]))[stream_id].version == 2
    assert [each.version for each in await log.load(stream_id)] == [1, 2]
