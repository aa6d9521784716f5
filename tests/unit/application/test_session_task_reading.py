"""What an agent edits in its own copy of a task file is in the log once, by who ran its command, and never doubled."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from tests.support.task_harbour import BRANCH, SOURCE, Harbour

from quarterdeck.application.ports.log import Context, LoggedEvent, StreamWrite
from quarterdeck.application.session_task_reading import SessionTaskReader
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandRequested
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_events import SessionOpened
from quarterdeck.domain.session_task_files import SessionTaskFilesRead, session_task_files_id
from quarterdeck.domain.task_conflicts import TaskConflictFound
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import TaskChanges
from quarterdeck.domain.task_file_settings import DEFAULT_PATH
from quarterdeck.domain.workspace import SnapshotTaken, WorkspacePrepared, WorkspaceRestored, workspace_id

TEXT = "# Tasks\n\n- [ ] Paint the mast\n- [ ] Caulk the hull\n"


@dataclass
class Sitting:
    """A session whose files are edited by commands."""

    harbour: Harbour
    session_id: UUID = field(default_factory=uuid4)
    text: str = ""

    async def begin(self, text: str | None = None) -> "Sitting":
        self.text = self.harbour.text if text is None else text
        opened = SessionOpened(project_id=self.harbour.project_id, owner_id=self.harbour.ada, ref=BRANCH)
        await self.append(self.session_id, opened)
        prepared = WorkspacePrepared(
            session_id=self.session_id, kind="clone", base_commit="b" * 40, tree=self.tree(self.text)
        )
        await self.append(workspace_id(self.session_id), prepared)
        return self

    def tree(self, text: str) -> str:
        workspaces = self.harbour.workspaces
        tree = uuid4().hex + "0" * 8
        workspaces._trees[tree] = {DEFAULT_PATH: text.encode(), "README": b""}  # pyright: ignore[reportPrivateUsage]
        return tree

    async def append(self, stream_id: UUID, *events: Event, user_id: UUID | None = None) -> LoggedEvent:
        version = len(await self.harbour.log.load(stream_id))
        context = Context(
            actor=Actor(kind=ActorKind.USER, id=str(user_id or self.harbour.ada)),
            correlation_id=uuid4(),
            project_id=self.harbour.project_id,
            session_id=self.session_id,
        )
        write = StreamWrite(stream_id=stream_id, expected_version=version, events=events)
        await self.harbour.log.append([write], context)
        return (await self.harbour.log.load(stream_id))[-1]

    async def run(self, old: str, new: str) -> LoggedEvent:
        """A command of bo's that edits the file; its snapshot."""
        assert old in self.text, self.text
        self.text = self.text.replace(old, new)
        command_id = uuid4()
        asked = CommandRequested(
            session_id=self.session_id,
            project_id=self.harbour.project_id,
            text="edit",
            terminal=None,
            timeout_seconds=60,
        )
        await self.append(command_id, asked, user_id=self.harbour.bo)
        taken = SnapshotTaken(command_id=command_id, tree=self.tree(self.text), files_changed=1)
        return await self.append(workspace_id(self.session_id), taken)

    async def read(self, recorded: LoggedEvent) -> bool:
        reader = SessionTaskReader(self.harbour.another())
        return await reader.read(self.harbour.project_id, self.session_id, recorded)


@pytest.fixture
async def harbour() -> Harbour:
    harbour = await Harbour().open(TEXT)
    await harbour.synchronize()
    return harbour


