"""What a replay needs of a session's record, wherever that is kept."""

from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck_cli.api.snapshots import FileDiff
from quarterdeck_cli.api.transcripts import Frame


class Record(Protocol):
    """Of one session. Its methods may wait for a disk or a server: not to be called from an event loop's thread."""

    @property
    def session_id(self) -> UUID: ...

    def events(self) -> Iterable[RawEvent]:
        """All, in the log's order."""
        ...

    def frames(self, command_id: UUID, after: int = 0) -> Iterator[Frame]:
        """What a command printed, from an output offset on at which a frame begins. None where nothing is kept."""
        ...

    def content(self, tree: str, path: str) -> Iterable[bytes] | None:
        """Of a file, in parts, of which at least one comes; None: the record has no contents of files.

        Raises CliError, BundleError or InvalidInputError, with the first part or before, for what is no file there."""
        ...

    def differences(self, before: str, until: str) -> Iterable[FileDiff] | None:
        """What makes the files of one tree those of another; None: the record has no contents of files."""
        ...
