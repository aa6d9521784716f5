"""The bottom line: pure, from the status to styled words that fit the terminal."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from quarterdeck_cli.repl.status import Link, Status
from quarterdeck_cli.text import plain

Fragment = tuple[str, str]
"""A prompt-toolkit style and a text."""
_MARKS = {Link.UP: "●", Link.CONNECTING: "◌", Link.RECONNECTING: "◌", Link.OFFLINE: "○"}
BETWEEN = "  "


def segments(status: Status) -> Iterator[Fragment]:
    """The most important first: those at the end give way."""
    yield f"class:link.{status.link.value}", f"{_MARKS[status.link]} {status.link.value}"
    if status.waiting:
        yield "class:waiting", f"{status.waiting} waiting"
    if status.undecided:
        yield "class:alert", f"{status.undecided} not taken: pending"
    if status.sent:
        yield "class:sent", f"{status.sent} sent"
    if status.alerts:
        yield "class:alert", _count(status.alerts, "alert")
    if status.asking:
        yield "class:alert", f"{_count(status.asking, 'budget')} asking"
    if status.running is not None:
        yield "class:running" if status.running else "", f"{status.running} running"
    if status.sessions is not None:
        yield "", _count(status.sessions, "session")
    if status.spent_today is not None:
        yield "", f"${status.spent_today} today"
    if status.unread:
        yield "class:unread", f"{status.unread} new"
    if status.position is not None:
        yield "class:position", f"at {status.position:,}"


def fitted(shown: Sequence[Fragment], width: int) -> list[Fragment]:
    """As many as there is room for, with gaps between them. What plug-ins say is made safe."""
    taken: list[Fragment] = []
    room = width - 1
    for style, text in shown:
        safe = plain(text)
        room -= cell_len(safe) + len(BETWEEN)
        if room < 0:
            break
        taken += [("", BETWEEN if taken else " "), (style, safe)]
    return taken


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
