"""graphql-transport-ws: each rule and close code of its protocol, over a real socket."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest
import pytest_asyncio
from tests.support.gateway import Running, running
from websockets.exceptions import InvalidStatus

QUERY = "{ viewer { name } }"
OUTPUT = "subscription($id: ID!) { commandOutput(commandId: $id) { ... on OutputChunk { offset data } __typename } }"


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running(limit_init_seconds=0.3, limit_subscriptions_per_socket=2, limit_sockets_per_token=3) as served:
        yield served


async def test_the_server_speaks_graphql_transport_ws(gateway: Running) -> None:
    async with gateway.socket() as socket:
        assert socket.connection.subprotocol == "graphql-transport-ws"


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("unknown",)])
async def test_another_subprotocol_is_closed_with_4406(gateway: Running, protocols: tuple[str, ...]) -> None:
    async with gateway.socket(init=False, protocols=protocols) as socket:
        assert await socket.closed() == 4406


async def test_a_socket_that_does_not_initialise_in_time_is_closed_with_4408(gateway: Running) -> None:
    async with gateway.socket(init=False) as socket:
        assert await socket.closed() == 4408


async def test_pings_do_not_stand_for_an_initialisation(gateway: Running) -> None:
    async with gateway.socket(init=False) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        assert await socket.closed() == 4408


async def test_an_initialised_socket_outlives_the_time_for_it(gateway: Running) -> None:
    async with gateway.socket() as late, gateway.socket(init=False) as witness:
        assert await witness.closed() == 4408
        await late.send(type="ping")
        assert await late.receive() == {"type": "pong"}


async def test_a_second_initialisation_is_closed_with_4429(gateway: Running) -> None:
    async with gateway.socket() as socket:
        await socket.send(type="connection_init", payload={"Authorization": f"Bearer {gateway.token}"})
        assert await socket.closed() == 4429


async def test_an_initialisation_without_a_token_is_closed_with_4401(gateway: Running) -> None:
    async with gateway.socket(init=False) as socket:
        await socket.send(type="connection_init")
        assert await socket.closed() == 4401


@pytest.mark.parametrize("token", ["qd_nonsense", "qd_" + "0" * 32 + "_" + "a" * 43, ""])
async def test_an_initialisation_with_a_bad_token_is_closed_with_4403(gateway: Running, token: str) -> None:
    async with gateway.socket(init=False) as socket:
        await socket.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await socket.closed() == 4403


async def test_the_token_may_come_in_the_handshake(gateway: Running) -> None:
    headers = {"Authorization": f"Bearer {gateway.token}"}
    async with gateway.socket(init=False, additional_headers=headers) as socket:
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}


async def test_subscribing_before_the_acknowledgement_is_closed_with_4401(gateway: Running) -> None:
    async with gateway.socket(init=False) as socket:
        await socket.subscribe(QUERY)
        assert await socket.closed() == 4401


async def test_a_second_operation_under_a_live_id_is_closed_with_4409(gateway: Running) -> None:
    command, _ = await gateway.running_command()
    async with gateway.socket() as socket:
        await socket.subscribe(OUTPUT, {"id": command})
        await socket.receive()
        await socket.subscribe(OUTPUT, {"id": command})
        assert await socket.closed() == 4409


async def test_an_id_is_free_again_once_its_operation_has_completed(gateway: Running) -> None:
    async with gateway.socket() as socket:
        for _ in range(3):
            await socket.subscribe(QUERY)
            assert (await socket.receive())["payload"] == {"data": {"viewer": {"name": "ada"}}}
            assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_a_completed_subscription_sends_nothing_more_and_frees_its_id(gateway: Running) -> None:
    command, output = await gateway.running_command()
    async with gateway.socket() as socket:
        await socket.subscribe(OUTPUT, {"id": command})
        assert (await socket.receive())["payload"]["data"]["commandOutput"]["__typename"] == "CaughtUp"

        await socket.send(id="1", type="complete")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        await output.print(b"unheard")
        await socket.subscribe(QUERY)

        assert (await socket.receive())["payload"] == {"data": {"viewer": {"name": "ada"}}}


async def test_completing_an_unknown_operation_is_ignored(gateway: Running) -> None:
    async with gateway.socket() as socket:
        await socket.send(id="unknown", type="complete")
        await socket.send(type="ping", payload={"n": 1})
        assert await socket.receive() == {"type": "pong", "payload": {"n": 1}}


async def test_a_pong_is_taken_at_any_time(gateway: Running) -> None:
    async with gateway.socket() as socket:
        await socket.send(type="pong")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        "1",
        '"text"',
        "null",
        "{}",
        '{"type": "start"}',
        '{"type": 1}',
        '{"type": ["subscribe"]}',
        '{"type": "ping", "payload": []}',
        '{"type": "pong", "payload": 1}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": [], "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": ["{ __typename }"]}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "extensions": "x"}}',
        '{"type": "ping", "payload": ' + '{"a":' * 40 + "1" + "}" * 41,
        '{"type": "ping", "payload": {"a": "\\ud800"}}',
        "[" * 100_000,
    ],
)
async def test_a_malformed_message_is_closed_with_4400(gateway: Running, message: str) -> None:
    async with gateway.socket() as socket:
        await socket.connection.send(message)
        assert await socket.closed() == 4400


async def test_a_binary_message_is_closed_with_4400(gateway: Running) -> None:
    async with gateway.socket() as socket:
        await socket.connection.send(b'{"type":"ping"}')
        assert await socket.closed() == 4400


async def test_a_message_that_is_too_large_is_closed_with_1009() -> None:
    async with running(limit_frame_bytes=1000) as gateway, gateway.socket() as socket:
        await socket.connection.send("x" * 2000)
        assert await socket.closed() == 1009


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{", "Syntax Error"),
        ("{ nothing }", "Cannot query field"),
        ("fragment F on Query { __typename }", "no operation"),
        ("query A { __typename } query B { __typename }", "Say which operation"),
        ('subscription { commandOutput(commandId: "x") { __typename } }', "is no id"),
    ],
)
async def test_an_operation_that_cannot_start_gets_one_error_message(gateway: Running, query: str, told: str) -> None:
    async with gateway.socket() as socket:
        await socket.subscribe(query)

        answer = await socket.receive()

        assert (answer["type"], answer["id"]) == ("error", "1")
        assert told in answer["payload"][0]["message"]
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_queries_and_mutations_run_over_the_socket_too(gateway: Running) -> None:
    async with gateway.socket() as socket:
        text = (
            'mutation { createProject(input: {repository: "/repos/app"}) '
            "{ ... on CreateProjectPayload { project { name } } } }"
        )
        await socket.subscribe(text)
        answer: dict[str, Any] = await socket.receive()
        assert answer["payload"] == {"data": {"createProject": {"project": {"name": "app"}}}}


async def test_operations_beyond_the_limit_are_refused_one_by_one(gateway: Running) -> None:
    command, _ = await gateway.running_command()
    async with gateway.socket() as socket:
        for number in ("1", "2"):
            await socket.subscribe(OUTPUT, {"id": command}, id=number)
            await socket.receive()
        await socket.subscribe(OUTPUT, {"id": command}, id="3")
        answer = await socket.receive()
        assert (answer["id"], answer["type"]) == ("3", "error")
        assert answer["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_sockets_beyond_the_limit_of_a_token_are_closed_with_4429(gateway: Running) -> None:
    async with gateway.socket(), gateway.socket(), gateway.socket(), gateway.socket(init=False) as fourth:
        await fourth.send(type="connection_init", payload={"Authorization": f"Bearer {gateway.token}"})
        assert await fourth.closed() == 4429


async def test_a_closed_socket_makes_room_for_another(gateway: Running) -> None:
    for _ in range(5):
        async with gateway.socket() as socket:
            await socket.send(type="ping")
            await socket.receive()


async def test_a_page_of_another_origin_is_refused_before_the_handshake(gateway: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with gateway.socket(init=False, additional_headers={"Origin": "https://evil.example"}):
            pass
    assert refused.value.response.status_code == 403


async def test_a_page_of_the_own_origin_may_connect(gateway: Running) -> None:
    async with gateway.socket(additional_headers={"Origin": f"http://{gateway.host}"}) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_messages_are_text_frames_of_json(gateway: Running) -> None:
    async with gateway.socket() as socket:
        await socket.send(type="ping")
        received = await socket.connection.recv()
        assert isinstance(received, str)
        assert orjson.loads(received) == {"type": "pong"}
