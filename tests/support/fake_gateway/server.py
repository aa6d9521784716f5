"""Serves a World over HTTP and WebSocket from a thread of its own."""

import asyncio
import hashlib
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import graphql
import uvicorn
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, build_schema, parse, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from tests.support.fake_gateway.resolvers import mutations, queries, subscriptions
from tests.support.fake_gateway.world import Json, World

SDL = Path(__file__).parents[3] / "schema/quarterdeck_schema/schema.graphql"
# graphql-core leaves the types of these two open
_execute: Any = vars(graphql)["execute"]
_subscribe: Any = vars(graphql)["subscribe"]
UNAUTHENTICATED: Json = {"errors": [{"message": "This token is not known.", "extensions": {"code": "UNAUTHENTICATED"}}]}


@cache
def _schema() -> GraphQLSchema:
    return build_schema(SDL.read_text("utf-8"))


@cache
def _read(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    """The document, and why it is none of the schema's."""
    document = parse(query)
    return document, validate(_schema(), document)


async def _broken_off() -> AsyncIterator[bytes]:
    yield b"{"
    raise ConnectionAbortedError


class FakeGateway:
    """`with FakeGateway(world) as gateway`: serves until the block ends."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self._schema = _schema()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        routes = [
            Route("/graphql", self._post, methods=["POST"]),
            WebSocketRoute("/graphql", self._socket_opened),
            Route("/exports/{session}/{name}", self._download),
            Route("/usage/{project}/{name}", self._usage_file),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            log_level="error",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._sockets: set[WebSocket] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.002)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def _serve(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])
            for task in list(self.world.running):
                task.cancel()

        asyncio.run(serve())

    async def _post(self, request: Request) -> Response:
        if self.world.http_faults:
            return JSONResponse({"detail": "out of order"}, status_code=self.world.http_faults.pop(0))
        body: Json = await request.json()
        given = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        if given not in self.world.secrets and "login(" not in body["query"]:
            return JSONResponse(UNAUTHENTICATED, status_code=401)
        document, errors = _read(body["query"])
        if errors:
            return JSONResponse({"errors": [error.formatted for error in errors]}, status_code=400)
        roots = {**queries(self.world), **mutations(self.world)}
        result: Any = _execute(self._schema, document, roots, variable_values=body.get("variables"))
        if not isinstance(result, ExecutionResult):
            result = await result
        if cut := [name for name in self.world.cut_answers if f"{name}(" in body["query"]]:
            self.world.cut_answers.remove(cut[0])
            return StreamingResponse(_broken_off())
        return JSONResponse(result.formatted)

    async def _download(self, request: Request) -> Response:
        given = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        if given not in self.world.secrets:
            return JSONResponse(UNAUTHENTICATED, status_code=401)
        content = self.world.downloads.get(request.url.path)
        if content is None:
            error = {"message": "There is nothing to download here.", "extensions": {"code": "NOT_FOUND"}}
            return JSONResponse({"errors": [error]}, status_code=404)
        if self.world.record_downloads:
            digest, left_out = hashlib.sha256(content).hexdigest(), self.world.left_out
            about: Json = {
                "sha256": digest,
                "bytes": len(content),
                "left_out": left_out,
                "left_out_total": len(left_out),
            }
            await self.world.append("WorkspaceExported", uuid4(), self.world.sessions[0], **about)
        return StreamingResponse(self._parts(content))

    async def _usage_file(self, request: Request) -> Response:
        self.world.calls.append((request.url.path, {"asked": request.query_params.multi_items()}))
        content = self.world.downloads.get(request.path_params["name"])
        if content is None:
            told = {"code": "LIMIT_EXCEEDED", "nextStep": "Ask for less time."}
            refused = {"message": "There are more than 100,000 points to tell.", "extensions": told}
            return JSONResponse({"errors": [refused]}, status_code=429)
        return StreamingResponse(self._parts(content))

    async def _parts(self, content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 10_000):
            if self.world.break_downloads and start:
                raise ConnectionAbortedError
            yield content[start : start + 10_000]

    async def _socket_opened(self, websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="graphql-transport-ws")
        with suppress(WebSocketDisconnect):
            hello: Json = await websocket.receive_json()
            payload: Json = hello.get("payload") or {}
            if payload.get("Authorization", "").removeprefix("Bearer ") not in self.world.secrets:
                await websocket.close(4403)
                return
            await websocket.send_json({"type": "connection_ack"})
            asked: Json = await websocket.receive_json()
            sending = asyncio.create_task(self._stream(websocket, asked))
            self._sockets.add(websocket)
            try:
                await websocket.receive()
            finally:
                self._sockets.discard(websocket)
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending

    async def cut_all(self) -> None:
        """Closes every socket. To be called in the server's loop."""
        for websocket in list(self._sockets):
            await websocket.close(1012)

    async def _stream(self, websocket: WebSocket, asked: Json) -> None:
        document = parse(asked["payload"]["query"])
        result: Any = _subscribe(
            self._schema, document, subscriptions(self.world), variable_values=asked["payload"].get("variables")
        )
        result = await result if asyncio.iscoroutine(result) else result
        if isinstance(result, ExecutionResult):
            errors = [error.formatted for error in result.errors or ()]
            await websocket.send_json({"type": "error", "id": asked["id"], "payload": errors})
            return
        left = self.world.cuts.pop(0) if "commandOutput" in asked["payload"]["query"] and self.world.cuts else -1
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._send(websocket, asked["id"], result, left)

    async def _send(self, websocket: WebSocket, id_: str, results: AsyncIterator[ExecutionResult], left: int) -> None:
        async for result in results:
            if left == 0:
                await websocket.close(1012)
                return
            left -= 1
            await websocket.send_json({"type": "next", "id": id_, "payload": result.formatted})
        await websocket.send_json({"type": "complete", "id": id_})
