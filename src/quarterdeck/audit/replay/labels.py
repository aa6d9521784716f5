"""Moments, actors and events of a replay as short texts. Whatever was written by somebody is made harmless here."""

from typing import Final

from quarterdeck.audit import words
from quarterdeck.audit.replay.timeline import Item, read
from quarterdeck_cli.text import plain

LONGEST: Final = 400
"""Characters of an event's own text."""


def event(item: Item) -> str:
    """As `Command finished c3: exit 1, 3.20 s`."""
    number = f" c{item.command}" if item.command else ""
    head = f"{cut(words.name_of(item.row.topic), 80)}{number}"
    told = words.detail(read(item.row))
    return f"{head}: {cut(told)}" if told else head


def who(item: Item) -> str:
    actor = item.row.envelope.actor
    return f"{actor.kind.value} {cut(actor.id, 60)}"


def clock(seconds: float) -> str:
    """As `1:23.4` or `2:01:23.4`."""
    tenths = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    told = f"{minutes:02}:{rest // 10:02}.{rest % 10}" if hours else f"{minutes}:{rest // 10:02}.{rest % 10}"
    return f"{hours}:{told}" if hours else told


def cut(text: str, most: int = LONGEST) -> str:
    """Harmless, and no longer than that."""
    safe = plain(text[: most + 1])
    return safe if len(text) <= most else f"{safe[: most - 1]}…"
