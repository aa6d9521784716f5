"""A state as a page to read: names and values in sections. Two pages show what came in between."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.audit.replay.labels import cut
from quarterdeck.audit.replay.state import State
from quarterdeck.audit.words import outcome
from quarterdeck.domain.command import CommandState, EndedCommand, NoCommand, RequestedCommand, RunningCommand
from quarterdeck.domain.pausing import Activity
from quarterdeck.domain.session_state import EndedSession, NoSession, OpenSession, ReadySession, SessionState
from quarterdeck.domain.workspace import NoWorkspace, Workspace, WorkspaceState
from quarterdeck_cli import ids
from quarterdeck_cli.text import plain

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    title: str
    pairs: Pairs
    """Harmless texts: names, and values that may be empty."""


def page(state: State) -> list[Section]:
    """Sections that have nothing in them are left out."""
    sections = (
        Section("Session", _session(state.session)),
        Section("Workspace", _workspace(state.workspace)),
        Section("Commands", list(_commands(state.commands))),
        Section("Files changed by commands", _files(state)),
        Section("Notes on its task", [(str(n), cut(text)) for n, text in enumerate(state.notes, 1)]),
        Section("Network", _network(state)),
        Section("Record", _record(state)),
    )
    return [each for each in sections if any(value for _, value in each.pairs)]


def _session(state: SessionState) -> Pairs:
    match state:
        case NoSession():
            return [("State", "not opened yet")]
        case OpenSession():
            told = "closing" if state.closing else "waits for a worker" if state.admitted else "waits for a place"
            return [("State", f"open, {told}"), *_known(state)]
        case ReadySession():
            pause = state.pause
            asleep = "" if pause.activity is Activity.RUNNING else f"{pause.activity.value} {cut(pause.reason)}".strip()
            return [
                ("State", "closing" if state.closing else asleep or "running"),
                *_known(state),
                ("Worker", plain(state.worker_id)),
                ("Jail", plain(state.jail_driver)),
                ("Base commit", plain(state.base_commit)),
                ("Held by budgets", "; ".join(cut(reason) for _, reason in state.holds.reasons)),
                ("Limits near", ", ".join(plain(str(each.limit)) for each in state.near)),
            ]
        case EndedSession():
            return [("State", f"{plain(state.how)}: {cut(state.reason)}".removesuffix(": ")), *_known(state)]


def _known(state: OpenSession | ReadySession | EndedSession) -> Pairs:
    return [
        ("Title", cut(state.title)),
        ("Owner", str(state.owner_id)),
        ("Ref", plain(state.ref)),
        ("Persona", plain(state.persona.name) if state.persona else ""),
        ("Task", state.task.reference if state.task else ""),
    ]


def _workspace(state: WorkspaceState) -> Pairs:
    if isinstance(state, NoWorkspace):
        return []
    return [
        ("Kind", plain(state.kind)),
        ("Tree", plain(state.tree)),
        ("Left out of snapshots", f"{state.skipped_total:,} paths" if state.skipped_total else ""),
        ("Doing", _doing(state)),
    ]


def _doing(state: Workspace) -> str:
    return "discarded" if state.discarded else "being restored" if state.restoring else ""


def _commands(commands: Mapping[UUID, CommandState]) -> Iterator[tuple[str, str]]:
    for number, (command_id, state) in enumerate(commands.items(), 1):
        if not isinstance(state, NoCommand):
            yield f"c{number} {ids.short(str(command_id))}", f"{_stands(state)}: {cut(state.request.text, 120)}"


def _stands(state: RequestedCommand | RunningCommand | EndedCommand) -> str:
    match state:
        case RequestedCommand():
            return "waits"
        case RunningCommand():
            told = "is being cancelled" if state.cancelling else "runs"
            return f"{told} in the background" if state.request.background else told
        case EndedCommand():
            return cut(outcome(state.outcome))


def _files(state: State) -> Pairs:
    told = [(cut(path), status) for path, status in sorted(state.files.items()) if status]
    return (
        [*told, ("note", "files were restored meanwhile: some of these may be as they were")]
        if state.restored
        else told
    )


def _network(state: State) -> Pairs:
    return [*_counted("allowed", state.allowed), *_counted("refused", state.refused)]


def _counted(verdict: str, hosts: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    return [(cut(host, 100), f"{verdict} {count:,} x") for host, count in sorted(hosts.items())]


def _record(state: State) -> Pairs:
    return [
        ("Events", f"{state.events:,}"),
        ("Calls of models", f"{state.model_calls:,}" if state.model_calls else ""),
        ("Cannot be read", _positions(state.holes)),
        ("Do not fit", _positions(state.unfit)),
    ]


def _positions(found: list[int]) -> str:
    told = ", ".join(map(str, found[:10]))
    return f"{told} and {len(found) - 10:,} more" if len(found) > 10 else told
