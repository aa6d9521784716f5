"""Requests to workers on core NATS. An expected failure of the worker is raised at the caller's as it was."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

import msgspec

from quarterdeck.adapters.nats.answers import Answers
from quarterdeck.adapters.nats.asking import ask
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import ANY, Failure
from quarterdeck.adapters.nats.turns import Turns
from quarterdeck.application.ports.control import (
    ControlHandler,
    FileWriteAsked,
    FileWritten,
    RepositoryFound,
    TreeReader,
)
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FindAsked,
    FoundPaths,
    ListAsked,
    MeasureAsked,
    TreePage,
)
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import UnavailableError

ANSWER_SECONDS = 10.0
FIND_SECONDS = 60.0
"""A look at a repository may be a look at a far server."""

CHECK_SECONDS = 120.0
WRITE_SECONDS = 60.0
"""Two looks at the files belong to it."""
READ_SECONDS = 60.0
"""What is read may have to be fetched first."""

T = TypeVar("T")


class _FindRepository(msgspec.Struct):
    source: str
    branch: str | None = None


class _SendInput(msgspec.Struct):
    command_id: UUID
    data: bytes
    end: bool


class _Resize(msgspec.Struct):
    command_id: UUID
    columns: int
    rows: int


class _Signal(msgspec.Struct):
    command_id: UUID
    name: str


class _WriteFile(msgspec.Struct):
    asked: FileWriteAsked


class _List(msgspec.Struct):
    asked: ListAsked


class _FindPaths(msgspec.Struct):
    asked: FindAsked


class _ReadFile(msgspec.Struct):
    asked: FileAsked


class _Diff(msgspec.Struct):
    asked: DiffAsked


class _Measure(msgspec.Struct):
    asked: MeasureAsked


class _Blame(msgspec.Struct):
    asked: BlameAsked


class _Check(msgspec.Struct):
    pass


class _Answer(msgspec.Struct):
    found: RepositoryFound | None = None
    listed: TreePage | None = None
    paths: FoundPaths | None = None
    content: FileContent | None = None
    compared: DiffPage | None = None
    measured: DiffMeasure | None = None
    lines: Blame | None = None
    written: FileWritten | None = None
    failure: Failure | None = None


class NatsWorkerControl:
    def __init__(self, connection: NatsConnection, prefix: str = "qd", answer_seconds: float = ANSWER_SECONDS) -> None:
        self._connection, self._prefix, self._answer_seconds = connection, prefix, answer_seconds

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        answer = await self._request(ANY, "find_repository", _FindRepository(source, branch), FIND_SECONDS)
        return _given(answer.found)

    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None:
        await self._request(worker_id, "send_input", _SendInput(command_id, data, end), self._answer_seconds)

    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None:
        asked = _Resize(command_id, terminal.columns, terminal.rows)
        await self._request(worker_id, "resize", asked, self._answer_seconds)

    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None:
        await self._request(worker_id, "signal", _Signal(command_id, name), self._answer_seconds)

    async def write_file(self, worker_id: str, asked: FileWriteAsked) -> FileWritten:
        return _given((await self._request(worker_id, "write_file", _WriteFile(asked), WRITE_SECONDS)).written)

    async def check(self, worker_id: str) -> None:
        await self._request(worker_id, "check", _Check(), CHECK_SECONDS)

    async def list_tree(self, worker_id: str | None, asked: ListAsked) -> TreePage:
        return _given((await self._request(worker_id or ANY, "list_tree", _List(asked), READ_SECONDS)).listed)

    async def find_paths(self, worker_id: str | None, asked: FindAsked) -> FoundPaths:
        return _given((await self._request(worker_id or ANY, "find_paths", _FindPaths(asked), READ_SECONDS)).paths)

    async def read_file(self, worker_id: str | None, asked: FileAsked) -> FileContent:
        return _given((await self._request(worker_id or ANY, "read_file", _ReadFile(asked), READ_SECONDS)).content)

    async def diff(self, worker_id: str | None, asked: DiffAsked) -> DiffPage:
        return _given((await self._request(worker_id or ANY, "diff", _Diff(asked), READ_SECONDS)).compared)

    async def measure(self, worker_id: str | None, asked: MeasureAsked) -> DiffMeasure:
        return _given((await self._request(worker_id or ANY, "measure", _Measure(asked), READ_SECONDS)).measured)

    async def blame(self, worker_id: str | None, asked: BlameAsked) -> Blame:
        return _given((await self._request(worker_id or ANY, "blame", _Blame(asked), READ_SECONDS)).lines)

    async def _request(self, to: str, verb: str, asked: msgspec.Struct, within: float) -> _Answer:
        return await ask(self._connection, f"{self._prefix}.control", to, verb, asked, _Answer, within)


class NatsControlServer:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    @asynccontextmanager
    async def serve(
        self, worker_id: str, handler: ControlHandler, trees: TreeReader | None = None
    ) -> AsyncGenerator[None, None]:
        turns = Turns()

        async def find(asked: _FindRepository) -> _Answer:
            return _Answer(found=await handler.find_repository(asked.source, asked.branch))

        async def send_input(asked: _SendInput) -> _Answer:
            async with turns.of(asked.command_id):
                await handler.send_input(asked.command_id, asked.data, end=asked.end)
            return _Answer()

        async def resize(asked: _Resize) -> _Answer:
            async with turns.of(asked.command_id):
                await handler.resize(asked.command_id, Terminal(columns=asked.columns, rows=asked.rows))
            return _Answer()

        async def signal(asked: _Signal) -> _Answer:
            await handler.signal(asked.command_id, asked.name)
            return _Answer()

        async def write_file(request: _WriteFile) -> _Answer:
            return _Answer(written=await handler.write_file(request.asked))

        async def check(_: _Check) -> _Answer:
            await handler.check()
            return _Answer()

        own, anyone = f"{self._prefix}.control.{worker_id}", f"{self._prefix}.control.{ANY}"
        async with Answers(self._connection, _failed) as answers:
            await answers.give(f"{anyone}.find_repository", _FindRepository, find, "find")
            await answers.give(f"{own}.send_input", _SendInput, send_input)
            await answers.give(f"{own}.resize", _Resize, resize)
            await answers.give(f"{own}.signal", _Signal, signal)
            await answers.give(f"{own}.write_file", _WriteFile, write_file)
            await answers.give(f"{own}.check", _Check, check)
            if trees is not None:
                await self._serve_trees(own, trees, answers)
                await self._serve_trees(anyone, trees, answers, "read")
            yield

    async def _serve_trees(self, to: str, trees: TreeReader, answers: Answers, queue: str = "") -> None:
        async def list_tree(request: _List) -> _Answer:
            return _Answer(listed=await trees.list_tree(request.asked))

        async def find_paths(request: _FindPaths) -> _Answer:
            return _Answer(paths=await trees.find_paths(request.asked))

        async def read_file(request: _ReadFile) -> _Answer:
            return _Answer(content=await trees.read_file(request.asked))

        async def diff(request: _Diff) -> _Answer:
            return _Answer(compared=await trees.diff(request.asked))

        async def measure(request: _Measure) -> _Answer:
            return _Answer(measured=await trees.measure(request.asked))

        async def blame(request: _Blame) -> _Answer:
            return _Answer(lines=await trees.blame(request.asked))

        await answers.give(f"{to}.list_tree", _List, list_tree, queue)
        await answers.give(f"{to}.find_paths", _FindPaths, find_paths, queue)
        await answers.give(f"{to}.read_file", _ReadFile, read_file, queue)
        await answers.give(f"{to}.diff", _Diff, diff, queue)
        await answers.give(f"{to}.measure", _Measure, measure, queue)
        await answers.give(f"{to}.blame", _Blame, blame, queue)


def _failed(failure: Failure) -> _Answer:
    return _Answer(failure=failure)


def _given(answer: T | None) -> T:
    if answer is None:
        raise UnavailableError("The worker answered with nothing.", "Try again.")
    return answer
