"""A lean GraphQL client, so that what is measured is the server."""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.raw_client import post

Json = dict[str, Any]
LOGIN = "mutation($input: LoginInput!) { login(input: $input) { ... on LoginPayload { secret } } }"
PROJECT = """mutation($input: CreateProjectInput!) { createProject(input: $input) {
    ... on CreateProjectPayload { project { id } } ... on Failure { message } } }"""
OPEN = """mutation($input: OpenSessionInput!) { openSession(input: $input) {
    ... on OpenSessionPayload { session { id } position } ... on Failure { message } } }"""
CLOSE = """mutation($input: CloseSessionInput!) { closeSession(input: $input) {
    ... on CloseSessionPayload { position } ... on Failure { message } } }"""
RUN = """mutation($input: RunCommandInput!) { runCommand(input: $input) {
    ... on RunCommandPayload { command { id } position } ... on Failure { message } } }"""
EVENTS = """subscription($id: ID!, $after: Long) { sessionEvents(sessionId: $id, after: $after) {
    topic streamId position } }"""
OUTPUT = """subscription($id: ID!) { commandOutput(commandId: $id) {
    ... on OutputChunk { offset data } ... on OutputEnd { offset } } }"""


class Api:
    """One connection for requests, which are made one after the other, and sockets of their own for subscriptions."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.host = url.partition("://")[2]
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.token = ""
        self._ids = itertools.count()

    def close(self) -> None:
        if self._connection is not None:
            self._connection[1].close()

    async def log_in(self, token: str) -> None:
        self.token = (await self.do(LOGIN, {"token": token}))["secret"]

    async def do(self, document: str, given: Json) -> Json:
        """Sends a mutation and gives its payload; fails with the reason where it was refused."""
        answer = await self._post({"query": document, "variables": {"input": given}})
        [payload] = cast("Json", orjson.loads(answer)["data"]).values()
        if "message" in payload:
            raise RuntimeError(payload["message"])
        return cast("Json", payload)

    async def _post(self, body: Json) -> bytes:
        if self._connection is None or self._connection[0].at_eof():
            # the server closes one that has been idle
            self.close()
            name, port = self.host.split(":")
            self._connection = await asyncio.open_connection(name, int(port))
        reader, writer = self._connection
        writer.write(post(self.host, "/graphql", self.token, body))
        head = await reader.readuntil(b"\r\n\r\n")
        return await reader.readexactly(int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))

    @asynccontextmanager
    async def socket(self) -> AsyncGenerator[ClientConnection]:
        address = self._url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"], max_size=None, compression=None) as socket:  # type: ignore[list-item]  # a NewType of str
            payload = {"authorization": f"Bearer {self.token}"}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            await socket.recv()
            yield socket

    async def subscribe(self, socket: ClientConnection, document: str, variables: Json) -> AsyncIterator[Json]:
        """The messages' data. One subscription per socket at a time."""
        payload = {"query": document, "variables": variables}
        await socket.send(json.dumps({"id": str(next(self._ids)), "type": "subscribe", "payload": payload}))
        async for message in socket:
            found = orjson.loads(message)
            if found["type"] != "next":
                return
            [data] = found["payload"]["data"].values()
            yield data


def decoded(data: str) -> bytes:
    return base64.b64decode(data)
