"""What every jail driver promises, on the real one and on the scripted one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.support.docker_daemon import daemon_of
from tests.support.jails import finish, place, read_to_end, read_until, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.jail.abstract import ExecSpec, Jail, JailDriver
from quarterdeck.jail.dummy import DummyDriver, DummyHost, DummyJail, EchoesInput, Hangs, Prints, Script
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim.changes import FILE, REMOVE, apply, encode

pytestmark = pytest.mark.asyncio(loop_scope="module")
HELLO = "printf hello"
FAILING = "printf oops >&2; exit 7"
ECHO = "cat"
ENDLESS = "exec sh -c 'printf ready; exec sleep 1000'"
"""Not bash itself: with an EXIT trap set, as ours is, that may act on a SIGTERM only after its next child has ended."""

LISTENING = """python3 -c '
import socket
with socket.create_server(("127.0.0.1", 8000)) as server:
    while True:
        server.accept()[0].sendall(b"hello")
'"""

SCRIPTS = {
    HELLO: Script(steps=(Prints(data=b"hello"),)),
    FAILING: Script(steps=(Prints(data=b"oops", kind=FrameKind.ERROR),), exit_code=7),
    ECHO: Script(steps=(EchoesInput(),)),
    ENDLESS: Script(steps=(Prints(data=b"ready"), Hangs())),
}


class Host:
    """A host on which several drivers are made, one after the other."""

    def __init__(self, new_driver: Callable[[], JailDriver], workspace: Callable[[], PreparedWorkspace]) -> None:
        self._new_driver = new_driver
        self.workspace = workspace
        self.drivers: list[JailDriver] = []

    def read(self, workspace: PreparedWorkspace, path: str) -> bytes | None:
        """A file that the session's jail has written."""
        file = workspace.upper / path
        return file.read_bytes() if file.exists() else None

    def driver(self) -> JailDriver:
        self.drivers.append(self._new_driver())
        return self.drivers[-1]


KINDS = [
    pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("dummy", "bubblewrap", "docker", "gvisor")
]


@asynccontextmanager
async def host_of(request: pytest.FixtureRequest) -> AsyncGenerator[Host]:
    async with place(daemon_of(request, request.param)) as where:
        dummies = DummyHost(write=lambda session_id, changes: apply(changes, str(where.upper(session_id)), ""))
        kinds: dict[str, Callable[[], JailDriver]] = {
            "dummy": lambda: DummyDriver(SCRIPTS, host=dummies),
            "bubblewrap": where.driver,
            "docker": where.driver,
            "gvisor": where.driver,
        }
        made = Host(kinds[request.param], where.workspace)
        yield made
        for driver in made.drivers:
            await driver.close()


@pytest_asyncio.fixture(params=KINDS, loop_scope="module")
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """One without jails, for a test that makes and ends them."""
    async with host_of(request) as made:
        yield made


@pytest_asyncio.fixture(params=KINDS, scope="module", loop_scope="module")
async def shared_jail(request: pytest.FixtureRequest) -> AsyncIterator[Jail]:
    async with host_of(request) as host:
        made = await host.driver().create(spec(host.workspace()))
        yield made
        await made.destroy()


@pytest_asyncio.fixture(loop_scope="module")
async def jail(shared_jail: Jail) -> AsyncIterator[Jail]:
    """One in which nothing runs and that knows no command. Other tests had it before: making it is what takes time."""
    yield shared_jail
    for command_id in await shared_jail.commands():
        await shared_jail.kill(command_id, EndReason.CANCELLED)
        await shared_jail.wait(command_id)
        await shared_jail.forget(command_id)
    await eventually(lambda: _is_empty(shared_jail))


async def test_a_jail_is_made_for_files_that_are_still_being_prepared(host: Host) -> None:
    workspace, coming = host.workspace(), asyncio.get_running_loop().create_future()
    making = asyncio.create_task(host.driver().create(replace(spec(workspace), workspace=coming)))
    coming.set_result(workspace)

    jail = await making

    assert (await run(jail, HELLO)).text == "hello"
    await jail.destroy()


async def test_where_the_files_cannot_be_prepared_there_is_no_jail_and_it_is_said_why(host: Host) -> None:
    workspace, coming = host.workspace(), asyncio.get_running_loop().create_future()
    driver = host.driver()
    making = asyncio.create_task(driver.create(replace(spec(workspace), workspace=coming)))
    coming.set_exception(UnavailableError("The repository cannot be reached."))

    with pytest.raises(UnavailableError, match="cannot be reached"):
        await making

    assert await driver.sessions() == []
    jail = await driver.create(spec(workspace))
    assert (await run(jail, HELLO)).text == "hello"
    await jail.destroy()


