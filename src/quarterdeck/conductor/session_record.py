"""What the log alone tells of a session up to one of its ends. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRequested, CommandStarted
from quarterdeck.domain.exports import WorkspaceExported
from quarterdeck.domain.session_work import (
    MOST_BRANCHES,
    MOST_COMMANDS,
    MOST_FILES,
    WorkBranch,
    WorkCommand,
    WorkCommands,
    WorkDiff,
    WorkFile,
    shortened,
    shortened_path,
)
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded, WorkspacePrepared, WorkspaceRebuilt


@dataclass(frozen=True)
class Files:
    """A session's trees; empty where it had no files."""

    base_commit: str = ""
    base: str = ""
    last: str = ""


def files_of(events: Sequence[LoggedEvent], before: int, *, forked: bool) -> Files:
    """Of a workspace's stream. A fork begins with the files that it took over."""
    found = Files()
    for each in events:
        if each.position > before:
            break
        match each.event:
            case WorkspacePrepared(base_commit=commit, tree=tree):
                found = Files(commit, tree, tree)
            case SnapshotTaken(tree=tree, command_id=command_id):
                taken_over = forked and command_id is None and each.version == 2
                found = Files(found.base_commit, tree if taken_over else found.base, tree)
            case WorkspaceRebuilt(tree=tree) | WorkspaceDiscarded(last_tree=tree) if tree:
                found = Files(found.base_commit, found.base, tree)
            case _:
                pass
    return found


def branches_of(events: Sequence[LoggedEvent], before: int) -> tuple[WorkBranch, ...]:
    """Of a record of exports."""
    found: dict[str, WorkBranch] = {}
    for each in events:
        match each.event:
            case WorkspaceExported(branch=str() as branch, commit=str() as commit) if each.position < before:
                found.pop(branch, None)
                found[branch] = WorkBranch(branch=branch, commit=commit)
            case _:
                pass
    return tuple(found.values())[-MOST_BRANCHES:]


@dataclass
class Commands:
    """A session's commands, from its events in the log's order."""

    masked: Callable[[str], str]
    """Without what looks like a secret."""
    asked: dict[UUID, str] = field(default_factory=dict[UUID, str])
    started: set[UUID] = field(default_factory=set[UUID])
    files: dict[str, str] = field(default_factory=dict[str, str])
    """That they said they had changed, and how; the last one said it last."""
    told: WorkCommands = field(default_factory=WorkCommands)

    def read(self, events: Iterable[LoggedEvent]) -> None:
        for each in events:
            match each.event:
                case CommandRequested(text=text):
                    self.asked[each.stream_id] = text
                case CommandStarted():
                    self.started.add(each.stream_id)
                case CommandFinished() | CommandLost() if each.stream_id in self.started:
                    self._ended(each.stream_id, each.event)
                case _:
                    pass

    def _ended(self, command_id: UUID, event: CommandFinished | CommandLost) -> None:
        self.started.discard(command_id)
        text = shortened(self.masked(self.asked.pop(command_id, "")))
        if isinstance(event, CommandLost):
            ended = WorkCommand(
                command_id=command_id, text=text, outcome="lost", exit_code=None, signal=None, wall_ms=None
            )
        else:
            ended = WorkCommand(
                command_id=command_id,
                text=text,
                outcome=event.reason.value,
                exit_code=event.exit_code,
                signal=event.signal,
                wall_ms=event.wall_ms,
            )
            for file in event.files_changed:
                self.files.pop(file.path, None)
                self.files[file.path] = file.status
        self.told = WorkCommands(
            count=self.told.count + 1,
            failed=self.told.failed + ended.failed,
            wall_ms=self.told.wall_ms + (ended.wall_ms or 0),
            last=(*self.told.last, ended)[-MOST_COMMANDS:],
        )

    @property
    def diff(self) -> WorkDiff:
        """As far as they told."""
        named = list(self.files.items())[-MOST_FILES:]
        return WorkDiff(
            files=len(self.files),
            lines_added=None,
            lines_removed=None,
            largest=tuple(WorkFile(path=shortened_path(path), status=status) for path, status in reversed(named)),
        )
