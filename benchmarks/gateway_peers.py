"""What the gateway is measured against, served as it is: a bare JSON end-point, and Strawberry's own WebSocket view.

`python -m benchmarks.gateway_peers`: listens on QD_PORT; takes the frames to send to all subscribers from NATS.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.application.frames import FrameKind, decode
from quarterdeck_schema.scalars import SCALARS, Base64, Long

COMMAND = UUID(int=1)
NATS: list[NatsLiveOutput] = []

strawberry.enum(FrameKind)


@strawberry.type
class OutputChunk:
    kind: FrameKind
    offset: Long
    time_us: Long
    data: Base64


@strawberry.type
class Query:
    ready: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def command_output(self) -> AsyncGenerator[OutputChunk, None]:
        async with NATS[0].subscribe(COMMAND) as arriving:
            yield OutputChunk(kind=FrameKind.GAP, offset=Long(0), time_us=Long(0), data=Base64(b""))
            async for encoded in arriving:
                for frame in decode(encoded):
                    yield OutputChunk(
                        kind=frame.kind, offset=Long(frame.offset), time_us=Long(frame.time_us), data=Base64(frame.data)
                    )


async def answer(_request: Request) -> JSONResponse:
    return JSONResponse({"data": {"viewer": {"name": "ada"}}})


@asynccontextmanager
async def _connected(_app: Starlette) -> AsyncGenerator[None]:
    async with NatsConnection(os.environ["QD_NATS_URL"], "peer") as connection:
        NATS.append(NatsLiveOutput(connection))
        yield


async def main() -> None:
    schema = strawberry.Schema(query=Query, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS))
    app = Starlette(
        routes=[
            Route("/bare", answer, methods=["POST"]),
            WebSocketRoute("/graphql", GraphQL(schema)),
        ],
        lifespan=_connected,
    )
    config = uvicorn.Config(
        app,
        port=int(os.environ["QD_PORT"]),
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
