"""The schema's queries and mutations over HTTP: what is found, what is refused, and in which words."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of

UNKNOWN = "Q29tbWFuZDowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
UNKNOWN_PROJECT = "UHJvamVjdDowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
UNKNOWN_PERSONA = "UGVyc29uYTowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
WRONG_PATH = ("INVALID_INPUT", "path")
FILE: dict[str, object] = {"path": "a", "content": "bHMK", "base": None}
UNKNOWN_SESSION = "U2Vzc2lvbjowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def failure(gateway: Running, mutation: str, fields: dict[str, object], token: str | None = None) -> Any:
    """The Failure of a mutation, given its input."""
    kind = mutation[0].upper() + mutation[1:]
    text = (
        f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) "
        "{ __typename ... on Failure { code message nextStep field } } }"
    )
    answer = await gateway.ask(text, {"input": fields}, token=token)
    result = answer["data"][mutation]
    assert result.pop("__typename") == "Failure", answer
    return result


async def session_of(gateway: Running) -> tuple[str, str]:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    await gateway.house.provision(uuid_of(session), uuid_of(project))
    return project, session


ENDING = "query($s: String!, $t: [String!], $p: ID) { nodesEndingWith(suffix: $s, types: $t, projectId: $p) { id } }"


async def test_objects_are_found_by_the_ends_of_their_ids_by_who_may_see_them(gateway: Running) -> None:
    project, session = await session_of(gateway)
    command = (await gateway.command(session, "echo hello"))["command"]["id"]
    other = (await gateway.project("/repos/other"))["project"]["id"]
    stranger = await gateway.house.another_user("bob")

    async def found(suffix: str, token: str | None = None, **asked: Any) -> list[str]:
        answer = await gateway.ask(ENDING, {"s": suffix, **asked}, token=token)
        return [each["id"] for each in answer["data"]["nodesEndingWith"]]

    end = str(uuid_of(session))[-9:]
    assert await found(end) == await found(end.upper(), t=["Session"], p=project) == [session]
    assert await found(str(uuid_of(command))) == [command]
    assert await found(end, t=["Command", "Report", "Budget", "Alert"]) == []
    assert await found(end, p=other) == []
    assert await found(end, token=stranger) == []
    for wrong in ({"s": "abc"}, {"s": "xyz1"}, {"s": "0" * 33}, {"s": end, "t": ["Token"]}):
        assert (await gateway.ask(ENDING, wrong))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_session_is_opened_run_in_and_closed(gateway: Running) -> None:
    project, session = await session_of(gateway)
    command = await gateway.command(session, "echo hello")
    assert command["command"] | {"id": ""} == {"id": "", "state": "QUEUED", "text": "echo hello"}

    answer = await gateway.ask(
        """
        query($session: ID!, $project: ID!, $command: ID!, $position: Long!) {
          session(id: $session) { state jailDriver project { id name } commands { edges { node { text } } }
                                  events { edges { node { topic } } } }
          project(id: $project) { name settings { maxSessions } sessions(state: [READY]) { edges { node { id } } } }
          command(id: $command, waitFor: $position) { session { id } filesChanged { path } requestedById }
          viewer { id }
          node(id: $command) { __typename id }
          sessions(projectId: $project, waitFor: $position) { edges { node { id } } pageInfo { hasNextPage } }
          workers { id alive diskBytes diskFree }
          log { position }
        }
        """,
        {
            "session": session,
            "project": project,
            "command": command["command"]["id"],
            "position": command["position"],
        },
    )
    assert "errors" not in answer, answer
    found = answer["data"]
    assert found["session"]["state"] == "READY"
    assert found["session"]["project"] == {"id": project, "name": "app"}
    assert [edge["node"]["text"] for edge in found["session"]["commands"]["edges"]] == ["echo hello"]
    assert [edge["node"]["id"] for edge in found["project"]["sessions"]["edges"]] == [session]
    assert found["node"] == {"__typename": "Command", "id": command["command"]["id"]}
    assert found["command"]["requestedById"] == found["viewer"]["id"]
    assert found["log"]["position"] == await gateway.house.log.head()

    closed = await gateway.ask(
        "mutation($id: ID!) { closeSession(input: {sessionId: $id}) "
        "{ ... on CloseSessionPayload { session { id state } position } } }",
        {"id": session},
    )
    assert closed["data"]["closeSession"]["session"] == {"id": session, "state": "CLOSING"}


CHANGE_SETTINGS = """
    mutation($id: ID!, $settings: ProjectSettingsInput!) {
      changeProjectSettings(input: {projectId: $id, settings: $settings}) {
        ... on Failure { code field }
        ... on ChangeProjectSettingsPayload { project { settings {
          maxSessions jailDriver limits { memoryBytes cpus } network { host port } } } }
      }
    }
