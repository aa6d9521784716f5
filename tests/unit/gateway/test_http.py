"""GraphQL over HTTP: bodies, media types, tokens, hosts and origins. The audit has the rest."""

import socket
from collections.abc import AsyncGenerator

import orjson
import psutil
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.gateway import Running, running
from tests.support.waiting import eventually

RESPONSE = "application/graphql-response+json; charset=utf-8"


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"1",
        b"null",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b'"{ __typename }"',
        b"{}",
        b'{"query": 1}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": {}}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "x"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "operationName": {}}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'{"query": "{ __typename }", "extensions": {"persistedQuery": 1}, "documentId": 1}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 40 + b"]" * 40 + b"}}",
        b'{"query": "\xff"}',
        b"[" * 500_000,
    ],
)
async def test_a_malformed_body_answers_400_and_why(gateway: Running, body: bytes) -> None:
    response = await gateway.post(body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]
    assert response.headers["content-type"] == RESPONSE


async def test_a_body_that_is_too_large_answers_413_without_being_read() -> None:
    async with running(limit_body_bytes=1000) as gateway:
        response = await gateway.post(b"x" * 2000)
        assert response.status_code == 413


async def test_a_chunked_body_that_is_too_large_answers_413() -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(4):
            yield b"x" * 500

    async with running(limit_body_bytes=1000) as gateway:
        headers = {"Authorization": f"Bearer {gateway.token}", "Content-Type": "application/json"}
        response = await gateway.http.post("/graphql", content=chunks(), headers=headers)
        assert response.status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_of_another_type_answers_415(gateway: Running, content_type: str) -> None:
    response = await gateway.post({"query": "{ __typename }"}, **{"Content-Type": content_type})
    assert response.status_code == 415


async def test_a_client_that_takes_neither_media_type_gets_406(gateway: Running) -> None:
    response = await gateway.post({"query": "{ __typename }"}, Accept="text/html")
    assert response.status_code == 406


async def test_get_answers_queries_and_refuses_mutations_and_subscriptions(gateway: Running) -> None:
    headers = {"Authorization": f"Bearer {gateway.token}"}
    query = await gateway.http.get("/graphql", params={"query": "{ viewer { name } }"}, headers=headers)
    assert query.json() == {"data": {"viewer": {"name": "ada"}}}

    text = 'mutation { closeSession(input: {sessionId: "x"}) { __typename } }'
    mutation = await gateway.http.get("/graphql", params={"query": text}, headers=headers)
    assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")

    text = "subscription { events { position } }"
    subscription = await gateway.post({"query": text})
    assert subscription.status_code == 405
    assert "WebSocket" in subscription.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_answer_405(gateway: Running, method: str) -> None:
    response = await gateway.http.request(method, "/graphql", headers={"Authorization": f"Bearer {gateway.token}"})
    assert response.status_code == 405


@pytest.mark.parametrize(
    "authorization", ["Bearer", "Basic YTpi", "Bearer qd_nonsense", f"Bearer qd_{'0' * 32}_{'a' * 43}"]
)
async def test_a_bad_token_answers_401_for_every_kind_of_badness(gateway: Running, authorization: str) -> None:
    response = await gateway.post({"query": "{ __typename }"}, Authorization=authorization)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "query",
    [
        "{ __typename }",
        "{ viewer { name } }",
        'mutation { login(input: {token: "x"}) { __typename } revokeToken(input: {tokenId: "x"}) { __typename } }',
        'mutation { ...F } fragment F on Mutation { revokeToken(input: {tokenId: "x"}) { __typename } }',
    ],
)
async def test_without_a_token_nothing_but_the_log_in_is_answered(gateway: Running, query: str) -> None:
    response = await gateway.http.post("/graphql", json={"query": query})
    assert response.status_code == 401


async def test_the_log_in_needs_no_token_and_works_once(gateway: Running) -> None:
    one_time = await gateway.house.identity.issue_login()
    text = (
        "mutation($token: String!) { login(input: {token: $token}) { "
        "... on LoginPayload { secret userName } ... on Failure { code } } }"
    )
    body = {"query": text, "variables": {"token": one_time}}

    first = (await gateway.http.post("/graphql", json=body)).json()["data"]["login"]
    second = (await gateway.http.post("/graphql", json=body)).json()["data"]["login"]

    assert first["userName"] == "ada"
    assert second == {"code": "UNAUTHENTICATED"}
    answer = await gateway.ask("{ viewer { name } }", token=first["secret"])
    assert answer == {"data": {"viewer": {"name": "ada"}}}


async def test_a_one_time_token_is_no_api_token(gateway: Running) -> None:
    one_time = await gateway.house.identity.issue_login()
    assert (await gateway.post({"query": "{ __typename }"}, token=one_time)).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7777", "127.0.0.1.evil.example", ""])
async def test_a_foreign_host_is_refused(gateway: Running, host: str) -> None:
    for path in ("/graphql", "/healthz", "/metrics"):
        response = await gateway.http.get(path, headers={"Host": host})
        assert response.status_code == 403


@pytest.mark.parametrize("host", ["localhost:7777", "127.0.0.1", "[::1]:7777", "192.168.1.7:7777"])
async def test_the_own_names_and_bare_addresses_are_answered(gateway: Running, host: str) -> None:
    assert (await gateway.http.get("/healthz", headers={"Host": host})).status_code == 200


async def test_a_page_of_a_foreign_origin_is_refused_and_a_listed_one_answered() -> None:
    async with running(allowed_origins=("https://ok.example",)) as gateway:
        foreign = await gateway.post({"query": "{ __typename }"}, Origin="https://evil.example")
        listed = await gateway.post({"query": "{ __typename }"}, Origin="https://ok.example")

    assert foreign.status_code == 403
    assert listed.status_code == 200
    assert listed.headers["access-control-allow-origin"] == "https://ok.example"


async def test_a_token_that_asks_too_fast_gets_429() -> None:
    async with running(limit_requests_per_second=1, limit_requests_burst=3) as gateway:
        answers = [await gateway.post({"query": "{ __typename }"}) for _ in range(5)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_answers_name_no_server_and_are_not_kept(gateway: Running) -> None:
    response = await gateway.post({"query": "{ __typename }"})
    assert "server" not in response.headers
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_bug_is_answered_with_a_trace_id_and_no_detail(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> object:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(gateway.house.reads, "workers", broken)
    with capture_logs() as logged:
        response = await gateway.post({"query": "{ workers { id } }"})

    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["traceId"] in {each.get("trace_id") for each in logged}
    assert "secret" not in response.text


async def test_a_client_that_never_reads_its_answers_is_cut_off() -> None:
    async with running(limit_send_seconds=0.3) as gateway:
        command, output = await gateway.running_command()
        for _ in range(16):
            await output.print(b"x" * 64 * 1024, live=False)
        text = "query($id: ID!) { command(id: $id) { transcript(limit: 1048576) { frames { data } } } }"
        body = orjson.dumps({"query": text, "variables": {"id": command}})
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {gateway.host}\r\nAuthorization: Bearer {gateway.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        host, port = gateway.host.split(":")
        with socket.create_connection((host, int(port))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            # more answers than the buffers on the way can hold
            client.sendall((head.encode() + body) * 12)

            def served() -> bool:
                own = client.getsockname()[1]
                return own in {each.raddr[1] for each in psutil.Process().net_connections("tcp") if len(each.raddr)}

            assert await eventually(served)
            assert await eventually(lambda: not served())
