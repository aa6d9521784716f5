"""A re-execution as `qd audit reexecute` asks for it and prints it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from quarterdeck.audit.over_api import raw_event
from quarterdeck.audit.patterns import Pattern
from quarterdeck.audit.reexecution.normalising import NAMES, chosen, normalised
from quarterdeck.audit.reexecution.recorded import Recorded, recorded
from quarterdeck.audit.reexecution.rerun import Rerun
from quarterdeck.audit.reexecution.verdicts import Difference, Result, Verdict
from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.events import events
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

SIGNS: Final = {
    Verdict.SAME: ("=", "green"),
    Verdict.NORMALISED: ("≈", "green"),
    Verdict.DRIFTED: ("≠", "bold red"),
    Verdict.NOT_REPRODUCIBLE: ("?", "yellow"),
}
SHOWN: Final = 160
"""Characters of a line that are printed."""


async def reexecute(
    qd: Qd,
    session: str,
    names: Sequence[str] | None,
    ignored: Sequence[str],
    *,
    exact: bool,
    keep: bool,
    as_json: bool,
) -> int:
    """Runs it all again, prints a verdict for each command, and returns the exit code."""
    normalise = _normalise(names, ignored, exact=exact)
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    commands = await _commands(client, session_id)
    found: Counter[Verdict] = Counter()

    def tell(result: Result) -> None:
        found[result.verdict] += 1
        if as_json:
            qd.out.json_line(result.told())
        else:
            _print(qd, result)

    with qd.out.status("Running again …") as say:
        rerun = Rerun(client, session_id, normalise, say)
        try:
            await rerun.run(commands, tell)
        finally:
            if not keep:
                await rerun.close()
    _sum_up(qd, found, rerun.opened if keep else [])
    return ExitCode.CHECK_FAILED if found[Verdict.DRIFTED] else ExitCode.OK


async def _commands(client: Client, session_id: str) -> list[Recorded]:
    return recorded([raw_event(each) async for each in events(client, session_id=session_id)])


def _normalise(names: Sequence[str] | None, ignored: Sequence[str], *, exact: bool) -> Callable[[str], str]:
    if exact and (names or ignored):
        raise UsageError("--exact leaves nothing out of account.", "Leave out --normalise and --ignore.")
    if exact:
        return lambda line: line
    try:
        used = chosen(NAMES if names is None else names)
    except KeyError as error:
        raise UsageError(f"There is no normaliser {error}.", f"There are {', '.join(NAMES)}.") from error
    patterns = [Pattern(each) for each in ignored]
    return lambda line: normalised(line, used, patterns)


def _print(qd: Qd, result: Result) -> None:
    sign, style = SIGNS[result.verdict]
    text = plain(result.command.text) if result.command.text is not None else "(erased)"
    qd.out.line(f"{sign} {result.verdict.value:<22} {ids.short(str(result.command.id))}  {_cut(text)}", style)
    if result.reason:
        qd.out.line(f"    {plain(result.reason)}")
    if result.difference:
        for line in _told(result.difference):
            qd.out.line(f"    {line}")


def _told(found: Difference) -> tuple[str, str, str]:
    at = f", line {found.line:,}" if found.line else ""
    return (
        f"first difference: {plain(found.where)}{at}",
        f"- {_cut(plain(found.expected))}",
        f"+ {_cut(plain(found.found))}",
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _sum_up(qd: Qd, found: Counter[Verdict], kept: Sequence[str]) -> None:
    if not found:
        qd.out.note("The session has no commands.")
        return
    total = found.total()
    parts = ", ".join(f"{found[verdict]:,} {verdict.value}" for verdict in Verdict if found[verdict])
    qd.out.note(f"{total:,} command{'s' if total != 1 else ''}: {parts}.")
    for session_id in kept:
        qd.out.note(f"Session {ids.short(session_id)} stays open.")
