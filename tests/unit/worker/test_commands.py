"""Commands from request to end, on a host in memory."""

import asyncio

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.frames import FrameKind, decode
from quarterdeck.domain.command import (
    CommandFinished,
    CommandRequested,
    CommandStarted,
    EndReason,
    RequestedCommand,
    Terminal,
)
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.workspace import SnapshotTaken, workspace_id
from quarterdeck.jail.abstract import ExecSpec
from quarterdeck.jail.dummy import EchoesInput, Hangs, Prints, Script, WaitsFor
from quarterdeck.worker.settings import WorkerSettings


async def test_a_command_runs_and_its_story_is_in_the_log(deck: Deck) -> None:
    deck.scripts["ls"] = Script(steps=(Prints(data=b"README\n"),), exit_code=3)
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "ls")
        finished = await deck.finished(command_id)
    assert (finished.exit_code, finished.signal, finished.reason) == (3, None, EndReason.EXITED)
    assert await deck.output(command_id) == b"README\n"
    assert finished.tree_after == finished.tree_before
    assert [type(event) for event in await deck.events(command_id)] == [
        CommandRequested,
        CommandStarted,
        CommandFinished,
    ]
    assert await deck.topics(session_id=session_id) == [
        "SessionOpened",
        "SessionAdmitted",
        "WorkspacePrepared",
        "SessionProvisioned",
        "CommandRequested",
        "CommandStarted",
        "CommandFinished",
    ]


async def test_events_of_a_command_carry_what_led_to_them(deck: Deck) -> None:
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "true")
        await deck.finished(command_id)
    requested, started, finished = await deck.log.load(command_id)
    for event in (started, finished):
        assert event.envelope.correlation_id == requested.envelope.correlation_id
        assert event.envelope.session_id == requested.envelope.session_id
        assert event.envelope.causation_id == requested.event_id
        assert event.envelope.actor.id == "worker:w1"


async def test_a_command_asked_for_before_the_session_is_ready_runs_when_it_is(deck: Deck) -> None:
    deck.ring = False
    conducting = asyncio.create_task(deck.conductor().run())
    session_id = await deck.open()
    command_id = await deck.run(session_id, "true")
    async with working(deck.worker()):
        await deck.finished(command_id)
    conducting.cancel()
    await asyncio.wait([conducting])


async def test_output_is_shown_live_and_the_end_only_when_all_is_stored(deck: Deck) -> None:
    go_on = asyncio.Event()
    deck.scripts["talk"] = Script(steps=(Prints(data=b"one\n"), WaitsFor(event=go_on), Prints(data=b"two\n")))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "talk")
        await deck.running(command_id)
        async with deck.live.subscribe(command_id) as messages:
            go_on.set()
            seen = b""
            while not seen or [frame.kind for frame in decode(seen)][-1] != FrameKind.END:
                seen += await asyncio.wait_for(anext(messages), 5)
            assert (await deck.transcripts.head(command_id)).complete
            assert isinstance((await deck.finished(command_id)), CommandFinished)
    assert b"two\n" in b"".join(frame.data for frame in decode(seen))


async def test_what_a_command_changed_is_a_snapshot(deck: Deck) -> None:
    go_on = asyncio.Event()
    deck.scripts["edit"] = Script(steps=(WaitsFor(event=go_on),))
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "edit")
        await deck.running(command_id)
        deck.workspaces.write(session_id, "new", b"!")
        go_on.set()
        finished = await deck.finished(command_id)
        following = await deck.finished(await deck.run(session_id, "true"))
    assert finished.tree_after != finished.tree_before
    assert [(changed.path, changed.status) for changed in finished.files_changed] == [("new", "added")]
    snapshots = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, SnapshotTaken)]
    assert [(s.command_id, s.tree, s.files_changed) for s in snapshots] == [(command_id, finished.tree_after, 1)]
    assert following.tree_before == following.tree_after == finished.tree_after