"""


async def test_settings_that_are_left_out_stay_and_null_takes_one_away(gateway: Running) -> None:
    project, _ = await session_of(gateway)

    async def change(**settings: Any) -> Any:
        answer = await gateway.ask(CHANGE_SETTINGS, {"id": project, "settings": settings})
        return answer["data"]["changeProjectSettings"]

    first = await change(maxSessions=3, limits={"memoryBytes": 2**33}, network=[{"host": "pypi.org"}])
    second = await change(maxSessions=None, limits={"memoryBytes": None, "cpus": 1.5})

    assert first["project"]["settings"] == {
        "maxSessions": 3,
        "jailDriver": "auto",
        "limits": {"memoryBytes": 2**33, "cpus": None},
        "network": [{"host": "pypi.org", "port": 443}],
    }
    assert second["project"]["settings"] == first["project"]["settings"] | {
        "maxSessions": 20,
        "limits": {"memoryBytes": None, "cpus": 1.5},
    }
    assert await change(limits={"cpus": 0}) == {"code": "INVALID_INPUT", "field": "settings.limits.cpus"}


async def test_where_only_the_id_is_asked_the_read_model_is_not(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, session = await session_of(gateway)

    async def late(*_: object) -> None:
        raise AssertionError("waited for the read model")

    monkeypatch.setattr(gateway.house.reads, "wait_for", late)
    answer = await gateway.ask(
        'mutation($id: ID!) { runCommand(input: {sessionId: $id, text: "ls"}) '
        "{ ... on RunCommandPayload { command { __typename id } position } } }",
        {"id": session},
    )
    assert answer["data"]["runCommand"]["command"]["__typename"] == "Command"


async def test_a_session_is_waited_for_where_a_log_position_is_given(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, session = await session_of(gateway)
    asked: list[object] = []

    async def note(*what: object) -> None:
        asked.append(what)

    monkeypatch.setattr(gateway.house.reads, "wait_for", note)
    query = "query($id: ID!, $at: Long) { session(id: $id, waitFor: $at) { id } }"
    assert (await gateway.ask(query, {"id": session}))["data"] == {"session": {"id": session}}
    assert asked == []
    assert (await gateway.ask(query, {"id": session, "at": 7}))["data"] == {"session": {"id": session}}
    assert asked == [(7, "sessions")]


async def test_steering_a_command_reaches_its_worker(gateway: Running) -> None:
    _, session = await session_of(gateway)
    text = (
        'mutation($id: ID!) { runCommand(input: {sessionId: $id, text: "bash", terminal: {columns: 80, rows: 24}, '
        'environment: [{name: "A", value: "1"}]}) { ... on RunCommandPayload { command { id } } } }'
    )
    command = (await gateway.ask(text, {"id": session}))["data"]["runCommand"]["command"]["id"]
    await gateway.house.start(uuid_of(command))

    answer = await gateway.ask(
        """
        mutation($id: ID!) {
          sendInput(input: {commandId: $id, data: "bHMK", end: true}) { __typename }
          resizeCommand(input: {commandId: $id, terminal: {columns: 100, rows: 30}}) {
            ... on ResizeCommandPayload { command { terminal { columns rows } } } }
          signalCommand(input: {commandId: $id, signal: "SIGINT"}) { __typename }
          cancelCommand(input: {commandId: $id}) { ... on CancelCommandPayload { command { cancelling } } }
        }
        """,
        {"id": command},
    )

    assert "errors" not in answer, answer
    assert answer["data"]["cancelCommand"] == {"command": {"cancelling": True}}
    assert [kind for kind, _ in gateway.house.worker.sent] == ["input", "resize", "signal"]
    assert gateway.house.worker.sent[0][1] == (uuid_of(command), b"ls\n", True)


async def test_it_is_told_who_typed_last_and_whether_that_was_with_the_token_that_asks(gateway: Running) -> None:
    _, session = await session_of(gateway)
    command = (await gateway.command(session))["command"]["id"]
    await gateway.house.start(uuid_of(command))
    issue = 'mutation { issueToken(input: {name: "robot", scopes: ["*"]}) { ... on IssueTokenPayload { secret } } }'
    robot = (await gateway.ask(issue))["data"]["issueToken"]["secret"]
    query = "query($id: ID!) { command(id: $id) { typist { name tokenName isYou } } }"
    typing = 'mutation($id: ID!) { sendInput(input: {commandId: $id, data: "bHMK"}) { __typename } }'

    assert (await gateway.ask(query, {"id": command}))["data"]["command"] == {"typist": None}
    await gateway.ask(typing, {"id": command}, token=robot)
    mine = (await gateway.ask(query, {"id": command}))["data"]["command"]["typist"]
    theirs = (await gateway.ask(query, {"id": command}, token=robot))["data"]["command"]["typist"]
    assert (mine["tokenName"], mine["isYou"]) == ("robot", False)
    assert theirs == {**mine, "isYou": True}

    stranger = await gateway.house.another_user("bob")
    assert (await gateway.ask(query, {"id": command}, token=stranger))["data"] == {"command": None}


@pytest.mark.parametrize(
    ("mutation", "fields", "code", "field"),
    [
        ("createProject", {"repository": "/nowhere"}, "INVALID_INPUT", "repository"),
        ("createProject", {"repository": "/repos/a\0b"}, "INVALID_INPUT", "repository"),
        ("createProject", {"repository": "/repos/a", "name": " "}, "INVALID_INPUT", "name"),
        ("openSession", {"projectId": "nonsense"}, "INVALID_INPUT", "projectId"),
        ("openSession", {"projectId": ""}, "INVALID_INPUT", "projectId"),
        ("openSession", {"projectId": UNKNOWN}, "INVALID_INPUT", "projectId"),
        ("openSession", {"projectId": "UHJvamVjdDpub25zZW5zZQ=="}, "INVALID_INPUT", "projectId"),
        ("closeSession", {"sessionId": UNKNOWN_SESSION}, "NOT_FOUND", None),
        ("changeProjectSettings", {"projectId": UNKNOWN_PROJECT, "settings": {}}, "NOT_FOUND", None),
        ("definePersona", {"projectId": UNKNOWN_PROJECT, "name": "a"}, "NOT_FOUND", None),
        ("definePersona", {"projectId": UNKNOWN_PROJECT, "name": "a\0"}, "INVALID_INPUT", "name"),
        ("revisePersona", {"personaId": UNKNOWN_PROJECT}, "INVALID_INPUT", "personaId"),
        ("revisePersona", {"personaId": UNKNOWN_PERSONA}, "NOT_FOUND", None),
        ("retirePersona", {"personaId": UNKNOWN_PERSONA}, "NOT_FOUND", None),
        ("forkSession", {"sessionId": UNKNOWN_SESSION}, "NOT_FOUND", None),
        ("forkSession", {"sessionId": UNKNOWN_SESSION, "at": {"commandId": "x"}}, "INVALID_INPUT", "at.commandId"),
        ("restoreWorkspace", {"sessionId": UNKNOWN_SESSION, "at": {}}, "NOT_FOUND", None),
        ("writeFile", {"sessionId": UNKNOWN_SESSION, "path": "a", "content": "", "base": None}, "NOT_FOUND", None),
        *(
            ("writeFile", {"sessionId": UNKNOWN_SESSION, "path": path, "content": "", "base": None}, *WRONG_PATH)
            for path in ("", "/", "a//b", "../a", "a/./b", "a\0b", ".git/config", "sub/.git/hooks/x", "a\\b")
        ),
        (
            "writeFile",
            {"sessionId": UNKNOWN_SESSION, "path": "a", "content": "", "base": "F" * 64},
            "INVALID_INPUT",
            "base",
        ),
        ("runCommand", {"sessionId": UNKNOWN_SESSION, "text": "ls"}, "NOT_FOUND", None),
        ("cancelCommand", {"commandId": UNKNOWN}, "NOT_FOUND", None),
        ("signalCommand", {"commandId": UNKNOWN, "signal": "INT"}, "NOT_FOUND", None),
        ("signalCommand", {"commandId": UNKNOWN, "signal": "NONE"}, "INVALID_INPUT", "signal"),
        ("sendInput", {"commandId": UNKNOWN, "data": "bHMK"}, "NOT_FOUND", None),
        ("resizeCommand", {"commandId": UNKNOWN, "terminal": {"columns": 1, "rows": 1}}, "NOT_FOUND", None),
        ("issueToken", {"name": "x", "scopes": ["nonsense"]}, "INVALID_INPUT", "scopes"),
        ("issueToken", {"name": "", "scopes": ["*"]}, "INVALID_INPUT", "name"),
        (
            "issueToken",
            {"name": "x", "scopes": ["*"], "expiresAt": "2001-01-01T00:00:00Z"},
            "INVALID_INPUT",
            "expiresAt",
        ),
        ("revokeToken", {"tokenId": "VG9rZW46MDFhMjA3YWMtYzliMC03MmFhLWFlMzktYzM1Mjc0ZTE1NjA2"}, "NOT_FOUND", None),
        ("login", {"token": "nonsense"}, "UNAUTHENTICATED", None),
    ],
)
async def test_what_cannot_be_done_is_a_failure_that_says_what_to_do(
    gateway: Running, mutation: str, fields: dict[str, object], code: str, field: str | None
) -> None:
    before = await gateway.house.log.head()
    found = await failure(gateway, mutation, fields)
    assert (found["code"], found["field"]) == (code, field)
    assert found["message"]
    assert await gateway.house.log.head() == before, "nothing half done"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("a\0b", "NUL"),
        ("x" * 1_000_000, "bytes long"),
    ],
)
async def test_a_command_that_no_shell_takes_is_a_failure(gateway: Running, text: str, told: str) -> None:
    _, session = await session_of(gateway)
    found = await failure(gateway, "runCommand", {"sessionId": session, "text": text})
    assert (found["code"], found["field"]) == ("INVALID_INPUT", "text")
    assert told in found["message"]


async def test_a_variable_that_is_set_twice_is_a_failure(gateway: Running) -> None:
    _, session = await session_of(gateway)
    twice = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    found = await failure(gateway, "runCommand", {"sessionId": session, "text": "ls", "environment": twice})
    assert found["field"] == "environment"


async def test_the_same_key_and_request_give_the_same_answer_and_another_request_a_conflict(gateway: Running) -> None:
    _, session = await session_of(gateway)
    text = (
        "mutation($input: RunCommandInput!) { runCommand(input: $input) "
        "{ ... on RunCommandPayload { command { id } } ... on Failure { code } } }"
    )

    async def run(command: str, **more: object) -> Any:
        fields = {"sessionId": session, "text": command, "idempotencyKey": "key", **more}
        return (await gateway.ask(text, {"input": fields}))["data"]["runCommand"]

    first = await run("ls")
    assert await run("ls") == first
    assert await run("ls -l") == {"code": "CONFLICT"}
    assert await run("ls", timeoutSeconds=5) == {"code": "CONFLICT"}


async def test_a_strangers_objects_and_unknown_ones_give_the_same_answers(gateway: Running) -> None:
    project, session = await session_of(gateway)
    command = (await gateway.command(session))["command"]["id"]
    stranger = await gateway.house.another_user("bob")
    query = (
        "query($p: ID!, $s: ID!, $c: ID!) { project(id: $p) { id } session(id: $s) { id } "
        "command(id: $c) { id } a: node(id: $s) { id } }"
    )
    foreign = await gateway.ask(query, {"p": project, "s": session, "c": command}, token=stranger)
    unknown = await gateway.ask(query, {"p": UNKNOWN_PROJECT, "s": UNKNOWN_SESSION, "c": UNKNOWN}, token=stranger)
    assert foreign == unknown == {"data": {"project": None, "session": None, "command": None, "a": None}}

    nowhere: dict[str, object] = {}
    tried: list[tuple[str, dict[str, object], dict[str, object]]] = [
        ("openSession", {"projectId": project}, {"projectId": UNKNOWN_PROJECT}),
        ("closeSession", {"sessionId": session}, {"sessionId": UNKNOWN_SESSION}),
        (
            "changeProjectSettings",
            {"projectId": project, "settings": {"maxSessions": 1}},
            {"projectId": UNKNOWN_PROJECT, "settings": {"maxSessions": 1}},
        ),
        ("forkSession", {"sessionId": session}, {"sessionId": UNKNOWN_SESSION}),
        ("restoreWorkspace", {"sessionId": session, "at": nowhere}, {"sessionId": UNKNOWN_SESSION, "at": nowhere}),
        ("writeFile", {"sessionId": session, **FILE}, {"sessionId": UNKNOWN_SESSION, **FILE}),
        ("runCommand", {"sessionId": session, "text": "ls"}, {"sessionId": UNKNOWN_SESSION, "text": "ls"}),
        ("cancelCommand", {"commandId": command}, {"commandId": UNKNOWN}),
        ("sendInput", {"commandId": command, "data": ""}, {"commandId": UNKNOWN, "data": ""}),
    ]
    for mutation, mine, nobodys in tried:
        answers = [await failure(gateway, mutation, each, stranger) for each in (mine, nobodys)]
        assert answers[0] == answers[1], mutation
        assert answers[0]["code"] == "NOT_FOUND"

    lists = await gateway.ask(
        "{ projects { edges { node { id } } } sessions { edges { node { id } } } }", token=stranger
    )
    assert lists == {"data": {"projects": {"edges": []}, "sessions": {"edges": []}}}


async def test_a_token_without_the_scope_is_forbidden_what_its_owner_may(gateway: Running) -> None:
    text = (
        'mutation { issueToken(input: {name: "narrow", scopes: ["project:read"]}) '
        "{ ... on IssueTokenPayload { secret } } }"
    )
    narrow = (await gateway.ask(text))["data"]["issueToken"]["secret"]
    project, _ = await session_of(gateway)

    allowed = await gateway.ask("query($id: ID!) { project(id: $id) { name } }", {"id": project}, token=narrow)
    below = await gateway.ask("{ projects { edges { node { sessions { edges { cursor } } } } } }", token=narrow)
    refused = await gateway.ask("{ sessions { edges { cursor } } }", token=narrow)
    node = await gateway.ask("query($id: ID!) { node(id: $id) { id } }", {"id": UNKNOWN_SESSION}, token=narrow)
    mutated = await failure(gateway, "openSession", {"projectId": project}, narrow)
    metrics = await gateway.http.get("/metrics", headers={"Authorization": f"Bearer {narrow}"})

    assert allowed == {"data": {"project": {"name": "app"}}}
    for answer in (below, refused, node):
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert mutated["code"] == "FORBIDDEN"
    assert metrics.status_code == 403


@pytest.mark.parametrize("identifier", ["", "x", "====", "Q29tbWFuZDo=", "8J+YgA==", "U2Vzc2lvbjox", "a" * 10_000])
async def test_a_malformed_id_is_a_clear_error(gateway: Running, identifier: str) -> None:
    answer = await gateway.ask("query($id: ID!) { node(id: $id) { id } }", {"id": identifier})
    assert answer["data"] == {"node": None}
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert "is no id" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "arguments", ["first: -1", "first: 501", 'after: "x"', 'after: "-1"', 'after: "99999999999999999999"']
)
async def test_a_page_that_cannot_be_is_a_clear_error(gateway: Running, arguments: str) -> None:
    answer = await gateway.ask(f"{{ sessions({arguments}) {{ edges {{ cursor }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_lists_are_paged_both_ways(gateway: Running) -> None:
    _, session = await session_of(gateway)
    for number in range(7):
        await gateway.command(session, f"echo {number}")
    query = (
        "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { session(id: $id) { "
        "commands(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { text } } "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"
    )

    async def page(**arguments: object) -> tuple[list[str], dict[str, Any]]:
        found = (await gateway.ask(query, {"id": session, **arguments}))["data"]["session"]["commands"]
        return [edge["node"]["text"][-1] for edge in found["edges"]], found["pageInfo"]

    first, info = await page(first=3)
    assert (first, info["hasNextPage"], info["hasPreviousPage"]) == (["0", "1", "2"], True, False)
    rest, info = await page(first=10, after=info["endCursor"])
    assert (rest, info["hasNextPage"]) == (["3", "4", "5", "6"], False)
    last, info = await page(last=2)
    assert (last, info["hasPreviousPage"], info["hasNextPage"]) == (["5", "6"], True, False)
    before, _ = await page(last=2, before=info["startCursor"])
    assert before == ["3", "4"]


async def test_a_transcript_is_read_page_by_page_to_its_end(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    for number in range(20):
        await printer.print(b"%03d\n" % number)
    await printer.end()
    query = (
        "query($id: ID!, $after: Long) { command(id: $id) { transcript(after: $after, limit: 10) "
        "{ frames { kind offset data } nextOffset complete } } }"
    )
    import base64

    data, after, complete = b"", 0, False
    while not complete:
        page = (await gateway.ask(query, {"id": command, "after": after}))["data"]["command"]["transcript"]
        data += b"".join(base64.b64decode(each["data"]) for each in page["frames"])
        after, complete = page["nextOffset"], page["complete"]
    assert data == b"".join(b"%03d\n" % number for number in range(20))
    recorded = await gateway.ask("query($id: ID!) { command(id: $id) { recordedBytes } }", {"id": command})
    assert after == recorded["data"]["command"]["recordedBytes"] == 80


async def test_the_viewer_sees_their_tokens_without_secrets(gateway: Running) -> None:
    answer = await gateway.ask(
        "{ viewer { name scopes tokenId admin tokens { edges { node { id name scopes revoked expiresAt } } } } }"
    )
    viewer = answer["data"]["viewer"]
    assert (viewer["name"], viewer["admin"]) == ("ada", True)
    assert viewer["tokenId"] == viewer["tokens"]["edges"][0]["node"]["id"]
    assert [edge["node"]["name"] for edge in viewer["tokens"]["edges"]] == ["test"]


async def test_a_trusted_document_is_run_by_its_id(gateway: Running) -> None:
    from quarterdeck_schema.documents import load_manifest

    digest = next(key for key, text in load_manifest().items() if "query Viewer" in text)
    by_id = await gateway.post({"documentId": f"sha256:{digest}"})
    persisted = await gateway.post({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}})
    unknown = await gateway.post({"documentId": "sha256:00"})
    assert by_id.json()["data"]["viewer"]["name"] == "ada"
    assert persisted.json() == by_id.json()
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
