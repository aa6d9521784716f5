"""Task files by request to any worker. Contents are packed: a task file is text, and much of it is alike."""

import zlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

import msgspec

from quarterdeck.adapters.nats.answers import Answers
from quarterdeck.adapters.nats.asking import ask
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import ANY, Failure
from quarterdeck.application.ports.task_files import (
    BranchFiles,
    CommitAsked,
    CommitMade,
    FoundFile,
    FoundFiles,
    SnapshotFiles,
    TaskFileStore,
)
from quarterdeck.domain.errors import UnavailableError

SECONDS = 60.0
COMMIT_SECONDS = 120.0
"""A push to a far server, too."""
T = TypeVar("T")


class _Branch(msgspec.Struct):
    asked: BranchFiles


class _Snapshot(msgspec.Struct):
    asked: SnapshotFiles


class _Commit(msgspec.Struct):
    asked: CommitAsked


class _Contents(msgspec.Struct):
    asked: BranchFiles
    blobs: list[str]


class _Answer(msgspec.Struct):
    tip: str | None = None
    found: FoundFiles | None = None
    contents: dict[str, bytes] | None = None
    made: CommitMade | None = None
    failure: Failure | None = None


def _failed(failure: Failure) -> _Answer:
    return _Answer(failure=failure)


class NatsTaskFiles:
    """A `TaskFileStore`: that of any worker."""

    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    async def tip(self, asked: BranchFiles) -> str:
        return _given((await self._request("tip", _Branch(asked), SECONDS)).tip)

    async def read(self, asked: BranchFiles) -> FoundFiles:
        return _unpacked_files(_given((await self._request("read", _Branch(asked), SECONDS)).found))

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        found = _given((await self._request("contents", _Contents(asked, list(blobs)), SECONDS)).contents)
        return {name: zlib.decompress(data) for name, data in found.items()}

    async def commit(self, asked: CommitAsked) -> CommitMade:
        packed = replace(asked, files=_packed(asked.files))
        return _given((await self._request("commit", _Commit(packed), COMMIT_SECONDS)).made)

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        return _unpacked_files(_given((await self._request("snapshot", _Snapshot(asked), SECONDS)).found))

    async def _request(self, verb: str, asked: msgspec.Struct, within: float) -> _Answer:
        return await ask(self._connection, f"{self._prefix}.task-files", ANY, verb, asked, _Answer, within)


class NatsTaskFileServer:
    def __init__(self, connection: NatsConnection, prefix: str = "qd") -> None:
        self._connection, self._prefix = connection, prefix

    @asynccontextmanager
    async def serve(self, worker_id: str, store: TaskFileStore) -> AsyncGenerator[None]:
        async def tip(request: _Branch) -> _Answer:
            return _Answer(tip=await store.tip(request.asked))

        async def read(request: _Branch) -> _Answer:
            return _Answer(found=_packed_files(await store.read(request.asked)))

        async def contents(request: _Contents) -> _Answer:
            return _Answer(contents=_packed(await store.contents(request.asked, request.blobs)))

        async def commit(request: _Commit) -> _Answer:
            files = {path: zlib.decompress(data) for path, data in request.asked.files.items()}
            return _Answer(made=await store.commit(replace(request.asked, files=files)))

        async def snapshot(request: _Snapshot) -> _Answer:
            return _Answer(found=_packed_files(await store.snapshot(request.asked)))

        at, queue = f"{self._prefix}.task-files.{ANY}", "task-files"
        async with Answers(self._connection, _failed) as answers:
            await answers.give(f"{at}.tip", _Branch, tip, queue)
            await answers.give(f"{at}.read", _Branch, read, queue)
            await answers.give(f"{at}.contents", _Contents, contents, queue)
            await answers.give(f"{at}.commit", _Commit, commit, queue)
            await answers.give(f"{at}.snapshot", _Snapshot, snapshot, queue)
            yield


def _packed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: zlib.compress(data, 1) for name, data in files.items()}


def _packed_files(found: FoundFiles) -> FoundFiles:
    files = {path: FoundFile(blob=f.blob, content=zlib.compress(f.content, 1)) for path, f in found.files.items()}
    return replace(found, files=files)


def _unpacked_files(found: FoundFiles) -> FoundFiles:
    files = {path: FoundFile(blob=f.blob, content=zlib.decompress(f.content)) for path, f in found.files.items()}
    return replace(found, files=files)


def _given(answer: T | None) -> T:
    if answer is None:
        raise UnavailableError("The worker answered with nothing.", "Try again.")
    return answer
