"""What every way to reach a worker does."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from quarterdeck.adapters.memory.control import MemoryWorkerControl
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsControlServer, NatsWorkerControl
from quarterdeck.application.ports.control import (
    ControlServer,
    FileWriteAsked,
    FileWritten,
    RepositoryFound,
    TreeControl,
    WorkerControl,
)
from quarterdeck.application.ports.log import Context
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    BlameRange,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FileDiff,
    FileKind,
    FileMeasure,
    FileStatus,
    FindAsked,
    FoundPaths,
    Home,
    Hunk,
    ListAsked,
    MeasureAsked,
    TreeEntry,
    TreePage,
)
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    QuarterdeckError,
    UnavailableError,
)

FOUND = RepositoryFound(source="/srv/répo", name="répo", default_branch="main", head_commit="1" * 40)


@dataclass
class Worker:
    """Writes down what it is asked; raises `failure` instead where there is one."""

    asked: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    failure: Exception | None = None
    slow: bool = False

    async def _take(self, *asked: object) -> None:
        if self.slow:
            await asyncio.sleep(0.05 if len(self.asked) == 0 else 0)
        self.asked.append(asked)
        if self.failure:
            raise self.failure

    async def check(self) -> None:
        await self._take("check")

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        await self._take("find", source, branch)
        return FOUND

    async def send_input(self, command_id: UUID, data: bytes, *, end: bool) -> None:
        await self._take("input", command_id, data, end)

    async def resize(self, command_id: UUID, terminal: Terminal) -> None:
        await self._take("resize", command_id, terminal)

    async def signal(self, command_id: UUID, name: str) -> None:
        await self._take("signal", command_id, name)

    async def write_file(self, asked: FileWriteAsked) -> FileWritten:
        await self._take("write", asked)
        return WRITTEN


WRITE = FileWriteAsked(
    session_id=UUID(int=1),
    path="\\xff\n",
    content=bytes(range(256)) * 4096,
    base=None,
    executable=True,
    context=Context(actor=Actor(kind=ActorKind.USER, id="ann"), correlation_id=UUID(int=3), project_id=UUID(int=2)),
    write_id=UUID(int=4),
    request_stream=UUID(int=5),
    request_sha256="d" * 64,
)
WRITTEN = FileWritten(tree="a" * 40, sha256="b" * 64, position=2**40, changed=True)
HOME = Home(session_id=UUID(int=1), project_id=UUID(int=2))
LIST = ListAsked(home=HOME, tree="a" * 40, path="\\xff\n", after=None, limit=3)
FIND = FindAsked(home=HOME, tree="a" * 40, text="é\n", limit=3)
FOUND_PATHS = FoundPaths(paths=("é", "\\xff\n"), files=2**31, cut=True)
FILE = FileAsked(home=HOME, tree="a" * 40, path="p", offset=2**40, limit=3)
DIFF = DiffAsked(home=HOME, before="a" * 40, after="b" * 40, path_after="é", limit=3)
MEASURE = MeasureAsked(home=HOME, before="a" * 40, after="b" * 40, most=3)
MEASURED = DiffMeasure(
    files=9,
    lines_added=7,
    lines_removed=1,
    uncounted=8,
    largest=(FileMeasure(path="é", status=FileStatus.ADDED, lines_added=7, lines_removed=None),),
)
BLAME = BlameAsked(home=HOME, trees=("a" * 40, "b" * 40), path="p")
ENTRY = TreeEntry(name="n", path="p/n", kind=FileKind.LINK, size=None, object="c" * 40)
HUNK = Hunk(old_start=1, old_lines=2, new_start=3, new_lines=4, lines=("+\x1b", "-é"))
CHANGED = FileDiff(
    path="p",
    old_path=None,
    status=FileStatus.TYPE_CHANGED,
    old_kind=FileKind.FILE,
    new_kind=None,
    old_size=2**40,
    new_size=None,
    binary=True,
    truncated=False,
    lines_added=1,
    lines_removed=0,
    hunks=(HUNK,),
)


@dataclass
class Reader:
    """Answers each with something of its kind."""

    name: str = ""
    asked: list[object] = field(default_factory=list[object])

    async def list_tree(self, asked: ListAsked) -> TreePage:
        self.asked.append(asked)
        return TreePage(entries=(ENTRY,), total=7, more=True)

    async def find_paths(self, asked: FindAsked) -> FoundPaths:
        self.asked.append(asked)
        return FOUND_PATHS

    async def read_file(self, asked: FileAsked) -> FileContent:
        self.asked.append(asked)
        return FileContent(
            path="p", kind=FileKind.FILE, size=3, object="c" * 40, binary=True, offset=1, data=bytes(range(256)) * 4096
        )

    async def diff(self, asked: DiffAsked) -> DiffPage:
        self.asked.append(asked)
        return DiffPage(files=(CHANGED,), total=7, more=True)

    async def measure(self, asked: MeasureAsked) -> DiffMeasure:
        self.asked.append(asked)
        return MEASURED

    async def blame(self, asked: BlameAsked) -> Blame:
        self.asked.append(asked)
        if asked.path == "missing":
            raise NotFoundError("There is no 'missing'.")
        return Blame(path="p", ranges=(BlameRange(start=1, lines=("a",), origin=1),), truncated=True)


class Control(WorkerControl, TreeControl, Protocol):
    """All that can be asked of workers."""


@dataclass
class Ends:
    client: Control
    server: ControlServer


@pytest.fixture(params=["memory", "nats"])
async def ends(request: pytest.FixtureRequest) -> AsyncGenerator[Ends, None]:
    if request.param == "memory":
        both = MemoryWorkerControl()
        yield Ends(both, both)
        return
    async with NatsConnection(request.getfixturevalue("nats_url")) as connection:
        await connection.wait_up()
        prefix = f"t{uuid4().hex}"
        yield Ends(NatsWorkerControl(connection, prefix), NatsControlServer(connection, prefix))


async def test_a_request_reaches_the_worker_and_its_answer_the_caller(ends: Ends) -> None:
    worker, command_id = Worker(), uuid4()
    async with ends.server.serve("w1", worker):
        assert await ends.client.find_repository("/srv/répo", "main") == FOUND
        await ends.client.send_input("w1", command_id, b"\x00\xff\x04", end=True)
        await ends.client.resize("w1", command_id, Terminal(columns=200, rows=50))
        await ends.client.signal("w1", command_id, "INT")
        assert await ends.client.write_file("w1", WRITE) == WRITTEN
    assert worker.asked == [
        ("find", "/srv/répo", "main"),
        ("input", command_id, b"\x00\xff\x04", True),
        ("resize", command_id, Terminal(columns=200, rows=50)),
        ("signal", command_id, "INT"),
        ("write", WRITE),
    ]


@pytest.mark.parametrize(
    "failure",
    [
        NotFoundError("There is no such command.", "Look again."),
        ConflictError("It has ended."),
        InvalidInputError("No such folder.", "Name another.", field="source"),
    ],
)
async def test_a_failure_of_the_worker_is_raised_as_it_was(ends: Ends, failure: QuarterdeckError) -> None:
    async with ends.server.serve("w1", Worker(failure=failure)):
        with pytest.raises(type(failure)) as raised:
            await ends.client.find_repository("/nowhere")
    assert (raised.value.message, raised.value.next_step) == (failure.message, failure.next_step)
    if isinstance(failure, InvalidInputError):
        assert isinstance(raised.value, InvalidInputError)
        assert raised.value.field == failure.field


async def test_where_no_worker_is_that_is_said(ends: Ends) -> None:
    async with ends.server.serve("w1", Worker()):
        with pytest.raises(UnavailableError, match=r"w2|No worker"):
            await ends.client.signal("w2", uuid4(), "INT")
    with pytest.raises(UnavailableError, match="No worker answers"):
        await ends.client.find_repository("/srv/repo")


async def test_requests_go_to_the_worker_that_is_named(ends: Ends) -> None:
    first, second = Worker(), Worker()
    async with ends.server.serve("w1", first), ends.server.serve("w2", second):
        await ends.client.signal("w2", uuid4(), "INT")
    assert (len(first.asked), len(second.asked)) == (0, 1)


async def test_input_keeps_its_order_however_long_each_part_takes(ends: Ends) -> None:
    worker, command_id = Worker(slow=True), uuid4()
    if isinstance(ends.client, MemoryWorkerControl):
        pytest.skip("calls in one process are not queued")
    async with ends.server.serve("w1", worker):
        parts = [b"%d" % n for n in range(10)]
        await asyncio.gather(*(ends.client.send_input("w1", command_id, part, end=False) for part in parts))
    assert [asked[2] for asked in worker.asked] == parts


async def test_trees_are_read_by_the_worker_that_is_named_or_by_any(ends: Ends) -> None:
    reader = Reader()
    async with ends.server.serve("w1", Worker(), reader):
        assert (await ends.client.list_tree("w1", LIST)).entries == (ENTRY,)
        assert (await ends.client.read_file(None, FILE)).data == bytes(range(256)) * 4096
        assert (await ends.client.diff("w1", DIFF)).files == (CHANGED,)
        assert (await ends.client.blame(None, BLAME)).ranges[0].lines == ("a",)
        assert await ends.client.measure("w1", MEASURE) == MEASURED
        assert await ends.client.find_paths("w1", FIND) == FOUND_PATHS
        with pytest.raises(NotFoundError, match="missing"):
            await ends.client.blame("w1", replace(BLAME, path="missing"))
        with pytest.raises(UnavailableError):
            await ends.client.diff("w2", DIFF)
    assert reader.asked[:6] == [LIST, FILE, DIFF, BLAME, MEASURE, FIND]
    with pytest.raises(UnavailableError):
        await ends.client.diff(None, DIFF)
