"""What a session did for a task, in a few lines. Some was written in a jail: whoever prints it makes it harmless."""

from datetime import datetime

from quarterdeck_cli import ids
from quarterdeck_cli.api.session_work import RanCommand, SessionWork
from quarterdeck_cli.text import duration, lately

SHOWN_FILES = 5
SHOWN_COMMANDS = 5
SHOWN_TEXT = 72
"""Characters of a command."""
Line = tuple[str, str]
"""And its style."""


def changed(files: int | None, added: int | None, removed: int | None) -> str:
    """As `+120 -14 in 6 files`."""
    if files is None:
        return "no files"
    many = f"{files:,} file{'' if files == 1 else 's'}"
    if files == 0:
        return "no change"
    return f"{many} changed" if added is None or removed is None else f"+{added:,} -{removed:,} in {many}"


def ran(count: int, failed: int) -> str:
    """As `12 commands, 1 failed`."""
    if not count:
        return "no commands"
    return f"{count:,} command{'' if count == 1 else 's'}{f', {failed:,} failed' if failed else ''}"


def lines(work: SessionWork) -> list[Line]:
    head = [
        f"{ids.short(work.session_id)}  {work.how.lower()} {lately(work.ended_at)} after {_span(work)}",
        changed(work.files_changed, work.lines_added, work.lines_removed),
        ran(work.commands, work.commands_failed),
        _models(work),
    ]
    found: list[Line] = [("  ".join(filter(None, head)), "red" if work.how != "CLOSED" else "")]
    if work.how != "CLOSED" and work.reason:
        found.append((f"    {work.reason}", ""))
    found += [(f"    {each}", "") for each in _files(work)]
    found += [(f"    {_command(each)}", "red" if each.failed else "") for each in work.last_commands[-SHOWN_COMMANDS:]]
    found += [(f"    branch {each.branch} at {each.commit[:12]}", "") for each in work.branches]
    if work.missing:
        found.append((f"    {work.missing}", "yellow"))
    return found


def _files(work: SessionWork) -> list[str]:
    shown = work.largest_changes[:SHOWN_FILES]
    counts = [_count(each.lines_added, each.lines_removed) for each in shown]
    width = max(map(len, counts), default=0)
    rows = [f"{count:<{width}}  {each.path}" for count, each in zip(counts, shown, strict=True)]
    rest = (work.files_changed or 0) - len(shown)
    more = [f"and {rest:,} more: `qd session diff {ids.short(work.session_id)}`"] if rest > 0 else []
    return [each if width else each.lstrip() for each in rows] + more


def _count(added: int | None, removed: int | None) -> str:
    if added is None and removed is None:
        return ""
    return f"+{added or 0:,} -{removed or 0:,}"


def _command(command: RanCommand) -> str:
    mark = "\N{BALLOT X}" if command.failed else "\N{CHECK MARK}"
    how = "" if not command.failed else f"{_outcome(command)}, "
    text = command.text if len(command.text) <= SHOWN_TEXT else f"{command.text[: SHOWN_TEXT - 1]}…"
    return f"{mark} {text}  ({how}{duration(command.wall_ms) or 'no time known'})"


def _outcome(command: RanCommand) -> str:
    if command.exit_code is not None and command.outcome == "EXITED":
        return f"exit {command.exit_code}"
    if command.signal and command.outcome == "SIGNALLED":
        return command.signal
    return command.outcome.lower().replace("_", " ")


def _span(work: SessionWork) -> str:
    taken = datetime.fromisoformat(work.ended_at) - datetime.fromisoformat(work.began_at)
    return duration(int(taken.total_seconds() * 1000))


def _models(work: SessionWork) -> str:
    used = work.usage
    if used is None:
        return ""
    cost = "cost unknown" if used.usd is None else f"${used.usd}{' and more' if used.unpriced else ''}"
    return f"{used.tokens:,} tokens, {cost}"
