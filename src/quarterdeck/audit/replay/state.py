"""Everything as it was after some of a session's events: its aggregates, evolved as the server evolves them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, cast, get_args
from uuid import UUID

from quarterdeck.audit.replay.timeline import Item, read
from quarterdeck.domain import command, session_state, workspace
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import ChangedFile, CommandEvent, CommandFinished, CommandState, NoCommand
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict
from quarterdeck.domain.session_events import SessionEvent
from quarterdeck.domain.session_state import NoSession, SessionState
from quarterdeck.domain.task_events import TaskProgressNoted
from quarterdeck.domain.usage import ModelUsageRecorded
from quarterdeck.domain.workspace import NoWorkspace, WorkspaceEvent, WorkspaceRestored, WorkspaceState

SESSION: Final[tuple[type, ...]] = get_args(SessionEvent)
COMMAND: Final[tuple[type, ...]] = get_args(CommandEvent)
WORKSPACE: Final[tuple[type, ...]] = get_args(WorkspaceEvent)


@dataclass
class State:
    events: int = 0
    session: SessionState = field(default_factory=NoSession)
    workspace: WorkspaceState = field(default_factory=NoWorkspace)
    commands: dict[UUID, CommandState] = field(default_factory=dict[UUID, CommandState])
    files: dict[str, str] = field(default_factory=dict[str, str])
    """What commands changed until then, and how: `added`, `modified`, `deleted`; empty: added, and gone again."""
    restored: bool = False
    """Files were put back to an earlier state: `files` tells more than what is changed."""
    notes: list[str] = field(default_factory=list[str])
    """On its task."""
    allowed: dict[str, int] = field(default_factory=dict[str, int])
    """Connections, by host and port."""
    refused: dict[str, int] = field(default_factory=dict[str, int])
    model_calls: int = 0
    holes: list[int] = field(default_factory=list[int])
    """Positions of events that are erased, or that this release cannot read."""
    unfit: list[int] = field(default_factory=list[int])
    """Positions of events that do not fit what was before them."""


def state_after(items: Iterable[Item]) -> State:
    state = State()
    for item in items:
        state.events += 1
        try:
            _take(state, item, read(item.row))
        except QuarterdeckError:
            state.unfit.append(item.row.position)
    return state


def _take(state: State, item: Item, event: object) -> None:
    if isinstance(event, ErasedEvent | UnknownEvent):
        state.holes.append(item.row.position)
    elif isinstance(event, SESSION):
        state.session = session_state.evolve(state.session, cast("SessionEvent", event))
    elif isinstance(event, COMMAND):
        before = state.commands.get(item.row.stream_id, NoCommand())
        state.commands[item.row.stream_id] = command.evolve(before, cast("CommandEvent", event))
        if isinstance(event, CommandFinished):
            change(state.files, event.files_changed)
    elif isinstance(event, WORKSPACE):
        state.workspace = workspace.evolve(state.workspace, cast("WorkspaceEvent", event))
        state.restored |= isinstance(event, WorkspaceRestored)
    else:
        _take_other(state, event)


def _take_other(state: State, event: object) -> None:
    match event:
        case TaskProgressNoted(text=text):
            state.notes.append(text)
        case NetworkAccessDecided():
            verdicts = state.allowed if event.verdict is Verdict.ALLOWED else state.refused
            name = f"{event.host or '(several)'}:{event.port}"
            verdicts[name] = verdicts.get(name, 0) + event.count
        case ModelUsageRecorded():
            state.model_calls += 1
        case _:
            pass


def change(files: dict[str, str], changed: Iterable[ChangedFile]) -> None:
    """Adds more changes to what is known of files. Two commands that ran side by side both tell what either did."""
    for each in changed:
        match files.get(each.path), each.status:
            case ("added" | "", "deleted"):
                files[each.path] = ""
            case ("deleted", "added"):
                files[each.path] = "modified"
            case ("added", _):
                pass
            case (_, status):
                files[each.path] = status
