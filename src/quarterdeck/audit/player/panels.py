"""What stands beside the terminal, or under it: the events, the files, or the keys."""

from typing import Final

from quarterdeck.audit.player.lines import Line
from quarterdeck.audit.player.model import Model, Panel
from quarterdeck.audit.replay import labels
from quarterdeck.audit.replay.kinds import Kind
from quarterdeck.audit.replay.labels import clock, cut
from quarterdeck.audit.replay.state import change
from quarterdeck.audit.replay.timeline import Timeline
from quarterdeck.audit.words import files_changed
from quarterdeck.domain.command import CommandFinished

COLOURS: Final = {
    Kind.SESSION: "ansimagenta",
    Kind.COMMAND: "ansicyan",
    Kind.NOTE: "ansiblue bold",
    Kind.TASK: "ansiblue",
    Kind.NETWORK: "ansigreen",
    Kind.APPROVAL: "ansiblue bold",
}
KEYS: Final = (
    ("space", "play, pause"),
    ("←  →", "5 s back, on; with shift 1 min"),
    (",  .", "event before, next event"),
    ("p  n", "command before, next command"),
    ("[  ]", "slower, faster"),
    ("home", "the start; end: the end"),
    ("i", "skip idle time"),
    ("g", "go to a time, position or command"),
    ("/  r", "search for text, for a regular expression"),
    ("N  P", "next hit, hit before"),
    ("tab", "another of the commands that run"),
    ("e", "go through the events with the arrows"),
    ("f", "files changed until now"),
    ("?  q", "these keys; quit"),
)
SIGNS: Final = {"added": ("+", "ansigreen"), "modified": ("~", "ansicyan"), "deleted": ("-", "ansired")}


def panel(model: Model, rows: int) -> list[Line]:
    match model.panel:
        case Panel.EVENTS:
            return _events(model, rows)
        case Panel.FILES:
            return _files(model, rows)
        case Panel.HELP:
            return help_lines()


def help_lines() -> list[Line]:
    return [[("bold", f" {key:<6} "), ("", told)] for key, told in KEYS]


def _events(model: Model, rows: int) -> list[Line]:
    """Those around the one that was the last until now."""
    items, now = model.line.items, model.count - 1
    first = max(0, min(now - rows // 2, len(items) - rows))
    return [_event(model, number) for number in range(first, min(first + rows, len(items)))]


def _event(model: Model, number: int) -> Line:
    item, now = model.line.items[number], model.count - 1
    colour = "ansired" if item.bad else COLOURS.get(item.kind, "")
    style = "reverse" if number == now and model.listing else "bold" if number == now else "dim" if number > now else ""
    sign = ("!" if item.bad else " ") + (">" if number == now else " ")
    told = f"{clock(item.at):>7} {labels.event(item)}"
    return [(f"{colour} {style}".strip(), f"{sign}{told}")]


def _files(model: Model, rows: int) -> list[Line]:
    found = files_at(model.line, model.count)
    head: Line = [("bold", f" {files_changed(len(found))} by commands until now")]
    shown = [_file(path, found[path]) for path in sorted(found)[: rows - 1]]
    if len(found) > rows - 1:
        shown[-1] = [("dim", f" … and {len(found) - rows + 2:,} more: see --at")]
    return [head, *shown]


def _file(path: str, status: str) -> Line:
    sign, style = SIGNS.get(status, ("?", ""))
    return [(style, f" {sign} "), ("", cut(path))]


def files_at(line: Timeline, count: int) -> dict[str, str]:
    """Paths, and what became of them by the commands that had ended after so many events."""
    moment = line.items[count - 1].at if count else -1.0
    found: dict[str, str] = {}
    ended = [each for each in line.commands if each.ended is not None and each.ended <= moment]
    for run in sorted(ended, key=lambda each: each.ended or 0.0):
        if isinstance(run.outcome, CommandFinished):
            change(found, run.outcome.files_changed)
    return {path: status for path, status in found.items() if status}
