"""Listening, and what is told where that cannot be; health."""

import asyncio
from time import monotonic

import pytest
import uvicorn
from starlette.applications import Starlette
from tests.support.gateway import House, running

from quarterdeck.config import Settings
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.gateway.server import listen, make_server


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"Port {port} of 127.0.0.1 is taken") as refused:
            listen("127.0.0.1", port)
    assert "QD_PORT" in refused.value.next_step


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said_with_what_to_do(host: str) -> None:
    with pytest.raises(UnavailableError, match=host) as refused:
        listen(host, 0)
    assert "QD_HOST" in refused.value.next_step


async def test_it_is_ready_when_every_part_works_and_says_which_does_not() -> None:
    async def works() -> None:
        return

    async def fails() -> None:
        raise UnavailableError("the password is hunter2")

    house = House.in_memory()
    house.checks = {"database": works, "nats": works}
    async with running(house) as gateway:
        assert (await gateway.http.get("/healthz")).status_code == 200
        ready = await gateway.http.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]) == (200, {"database": "ok", "nats": "ok"})

    house = House.in_memory()
    house.checks = {"database": works, "nats": fails}
    async with running(house) as gateway:
        assert (await gateway.http.get("/healthz")).status_code == 200
        failing = await gateway.http.get("/readyz")
        assert (failing.status_code, failing.json()["parts"]) == (503, {"database": "ok", "nats": "failing"})
        assert "hunter2" not in failing.text


async def test_metrics_need_a_token() -> None:
    async with running() as gateway:
        assert (await gateway.http.get("/metrics")).status_code == 401
        counted = await gateway.http.get("/metrics", headers={"Authorization": f"Bearer {gateway.token}"})
    assert counted.status_code == 200
    assert "quarterdeck_gateway_sockets" in counted.text


async def test_a_stop_ends_open_subscriptions_at_once() -> None:
    async with running() as gateway:
        command, _ = await gateway.running_command()
        async with gateway.socket() as socket:
            await socket.subscribe(
                "subscription($id: ID!) { commandOutput(commandId: $id) { __typename } }", {"id": command}
            )
            await socket.receive()
            started = monotonic()
            gateway.stop.set()
            assert await socket.closed() == 1012
    assert monotonic() - started < 3


async def test_while_nobody_asks_it_wakes_in_each_second_to_make_the_date_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, woken = asyncio.Event(), dict[float, bytes]()
    on_tick = uvicorn.Server.on_tick

    async def tick(server: uvicorn.Server, counter: int) -> bool:
        ended = await on_tick(server, counter)
        woken[monotonic()] = dict(server.server_state.default_headers)[b"date"]
        if len(woken) == 3:
            stop.set()
        return ended

    monkeypatch.setattr(uvicorn.Server, "on_tick", tick)
    await make_server(Starlette(), Settings(), stop).main_loop()
    first, second, third = woken
    assert min(second - first, third - second) > 0.9
    assert len(set(woken.values())) > 1
