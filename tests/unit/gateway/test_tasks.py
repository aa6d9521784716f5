"""Tasks by the API."""

import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.support.gateway import Running, Socket, running, uuid_of
from tests.support.session_work import WORK, a_work

from quarterdeck.domain.project import MemberAdded, MemberRemoved, Role
from quarterdeck.domain.task_events import TaskClaimed, TaskWorkNoted
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck.gateway import tail
from quarterdeck_schema import ids

TASK = """
id number reference title body labels priority estimate acceptance revision status reason ownerName assigned
dependencies { number reference title status } links { kind sessionId commandId commit }
claim { number holderName sessionId expiresAt } project { id } createdBy closedAt
notes { edges { node { text author sessionId } } }
"""
UNKNOWN = ids.encode("Task", UUID(int=7))
COMMIT = "c" * 40
ISSUE = "mutation($input: IssueTokenInput!) { issueToken(input: $input) { ... on IssueTokenPayload { secret } } }"


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def change(gateway: Running, field: str, /, token: str | None = None, **given: object) -> dict[str, Any]:
    """A mutation of a task: the task, or the failure."""
    kind = field[0].upper() + field[1:]
    answer = await gateway.ask(
        f"mutation($input: {kind}Input!) {{ {field}(input: $input) {{ "
        f"... on {kind}Payload {{ task {{ {TASK} }} position }} ... on Failure {{ code message nextStep field }} }} }}",
        {"input": given},
        token=token,
    )
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"][field]
    changed: dict[str, Any] = found.get("task", found)
    return changed


async def project(gateway: Running, name: str = "app") -> str:
    return str((await gateway.project(name))["project"]["id"])


async def create(gateway: Running, project_id: str, title: str = "Fix it", **fields: object) -> dict[str, Any]:
    return await change(gateway, "createTask", projectId=project_id, title=title, fields=fields or None)


async def ask(gateway: Running, query: str, token: str | None = None, **variables: object) -> Any:
    answer = await gateway.ask(query, variables, token=token)
    assert "errors" not in answer, answer
    return answer["data"]


async def listed(gateway: Running, token: str | None = None, **variables: object) -> list[str]:
    query = (
        "query($project: ID, $filter: TaskFilterInput, $text: String, $first: Int, $after: String) { tasks("
        "projectId: $project, filter: $filter, text: $text, first: $first, after: $after) { edges { node { title } } "
        "pageInfo { hasNextPage endCursor } } }"
    )
    found = (await ask(gateway, query, token, **variables))["tasks"]
    return [edge["node"]["title"] for edge in found["edges"]]


async def joined(gateway: Running, project_id: str, name: str, role: Role = Role.DEVELOPER) -> str:
    """A member, by their token."""
    token = await gateway.house.another_user(name)
    user_id = uuid_of((await ask(gateway, "{ viewer { id } }", token))["viewer"]["id"])
    added = MemberAdded(user_id=user_id, role=role)
    await gateway.house.put(uuid_of(project_id), added, project_id=uuid_of(project_id))
    return token


async def test_a_task_is_created_with_all_that_is_said_of_it(gateway: Running) -> None:
    home = await project(gateway)
    await create(gateway, home, "First")
    task = await create(
        gateway,
        home,
        "Fix the log-in",
        body="It *fails*.",
        labels=["bug"],
        priority="HIGH",
        estimate=90,
        dependencies=[1],
        acceptance=["it works"],
    )
    assert (task["reference"], task["title"], task["body"], task["labels"]) == (
        "T-2",
        "Fix the log-in",
        "It *fails*.",
        ["bug"],
    )
    assert (task["priority"], task["estimate"], task["acceptance"], task["status"]) == (
        "HIGH",
        90,
        ["it works"],
        "OPEN",
    )
    assert task["dependencies"] == [{"number": 1, "reference": "T-1", "title": "First", "status": "OPEN"}]
    assert (task["project"]["id"], task["createdBy"], task["revision"]) == (home, "ada", 1)


async def test_an_edit_on_an_old_revision_is_a_conflict_by_field(gateway: Running) -> None:
    task = (await create(gateway, await project(gateway)))["id"]
    once = await change(gateway, "editTask", taskId=task, base=1, changes={"title": "Fix all"})
    assert (once["title"], once["revision"]) == ("Fix all", 2)
    refused = await change(gateway, "editTask", taskId=task, base=1, changes={"title": "Fix none"})
    assert (refused["code"], "Fix all" in refused["message"]) == ("CONFLICT", True)
    merged = await change(gateway, "editTask", taskId=task, base=1, changes={"body": "text"})
    assert (merged["title"], merged["body"]) == ("Fix all", "text")


