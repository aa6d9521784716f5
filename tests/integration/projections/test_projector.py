"""The projector: from the log to the read models."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.support.projecting import (
    ALL,
    TREE,
    USER,
    ProjectorProcess,
    command_requested,
    command_started,
    projected,
    projecting,
    session_opened,
    story_in,
    tables,
)
from tests.support.services import Database
from tests.support.waiting import eventually
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import (
    ChangedFile,
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandResized,
    EndReason,
    Terminal,
)
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import LoginSucceeded, RoleGranted, RoleRevoked, TokenIssued, TokenKind, TokenRevoked
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.pausing import SessionPaused, SessionPauseRequested, SessionResumed, SessionResumeRequested
from quarterdeck.domain.persona import (
    NetworkChange,
    PersonaDefined,
    PersonaRetired,
    PersonaRevised,
    PersonaSettings,
    SessionPersona,
)
from quarterdeck.domain.project import (
    MemberAdded,
    MemberRemoved,
    ProjectArchived,
    ProjectSettings,
    ProjectSettingsChanged,
    Role,
)
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    Limit,
    SessionAdmitted,
    SessionClosed,
    SessionCloseRequested,
    SessionLost,
    SessionProvisioned,
)
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries import commands, members, personas, positions, projects, sessions, tokens, users
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.states import CommandState, SessionState


async def test_a_project_and_its_members_are_shown(database: Database) -> None:
    guest = uuid7()
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        changed = ProjectSettings(jail_driver="bubblewrap", max_sessions=3)
        last = await story.tell(
            story.project,
            MemberAdded(user_id=guest, role=Role.VIEWER),
            MemberAdded(user_id=guest, role=Role.DEVELOPER),
            ProjectSettingsChanged(settings=changed),
            ProjectArchived(),
        )
        await projected(database, last)

        project = await projects.get(read, story.project)
        assert project
        assert (project.name, project.repository, project.archived) == ("engine", "/srv/engine", True)
        assert project.settings == changed
        assert await members.roles(read, guest) == {story.project: Role.DEVELOPER}
        assert {member.user_id for member in (await members.load(read, [story.project]))[story.project]} == {
            guest,
            USER,
        }

        await projected(database, await story.tell(story.project, MemberRemoved(user_id=guest)))
        assert await members.roles(read, guest) == {}


async def test_a_persona_is_shown_as_it_is_now(database: Database) -> None:
    reviewer, pypi = uuid7(), (NetworkRule(host="pypi.org"),)
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()

        async def shown(*events: Event) -> PersonaRow:
            await projected(database, await story.tell(reviewer, *events))
            return (await personas.load(read, [reviewer]))[reviewer]

        settings = PersonaSettings(description="Reads.", limits=LimitsAsked(memory_bytes=2**30), network=pypi)
        defined = PersonaDefined(project_id=story.project, name="reviewer", revision=1, settings=settings)
        first = await shown(defined)
        assert (first.project_id, first.name, first.revision) == (story.project, "reviewer", 1)
        assert first.settings == settings
        assert first.defined_at == first.revised_at

        second = await shown(PersonaRevised(revision=2, limits=LimitsAsked(cpus=0.5)))
        assert (second.revision, second.settings) == (2, replace(settings, limits=LimitsAsked(cpus=0.5)))
        assert second.revised_at > second.defined_at
        freed = await shown(PersonaRevised(revision=3, network=NetworkChange(rules=None)))
        shut = await shown(PersonaRevised(revision=4, network=NetworkChange(rules=())))
        assert (freed.settings.network, shut.settings.network) == (None, ())
        assert (await shown(PersonaRetired())).retired_at

        again = await shown(PersonaDefined(project_id=story.project, name="reviewer", revision=5, settings=settings))
        assert (again.revision, again.retired_at, again.settings) == (5, None, settings)

        used = SessionPersona(persona_id=reviewer, name="reviewer", revision=5, limits=settings.limits)
        session_id = uuid7()
        opened = replace(session_opened(story), persona=used)
        await projected(database, await story.tell(session_id, opened, session_id=session_id))
        found = await sessions.get(read, session_id)
        assert found
        assert found.persona == used


async def test_a_session_is_shown_in_each_state(database: Database) -> None:
    session_id = uuid7()
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        opened = await story.tell(session_id, session_opened(story, title="fix it"), session_id=session_id)
        await projected(database, opened)
        first = await sessions.get(read, session_id)
        assert first
        assert (first.state, first.title, first.owner_name, first.position) == (
            SessionState.QUEUED,
            "fix it",
            "ada",
            opened,
        )
        assert first.limits == ()

        await projected(database, await story.tell(session_id, SessionAdmitted()))
        admitted = await sessions.get(read, session_id)
        assert admitted
        assert admitted.state is SessionState.OPENING

        limits = (Limit(name="memory", asked="1 GiB", enforced_by="cgroup"),)
        provisioned = SessionProvisioned(
            worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit=TREE, limits=limits
        )
        await projected(database, await story.tell(session_id, provisioned))
        ready = await sessions.get(read, session_id)
        assert ready
        assert (ready.state, ready.worker_id, ready.limits) == (SessionState.READY, "w1", limits)
        assert ready.ready_at
        assert ready.ready_at >= ready.opened_at

        await projected(
            database, await story.tell(session_id, SessionCloseRequested(), SessionClosed(detail="asked to"))
        )
        closed = await sessions.get(read, session_id)
        assert closed
        assert (closed.state, closed.reason) == (SessionState.CLOSED, "asked to")


async def test_a_session_that_is_lost_and_taken_up_again_is_shown_so_event_by_event(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        again = SessionProvisioned(worker_id="w2", jail_driver="dummy", workspace_kind="overlay", base_commit=TREE)
        reopened = SessionReopened(
            project_id=story.project, owner_id=USER, ref="main", title="", worker_id="w1", reason="w1 is gone"
        )
        seen: list[tuple[str, str | None, str | None, bool]] = []
        for events in (
            (SessionLost(reason="w1 is gone"),),
            (reopened,),
            (SessionAdmitted(),),
            (again, SessionResumed(rebuilt=True, detail="It was made anew.")),
        ):
            await projected(database, await story.tell(session_id, *events))
            row = await sessions.get(read, session_id)
            assert row
            seen.append((row.state, row.worker_id, row.reason, row.ended_at is not None))
            assert (row.next_step is not None) == (row.state is SessionState.LOST)

    assert seen == [
        (SessionState.LOST, "w1", "w1 is gone", True),
        (SessionState.QUEUED, None, "w1 is gone", False),
        (SessionState.OPENING, None, "w1 is gone", False),
        (SessionState.READY, "w2", None, False),
    ]


async def test_a_session_is_shown_as_it_is_paused_and_resumed_event_by_event(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        seen: list[str] = []
        for event in (
            SessionPauseRequested(reason="lunch"),
            SessionPaused(reason="lunch"),
            SessionResumeRequested(),
            SessionResumed(rebuilt=False, detail="It goes on where it was."),
        ):
            await projected(database, await story.tell(session_id, event))
            row = await sessions.get(read, session_id)
            assert row
            seen.append(row.state)

    assert seen == [SessionState.READY, SessionState.PAUSED, SessionState.PAUSED, SessionState.READY]


async def test_a_command_is_shown_with_how_it_ended(database: Database) -> None:
    finished, lost, refused = uuid7(), uuid7(), uuid7()
    files = (ChangedFile(path="a b", status="added"),)
    end = CommandFinished(
        exit_code=None,
        signal="SIGKILL",
        reason=EndReason.TIMED_OUT,
        wall_ms=2**40,
        cpu_ms=1,
        peak_memory_bytes=2**45,
        output_bytes=2**41,
        output_sha256="00",
        tree_before=TREE,
        tree_after="x",
        files_changed=files,
        files_changed_total=1,
    )
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        asked = command_requested(session_id, story.project)
        await story.tell(finished, asked, command_started(), session_id=session_id)
        await story.tell(lost, asked, CommandCancelRequested(), CommandLost(reason="gone"), session_id=session_id)
        last = await story.tell(refused, asked, CommandRefused(reason="no", next_step="ask"), session_id=session_id)
        await projected(database, last)
        running = await commands.get(read, finished)
        assert running
        assert (running.state, running.worker_id, running.requested_by) == (CommandState.RUNNING, "w1", "ada")

        resized = CommandResized(terminal=Terminal(columns=100, rows=40))
        await projected(database, await story.tell(finished, resized, end, session_id=session_id))
        found = await commands.load(read, [finished, lost, refused, uuid7()])
        assert found.keys() == {finished, lost, refused}
        assert found[finished].state is CommandState.FINISHED
        assert found[finished].end_reason is EndReason.TIMED_OUT
        assert found[finished].terminal == Terminal(columns=100, rows=40)
        assert found[finished].peak_memory_bytes == 2**45
        assert (found[lost].state, found[lost].reason, found[lost].cancelling) == (CommandState.LOST, "gone", True)
        assert (found[refused].state, found[refused].next_step) == (CommandState.REFUSED, "ask")
        changed = await commands.load_files_changed(read, [finished, lost])
        assert changed == {finished: files, lost: ()}


async def test_users_and_tokens_are_shown_without_secrets(database: Database) -> None:
    token_id, login_id = uuid7(), uuid7()
    expiry = datetime.now(UTC) + timedelta(hours=1)

    def issued(kind: TokenKind) -> TokenIssued:
        return TokenIssued(
            user_id=USER, name="ci", kind=kind, scopes=("*",), secret_sha256="5ec4e7" * 10, expires_at=expiry
        )

    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        await story.tell(USER, RoleGranted(role="admin"), RoleGranted(role="guest"), RoleRevoked(role="guest"))
        await story.tell(token_id, issued(TokenKind.API), TokenRevoked(reason="leaked"))
        login = issued(TokenKind.LOGIN)
        await projected(database, await story.tell(login_id, login, LoginSucceeded(issued_token_id=token_id)))

        user = await users.get(read, USER)
        assert user
        assert (user.name, set(user.roles)) == ("ada", {"admin"})
        token, used = await tokens.get(read, token_id), await tokens.get(read, login_id)
        assert token
        assert used
        assert (token.scopes, token.expires_at, token.revoked, token.used) == (("*",), expiry, True, False)
        assert (used.kind, used.used) == (TokenKind.LOGIN, True)
    assert "5ec4e7" not in str(tables(database))


async def test_the_audit_trail_has_a_line_for_each_event(database: Database) -> None:
    async with story_in(database) as story, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        last = await story.run(session_id, "git log\n\t| head")
        _append_unknown(database, last)
        await projected(database, last + 1)

    trail = [(row[4], row[8]) for row in tables(database)["audit_trail"]]
    assert trail == [
        ("UserRegistered", "ada"),
        ("ProjectCreated", "engine /srv/engine"),
        ("SessionOpened", "main "),
        ("SessionProvisioned", f"w1 dummy {TREE}"),
        ("CommandRequested", "git log  | head"),
        ("CommandStarted", ""),
        ("CommandFinished", "exited 0"),
        ("FutureEvent", ""),
    ]


async def test_what_cannot_be_read_is_skipped(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        last = await story.run(await story.open_session(), "secret")
        _append_unknown(database, last)
        with psycopg.connect(database.admin_url) as connection:
            connection.execute("SELECT log.erase(%s)", (last - 2,))
        async with projecting(database):
            await projected(database, last + 1)

    found = tables(database)
    assert len(found["sessions"]) == 1
    assert found["commands"] == []
    assert [row[8] for row in found["audit_trail"] if row[4] == "CommandRequested"] == ["erased"]


async def test_a_nul_character_stops_nothing(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = uuid7()
        await projected(database, await story.tell(session_id, session_opened(story, title="a\0\\u0000b")))

        session = await sessions.get(read, session_id)
        assert session
        assert session.title == "a\ufffd\\u0000b"


async def test_large_commands_pass_through_a_small_batch(database: Database) -> None:
    text = "x" * 250_000
    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        for _ in range(6):
            await story.run(session_id, text)
        async with projecting(database):
            await projected(database, await story.log.head())

    assert [len(row[4]) for row in tables(database)["commands"]] == [250_000] * 6


async def test_many_events_are_caught_up_with_in_batches(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        await asyncio.gather(*(story.run(session_id, f"echo {n}") for n in range(300)))
        last = await story.log.head()
        async with projecting(database, batch_events=101):
            await projected(database, last)
    in_batches = tables(database)
    assert len(in_batches["commands"]) == 300
    assert len(in_batches["audit_trail"]) == last
    assert {row[10] for row in in_batches["commands"]} == {"exited"}


async def test_a_projection_that_fails_stops_alone_and_goes_on_when_it_can(database: Database) -> None:
    broken = True

    def picky(topic: str, schema_version: int, payload: bytes | None) -> Event | UnknownEvent | ErasedEvent:
        if broken and payload and b"poison" in payload:
            raise ValueError("cannot have this")
        return decode(topic, schema_version, payload)

    async with story_in(database) as story, pools.Database(database.app_url) as read:
        await story.begin()
        session_id = await story.open_session()
        for _ in range(20):
            await story.run(session_id)
        poisoned = await story.run(session_id, "poison") - 2
        last = await story.run(session_id)
        async with projecting(database, picky):
            # usage reads the request as well, when it measures the command's start; searches find its words
            others = [name for name in ALL if name not in {"commands", "usage", "search"}]
            await projected(database, last, *others)
            stuck = {row.name: row for row in await positions.list_all(read)}["commands"]
            assert (stuck.position, stuck.failed_at) == (poisoned - 1, poisoned)
            assert stuck.failure == "ValueError: cannot have this"
            session_id = await story.open_session()
            await projected(database, await story.log.head(), *others)

            broken = False
            await projected(database, last, "commands", "usage", "search")
            healed = {row.name: row for row in await positions.list_all(read)}["commands"]
            assert (healed.failed_at, healed.failure) == (None, None)


async def test_a_value_the_table_cannot_hold_stops_its_projection_alone(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        command_id = uuid7()
        asked = command_requested(session_id, story.project)
        too_long = Terminal(columns=2**40, rows=1)
        last = await story.tell(command_id, asked, command_started(), CommandResized(terminal=too_long))
        await projected(database, last, "sessions", "audit_trail")

        async def stopped() -> bool:
            return {row.name: row.failed_at for row in await positions.list_all(read)}["commands"] == last

        await eventually(stopped)
        command = await commands.get(read, command_id)
        assert command
        assert command.state is CommandState.RUNNING


async def test_two_projectors_do_no_harm(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        async with projecting(database, batch_events=7):
            async with projecting(database, batch_events=11):
                for _ in range(30):
                    await story.run(session_id)
                await projected(database, await story.log.head())
            await projected(database, await story.run(session_id))
    assert len(tables(database)["commands"]) == 31


async def test_a_projector_that_stands_by_takes_over(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        async with projecting(database):
            await projected(database, await story.run(session_id))
            second = ProjectorProcess(database.projector_url)
            second.start()
        try:
            await projected(database, await story.run(session_id), within=20)
        finally:
            second.kill()
    assert len(tables(database)["commands"]) == 2


async def test_a_projector_killed_at_any_moment_loses_and_repeats_nothing(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        process = ProjectorProcess(database.projector_url)
        for round_ in range(2):
            process.start()
            try:
                await asyncio.gather(*(story.run(session_id) for _ in range(200)))
                # killed somewhere on the way, once it has begun
                await projected(database, 4 + 100 * round_, "commands", within=30)
            finally:
                process.kill()
        async with projecting(database):
            await projected(database, await story.log.head())
    assert len(tables(database)["commands"]) == 400
    assert len(tables(database)["audit_trail"]) == 4 + 1200


async def test_waiting_ends_as_soon_as_the_row_is_there(database: Database) -> None:
    async with (
        story_in(database) as story,
        pools.Database(database.app_url) as read,
        projecting(database),
        ProjectionWatch(database.app_url) as watch,
    ):
        await story.begin()
        for _ in range(20):
            session_id = uuid7()
            position = await story.tell(session_id, session_opened(story))
            await watch.wait_for(position, ["sessions"], 5)
            assert await sessions.get(read, session_id)


async def test_waiting_for_what_does_not_come_says_who_is_behind(database: Database) -> None:
    async with ProjectionWatch(database.app_url) as watch:
        with pytest.raises(UnavailableError, match=r"position 99 within 0.05 s \(behind: sessions\)"):
            await watch.wait_for(99, ["sessions"], 0.05)


def _append_unknown(database: Database, after: int) -> None:
    """An event of a release to come."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute(
            """
            INSERT INTO log.events (position, digest, stream_id, version, topic, schema_version, payload,
                payload_digest, recorded_at, actor_kind, actor_id, correlation_id)
            VALUES (%(at)s, %(digest)s, gen_random_uuid(), 1, 'FutureEvent', 7, '{"a": 1}',
                %(digest)s, now(), 'system', 'worker:w9', gen_random_uuid())
            """,
            {"at": after + 1, "digest": b"\0" * 32},
        )
        connection.execute("UPDATE log.head SET position = %s, digest = %s", (after + 1, b"\1" * 32))
        connection.execute("SELECT pg_notify('quarterdeck_log', %s)", (str(after + 1),))
