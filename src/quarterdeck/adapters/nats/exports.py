"""Exports by request to a worker. Content comes over a tunnel of its own, with back-pressure, and whole or broken."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from uuid import uuid4

import msgspec
import structlog

from quarterdeck.adapters.nats.answers import Answers
from quarterdeck.adapters.nats.asking import ask
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import ANY, Failure
from quarterdeck.adapters.nats.tunnels import tunnel_end
from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut, OpenedContent, WrittenBranch
from quarterdeck.application.ports.exports import WorkspaceExporter
from quarterdeck.application.ports.tunnels import ByteStream
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

logger = structlog.get_logger(__name__)

OPEN_SECONDS = 120.0
"""Trees are looked through before; they may have to be fetched."""
BRANCH_SECONDS = 600.0


class _Content(msgspec.Struct):
    asked: ContentAsked
    tunnel: str


class _Branch(msgspec.Struct):
    asked: BranchAsked


class _Answer(msgspec.Struct):
    left_out: LeftOut | None = None
    written: WrittenBranch | None = None
    failure: Failure | None = None


def _failed(failure: Failure) -> _Answer:
    return _Answer(failure=failure)


class NatsExports:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    @asynccontextmanager
    async def content(self, worker_id: str | None, asked: ContentAsked) -> AsyncGenerator[OpenedContent]:
        name = f"{self._prefix}.tunnel.{uuid4().hex}"
        async with tunnel_end(self._connection, f"{name}.out", f"{name}.in") as tunnel:
            answer = await self._request(worker_id, "content", _Content(asked, name), OPEN_SECONDS)
            yield OpenedContent(left_out=answer.left_out or LeftOut(), chunks=_chunks(tunnel))

    async def write_branch(self, worker_id: str | None, asked: BranchAsked) -> WrittenBranch:
        answer = await self._request(worker_id, "branch", _Branch(asked), BRANCH_SECONDS)
        if answer.written is None:
            raise UnavailableError("The worker answered with nothing.", "Try again.")
        return answer.written

    async def _request(self, worker_id: str | None, verb: str, asked: msgspec.Struct, within: float) -> _Answer:
        service = f"{self._prefix}.exports"
        return await ask(self._connection, service, worker_id or ANY, verb, asked, _Answer, within)


class NatsExportServer:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    @asynccontextmanager
    async def serve(self, worker_id: str, exporter: WorkspaceExporter) -> AsyncGenerator[None]:
        answers = Answers(self._connection, _failed)

        async def content(request: _Content) -> _Answer:
            opened = await exporter.open(request.asked)
            ready = asyncio.Event()
            answers.keep(self._carry(request.tunnel, opened, ready))
            await ready.wait()
            return _Answer(left_out=opened.left_out)

        async def branch(request: _Branch) -> _Answer:
            return _Answer(written=await exporter.write_branch(request.asked))

        async with answers:
            for to, queue in ((worker_id, ""), (ANY, "export")):
                at = f"{self._prefix}.exports.{to}"
                await answers.give(f"{at}.content", _Content, content, queue)
                await answers.give(f"{at}.branch", _Branch, branch, queue)
            yield

    async def _carry(self, name: str, opened: OpenedContent, ready: asyncio.Event) -> None:
        """To its end; a reader that is told of none knows that it has not all."""
        try:
            tunnel_of_it = tunnel_end(self._connection, f"{name}.in", f"{name}.out")
            async with aclosing(opened.chunks) as chunks, tunnel_of_it as tunnel:
                ready.set()
                async for chunk in chunks:
                    await tunnel.write(chunk)
                await tunnel.end()
        except QuarterdeckError as error:
            logger.warning("an export broke off", error=error.message)
        except Exception:
            logger.exception("an export failed")
        finally:
            ready.set()


async def _chunks(tunnel: ByteStream) -> AsyncGenerator[bytes]:
    while chunk := await tunnel.read():
        yield chunk