async def test_a_claimed_task_is_refused_with_who_has_it(gateway: Running) -> None:
    home = await project(gateway)
    task, bob = (await create(gateway, home))["id"], await joined(gateway, home, "bob")
    held = await change(gateway, "claimTask", taskId=task, leaseSeconds=3600)
    assert (held["status"], held["claim"]["holderName"], held["claim"]["number"]) == ("CLAIMED", "ada", 1)
    refused = await change(gateway, "claimTask", bob, taskId=task)
    assert refused["code"] == "CONFLICT"
    assert refused["message"].startswith("ada holds T-1 until 20")
    renewed = await change(gateway, "renewTask", taskId=task, leaseSeconds=7200, claim=1)
    assert renewed["claim"]["expiresAt"] > held["claim"]["expiresAt"]
    assert (await change(gateway, "renewTask", taskId=task, claim=2))["code"] == "CONFLICT"
    released = await change(gateway, "releaseTask", taskId=task, reason="lunch")
    assert (released["status"], released["claim"], released["ownerName"]) == ("OPEN", None, None)


async def test_a_claim_with_a_lease_out_of_bounds_names_the_argument(gateway: Running) -> None:
    task = (await create(gateway, await project(gateway)))["id"]
    refused = await change(gateway, "claimTask", taskId=task, leaseSeconds=1)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "leaseSeconds")


async def test_a_task_goes_its_way(gateway: Running) -> None:
    task = (await create(gateway, await project(gateway)))["id"]
    assert (await change(gateway, "changeTaskStatus", taskId=task, status="IN_PROGRESS"))["code"] == "CONFLICT"
    assigned = await change(gateway, "assignTask", taskId=task, owner="me")
    assert (assigned["ownerName"], assigned["assigned"]) == ("ada", True)
    assert (await change(gateway, "changeTaskStatus", taskId=task, status="IN_PROGRESS"))["status"] == "IN_PROGRESS"
    blocked = await change(gateway, "blockTask", taskId=task, reason="no key")
    assert (blocked["status"], blocked["reason"]) == ("BLOCKED", "no key")
    done = await change(gateway, "changeTaskStatus", taskId=task, status="DONE", reason="shipped")
    assert (done["status"], done["reason"], bool(done["closedAt"])) == ("DONE", "shipped", True)
    assert (await change(gateway, "assignTask", taskId=task, owner=None))["code"] == "CONFLICT"


async def test_what_is_done_from_a_session_says_so(gateway: Running) -> None:
    home = await project(gateway)
    session = (await gateway.session(home))["session"]["id"]
    task = (await create(gateway, home))["id"]
    noted = await change(gateway, "noteTaskProgress", taskId=task, text="half", sessionId=session)
    assert [each["node"] for each in noted["notes"]["edges"]] == [
        {"text": "half", "author": "ada", "sessionId": session}
    ]
    claimed = await change(gateway, "claimTask", taskId=task, sessionId=session)
    assert claimed["claim"]["sessionId"] == session
    query = (
        "query($id: ID!, $f: [TaskField!]) { task(id: $id) { history(field: $f) { edges { node { "
        "actor actorKind sessionId changes { field value } } } } } }"
    )
    history = (await ask(gateway, query, id=task, f=["CLAIM", "NOTE"]))["task"]["history"]["edges"]
    assert [each["node"]["sessionId"] for each in history] == [session, session]
    assert history[1]["node"]["changes"] == [{"field": "NOTE", "value": json.dumps("half")}]
    assert history[0]["node"]["changes"][1] == {"field": "OWNER", "value": json.dumps("ada")}
    elsewhere = (await gateway.session(await project(gateway, "other")))["session"]["id"]
    refused = await change(gateway, "noteTaskProgress", taskId=task, text="x", sessionId=elsewhere)
    assert refused["code"] == "NOT_FOUND"


