"""What a session did, as it may be noted on a task."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from quarterdeck.domain.session_work import (
    SessionWork,
    WorkBranch,
    WorkCommand,
    WorkCommands,
    WorkDiff,
    WorkEnd,
    WorkFile,
)

ENDED = datetime(2026, 11, 20, 12, 0, 0, 5, tzinfo=UTC)
WORK = SessionWork(
    session_id=UUID(int=7),
    ending=9,
    how=WorkEnd.CLOSED,
    reason="The files are kept.",
    began_at=ENDED - timedelta(minutes=5),
    ended_at=ENDED,
    base_commit="c0ffee",
    base_tree="a" * 40,
    last_tree="b" * 40,
    diff=WorkDiff(
        files=6,
        lines_added=120,
        lines_removed=14,
        uncounted=1,
        largest=(
            WorkFile(path="src/\x1b[2J\u202e.py", status="modified", lines_added=80, lines_removed=4),
            WorkFile(path="image.png", status="added"),
        ),
    ),
    commands=WorkCommands(
        count=12,
        failed=1,
        wall_ms=13_500,
        last=(
            WorkCommand(
                command_id=UUID(int=1), text="pytest -q", outcome="exited", exit_code=0, signal=None, wall_ms=12_300
            ),
            WorkCommand(
                command_id=UUID(int=2),
                text="make lint; \x1b]0;it\x07",
                outcome="exited",
                exit_code=2,
                signal=None,
                wall_ms=1_200,
            ),
        ),
    ),
    branches=(WorkBranch(branch="review/1", commit="d" * 40),),
)


def a_work(**changed: Any) -> SessionWork:
    return replace(WORK, **changed)
