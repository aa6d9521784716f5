"""What sessions did for a task, as the API shows it."""

from datetime import datetime
from decimal import Decimal

import strawberry

from quarterdeck.domain.identity import allows
from quarterdeck.domain.session_work import SessionWork, WorkCommand, WorkEnd, WorkFile
from quarterdeck_projections.queries.task_work import TaskWorkRow, WorkUsage
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import described
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.usage.types import dollars

strawberry.enum(WorkEnd, name="TaskWorkEnd")


@strawberry.type(description="A file that a session changed. Lines are null where nobody has counted them.")
class TaskWorkFile:
    path: str = strawberry.field(description="Shortened at its beginning where it is long.")
    status: str
    lines_added: int | None
    lines_removed: int | None


@strawberry.type
class TaskWorkCommand:
    command_id: strawberry.ID
    text: str = strawberry.field(description="Shortened, and masked where it looks like a secret.")
    outcome: str = strawberry.field(description="Why it ended, as EXITED or TIMED_OUT; LOST: nobody knows.")
    failed: bool = strawberry.field(description="It did not exit with 0.")
    exit_code: int | None
    signal: str | None
    wall_ms: Long | None


@strawberry.type
class TaskWorkBranch:
    branch: str
    commit: str


@strawberry.type(description="What models took in a session, until a day after its end; told later, it is in `usage`.")
class TaskWorkUsage:
    calls: int
    tokens: Long
    usd: Decimal | None = strawberry.field(description="Null: of no call is known what it cost.")
    unpriced: int = strawberry.field(description="Calls of which it is not known.")


@strawberry.type(
    description=(
        "What a session did, from its beginning to its last end: noted when it is closed, lost or could not be made. "
        "A session that was taken up again and ends again is told of anew."
    )
)
class TaskWork:
    row: strawberry.Private[TaskWorkRow]
    session_id: strawberry.ID
    how: WorkEnd
    reason: str | None
    began_at: datetime
    ended_at: datetime
    noted_at: datetime
    base_commit: str | None
    base_tree: str | None = strawberry.field(description="The files that it began with; null: it had none.")
    last_tree: str | None
    files_changed: int | None = strawberry.field(description="Between the two trees; null: not known.")
    lines_added: int | None = strawberry.field(
        description="Null: not counted; then `filesChanged` is as commands told."
    )
    lines_removed: int | None
    files_uncounted: int = strawberry.field(description="Files whose lines are in no number: binary or large ones.")
    largest_changes: list[TaskWorkFile]
    missing: str | None = strawberry.field(description="What could not be found out, and why.")
    commands: int = strawberry.field(description="That ran.")
    commands_failed: int
    commands_ms: Long = strawberry.field(description="How long they ran, together.")
    last_commands: list[TaskWorkCommand] = strawberry.field(description="In the order of their ends.")
    branches: list[TaskWorkBranch] = strawberry.field(description="That it was exported to until its end.")

    @described("What models took in it; null without the scope usage:read, and where no call was told.")
    async def usage(self, info: Info) -> TaskWorkUsage | None:
        if not allows(info.context.caller.scopes, "usage:read"):
            return None
        found = await info.context.work_usage(self.row)
        return _usage_of(found) if found else None


def work_of(row: TaskWorkRow) -> TaskWork:
    work, diff, commands = row.work, row.work.diff, row.work.commands
    return TaskWork(
        row=row,
        session_id=ids.encode("Session", work.session_id),
        how=work.how,
        reason=work.reason or None,
        began_at=work.began_at,
        ended_at=work.ended_at,
        noted_at=row.noted_at,
        base_commit=work.base_commit or None,
        base_tree=work.base_tree or None,
        last_tree=work.last_tree or None,
        files_changed=diff.files if diff else None,
        lines_added=diff.lines_added if diff else None,
        lines_removed=diff.lines_removed if diff else None,
        files_uncounted=diff.uncounted if diff else 0,
        largest_changes=[_file_of(each) for each in (diff.largest if diff else ())],
        missing=work.missing or None,
        commands=commands.count,
        commands_failed=commands.failed,
        commands_ms=Long(commands.wall_ms),
        last_commands=[_command_of(each) for each in commands.last],
        branches=_branches_of(work),
    )


def _file_of(file: WorkFile) -> TaskWorkFile:
    return TaskWorkFile(
        path=file.path, status=file.status, lines_added=file.lines_added, lines_removed=file.lines_removed
    )


def _command_of(command: WorkCommand) -> TaskWorkCommand:
    return TaskWorkCommand(
        command_id=ids.encode("Command", command.command_id),
        text=command.text,
        outcome=command.outcome.upper(),
        failed=command.failed,
        exit_code=command.exit_code,
        signal=command.signal,
        wall_ms=None if command.wall_ms is None else Long(command.wall_ms),
    )


def _branches_of(work: SessionWork) -> list[TaskWorkBranch]:
    return [TaskWorkBranch(branch=each.branch, commit=each.commit) for each in work.branches]


def _usage_of(found: WorkUsage) -> TaskWorkUsage:
    return TaskWorkUsage(
        calls=found.calls,
        tokens=Long(found.tokens),
        usd=dollars(found.nano_dollars),
        unpriced=found.unpriced,
    )