async def test_links_go_to_one_thing_each(gateway: Running) -> None:
    home = await project(gateway)
    session = (await gateway.session(home))["session"]["id"]
    command = (await gateway.command(session))["command"]["id"]
    task = (await create(gateway, home))["id"]
    targets = ({"sessionId": session}, {"commandId": command}, {"commit": COMMIT})
    linked = [await change(gateway, "linkTask", taskId=task, target=target) for target in targets][-1]
    assert [each["kind"] for each in linked["links"]] == ["SESSION", "COMMAND", "COMMIT"]
    assert linked["links"][0]["sessionId"] == session
    for target in ({}, {"sessionId": session, "commit": COMMIT}):
        assert (await change(gateway, "linkTask", taskId=task, target=target))["field"] == "target"
    unlinked = await change(gateway, "unlinkTask", taskId=task, target={"commandId": command})
    assert [each["kind"] for each in unlinked["links"]] == ["SESSION", "COMMIT"]


async def test_the_same_key_is_the_same_task_and_another_request_a_conflict(gateway: Running) -> None:
    home = await project(gateway)
    first, again = [
        await change(gateway, "createTask", projectId=home, title="Fix it", idempotencyKey="k") for _ in range(2)
    ]
    assert first["id"] == again["id"]
    other = await change(gateway, "createTask", projectId=home, title="Fix all", idempotencyKey="k")
    assert other["code"] == "CONFLICT"
    claims = [await change(gateway, "claimTask", taskId=first["id"], idempotencyKey="c") for _ in range(2)]
    assert claims[0]["claim"] == claims[1]["claim"]
    stream = await gateway.house.log.load(uuid_of(first["id"]))
    assert sum(isinstance(each.event, TaskClaimed) for each in stream) == 1


async def test_lists_are_narrowed_searched_and_paged(gateway: Running) -> None:
    home, other = await project(gateway), await project(gateway, "other")
    await create(gateway, home, "One", labels=["bug"], priority="HIGH")
    two = await create(gateway, home, "Two", labels=["bug", "ui"])
    await create(gateway, other, "Three")
    await change(gateway, "assignTask", taskId=two["id"], owner="ada")
    assert await listed(gateway) == ["Three", "Two", "One"]
    for narrowed, titles in (
        ({"label": ["bug", "ui"]}, ["Two"]),
        ({"priority": ["HIGH"]}, ["One"]),
        ({"owner": "me"}, ["Two"]),
        ({"owner": "ada"}, ["Two"]),
        ({"unowned": True}, ["One"]),
        ({"status": ["DONE"]}, []),
    ):
        assert await listed(gateway, project=home, filter=narrowed) == titles
    assert await listed(gateway, project=home, text="On") == ["One"]
    assert await listed(gateway, project=home, first=1) == ["Two"]


async def test_a_board_counts_and_shows_columns(gateway: Running) -> None:
    home = await project(gateway)
    for number in range(3):
        await create(gateway, home, f"T{number}", labels=["bug"])
    query = (
        "query($p: ID!, $g: TaskGrouping!) { taskBoard(projectId: $p, groupBy: $g, first: 2) "
        "{ columns { key count entries { title } } } }"
    )
    columns = (await ask(gateway, query, p=home, g="STATUS"))["taskBoard"]["columns"]
    assert [column["key"] for column in columns][:2] == ["open", "claimed"]
    assert columns[0] == {"key": "open", "count": 3, "entries": [{"title": "T0"}, {"title": "T1"}]}
    assert (await ask(gateway, query, p=home, g="LABEL"))["taskBoard"]["columns"][0]["key"] == "bug"


async def test_a_board_shows_what_a_text_is_in_and_a_column_is_read_on_in_its_order(gateway: Running) -> None:
    home = await project(gateway)
    for number, priority in enumerate(("LOW", "NORMAL", "URGENT", "NORMAL")):
        await create(gateway, home, f"Sail {number}", priority=priority)
    await create(gateway, home, "Anchor", labels=["bug"])
    board = 'query($p: ID!) { taskBoard(projectId: $p, text: "Sail") { columns { count } } }'
    assert (await ask(gateway, board, p=home))["taskBoard"]["columns"][0]["count"] == 4
    query = (
        "query($p: ID!, $after: String) { tasks(projectId: $p, filter: {status: [OPEN], unlabelled: true}, "
        'text: "Sail", order: URGENCY, first: 3, after: $after) { edges { node { title } } pageInfo { endCursor } } }'
    )
    found = (await ask(gateway, query, p=home))["tasks"]
    rest = (await ask(gateway, query, p=home, after=found["pageInfo"]["endCursor"]))["tasks"]
    titles = [edge["node"]["title"] for edge in [*found["edges"], *rest["edges"]]]
    assert titles == ["Sail 2", "Sail 1", "Sail 3", "Sail 0"]


