"""What an event says, in a line for people."""

import re
from typing import Any

from quarterdeck.domain.base import UnknownEvent
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRefused
from quarterdeck.domain.events import Event
from quarterdeck.domain.network_access import NetworkAccessDecided

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def words(event: Event | UnknownEvent | Any) -> str:
    match event:
        case UnknownEvent():
            return f"{name_of(event.topic)} (unknown to this release)"
        case NetworkAccessDecided():
            return _network(event)
        case CommandFinished():
            return _ended(event)
        case CommandLost():
            return f"Command lost: {event.reason}"
        case CommandRefused():
            return f"Command refused: {event.reason}"
        case _:
            reason = getattr(event, "reason", "")
            return f"{name_of(event.TOPIC)}: {reason}" if isinstance(reason, str) and reason else name_of(event.TOPIC)


def name_of(topic: str) -> str:
    """`SessionClosed`: Session closed."""
    return " ".join(_WORD.split(topic)).capitalize()


def _network(event: NetworkAccessDecided) -> str:
    where = f"{event.host}:{event.port}" if event.host else f"{event.count:,} connections"
    why = f" ({event.reason})" if event.reason else f" by {event.rule}" if event.rule else ""
    return f"Network access {event.verdict.value}: {where}{why}"


def _ended(event: CommandFinished) -> str:
    if event.signal:
        return f"Command ended by {event.signal}"
    return f"Command {event.reason.value.replace('_', ' ')}" + (
        f" with code {event.exit_code}" if event.exit_code is not None else ""
    )
