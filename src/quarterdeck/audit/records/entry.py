"""What the record is read as, wherever it is kept: exports and reports are made from an iterator of these."""

from collections.abc import Iterator
from dataclasses import dataclass

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.frames import Frame
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.command import CommandFinished


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event, in the log's order."""

    row: RawEvent
    frames: Iterator[Frame] | None = None
    """The transcript, where the event is the end of a command that printed something. To be read before the next entry
    is asked for; what is left unread is skipped."""

    @property
    def event(self) -> object:
        """An `Event`, an `UnknownEvent` or an `ErasedEvent`; see `LoggedEvent`."""
        return decode(self.row.topic, self.row.schema_version, self.row.payload)


def has_output(row: RawEvent) -> bool:
    """It ends a command that printed something."""
    if row.topic != CommandFinished.TOPIC or row.payload is None:
        return False
    ended = decode(row.topic, row.schema_version, row.payload)
    return isinstance(ended, CommandFinished) and ended.output_bytes > 0
