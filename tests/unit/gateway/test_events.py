"""The log by page and by subscription."""

from base64 import b64decode
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Running, Socket, running, uuid_of

from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.audit.merkle import root_of
from quarterdeck.domain.events import EVENT_TYPES
from quarterdeck.domain.project import MemberAdded, Role
from quarterdeck.gateway import tail

FIELDS = "id position topic schemaVersion streamId version actorKind actorId payload digest payloadDigest known erased"


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def events(socket: Socket, count: int, field: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(count):
        received = await socket.receive()
        assert received["type"] == "next", received
        found.append(received["payload"]["data"][field])
    return found


async def test_events_are_paged_by_position(gateway: Running) -> None:
    await gateway.project()
    query = (
        f"query($after: String) {{ events(first: 2, after: $after) {{ edges {{ cursor node {{ {FIELDS} }} }} "
        "pageInfo { hasNextPage hasPreviousPage endCursor } } }"
    )
    seen: list[int] = []
    after = None
    while True:
        page = (await gateway.ask(query, {"after": after}))["data"]["events"]
        seen += [edge["node"]["position"] for edge in page["edges"]]
        assert [edge["cursor"] for edge in page["edges"]] == [str(edge["node"]["position"]) for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == list(range(1, await gateway.house.log.head() + 1))


async def test_events_are_paged_from_the_end_of_the_log(gateway: Running) -> None:
    await gateway.project()
    head = await gateway.house.log.head()
    query = (
        "query($before: String) { events(last: 2, before: $before) { edges { node { position } } "
        "pageInfo { hasNextPage hasPreviousPage startCursor } } }"
    )
    seen: list[int] = []
    before = None
    while True:
        page = (await gateway.ask(query, {"before": before}))["data"]["events"]
        seen = [edge["node"]["position"] for edge in page["edges"]] + seen
        assert page["pageInfo"]["hasNextPage"] == (before is not None)
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert seen == list(range(1, head + 1))


FOUND = "{ edges { node { topic actorKind streamId recordedAt correlationId } } }"
CREATED = "ProjectCreated"


async def test_events_are_found_by_topic_actor_stream_request_and_time(gateway: Running) -> None:
    await gateway.project("one")
    await gateway.project("two")

    async def found(arguments: str) -> list[dict[str, Any]]:
        answer = await gateway.ask(f"{{ events({arguments}) {FOUND} }}")
        return [edge["node"] for edge in answer["data"]["events"]["edges"]]

    first, second = await found(f'topics: ["{CREATED}"]')
    assert {each["topic"] for each in await found(f'streamId: "{second["streamId"]}"')} >= {CREATED}
    assert {each["streamId"] for each in await found(f'streamId: "{second["streamId"]}"')} == {second["streamId"]}
    by_users = await found('actorKind: "user"')
    assert by_users
    assert {each["actorKind"] for each in by_users} == {"user"}
    assert await found('actorId: "nobody"') == []
    assert first not in await found(f'correlationId: "{second["correlationId"]}"')
    later = await found(f'since: "{second["recordedAt"]}", topics: ["{CREATED}"]')
    earlier = await found(f'until: "{second["recordedAt"]}", topics: ["{CREATED}"]')
    assert (later, earlier) == ([second], [first])


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ('streamId: "x"', "stream_id"),
        ('correlationId: "\\u0000"', "correlationId"),
        ('actorId: "\\u0000"', "actorId"),
        ('topics: ["\\u0000"]', "topics"),
    ],
)
async def test_what_no_event_can_have_is_refused(gateway: Running, arguments: str, field: str) -> None:
    answer = await gateway.ask(f"{{ events({arguments}) {FOUND} }}")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_the_log_says_which_topics_there_are_and_what_they_are_about(gateway: Running) -> None:
    topics = (await gateway.ask("{ log { topics { topic noun schemaVersion } } }"))["data"]["log"]["topics"]
    nouns = {each["topic"]: each["noun"] for each in topics}
    assert (nouns["SessionPaused"], nouns["TaskFilesWritten"], nouns["PayloadErased"]) == ("session", "task", "log")
    assert len(nouns) == len(EVENT_TYPES)


async def test_an_event_shows_its_payload_and_digests(gateway: Running) -> None:
    await gateway.project("app")
    page = (await gateway.ask(f"{{ events {{ edges {{ node {{ {FIELDS} }} }} }} }}"))["data"]["events"]
    created = next(each["node"] for each in page["edges"] if each["node"]["topic"] == "ProjectCreated")
    assert '"name":"app"' in created["payload"]
    assert len(created["digest"]) == len(created["payloadDigest"]) == 64
    assert (created["known"], created["erased"]) == (True, False)
    assert created["id"] == f"{created['streamId']}:1"


