"""Commands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.domain.command import ChangedFile, EndReason, Terminal
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.states import CommandState


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandRow:
    id: UUID
    position: int
    """Of its CommandRequested: the key of pages."""
    session_id: UUID
    project_id: UUID
    text: str
    terminal: Terminal | None
    background: bool
    timeout_seconds: int
    state: CommandState
    end_reason: EndReason | None
    exit_code: int | None
    signal: str | None
    reason: str | None
    """Why it was lost or refused, or what limit it met."""
    next_step: str | None
    cancelling: bool
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    requested_by: str
    """The user's name; an agent or a role by its id."""
    requested_by_user: UUID | None
    """None: an agent or a role asked for it."""
    worker_id: str | None
    wall_ms: int | None
    cpu_ms: int | None
    peak_memory_bytes: int | None
    output_bytes: int | None
    output_sha256: str | None
    tree_before: str | None
    tree_after: str | None
    files_changed_total: int


SELECT = """
    SELECT c.id, c.position, c.session_id, c.project_id, c.text, c.terminal_columns, c.terminal_rows, c.background,
           c.timeout_seconds, c.state, c.end_reason, c.exit_code, c.signal, c.reason, c.next_step, c.cancelling,
           c.requested_at, c.started_at, c.ended_at, COALESCE(u.name, c.requested_by) AS requested_by,
           c.requested_by_user, c.worker_id, c.wall_ms, c.cpu_ms, c.peak_memory_bytes, c.output_bytes, c.output_sha256,
           c.tree_before, c.tree_after, c.files_changed_total
    FROM read.commands c LEFT JOIN read.users u ON u.id = c.requested_by_user
"""


def _command(
    *, state: str, end_reason: str | None, terminal_columns: int | None, terminal_rows: int | None, **columns: Any
) -> CommandRow:
    terminal = terminal_columns and terminal_rows and Terminal(columns=terminal_columns, rows=terminal_rows)
    return CommandRow(
        state=CommandState(state),
        end_reason=EndReason(end_reason) if end_reason else None,
        terminal=terminal or None,
        **columns,
    )


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, CommandRow]:
    """Those of `ids` that exist."""
    found = await database.rows(_command, f"{SELECT} WHERE c.id = ANY(%(ids)s)", {"ids": list(ids)})
    return {row.id: row for row in found}


async def get(database: Database, command_id: UUID) -> CommandRow | None:
    return (await load(database, [command_id])).get(command_id)


async def list_of_session(database: Database, session_id: UUID, window: Window) -> Page[CommandRow]:
    """In the order in which they were asked for."""
    keys = keyset(window, newest_first=False)
    found = await database.rows(
        _command,
        f"""
        {SELECT}
        WHERE c.session_id = %(session)s AND c.position > %(low)s AND c.position < %(high)s
        ORDER BY c.position {keys.order} LIMIT %(fetch)s
        """,
        {"session": session_id, **keys.parameters},
    )
    return page(found, window)


async def load_files_changed(database: Database, ids: Collection[UUID]) -> dict[UUID, tuple[ChangedFile, ...]]:
    """What each command changed, at most its first 1,000 files. Apart from the row, which lists need small."""
    found = await database.rows(
        _files_changed, "SELECT id, files_changed FROM read.commands WHERE id = ANY(%(ids)s)", {"ids": list(ids)}
    )
    return dict(found)


def _files_changed(
    id: UUID,  # noqa: A002 - the column's name
    files_changed: list[dict[str, str]],
) -> tuple[UUID, tuple[ChangedFile, ...]]:
    return id, tuple(ChangedFile(**file) for file in files_changed)
