"""Writing files of sessions over HTTP: on its way to the worker, in the caller's name."""

import base64
from collections.abc import AsyncGenerator
from hashlib import sha256
from typing import Any

import pytest
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.application.ports.control import FileWriteAsked
from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.idempotency import RequestAccepted
from quarterdeck.domain.workspace import WorkspaceFileWritten, workspace_id

WRITE = """
    mutation($input: WriteFileInput!) { writeFile(input: $input) {
      ... on WriteFilePayload { tree sha256 changed position }
      ... on Failure { code field message nextStep } } }
"""
BASE = sha256(b"old").hexdigest()


@pytest.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as gateway:
        yield gateway


async def ready(gateway: Running) -> str:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    await gateway.house.provision(uuid_of(session), uuid_of(project))
    return str(session)


async def write(gateway: Running, session: str, content: bytes = b"new", **more: Any) -> Any:
    asked = {"sessionId": session, "path": "src/a", "content": base64.b64encode(content).decode(), "base": BASE, **more}
    return (await gateway.ask(WRITE, {"input": asked}))["data"]["writeFile"]


async def test_a_file_reaches_its_sessions_worker_in_the_callers_name(gateway: Running) -> None:
    session = await ready(gateway)

    answer = await write(gateway, session, executable=True)

    assert (answer["sha256"], answer["changed"]) == (sha256(b"new").hexdigest(), True)
    [(kind, asked)] = gateway.house.worker.sent
    assert kind == "write"
    assert isinstance(asked, FileWriteAsked)
    assert (asked.path, asked.content, asked.base, asked.executable) == ("src/a", b"new", BASE, True)
    assert asked.context.actor.kind is ActorKind.USER
    assert asked.context.session_id == uuid_of(session)
    assert asked.request_stream is None


async def test_a_file_of_a_mebibyte_passes_and_a_larger_one_is_refused_with_its_size(gateway: Running) -> None:
    session = await ready(gateway)

    assert (await write(gateway, session, b"\0" * 2**20))["changed"] is True
    refused = await write(gateway, session, b"\0" * (2**20 + 1))

    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "content")
    assert "1,048,577 bytes; at most 1,048,576" in refused["message"]


async def test_a_session_that_is_not_ready_takes_no_file(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]

    assert (await write(gateway, session))["code"] == "CONFLICT"


async def test_the_same_key_is_answered_from_the_log(gateway: Running) -> None:
    session = await ready(gateway)
    await write(gateway, session, idempotencyKey="k")
    asked = gateway.house.worker.sent[0][1]
    assert isinstance(asked, FileWriteAsked)
    assert asked.request_stream
    stored = WorkspaceFileWritten(
        path="src/a", base_sha256=BASE, sha256="e" * 64, bytes=3, tree="d" * 40, write_id=asked.write_id
    )
    await gateway.house.put(workspace_id(uuid_of(session)), stored)
    accepted = RequestAccepted(request_sha256=asked.request_sha256, subject_id=asked.write_id)
    await gateway.house.put(asked.request_stream, accepted)

    again = await write(gateway, session, idempotencyKey="k")
    other = await write(gateway, session, b"x", idempotencyKey="k")

    assert again["tree"] == "d" * 40
    assert other["code"] == "CONFLICT"
    assert len(gateway.house.worker.sent) == 1