async def test_output_comes_in_order_and_ends_with_the_end_frame(jail: Jail) -> None:
    done = await run(jail, HELLO)

    assert done.output == b"hello"
    assert done.frames[-1].kind == FrameKind.END
    assert done.frames[-1].offset == 5
    assert (done.exit.exit_code, done.exit.signal, done.exit.reason) == (0, None, EndReason.EXITED)


async def test_standard_error_has_frames_of_its_own_and_the_exit_code_is_told(jail: Jail) -> None:
    done = await run(jail, FAILING)

    assert done.errors == b"oops"
    assert done.output == b""
    assert done.exit.exit_code == 7
    assert done.exit.reason == EndReason.EXITED


async def test_a_command_id_is_started_only_once(jail: Jail) -> None:
    once = ExecSpec(command_id=uuid4(), text=HELLO)

    await jail.start(once)
    await jail.start(once)

    assert b"".join(frame.data for frame in await read_to_end(jail, once.command_id)) == b"hello"
    await jail.forget(once.command_id)
    await jail.start(once)
    assert await jail.commands() == []


async def test_the_spool_can_be_read_again_from_any_position_it_gave(jail: Jail) -> None:
    command_id = await start(jail, HELLO)
    batches = [batch async for batch in jail.spool(command_id, 0)]

    for batch in batches:
        again = [each async for each in jail.spool(command_id, batch.position)]
        assert b"".join(each.encoded for each in again) == b"".join(
            each.encoded for each in batches if each.position >= batch.position
        )


async def test_input_reaches_the_command_and_is_recorded(jail: Jail) -> None:
    command_id = await start(jail, ECHO)

    await jail.write_input(command_id, b"one\n")
    await jail.write_input(command_id, b"two\n", end=True)
    done = await finish(jail, command_id)

    assert done.output == b"one\ntwo\n"
    assert b"".join(frame.data for frame in done.frames if frame.kind == FrameKind.INPUT) == b"one\ntwo\n"
    assert done.exit.exit_code == 0


async def test_a_port_that_something_listens_on_is_listed_and_can_be_dialled(jail: Jail) -> None:
    if isinstance(jail, DummyJail):
        jail.listening[8000] = []
    else:
        await start(jail, LISTENING)

    async def is_listed() -> bool:
        return 8000 in await jail.ports()

    await eventually(is_listed)
    with await jail.dial(8000) as connection:
        peer = jail.listening[8000][0] if isinstance(jail, DummyJail) else None
        if peer is not None:
            peer.sendall(b"hello")
            peer.close()
        assert await asyncio.get_running_loop().sock_recv(connection, 5) == b"hello"


async def test_a_port_that_nothing_listens_on_cannot_be_dialled(jail: Jail) -> None:
    with pytest.raises(JailError, match="Nothing listens on port 9999"):
        await jail.dial(9999)


async def test_a_signal_is_recorded_and_ends_the_command(jail: Jail) -> None:
    command_id = await start(jail, ENDLESS)
    await read_until(jail, command_id, b"ready")

    await jail.signal(command_id, "TERM")
    done = await finish(jail, command_id)

    assert [frame.data for frame in done.frames if frame.kind == FrameKind.SIGNAL] == [b"TERM"]
    assert (done.exit.exit_code, done.exit.signal, done.exit.reason) == (None, "TERM", EndReason.SIGNALLED)


async def test_a_killed_command_tells_why_it_was_killed(jail: Jail) -> None:
    command_id = await start(jail, ENDLESS)
    await read_until(jail, command_id, b"ready")

    await jail.kill(command_id, EndReason.CANCELLED)

    assert (await finish(jail, command_id)).exit.reason == EndReason.CANCELLED


async def test_a_command_that_takes_too_long_is_ended(jail: Jail) -> None:
    done = await run(jail, ENDLESS, timeout=1)

    assert done.exit.reason == EndReason.TIMED_OUT
    assert done.exit.exit_code is None
    assert done.exit.wall_ms >= 1000


async def test_a_resize_is_recorded(jail: Jail) -> None:
    command_id = await start(jail, ENDLESS, terminal=Terminal(columns=80, rows=24))
    await read_until(jail, command_id, b"ready")

    await jail.resize(command_id, Terminal(columns=132, rows=43))
    await jail.kill(command_id, EndReason.CANCELLED)

    frames = await read_to_end(jail, command_id)
    assert [frame.data for frame in frames if frame.kind == FrameKind.RESIZE] == [b"\x84\x00\x2b\x00"]


