"""The gateway on real PostgreSQL, NATS and projections."""

import asyncio
import base64
import hashlib
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import House, Output, Running, Socket, running, uuid_of
from tests.support.services import Database as Urls
from tests.support.services import service_folder
from tests.support.waiting import eventually

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.erasures import PostgresErasures
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.identity import Identity
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.runner import ProjectorSettings
from quarterdeck_projections.runner import run as run_projector
from quarterdeck_schema.reads import ReadModels

OUTPUT = """
subscription($id: ID!, $after: Long) {
  commandOutput(commandId: $id, after: $after) {
    __typename
    ... on OutputChunk { offset data }
    ... on OutputEnd { offset }
  }
}
"""


@asynccontextmanager
async def real_house(database: Urls, nats_url: str) -> AsyncGenerator[House]:
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(PostgresEventLog(database.app_url, SystemClock()))
        pool = await stack.enter_async_context(Pool(database.app_url))
        nats = await stack.enter_async_context(NatsConnection(nats_url, "gateway test"))
        read = await stack.enter_async_context(Database(database.app_url))
        watch = await stack.enter_async_context(ProjectionWatch(database.app_url))
        projector = asyncio.create_task(run_projector(ProjectorSettings(database_url=database.projector_url), decode))
        stack.push_async_callback(_ended, projector)
        yield House(
            log=log,
            rows=log,
            transcripts=PostgresTranscriptStore(pool),
            erasures=PostgresErasures(pool),
            live=NatsLiveOutput(nats),
            reads=ReadModels(read, watch),
            checks={"database": log.head, "nats": nats.wait_up},
        )