async def test_a_task_tells_what_it_waits_for_and_what_waits_for_it(gateway: Running) -> None:
    home = await project(gateway)
    _, second = [await create(gateway, home, title) for title in ("One", "Two")]
    await create(gateway, home, "Three", dependencies=[1, 2])
    await change(gateway, "changeTaskStatus", taskId=second["id"], status="DONE")
    query = "query($p: ID!, $n: Int!) { taskByNumber(projectId: $p, number: $n) { waitsFor dependents { number } } }"
    assert (await ask(gateway, query, p=home, n=3))["taskByNumber"] == {"waitsFor": [1], "dependents": []}
    assert (await ask(gateway, query, p=home, n=1))["taskByNumber"] == {"waitsFor": [], "dependents": [{"number": 3}]}


ONE = "query($id: ID!) { task(id: $id) { id } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"


async def test_the_tasks_of_others_are_as_those_that_are_not_there(gateway: Running) -> None:
    home = await project(gateway)
    theirs = (await create(gateway, home))["id"]
    stranger = await gateway.house.another_user("eve")
    for query in (ONE, NODE):
        assert await ask(gateway, query, id=theirs)
        assert await ask(gateway, query, stranger, id=theirs) == await ask(gateway, query, stranger, id=UNKNOWN)
    numbered = "query($p: ID!) { taskByNumber(projectId: $p, number: 1) { id } }"
    assert (await ask(gateway, numbered, p=home))["taskByNumber"] == {"id": theirs}
    assert (await ask(gateway, numbered, stranger, p=home))["taskByNumber"] is None
    assert await listed(gateway, stranger) == await listed(gateway, stranger, project=home, text="Fix") == []
    board = "query($p: ID!) { taskBoard(projectId: $p) { columns { count } } }"
    columns = (await ask(gateway, board, stranger, p=home))["taskBoard"]["columns"]
    assert sum(column["count"] for column in columns) == 0
    for field, given in MUTATIONS.items():
        answers = [await change(gateway, field, stranger, taskId=each, **given) for each in (theirs, UNKNOWN)]
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "NOT_FOUND", field


MUTATIONS: dict[str, dict[str, Any]] = {
    "editTask": {"changes": {"title": "x"}},
    "claimTask": {},
    "renewTask": {},
    "releaseTask": {"force": True},
    "assignTask": {"owner": "me"},
    "noteTaskProgress": {"text": "x"},
    "changeTaskStatus": {"status": "DONE"},
    "blockTask": {"reason": "x"},
    "linkTask": {"target": {"commit": COMMIT}},
    "unlinkTask": {"target": {"commit": COMMIT}},
}


async def test_who_may_only_look_is_forbidden_to_change(gateway: Running) -> None:
    home = await project(gateway)
    task, vera = (await create(gateway, home))["id"], await joined(gateway, home, "vera", Role.VIEWER)
    assert await ask(gateway, ONE, vera, id=task) == {"task": {"id": task}}
    for field, given in MUTATIONS.items():
        assert (await change(gateway, field, vera, taskId=task, **given))["code"] == "FORBIDDEN", field


async def test_a_token_needs_the_scope(gateway: Running) -> None:
    task = (await create(gateway, await project(gateway)))["id"]
    asked = {"name": "ci", "scopes": ["session:read"]}
    token = (await ask(gateway, ISSUE, input=asked))["issueToken"]["secret"]
    for query in (ONE, NODE):
        answer = await gateway.ask(query, {"id": task}, token=token)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await change(gateway, "claimTask", token, taskId=task))["code"] == "FORBIDDEN"


WATCH = "subscription($p: ID!, $a: Long) { taskChanged(projectId: $p, after: $a) { position topic task { title } } }"


async def changes(socket: Socket, count: int) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    for _ in range(count):
        received = await socket.receive()
        assert received["type"] == "next", received
        each = received["payload"]["data"]["taskChanged"]
        found.append((each["position"], each["topic"], each["task"]["title"]))
    return found


async def test_changes_come_stored_then_live_of_that_project_only(gateway: Running) -> None:
    home, other = await project(gateway), await project(gateway, "other")
    task = (await create(gateway, home))["id"]
    async with gateway.socket() as socket:
        await socket.subscribe(WATCH, {"p": home})
        [(first, topic, title)] = await changes(socket, 1)
        assert (topic, title) == ("TaskCreated", "Fix it")
        await create(gateway, other, "Elsewhere")
        await gateway.session(home)
        await change(gateway, "claimTask", taskId=task, leaseSeconds=60)
        await change(gateway, "renewTask", taskId=task, leaseSeconds=600)
        await change(gateway, "editTask", taskId=task, changes={"title": "Fix all"})
        found = await changes(socket, 2)
    assert [topic for _, topic, _ in found] == ["TaskClaimed", "TaskEdited"]
    async with gateway.socket() as socket:
        await socket.subscribe(WATCH, {"p": home, "a": first})
        assert [position for position, _, _ in await changes(socket, 2)] == [position for position, _, _ in found]
        await change(gateway, "noteTaskProgress", taskId=task, text="half")
        assert [(topic, title) for _, topic, title in await changes(socket, 1)] == [("TaskProgressNoted", "Fix all")]