async def test_how_a_command_ended_is_known_until_it_is_forgotten(jail: Jail) -> None:
    command_id = await start(jail, HELLO)
    first = await jail.wait(command_id)

    assert await jail.wait(command_id) == first
    assert list(await jail.commands()) == [command_id]
    await jail.forget(command_id)

    assert list(await jail.commands()) == []
    with pytest.raises(JailError):
        await jail.wait(command_id)


async def _wait(jail: Jail, command_id: UUID) -> None:
    await jail.wait(command_id)


async def _spool(jail: Jail, command_id: UUID) -> None:
    await anext(aiter(jail.spool(command_id, 0)))


async def _write_input(jail: Jail, command_id: UUID) -> None:
    await jail.write_input(command_id, b"x")


async def _resize(jail: Jail, command_id: UUID) -> None:
    await jail.resize(command_id, Terminal())


async def _signal(jail: Jail, command_id: UUID) -> None:
    await jail.signal(command_id, "INT")


async def _kill(jail: Jail, command_id: UUID) -> None:
    await jail.kill(command_id, EndReason.CANCELLED)


@pytest.mark.parametrize("ask", [_wait, _spool, _write_input, _resize, _signal, _kill])
async def test_an_unknown_command_is_an_error(jail: Jail, ask: Callable[[Jail, UUID], Awaitable[None]]) -> None:
    with pytest.raises(JailError, match="does not know"):
        await ask(jail, uuid4())


async def test_input_for_an_ended_command_is_refused(jail: Jail) -> None:
    command_id = await start(jail, HELLO)
    await jail.wait(command_id)

    with pytest.raises(JailError, match="has ended"):
        await jail.write_input(command_id, b"too late")


async def test_a_jail_outlives_the_driver_that_made_it(host: Host) -> None:
    first = host.driver()
    made = await first.create(spec(host.workspace()))
    command_id = await start(made, ENDLESS)
    await first.close()

    second = host.driver()
    assert list(await second.sessions()) == [made.session_id]
    adopted = await second.adopt(made.session_id)

    assert adopted is not None
    assert list(await adopted.commands()) == [command_id]
    assert adopted.limits == made.limits
    await read_until(adopted, command_id, b"ready")
    await adopted.kill(command_id, EndReason.CANCELLED)
    assert (await adopted.wait(command_id)).reason == EndReason.CANCELLED
    await adopted.destroy()


async def test_a_destroyed_jail_cannot_be_adopted(host: Host) -> None:
    driver = host.driver()
    made = await driver.create(spec(host.workspace()))
    await start(made, ENDLESS)

    await made.destroy()

    assert list(await driver.sessions()) == []
    assert await driver.adopt(made.session_id) is None
    with pytest.raises(JailError):
        await made.commands()


async def test_a_session_that_never_had_a_jail_cannot_be_adopted(host: Host) -> None:
    assert await host.driver().adopt(uuid4()) is None


async def test_a_session_has_one_jail(host: Host) -> None:
    driver, workspace = host.driver(), host.workspace()
    made = await driver.create(spec(workspace))

    with pytest.raises(JailError, match="already"):
        await driver.create(spec(workspace))

    assert (await run(made, HELLO)).output == b"hello"
    await made.destroy()


async def test_only_what_commands_started_counts_as_processes(jail: Jail) -> None:
    assert await jail.processes() == 0

    command_id = await start(jail, ENDLESS)
    await read_until(jail, command_id, b"ready")
    assert await jail.processes() > 0

    await jail.kill(command_id, EndReason.CANCELLED)
    await jail.wait(command_id)
    await eventually(lambda: _is_empty(jail))


async def _is_empty(jail: Jail) -> bool:
    return await jail.processes() == 0


async def test_a_thawed_jail_goes_on(jail: Jail) -> None:
    await jail.freeze()
    command_id = await start(jail, ENDLESS)

    await jail.thaw()

    assert b"ready" in await read_until(jail, command_id, b"ready")
    await jail.kill(command_id, EndReason.CANCELLED)
    await jail.wait(command_id)


async def test_files_are_changed_from_outside_as_if_a_command_did_it(host: Host) -> None:
    workspace = host.workspace()
    jail = await host.driver().create(spec(workspace))
    try:
        await jail.change_files(encode(FILE, b"made/here", b"hello"))

        assert host.read(workspace, "made/here") == b"hello"
        await jail.change_files(encode(REMOVE, b"made/here"))
        assert host.read(workspace, "made/here") is None
    finally:
        await jail.destroy()
