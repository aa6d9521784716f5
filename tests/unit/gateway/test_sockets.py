"""Sockets that the gateway ends: revoked tokens, and clients that do not read."""

import asyncio
from time import monotonic

import pytest
from tests.support.gateway import Output, Running, Socket, counted, running
from tests.support.waiting import eventually

from quarterdeck.gateway import auth, sockets

QUERY = "subscription($id: ID!) { commandOutput(commandId: $id) { __typename ... on OutputChunk { data } } }"


async def issue(gateway: Running, scopes: str = '["*"]') -> tuple[str, str]:
    """A further token: its id and its secret."""
    text = (
        f'mutation {{ issueToken(input: {{name: "more", scopes: {scopes}}}) '
        "{ ... on IssueTokenPayload { secret token { id } } ... on Failure { code message } } }"
    )
    made = (await gateway.ask(text))["data"]["issueToken"]
    return made["token"]["id"], made["secret"]


async def test_revoking_a_token_ends_its_sockets_and_requests_and_no_others() -> None:
    async with running() as gateway:
        identifier, secret = await issue(gateway)
        command, _ = await gateway.running_command()
        async with gateway.socket(secret) as doomed, gateway.socket() as spared:
            await doomed.subscribe(QUERY, {"id": command})
            await doomed.receive()

            started = monotonic()
            revoke = "mutation($id: ID!) { revokeToken(input: {tokenId: $id}) { __typename } }"
            assert await gateway.ask(revoke, {"id": identifier}) == {
                "data": {"revokeToken": {"__typename": "RevokeTokenPayload"}}
            }

            assert await doomed.closed() == 4403
            assert monotonic() - started < 10
            assert (await gateway.post({"query": "{ __typename }"}, token=secret)).status_code == 401
            await spared.send(type="ping")
            assert await spared.receive() == {"type": "pong"}


async def test_a_revocation_that_was_not_heard_is_found_by_the_next_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "TRUSTED_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "WATCH_SECONDS", 0.05)

    def deaf(_authenticator: auth.Authenticator, _events: object) -> None:
        """The log's tail is not heard."""

    monkeypatch.setattr(auth.Authenticator, "heard", deaf)
    async with running() as gateway:
        identifier, secret = await issue(gateway)
        async with gateway.socket(secret) as doomed:
            await gateway.ask(
                "mutation($id: ID!) { revokeToken(input: {tokenId: $id}) { __typename } }", {"id": identifier}
            )
            assert await doomed.closed() == 4403


async def test_a_token_is_held_to_its_scopes_on_a_socket_too() -> None:
    async with running() as gateway:
        _, secret = await issue(gateway, '["project:read"]')
        command, _ = await gateway.running_command()
        async with gateway.socket(secret) as socket:
            await socket.subscribe(QUERY, {"id": command})
            answer = await socket.receive()
    assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")


async def test_a_subscriber_that_never_reads_is_cut_off_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "WATCH_SECONDS", 0.05)
    async with running(limit_send_seconds=0.5) as gateway:
        command, printer = await gateway.running_command()
        async with gateway.socket() as reader:
            await reader.subscribe(QUERY, {"id": command})
            assert (await reader.receive())["payload"]["data"]["commandOutput"]["__typename"] == "CaughtUp"
            before = counted("quarterdeck_gateway_sockets")
            async with gateway.socket(max_queue=1) as stalled:
                stalled.connection.transport.pause_reading()
                await stalled.subscribe(QUERY, {"id": command})
                printing = asyncio.create_task(_print_on(printer, reader))
                await eventually(lambda: counted("quarterdeck_gateway_sockets") == before)
                printing.cancel()
                stalled.connection.transport.abort()


async def _print_on(printer: Output, reader: Socket) -> None:
    """Prints as long as somebody reads it."""
    while True:
        await printer.print(b"x" * 64 * 1024, stored=False)
        await reader.receive()


async def test_a_socket_that_the_client_drops_leaves_nothing_behind() -> None:
    async with running() as gateway:
        command, _ = await gateway.running_command()
        before = counted("quarterdeck_gateway_sockets")
        for _ in range(5):
            async with gateway.socket() as socket:
                await socket.subscribe(QUERY, {"id": command})
                await socket.receive()
                socket.connection.transport.abort()
        await eventually(lambda: counted("quarterdeck_gateway_sockets") == before)
        await eventually(lambda: not any("output of" in task.get_name() for task in asyncio.all_tasks()))