async def test_what_a_snapshot_leaves_out_is_in_the_log_though_no_file_that_it_takes_changed(deck: Deck) -> None:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with working(deck.worker()):
        session_id = await deck.opened()
        deck.scripts["dd"] = Script()
        deck.workspaces.skip(session_id, "huge", "99999999 bytes, more than 67108864")
        command_id = await deck.run(session_id, "dd")
        await deck.finished(command_id)
        await deck.finished(await deck.run(session_id, "dd"))
    [taken] = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, SnapshotTaken)]
    assert ([each.path for each in taken.skipped], taken.skipped_total) == (["huge"], 1)


async def test_ignored_files_are_in_snapshots_where_the_project_keeps_them(deck: Deck) -> None:
    workspaces = deck.workspaces
    assert isinstance(workspaces, MemoryWorkspaces)
    async with working(deck.worker()):
        session_id = await deck.opened(keep_ignored=True)
        workspaces.write(session_id, "out.ignored", b"!")
        await deck.finished(await deck.run(session_id, "true"))
        finished = await deck.finished(await deck.run(session_id, "true"))
        await deck.close(session_id)
        assert finished.tree_after in (await deck.closed(session_id)).reason
        other = await deck.opened()
        workspaces.write(other, "out.ignored", b"!")
        unchanged = await deck.finished(await deck.run(other, "true"))
    [taken] = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, SnapshotTaken)]
    assert taken.tree == finished.tree_after
    assert unchanged.tree_after == unchanged.tree_before


async def test_a_command_beside_another_starts_from_the_files_as_they_are_then(deck: Deck) -> None:
    go_on = asyncio.Event()
    deck.scripts["long"] = Script(steps=(WaitsFor(event=go_on),))
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with working(deck.worker()):
        session_id = await deck.opened()
        long = await deck.run(session_id, "long")
        await deck.running(long)
        deck.workspaces.write(session_id, "by-long", b"1")
        short = await deck.finished(await deck.run(session_id, "true"))
        go_on.set()
        ended = await deck.finished(long)
    assert short.tree_before == short.tree_after
    assert short.files_changed == ()
    assert ended.tree_before != ended.tree_after == short.tree_after
    assert [changed.path for changed in ended.files_changed] == ["by-long"]


async def test_commands_beyond_the_slots_wait_and_run_in_order(deck: Deck) -> None:
    gates = [asyncio.Event() for _ in range(4)]
    for n, gate in enumerate(gates):
        deck.scripts[f"c{n}"] = Script(steps=(WaitsFor(event=gate),))
    async with working(deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        commands = [await deck.run(session_id, f"c{n}") for n in range(4)]
        for n, gate in enumerate(gates):
            await deck.running(commands[n])
            for later in commands[n + 1 :]:
                assert isinstance(await deck.command(later), RequestedCommand)
            gate.set()
        for command_id in commands:
            await deck.finished(command_id)
        assert [spec.text for spec in deck.host.jails[session_id].started] == [f"c{n}" for n in range(4)]


async def test_a_command_that_waits_is_cancelled_without_running(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        first = await deck.run(session_id, "hang")
        await deck.running(first)
        second = await deck.run(session_id, "second")
        await deck.cancel(second)
        ended = await deck.finished(second)
        assert (ended.reason, ended.exit_code, ended.output_bytes) == (EndReason.CANCELLED, None, 0)
        assert [spec.text for spec in deck.host.jails[session_id].started] == ["hang"]


async def test_a_command_that_runs_is_cancelled(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Prints(data=b"hanging\n"), Hangs()))
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "hang")
        await deck.running(command_id)
        await eventually(lambda: _stored(deck, command_id))
        await deck.cancel(command_id)
        ended = await deck.finished(command_id)
    assert ended.reason is EndReason.CANCELLED
    assert await deck.output(command_id) == b"hanging\n"


async def _stored(deck: Deck, command_id: object) -> bool:
    return (await deck.transcripts.head(command_id)).offset > 0  # type: ignore[arg-type]