async def test_session_events_come_stored_then_live_and_of_that_session_only(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session, other = [(await gateway.session(project))["session"]["id"] for _ in range(2)]
    async with gateway.socket() as socket:
        await socket.subscribe(
            "subscription($id: ID!) { sessionEvents(sessionId: $id) { topic sessionId } }", {"id": session}
        )
        assert await events(socket, 1, "sessionEvents") == [{"topic": "SessionOpened", "sessionId": session}]
        await gateway.house.provision(uuid_of(other), uuid_of(project))
        await gateway.house.provision(uuid_of(session), uuid_of(project))
        await gateway.command(session)
        found = await events(socket, 2, "sessionEvents")
    assert [each["topic"] for each in found] == ["SessionProvisioned", "CommandRequested"]


@pytest.mark.parametrize("after", [0, 3, 6])
async def test_events_resume_after_a_position_without_gap_or_repetition(gateway: Running, after: int) -> None:
    await gateway.project("one")
    async with gateway.socket() as socket:
        await socket.subscribe("subscription($after: Long) { events(after: $after) { position } }", {"after": after})
        await gateway.project("two")
        await gateway.project("three")
        head = await gateway.house.log.head()
        found = await events(socket, head - after, "events")
    assert [each["position"] for each in found] == list(range(after + 1, head + 1))


async def test_a_follower_that_the_window_moved_past_reads_the_log(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "HELD_EVENTS", 2)
    monkeypatch.setattr(tail, "PAGE", 3)
    async with gateway.socket() as socket:
        await socket.subscribe("subscription { events { position } }")
        for number in range(10):
            await gateway.project(f"p{number}")
        head = await gateway.house.log.head()
        found = await events(socket, head, "events")
    assert [each["position"] for each in found] == list(range(1, head + 1))


async def test_events_of_one_project_only(gateway: Running) -> None:
    wanted = (await gateway.project("wanted"))["project"]["id"]
    async with gateway.socket() as socket:
        await socket.subscribe("subscription($id: ID!) { events(projectId: $id) { topic projectId } }", {"id": wanted})
        assert (await events(socket, 1, "events"))[0]["topic"] == "ProjectCreated"
        await gateway.project("other")
        await gateway.session(wanted)
        assert await events(socket, 1, "events") == [{"topic": "SessionOpened", "projectId": wanted}]


async def test_followed_events_are_of_the_topics_and_the_actor_asked_for(gateway: Running) -> None:
    project = (await gateway.project("one"))["project"]["id"]
    stranger = await gateway.house.another_user("bob")
    async with gateway.socket() as socket:
        await socket.subscribe(
            'subscription { events(topics: ["SessionOpened", "UserRegistered"], actorKind: "user") '
            "{ topic actorKind } }"
        )
        await gateway.session(project)
        assert (await events(socket, 1, "events"))[0] == {"topic": "SessionOpened", "actorKind": "user"}
    async with gateway.socket(stranger) as socket:
        await socket.subscribe('subscription { events(actorId: "nobody") { topic } }')
        await gateway.session(project)
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_a_stranger_sees_no_events_of_others_until_made_a_member(gateway: Running) -> None:
    project = (await gateway.project("hidden"))["project"]["id"]
    stranger = await gateway.house.another_user("bob")
    bob = next(
        logged.stream_id
        for logged in await gateway.house.log.read(0, 1000)
        if logged.topic == "UserRegistered" and getattr(logged.event, "name", "") == "bob"
    )
    page = await gateway.ask("{ events { edges { node { topic } } } }", token=stranger)
    assert page["data"]["events"]["edges"] == []

    async with gateway.socket(stranger) as socket:
        await socket.subscribe("subscription { events { topic } }")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        added = MemberAdded(user_id=bob, role=Role.VIEWER)
        await gateway.house.put(uuid_of(project), added, project_id=uuid_of(project))
        assert await events(socket, 1, "events") == [{"topic": "MemberAdded"}]
        await gateway.session(project)
        assert await events(socket, 1, "events") == [{"topic": "SessionOpened"}]


async def test_a_foreign_session_and_an_unknown_one_are_refused_in_the_same_words(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    stranger = await gateway.house.another_user("bob")
    unknown = "U2Vzc2lvbjowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
    async with gateway.socket(stranger) as socket:
        answers: list[dict[str, Any]] = []
        for each in (session, unknown):
            await socket.subscribe("subscription($id: ID!) { sessionEvents(sessionId: $id) { topic } }", {"id": each})
            answers.append(await socket.receive())
    assert answers[0]["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    assert answers[0] == answers[1]


async def test_signed_checkpoints_are_paged_by_number(gateway: Running) -> None:
    kept = Checkpoints(gateway.house.checkpoints)
    for number in (1, 2, 3):
        await kept.put(number, f"note {number}")
    query = (
        "query($after: String) { checkpoints(first: 2, after: $after) "
        "{ edges { node { number note } } pageInfo { hasNextPage endCursor } } }"
    )
    first = (await gateway.ask(query, {}))["data"]["checkpoints"]
    assert [edge["node"]["note"] for edge in first["edges"]] == ["note 1", "note 2"]
    rest = (await gateway.ask(query, {"after": first["pageInfo"]["endCursor"]}))["data"]["checkpoints"]
    assert ([edge["node"]["number"] for edge in rest["edges"]], rest["pageInfo"]["hasNextPage"]) == ([3], False)


TREE = """
query($positions: [Long!]!, $subtrees: [SubtreeInput!]!) {
  logTree {
    checkpoint { number note } keys { key endorsement }
    digests(positions: $positions) hashes(subtrees: $subtrees)
  }
}
"""


async def test_the_logs_tree_is_told_to_whoever_may_read_events(gateway: Running) -> None:
    await gateway.project()
    kept = Checkpoints(gateway.house.checkpoints)
    for number in (9, 10):
        await kept.put(number, f"note {number}")
    digests = [row.digest for row in await gateway.house.rows.raw(0, 100)]
    found = (await gateway.ask(TREE, {"positions": [2, 1], "subtrees": [{"level": 1, "place": 0}]}))["data"]["logTree"]
    assert found["checkpoint"] == {"number": 10, "note": "note 10"}
    assert [b64decode(each) for each in found["digests"]] == [digests[1], digests[0]]
    assert [b64decode(each) for each in found["hashes"]] == [root_of(digests[:2])]


@pytest.mark.parametrize(
    "asked",
    [
        {"positions": [10**6], "subtrees": []},
        {"positions": [0], "subtrees": []},
        {"positions": [1] * 1001, "subtrees": []},
        {"positions": [], "subtrees": [{"level": 40, "place": 0}]},
        {"positions": [], "subtrees": [{"level": -1, "place": 0}]},
        {"positions": [], "subtrees": [{"level": 62, "place": 2**62}]},
    ],
)
async def test_what_the_tree_does_not_have_is_refused(gateway: Running, asked: dict[str, Any]) -> None:
    await gateway.project()
    answer = await gateway.ask(TREE, asked)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_events_of_some_topics_are_asked_for_by_name(gateway: Running) -> None:
    await gateway.project()
    query = "query($topics: [String!]) { events(topics: $topics) { edges { node { topic } } } }"
    page = (await gateway.ask(query, {"topics": ["ProjectCreated"]}))["data"]["events"]
    assert [edge["node"]["topic"] for edge in page["edges"]] == ["ProjectCreated"]
    refused = await gateway.ask(query, {"topics": ["x"] * 51})
    assert refused["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_session_says_where_the_pages_of_its_events_begin(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    await gateway.house.provision(uuid_of(session), uuid_of(project))
    await gateway.command(session)
    query = (
        "query($id: ID!, $every: Int!, $topics: [String!]) { session(id: $id) { "
        "eventMarks(every: $every, topics: $topics) { total every positions last } "
        "events { edges { node { position } } } } }"
    )

    async def marks(every: int, topics: list[str] | None = None) -> Any:
        return await gateway.ask(query, {"id": session, "every": every, "topics": topics})

    found = (await marks(2))["data"]["session"]
    positions = [edge["node"]["position"] for edge in found["events"]["edges"]]
    assert found["eventMarks"] == {
        "total": len(positions),
        "every": 2,
        "positions": positions[::2],
        "last": positions[-1],
    }
    chosen = (await marks(2, ["SessionOpened"]))["data"]["session"]["eventMarks"]
    assert chosen == {"total": 1, "every": 2, "positions": positions[:1], "last": positions[0]}
    assert (await marks(0))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_session_says_when_each_of_its_events_was(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    await gateway.house.provision(uuid_of(session), uuid_of(project))
    await gateway.command(session)
    query = (
        "query($id: ID!, $after: Long!, $limit: Int!) { session(id: $id) { "
        "eventMoments(after: $after, limit: $limit) { positions times topics topicOf } "
        "events { edges { node { position recordedAt topic } } } } }"
    )

    async def moments(after: int, limit: int) -> Any:
        return await gateway.ask(query, {"id": session, "after": after, "limit": limit})

    found = (await moments(0, 10_000))["data"]["session"]
    columns = found["eventMoments"]
    events = [edge["node"] for edge in found["events"]["edges"]]
    assert columns["positions"] == [event["position"] for event in events]
    assert [columns["topics"][n] for n in columns["topicOf"]] == [event["topic"] for event in events]
    times = [datetime.fromisoformat(event["recordedAt"]).timestamp() for event in events]
    assert [time / 1e6 for time in columns["times"]] == pytest.approx(times, abs=1e-3)

    second = (await moments(columns["positions"][0], 1))["data"]["session"]["eventMoments"]
    assert second["positions"] == columns["positions"][1:2]
    assert (await moments(0, 0))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert (await moments(0, 10_001))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
