"""Commands."""

from collections.abc import Sequence
from typing import assert_never, cast, get_args

from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.command import (
    CommandBackgrounded,
    CommandCancelRequested,
    CommandEvent,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandResized,
    CommandSignalled,
    CommandStarted,
    CommandTypistChanged,
    Terminal,
)
from quarterdeck.domain.quota import QuotaExceeded, said
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.states import CommandState
from quarterdeck_projections.tables import Command


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    commands = changes.of(Command)
    for logged in batch:
        event, key = cast("CommandEvent | QuotaExceeded", logged.event), (logged.stream_id,)
        match event:
            case CommandRequested():
                commands.insert(key, _requested(logged, event))
            case CommandStarted():
                commands.update(key, _started(logged, event))
            case CommandFinished():
                commands.update(key, _finished(logged, event))
            case CommandRefused():
                refused = _ended(logged, CommandState.REFUSED, event.reason)
                commands.update(key, {**refused, "next_step": event.next_step or None})
            case CommandLost():
                commands.update(key, _ended(logged, CommandState.LOST, event.reason))
            case CommandBackgrounded():
                commands.update(key, {"background": True})
            case CommandResized():
                commands.update(key, _terminal(event.terminal))
            case CommandCancelRequested():
                commands.update(key, {"cancelling": True})
            case QuotaExceeded(command_id=None) | CommandSignalled() | CommandTypistChanged():
                pass
            case QuotaExceeded(command_id=command_id):
                commands.update((command_id,), {"reason": said(event)})
            case _:
                assert_never(event)
    return changes


def _requested(logged: Logged, event: CommandRequested) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "session_id": event.session_id,
        "project_id": event.project_id,
        "text": event.text,
        **_terminal(event.terminal),
        "background": event.background,
        "timeout_seconds": event.timeout_seconds,
        "state": CommandState.QUEUED,
        "cancelling": False,
        "requested_at": logged.recorded_at,
        "requested_by": logged.actor_id,
        "requested_by_user": logged.actor_id if logged.actor_kind == ActorKind.USER else None,
        "files_changed": (),
        "files_changed_total": 0,
    }


def _terminal(terminal: Terminal | None) -> Row:
    if terminal is None:
        return {}
    return {"terminal_columns": terminal.columns, "terminal_rows": terminal.rows}


def _started(logged: Logged, event: CommandStarted) -> Row:
    return {
        "state": CommandState.RUNNING,
        "started_at": logged.recorded_at,
        "worker_id": event.worker_id,
        "tree_before": event.tree_before,
    }


def _finished(logged: Logged, event: CommandFinished) -> Row:
    return {
        "state": CommandState.FINISHED,
        "ended_at": logged.recorded_at,
        "end_reason": event.reason,
        "exit_code": event.exit_code,
        "signal": event.signal,
        "wall_ms": event.wall_ms,
        "cpu_ms": event.cpu_ms,
        "peak_memory_bytes": event.peak_memory_bytes,
        "output_bytes": event.output_bytes,
        "output_sha256": event.output_sha256,
        "tree_before": event.tree_before,
        "tree_after": event.tree_after,
        "files_changed": event.files_changed,
        "files_changed_total": event.files_changed_total,
    }


def _ended(logged: Logged, state: CommandState, reason: str) -> Row:
    return {"state": state, "reason": reason, "ended_at": logged.recorded_at}


UNTOLD = {CommandSignalled.TOPIC, CommandTypistChanged.TOPIC}
"""They change no row."""
COMMANDS = RowProjection(
    name="commands",
    tables=(Command,),
    topics=frozenset(cls.TOPIC for cls in (*get_args(CommandEvent), QuotaExceeded)) - UNTOLD,
    project=project,
)