async def test_a_command_is_cancelled_however_early_that_is_asked(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened()
        for _ in range(5):
            command_id = await deck.run(session_id, "hang")
            try:
                await deck.cancel(command_id)
            except ConflictError:
                await deck.cancel(command_id)
            assert (await deck.finished(command_id)).reason is EndReason.CANCELLED


async def test_a_command_that_takes_too_long_is_ended(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "hang", timeout_seconds=1)
        assert (await deck.finished(command_id)).reason is EndReason.TIMED_OUT


async def test_a_command_that_prints_too_much_is_ended(deck: Deck) -> None:
    deck.scripts["flood"] = Script(steps=(Prints(data=bytes(1000), times=100), Hangs()))
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, output_limit_bytes=10_000)
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "flood")
        ended = await deck.finished(command_id)
    assert ended.reason is EndReason.OUTPUT_LIMIT
    assert ended.output_bytes > 10_000


async def test_a_running_command_takes_input_sizes_and_signals(deck: Deck) -> None:
    deck.scripts["cat"] = Script(steps=(EchoesInput(),))
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened()
        cat = await deck.run(session_id, "cat", terminal=Terminal())
        hang = await deck.run(session_id, "hang")
        await deck.running(cat)
        await deck.running(hang)
        await deck.control.resize("w1", cat, Terminal(columns=100, rows=30))
        await deck.control.send_input("w1", cat, b"meow\n", end=True)
        await deck.control.signal("w1", hang, "INT")
        await deck.finished(cat)
        assert (await deck.finished(hang)).signal == "INT"
        with pytest.raises(ConflictError, match="does not run"):
            await deck.control.send_input("w1", cat, b"more", end=False)
    assert await deck.output(cat) == b"meow\n"
    assert {frame.kind for frame in await deck.frames(cat)} >= {FrameKind.RESIZE, FrameKind.INPUT}


async def test_input_for_a_command_that_the_jail_does_not_have_yet_waits_until_it_has(deck: Deck) -> None:
    deck.scripts["cat"] = Script(steps=(EchoesInput(),))
    given = asyncio.Event()
    async with working(deck.worker()):
        session_id = await deck.opened()
        jail = deck.host.jails[session_id]
        start = jail.start

        async def start_later(spec: ExecSpec) -> None:
            await given.wait()
            await start(spec)

        jail.start = start_later  # type: ignore[method-assign]
        cat = await deck.run(session_id, "cat")
        await deck.running(cat)
        sending = asyncio.create_task(deck.control.send_input("w1", cat, b"meow\n", end=True))
        await asyncio.wait([sending], timeout=0.05)
        assert not sending.done()
        given.set()
        await sending
        await deck.finished(cat)
    assert await deck.output(cat) == b"meow\n"


async def test_secrets_are_masked_before_anything_is_stored_or_shown(deck: Deck) -> None:
    secret = b"correct horse battery"
    deck.scripts["leak"] = Script(steps=(Prints(data=b"password: correct ho"), Prints(data=b"rse battery\n")))
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, secrets=(secret,))
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "leak")
        await deck.finished(command_id)
    assert await deck.output(command_id) == b"password: " + b"*" * len(secret) + b"\n"


async def test_a_prompt_that_looks_like_the_start_of_a_secret_is_shown_after_a_moment(deck: Deck) -> None:
    deck.scripts["prompt"] = Script(steps=(Prints(data=b"correct"), Hangs()))
    deck.settings = WorkerSettings(
        worker_id="w1", host="here", state_dir=deck.folder, secrets=(b"correct horse battery",)
    )
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "prompt")
        await eventually(lambda: _stored(deck, command_id))
        await deck.cancel(command_id)
        await deck.finished(command_id)
    assert await deck.output(command_id) == b"correct"


async def test_a_jail_that_dies_under_a_command_loses_it_and_is_built_anew(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Prints(data=b"so far\n"), Hangs()))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await eventually(lambda: _stored(deck, command_id))
        deck.host.lose(session_id)
        await deck.lost(command_id)
        assert await deck.output(command_id) == b"so far\n"
        assert (await deck.finished(await deck.run(session_id, "true"))).exit_code == 0
    assert "SessionAdopted" in await deck.topics(session_id=session_id)