async def test_edits_of_a_command_are_events_by_who_ran_it_and_follow_in_the_branchs_file(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    taken = await sitting.run("- [ ] **T-1** Paint the mast", "- [x] **T-1** Paint the mast\n- [ ] Sew a sail #sails")
    assert await sitting.read(taken)
    assert not await sitting.read(taken)

    assert (await harbour.task(1)).status is TaskStatus.DONE
    assert (await harbour.task(3)).fields.labels == ("sails",)
    envelope = (await harbour.logged(3))[0].envelope
    assert (envelope.actor.id, envelope.session_id, envelope.causation_id) == (
        str(harbour.bo),
        sitting.session_id,
        taken.event_id,
    )
    await harbour.synchronize()
    assert "- [x] **T-1** Paint the mast" in harbour.text
    assert "- [ ] **T-3** Sew a sail #sails" in harbour.text
    await harbour.check_quiet()


async def test_an_item_that_got_its_id_elsewhere_is_known_again_in_later_snapshots(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    await sitting.read(await sitting.run("# Tasks\n\n", "# Tasks\n\n- [ ] Sew a sail\n"))
    await sitting.read(await sitting.run("- [ ] Sew a sail", "- [x] Sew a sail !high"))
    await sitting.read(await sitting.run("Sew a sail", "Sew two sails"))
    assert await harbour.count() == 3
    found = await harbour.task(3)
    assert (found.fields.title, found.status, found.fields.priority) == ("Sew two sails", TaskStatus.DONE, "high")


@pytest.mark.parametrize("both", [True, False])
async def test_a_sessions_branch_that_is_merged_doubles_nothing(harbour: Harbour, both: bool) -> None:
    sitting = await Sitting(harbour).begin()
    await sitting.read(await sitting.run("- [ ] **T-2**", "- [ ] Sew a sail\n- [ ] **T-2**"))
    if both:
        # the bot has written it already; git keeps both lines
        await harbour.synchronize()
        assert "- [ ] **T-3** Sew a sail" in harbour.text
    harbour.rewrite("- [ ] **T-2**", "- [ ] Sew a sail\n- [ ] **T-2**")
    await harbour.synchronize()
    await harbour.synchronize()
    assert await harbour.count() == 3
    assert harbour.text.count("Sew a sail") == 1
    await harbour.check_quiet()

    # another of that name is another
    harbour.rewrite("- [ ] **T-2**", "- [ ] Sew a sail\n- [ ] **T-2**")
    await harbour.synchronize()
    assert await harbour.count() == 4
    await harbour.check_quiet()


async def test_a_stale_copy_says_nothing_of_what_it_does_not_know(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    await harbour.add("Sew a sail")
    await sitting.read(await sitting.run("Caulk the hull", "Caulk the hull #dry"))
    assert (await harbour.task(1)).fields.title == "Oil the mast"
    assert (await harbour.task(2)).fields.labels == ("dry",)
    assert (await harbour.task(3)).status is TaskStatus.OPEN


async def test_a_copy_from_before_ids_were_given_out_doubles_nothing(harbour: Harbour) -> None:
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    sitting = await Sitting(harbour).begin(TEXT + "- [ ] Never on the branch\n")
    await sitting.read(await sitting.run("- [ ] Caulk the hull\n", "- [x] Caulk the hull\n- [ ] Sew a sail\n"))
    assert await harbour.count() == 3
    assert (await harbour.task(2)).status is TaskStatus.DONE
    assert ((await harbour.task(1)).fields.title, (await harbour.task(3)).fields.title) == (
        "Oil the mast",
        "Sew a sail",
    )


async def test_what_log_and_copy_both_changed_is_a_conflict_of_that_session(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    await sitting.read(await sitting.run("Paint the mast", "Tar the mast"))
    await sitting.read(await sitting.run("Caulk the hull", "Caulk the hull #dry"))
    await harbour.synchronize()
    assert list((await harbour.task(1)).conflicts.values()) == [
        TaskConflictFound(
            field="title",
            base="Paint the mast",
            file="Tar the mast",
            log="Oil the mast",
            session_id=sitting.session_id,
        )
    ]
    await harbour.check_quiet()


async def test_what_a_restore_brings_back_is_nobodys_edit(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    before = sitting.text
    await sitting.read(await sitting.run("- [ ] **T-1**", "- [x] **T-1**"))
    sitting.text = before
    restored = WorkspaceRestored(tree=sitting.tree(before), files_changed=1, shell=False)
    await sitting.read(await sitting.append(workspace_id(sitting.session_id), restored))
    assert (await harbour.task(1)).status is TaskStatus.DONE
    await sitting.read(await sitting.run("- [ ] **T-2**", "- [x] **T-2**"))
    assert [(await harbour.task(n)).status for n in (1, 2)] == [TaskStatus.DONE, TaskStatus.DONE]


async def test_what_git_checks_out_or_stashes_is_nobodys_edit(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    first = sitting.text
    await sitting.read(await sitting.run("- [ ] **T-1**", "- [x] **T-1**"))
    await harbour.synchronize()
    for text in (first, sitting.text, TEXT):
        before = sitting.text
        await sitting.read(await sitting.run(before, text))
        assert [(await harbour.task(n)).status for n in (1, 2)] == [TaskStatus.DONE, TaskStatus.OPEN]
    assert await harbour.count() == 2
    await harbour.check_quiet()


async def test_a_copy_that_cannot_be_read_is_told_once_and_the_next_is_compared_with_the_last_good_one(
    harbour: Harbour,
) -> None:
    sitting = await Sitting(harbour).begin()
    good = sitting.text
    await sitting.read(await sitting.run("# Tasks\n", "> " * 70 + "x\n"))
    events = await harbour.log.load(session_task_files_id(sitting.session_id))
    assert [e.event.problem for e in events if isinstance(e.event, SessionTaskFilesRead)] != [""]
    sitting.text = good
    await sitting.read(await sitting.run("- [ ] **T-2**", "- [x] **T-2**"))
    assert (await harbour.task(2)).status is TaskStatus.DONE
    assert SOURCE


async def test_snapshots_that_cannot_be_had_now_are_read_later(harbour: Harbour) -> None:
    sitting = await Sitting(harbour).begin()
    taken = await sitting.run("- [ ] **T-2**", "- [x] **T-2**")
    trees = dict(harbour.workspaces._trees)  # pyright: ignore[reportPrivateUsage]
    harbour.workspaces._trees.clear()  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(NotFoundError):
        await sitting.read(taken)
    harbour.workspaces._trees.update(trees)  # pyright: ignore[reportPrivateUsage]
    assert await sitting.read(taken)