async def _ended(task: "asyncio.Task[object]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def gateway(database: Urls, nats_url: str) -> AsyncGenerator[Running]:
    async with real_house(database, nats_url) as house, running(house) as served:
        yield served


class Reader:
    """Output as it comes: contiguous, or it fails."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False

    async def read(self, socket: Socket, command: str, *, most: int | None = None) -> None:
        """From where it stopped, up to the end or to at least `most` bytes."""
        await socket.subscribe(OUTPUT, {"id": command, "after": len(self.data)})
        while not self.ended and (most is None or len(self.data) < most):
            message = await socket.receive()
            assert message["type"] == "next", message
            found = message["payload"]["data"]["commandOutput"]
            if found["__typename"] == "OutputChunk":
                assert found["offset"] == len(self.data)
                self.data += base64.b64decode(found["data"])
            self.ended = found["__typename"] == "OutputEnd"


async def print_numbers(output: Output, count: int, width: int = 4096) -> bytes:
    """Numbered lines, live at once and stored in batches."""
    printed, batch = hashlib.sha256(), b""
    for number in range(count):
        line = b"%08d\n" % number * (width // 9)
        printed.update(line)
        frame = output.frame(line)
        await output.send(frame, stored=False)
        batch += frame
        if number % 16 == 15:
            await output.store(batch)
            batch = b""
            await asyncio.sleep(0)
    if batch:
        await output.store(batch)
    await output.end()
    return printed.digest()


async def test_what_a_mutation_did_is_read_back_at_once(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]
    assert session["state"] == "QUEUED"
    await gateway.house.provision(uuid_of(session["id"]), uuid_of(project))
    command = await gateway.command(session["id"], "echo hello")
    assert command["command"]["text"] == "echo hello"

    answer = await gateway.ask(
        "query($s: ID!, $p: Long!) { sessions(first: 5, waitFor: $p) { edges { node { id state commands { edges { "
        "node { text requestedBy requestedById session { id } } } } events { edges { node { topic payload } } } "
        "project { name } } } } "
        "log { position projections { name position } } viewer { id tokens { edges { node { name } } } } "
        "workers { id } node(id: $s) { id } }",
        {"s": session["id"], "p": command["position"]},
    )

    assert "errors" not in answer, answer
    [edge] = answer["data"]["sessions"]["edges"]
    assert edge["node"]["state"] == "READY"
    assert edge["node"]["commands"]["edges"][0]["node"]["requestedBy"] == "ada"
    assert edge["node"]["commands"]["edges"][0]["node"]["requestedById"] == answer["data"]["viewer"]["id"]
    assert [each["node"]["topic"] for each in edge["node"]["events"]["edges"]] == [
        "SessionOpened",
        "SessionProvisioned",
        "CommandRequested",
    ]
    assert (await gateway.http.get("/readyz")).status_code == 200


async def test_ten_subscribers_read_all_that_is_printed(gateway: Running) -> None:
    command, output = await gateway.running_command()
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(gateway.socket()) for _ in range(10)]
        readers = [Reader() for _ in sockets]
        reading = [
            asyncio.create_task(reader.read(socket, command)) for reader, socket in zip(readers, sockets, strict=True)
        ]
        digest = await print_numbers(output, 500)
        await asyncio.gather(*reading)
    assert {hashlib.sha256(reader.data).digest() for reader in readers} == {digest}


async def test_a_client_that_is_cut_off_again_and_again_has_every_byte_once(gateway: Running) -> None:
    command, output = await gateway.running_command()
    reader = Reader()
    printing = asyncio.create_task(print_numbers(output, 2000))
    cuts = 0
    while not reader.ended:
        async with gateway.socket() as socket:
            await reader.read(socket, command, most=len(reader.data) + 500_000)
            socket.connection.transport.abort()
        cuts += 1
    assert hashlib.sha256(reader.data).digest() == await printing
    assert cuts > 10


async def test_a_revocation_by_another_process_ends_the_sockets(gateway: Running, database: Urls) -> None:
    async with PostgresEventLog(database.app_url, SystemClock()) as elsewhere:
        identity = Identity(elsewhere, SystemClock(), SystemIds())
        caller = await identity.authenticate(gateway.token, SystemIds().new())
        async with gateway.socket() as socket:
            await identity.revoke(caller, caller.token_id)
            assert await socket.closed() == 4403
    assert (await gateway.post({"query": "{ __typename }"})).status_code == 401


async def test_events_of_other_processes_are_followed_in_their_order(gateway: Running, database: Urls) -> None:
    project = (await gateway.project())["project"]["id"]
    async with gateway.socket() as socket, PostgresEventLog(database.app_url, SystemClock()) as elsewhere:
        await socket.subscribe("subscription { events { position } }")
        other = House(
            log=elsewhere,
            rows=elsewhere,
            transcripts=gateway.house.transcripts,
            erasures=gateway.house.erasures,
            live=gateway.house.live,
            reads=gateway.house.reads,
        )
        sessions = [SystemIds().new() for _ in range(40)]
        opened = [(await gateway.session(project))["session"]["id"] for _ in range(2)]
        await asyncio.gather(*(other.start(each) for each in sessions))
        head = await elsewhere.head()
        seen = [(await socket.receive())["payload"]["data"]["events"]["position"] for _ in range(head)]
    assert opened
    assert seen == list(range(1, head + 1))


@pytest.fixture
def own_nats() -> Iterator[EmbeddedNats]:
    """A NATS that the test may kill."""
    with service_folder() as folder:
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        server = EmbeddedNats(folder / "nats", secrets=secrets, account=to_run_as(None), log=folder / "nats.log")
        server.start()
        try:
            yield server
        finally:
            server.stop()


async def test_output_goes_on_while_nats_is_killed_and_started_again(database: Urls, own_nats: EmbeddedNats) -> None:
    async with (
        real_house(database, own_nats.url) as house,
        running(house) as gateway,
        gateway.socket() as socket,
    ):
        command, output = await gateway.running_command()
        reader = Reader()
        reading = asyncio.create_task(reader.read(socket, command))
        printing = asyncio.create_task(print_numbers(output, 1500))
        await eventually(lambda: len(reader.data) > 1_000_000)
        assert own_nats.pid
        os.kill(own_nats.pid, signal.SIGKILL)
        own_nats.stop()
        await asyncio.to_thread(own_nats.start)
        digest = await printing
        await reading
    assert hashlib.sha256(reader.data).digest() == digest


TASK_CHANGED = """
subscription($p: ID!, $a: Long) {
  taskChanged(projectId: $p, after: $a) { position topic task { number title status } }
}
"""


async def test_tasks_are_read_back_found_and_followed_at_once(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]

    async def change(field: str, **given: object) -> dict[str, Any]:
        kind = field[0].upper() + field[1:]
        answer = await gateway.ask(
            f"mutation($input: {kind}Input!) {{ {field}(input: $input) {{ ... on {kind}Payload {{ "
            "task { id reference title status claim { holderName } "
            "history(first: 1) { edges { node { actor changes { field value } } } } } position } "
            "... on Failure { code message } } }",
            {"input": given},
        )
        assert "errors" not in answer, answer
        changed: dict[str, Any] = answer["data"][field]
        return changed

    async with gateway.socket() as socket:
        await socket.subscribe(TASK_CHANGED, {"p": project})
        made = [
            await change("createTask", projectId=project, title=f"Fix log-in {n}", fields={"labels": ["bug"]})
            for n in range(3)
        ]
        task = made[0]["task"]["id"]
        claimed = await change("claimTask", taskId=task)
        assert claimed["task"]["claim"] == {"holderName": "ada"}
        assert claimed["task"]["history"]["edges"][0]["node"]["actor"] == "ada"
        refused = await change("claimTask", taskId=task)
        assert refused["code"] == "CONFLICT"
        edited = await change("editTask", taskId=task, base=1, changes={"title": "Fix log-out"})
        told = [(await socket.receive())["payload"]["data"]["taskChanged"] for _ in range(5)]
    assert [each["topic"] for each in told] == ["TaskCreated"] * 3 + ["TaskClaimed", "TaskEdited"]
    assert told[-1]["position"] == edited["position"]
    assert told[-1]["task"] == {"number": 1, "title": "Fix log-out", "status": "CLAIMED"}
    async with gateway.socket() as socket:
        await socket.subscribe(TASK_CHANGED, {"p": project, "a": told[-2]["position"]})
        assert (await socket.receive())["payload"]["data"]["taskChanged"] == told[-1]

    answer = await gateway.ask(
        "query($p: ID!, $at: Long) { "
        'tasks(projectId: $p, text: "log-in", waitFor: $at) { edges { node { reference } } } '
        "taskBoard(projectId: $p, groupBy: LABEL) { columns { key count entries { reference } } } "
        "taskByNumber(projectId: $p, number: 1) { title dependencies { number } links { kind } } }",
        {"p": project, "at": edited["position"]},
    )
    found = answer["data"]
    assert {edge["node"]["reference"] for edge in found["tasks"]["edges"]} == {"T-2", "T-3"}
    assert found["taskBoard"]["columns"][0]["count"] == 3
    assert found["taskByNumber"] == {"title": "Fix log-out", "dependencies": [], "links": []}


async def test_usage_that_was_told_is_read_back_at_once_with_what_it_cost(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    call = {"provider": "anthropic", "model": "claude-sonnet-4-5", "inputTokens": 1000, "outputTokens": 0}
    told = {"projectId": project, "calls": [{**call, "responseId": str(n), "sessionId": session} for n in range(100)]}

    recorded = await gateway.ask(
        "mutation($input: RecordModelUsageInput!) { recordModelUsage(input: $input) "
        "{ ... on RecordModelUsagePayload { position } } }",
        {"input": told},
    )
    now = datetime.now(UTC)
    answer = await gateway.ask(
        "query($id: ID!, $p: Long!, $from: DateTime!, $to: DateTime!) { usage(projectId: $id, from: $from, to: $to, "
        "measures: [COST, MODEL_CALLS], groupBy: [SESSION, MODEL], waitFor: $p) "
        "{ totals { measure usd total unknown group { value } } } "
        "modelCalls(projectId: $id, from: $from, to: $to, first: 1, waitFor: $p) "
        "{ edges { node { usd session { id } } } } }",
        {
            "id": project,
            "p": recorded["data"]["recordModelUsage"]["position"],
            "from": (now - timedelta(hours=1)).isoformat(),
            "to": (now + timedelta(hours=1)).isoformat(),
        },
    )

    assert "errors" not in answer, answer
    groups = [{"value": session}, {"value": "claude-sonnet-4-5"}]
    assert answer["data"]["usage"]["totals"] == [
        {"measure": "COST", "usd": "0.3", "total": 300_000_000, "unknown": 0, "group": groups},
        {"measure": "MODEL_CALLS", "usd": None, "total": 100, "unknown": 0, "group": groups},
    ]
    assert answer["data"]["modelCalls"]["edges"] == [{"node": {"usd": "0.003", "session": {"id": session}}}]
