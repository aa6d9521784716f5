"""A replay as `qd audit replay` prints it where it does not play: the time line, a state, a difference."""

import sys
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import msgspec

from quarterdeck.audit.replay import labels
from quarterdeck.audit.replay.difference import Difference, difference, tree_at
from quarterdeck.audit.replay.labels import clock, cut, who
from quarterdeck.audit.replay.page import page
from quarterdeck.audit.replay.places import Place, place
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.state import state_after
from quarterdeck.audit.replay.timeline import Item, Timeline
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.patch import lines_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, when

NO_FILES = (
    "The record names the files' trees and does not hold them: they are on the server, and in a bundle that was "
    "exported with --with-files."
)
ASCII_SIGNS = {True: "!", False: " "}


def items(qd: Qd, line: Timeline, start: Place) -> None:
    """One a line: time, position, what it was, who did it."""
    for item in line.items[start.first :]:
        qd.out.line(
            f"{clock(item.at):>9}  {item.row.position:>7}  {ASCII_SIGNS[item.bad]} {labels.event(item)}  ({who(item)})"
        )


def items_as_json(qd: Qd, line: Timeline, start: Place) -> None:
    for item in line.items[start.first :]:
        qd.out.json_line(_plain(line, item))


def state(qd: Qd, line: Timeline, at: Place, *, as_json: bool) -> None:
    """Everything as it was there."""
    found = state_after(line.items[: at.count])
    if as_json:
        qd.out.json({"at": at.at, "position": _position(line, at), "state": msgspec.to_builtins(found, str_keys=True)})
        return
    moment = line.items[at.count - 1].row.envelope.recorded_at.isoformat()
    qd.out.line(f"At {clock(at.at)}, position {_position(line, at)}, {when(moment)}", "bold")
    for section in page(found):
        qd.out.line()
        qd.out.line(section.title, "bold")
        width = max(len(name) for name, value in section.pairs if value)
        for name, value in section.pairs:
            if value:
                qd.out.line(f"  {name:<{width}}  {value}")


def between(qd: Qd, record: Record, line: Timeline, ends: tuple[str, str], *, as_json: bool) -> None:
    """What happened from one place to the other, and what the files had become where the record has them."""
    a, b = sorted((place(line, each) for each in ends), key=lambda each: each.count)
    found = difference(line, a, b)
    before, after = found.trees
    files = record.differences(before, after) if before and after and before != after else ()
    if as_json:
        told = msgspec.to_builtins(found)
        contents = None if files is None else msgspec.to_builtins(list(files))
        qd.out.json({"from": _position(line, a), "to": _position(line, b), **told, "contents": contents})
        return
    qd.out.line(
        f"From {clock(a.at)}, position {_position(line, a)}, to {clock(b.at)}, position {_position(line, b)}", "bold"
    )
    _tell(qd, found)
    if files is None:
        qd.out.note(NO_FILES)
    for file in files or ():
        for text, style in lines_of(file):
            qd.out.line(text, style)


def file(qd: Qd, record: Record, line: Timeline, at: Place, path: str, *, as_json: bool) -> None:
    """What was in it there: as it is into a file or pipe, made harmless on a terminal."""
    tree = tree_at(line, at)
    parts = record.content(tree, path) if tree else None
    if parts is None:
        raise NotFoundError("There are no files at this place.", NO_FILES)
    if as_json:
        content = b"".join(parts)
        qd.out.json({"path": path, "tree": tree, "size": len(content), "data": b64encode(content).decode()})
    elif sys.stdout.isatty():
        _show(qd, parts)
    else:
        for part in parts:
            qd.out.content(part)


def _show(qd: Qd, parts: Iterable[bytes]) -> None:
    """On a terminal: line by line."""
    rest = b""
    for part in parts:
        if b"\0" in part:
            raise UsageError("It is binary.", "Send it into a file: `qd audit replay … > FILE`.")
        *lines, rest = (rest + part).split(b"\n")
        for each in lines:
            qd.out.line(plain(each.decode(errors="backslashreplace")))
    if rest:
        qd.out.line(plain(rest.decode(errors="backslashreplace")))


def _tell(qd: Qd, found: Difference) -> None:
    qd.out.line("  " + (", ".join(f"{count:,} {plain(topic)}" for topic, count in found.topics.items()) or "no events"))
    for title in dict.fromkeys(each.section for each in found.changes):
        qd.out.line()
        qd.out.line(title, "bold")
        for each in found.changes:
            if each.section == title:
                qd.out.line(f"  {each.name}: {each.before or '(nothing)'} → {each.after or '(nothing)'}")
    if found.files:
        qd.out.line()
        qd.out.line("Files changed by commands", "bold")
        for path, status in sorted(found.files.items()):
            qd.out.line(f"  {status:<8}  {cut(path)}")


def _position(line: Timeline, at: Place) -> int:
    return line.items[at.count - 1].row.position


def _plain(line: Timeline, item: Item) -> dict[str, Any]:
    run = line.commands[item.command - 1] if item.command else None
    return {
        "at": item.at,
        "position": item.row.position,
        "recordedAt": item.row.envelope.recorded_at.isoformat(),
        "kind": item.kind.value,
        "topic": item.row.topic,
        "bad": item.bad,
        "command": {"number": run.number, "id": str(run.id)} if run else None,
        "actor": {"kind": item.row.envelope.actor.kind.value, "id": item.row.envelope.actor.id},
        "text": labels.event(item),
    }
