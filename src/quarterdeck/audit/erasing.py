"""`qd audit erase`: reads what is to be erased, shows it, asks, and has it erased."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.erasures import Erasure, erase_from_log
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

SHOWN = 500
"""Characters of a payload."""
_STRETCH = re.compile(r"(?P<command>[^:]+)(:(?P<first>\d+)-(?P<until>\d+))?")
_EVENT = re.compile(r"(?P<position>\d{1,18})(:(?P<fields>[\w.,]+))?")


async def erase(
    qd: Qd, events: Sequence[str], output: Sequence[str], reason: str, *, dry_run: bool, yes: bool, as_json: bool
) -> ExitCode:
    if not events and not output:
        raise UsageError(
            "Nothing is named to be erased.",
            "Give --event or --output; `qd events list` and `qd export --format jsonl` show positions and offsets.",
        )
    client = await qd.client()
    wanted = [_event(each) for each in events], [await _stretch(client, each) for each in output]
    if not yes or dry_run:
        told = await erase_from_log(client, reason, *wanted, dry_run=True)
        if dry_run and as_json:
            qd.out.json(told)
            return ExitCode.OK
        _show(qd, told)
        if dry_run:
            qd.out.note("Nothing was erased.")
            return ExitCode.OK
        _ask(qd, told)
    done = await erase_from_log(client, reason, *wanted, dry_run=False)
    if as_json:
        qd.out.json(done)
    else:
        qd.out.line(f"Erased: {_counted(done)}. The record is event {done.position}.")
        qd.out.note(
            "It does not reach files and exported variables in snapshots, exported branches, bundles and reports "
            "written before, and backups of the database."
        )
    return ExitCode.OK


def _event(text: str) -> dict[str, Any]:
    found = _EVENT.fullmatch(text)
    if not found:
        raise UsageError(f"{plain(text)!r} is no event.", "Give a position, or POSITION:FIELD,FIELD.")
    fields = found["fields"]
    return {"position": int(found["position"]), **({"fields": fields.split(",")} if fields else {})}


async def _stretch(client: Client, text: str) -> dict[str, Any]:
    found = _STRETCH.fullmatch(text)
    if not found:
        raise UsageError(f"{plain(text)!r} is no output.", "Give a command, or COMMAND:FIRST-UNTIL.")
    stretch = {"first": int(found["first"]), "until": int(found["until"])} if found["first"] else {}
    return {"commandId": await resolve.command_id(client, found["command"]), **stretch}


def _show(qd: Qd, told: Erasure) -> None:
    for event in told.events:
        fields = ", ".join(event.fields) or "the whole payload"
        qd.out.line(f"event {event.position}, {plain(event.topic)}: {plain(fields)}")
        payload = plain(event.payload or "")
        qd.out.line(f"  {payload[:SHOWN]}{'…' if len(payload) > SHOWN else ''}")
    for stretch in told.output:
        size = stretch.until - stretch.first
        qd.out.line(f"command {ids.short(stretch.command_id)}: {size:,} bytes of its output, from {stretch.first:,}")


def _ask(qd: Qd, told: Erasure) -> None:
    """Typed, so that nobody erases by a habit of pressing y."""
    word = str(told.events[0].position) if told.events else ids.short(told.output[0].command_id)
    if not sys.stdin.isatty():
        raise UsageError("Erasing asks first, and nobody is at a terminal here.", "Give --yes once you are sure.")
    qd.out.note(f"This cannot be undone. Type {word} to erase {_counted(told)}:")
    if sys.stdin.readline().strip() != word:
        raise UsageError("Nothing was erased: that is not what was asked for.", f"Type {word}.")


def _counted(told: Erasure) -> str:
    events, output = len(told.events), len(told.output)
    parts = [
        f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in ((events, "event"), (output, "output")) if count
    ]
    return " and ".join(parts) or "nothing anew"