async def test_a_follower_that_the_window_moved_past_finds_all_changes_in_the_log(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "HELD_EVENTS", 2)
    monkeypatch.setattr(tail, "PAGE", 3)
    home = await project(gateway)
    task = (await create(gateway, home))["id"]
    for number in range(8):
        await gateway.session(home)
        await change(gateway, "noteTaskProgress", taskId=task, text=str(number))
    async with gateway.socket() as socket:
        await socket.subscribe(WATCH, {"p": home})
        found = [topic for _, topic, _ in await changes(socket, 9)]
        await change(gateway, "blockTask", taskId=task, reason="x")
        found += [topic for _, topic, _ in await changes(socket, 1)]
    assert found == ["TaskCreated", *["TaskProgressNoted"] * 8, "TaskBlocked"]


async def test_the_changes_of_others_are_refused_and_end_with_membership(gateway: Running) -> None:
    home = await project(gateway)
    task = (await create(gateway, home))["id"]
    bob = await joined(gateway, home, "bob")
    stranger = await gateway.house.another_user("eve")
    async with gateway.socket(stranger) as socket:
        answers: list[dict[str, Any]] = []
        for each in (home, ids.encode("Project", UUID(int=7))):
            await socket.subscribe(WATCH, {"p": each})
            answers.append(await socket.receive())
    assert answers[0] == answers[1]
    assert answers[0]["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    bob_id = uuid_of((await ask(gateway, "{ viewer { id } }", bob))["viewer"]["id"])
    async with gateway.socket(bob) as socket:
        await socket.subscribe(WATCH, {"p": home})
        await changes(socket, 1)
        removed, added = MemberRemoved(user_id=bob_id), MemberAdded(user_id=bob_id, role=Role.VIEWER)
        await gateway.house.put(uuid_of(home), removed, project_id=uuid_of(home))
        await change(gateway, "noteTaskProgress", taskId=task, text="unseen")
        await gateway.house.put(uuid_of(home), added, project_id=uuid_of(home))
        await change(gateway, "blockTask", taskId=task, reason="seen")
        assert [topic for _, topic, _ in await changes(socket, 1)] == ["TaskBlocked"]


async def test_a_cursor_below_zero_is_refused(gateway: Running) -> None:
    home = await project(gateway)
    async with gateway.socket() as socket:
        await socket.subscribe(WATCH, {"p": home, "a": -1})
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "INVALID_INPUT"


START = """
mutation($input: StartTaskInput!) { startTask(input: $input) {
  ... on StartTaskPayload {
    task { id status claim { sessionId } links { sessionId } sessions { edges { node { id } } } }
    session { id title ref task { reference status } }
  }
  ... on Failure { code message nextStep field }
} }
"""


async def test_a_session_is_started_from_a_task_and_each_shows_the_other(gateway: Running) -> None:
    home = await project(gateway)
    task = await create(gateway, home)

    found = (await ask(gateway, START, input={"taskId": task["id"], "ref": "next"}))["startTask"]

    session = found["session"]
    assert (session["title"], session["ref"]) == ("T-1 Fix it", "next")
    assert session["task"] == {"reference": "T-1", "status": "IN_PROGRESS"}
    assert found["task"]["claim"] == {"sessionId": session["id"]}
    assert found["task"]["links"] == [{"sessionId": session["id"]}]
    assert found["task"]["sessions"]["edges"] == [{"node": {"id": session["id"]}}]
    again = (await ask(gateway, START, input={"taskId": task["id"]}))["startTask"]
    assert (again["code"], "works on T-1 for you already" in again["message"]) == ("CONFLICT", True)


async def test_starting_needs_both_scopes_and_a_task_of_ones_own_project(gateway: Running) -> None:
    task = await create(gateway, await project(gateway))
    for scope in ("task:write", "session:write"):
        token = (await ask(gateway, ISSUE, input={"name": "ci", "scopes": [scope]}))["issueToken"]["secret"]
        found = (await ask(gateway, START, token, input={"taskId": task["id"]}))["startTask"]
        assert found["code"] == "FORBIDDEN"
    stranger = await gateway.house.another_user("eve")
    assert (await ask(gateway, START, stranger, input={"taskId": task["id"]}))["startTask"]["code"] == "NOT_FOUND"
    assert (await ask(gateway, START, input={"taskId": UNKNOWN}))["startTask"]["code"] == "NOT_FOUND"


WORKED = """
    query($id: ID!, $first: Int) { task(id: $id) { work(first: $first) {
      edges { node {
        sessionId how reason filesChanged linesAdded linesRemoved filesUncounted missing
        commands commandsFailed commandsMs
        largestChanges { path status linesAdded linesRemoved }
        lastCommands { commandId text outcome failed exitCode wallMs }
        branches { branch commit }
        usage { calls tokens usd unpriced }
      } }
      pageInfo { hasNextPage }
    } } }
"""


async def worked(gateway: Running, task: str, token: str | None = None, **given: object) -> list[dict[str, Any]]:
    found = await ask(gateway, WORKED, token, id=task, **given)
    return [edge["node"] for edge in found["task"]["work"]["edges"]]


async def test_what_sessions_did_is_told_once_for_each_and_to_those_who_follow_the_task(gateway: Running) -> None:
    home = await project(gateway)
    task = (await create(gateway, home))["id"]
    stream, project_id = uuid_of(task), uuid_of(home)
    async with gateway.socket() as socket:
        await socket.subscribe(WATCH, {"p": home})
        await changes(socket, 1)
        for work in (a_work(ending=1, reason="lost"), a_work(session_id=UUID(int=8), diff=None, missing="?"), WORK):
            await gateway.house.put(stream, TaskWorkNoted(work=work), project_id=project_id, session_id=work.session_id)
        assert [topic for _, topic, _ in await changes(socket, 3)] == ["TaskWorkNoted"] * 3

    newest, other = await worked(gateway, task)
    assert newest["usage"] is None
    assert newest | {"sessionId": "", "lastCommands": [], "largestChanges": []} == {
        "sessionId": "",
        "how": "CLOSED",
        "reason": "The files are kept.",
        "filesChanged": 6,
        "linesAdded": 120,
        "linesRemoved": 14,
        "filesUncounted": 1,
        "missing": None,
        "commands": 12,
        "commandsFailed": 1,
        "commandsMs": 13_500,
        "largestChanges": [],
        "lastCommands": [],
        "branches": [{"branch": "review/1", "commit": "d" * 40}],
        "usage": None,
    }
    assert uuid_of(newest["sessionId"]) == WORK.session_id
    assert [(each["failed"], each["outcome"]) for each in newest["lastCommands"]] == [
        (False, "EXITED"),
        (True, "EXITED"),
    ]
    assert (other["filesChanged"], other["linesAdded"], other["missing"]) == (None, None, "?")
    assert len(await worked(gateway, task, first=1)) == 1
    history = "query($id: ID!) { task(id: $id) { history(field: [WORK]) { edges { node { changes { value } } } } } }"
    edges = (await ask(gateway, history, id=task))["task"]["history"]["edges"]
    assert [json.loads(each["node"]["changes"][0]["value"])["lines_added"] for each in edges] == [120, None, 120]


async def test_what_a_session_took_in_models_is_told_to_those_who_may_see_usage(gateway: Running) -> None:
    home = await project(gateway)
    task = (await create(gateway, home))["id"]
    project_id = uuid_of(home)
    await gateway.house.put(uuid_of(task), TaskWorkNoted(work=WORK), project_id=project_id, session_id=WORK.session_id)
    called = ModelUsageRecorded(
        project_id=project_id,
        provider="anthropic",
        response_id="msg_1",
        model="nobody-knows",
        tokens=Tokens(input_tokens=100),
        session_id=WORK.session_id,
    )
    await gateway.house.put(UUID(int=9), called, project_id=project_id, session_id=WORK.session_id)
    [mine] = await worked(gateway, task)
    assert mine["usage"] == {"calls": 1, "tokens": 100, "usd": None, "unpriced": 1}
    asked = {"name": "ci", "scopes": ["task:read"]}
    token = (await ask(gateway, ISSUE, input=asked))["issueToken"]["secret"]
    [narrow] = await worked(gateway, task, token)
    assert narrow == {**mine, "usage": None}
