"""The record of a session in a bundle, off line."""

from collections import OrderedDict, defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self
from uuid import UUID

from quarterdeck.application import frames
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import contents, rows
from quarterdeck.audit.bundle.container import BundleError, Member
from quarterdeck.audit.bundle.contents import Ending
from quarterdeck.audit.bundle.seeking import Seeker, Spot
from quarterdeck.audit.trees.held import HeldFiles, is_objects, lacking
from quarterdeck.audit.trees.objects import FOLDER, SUBMODULE
from quarterdeck_cli import ids
from quarterdeck_cli.api.snapshots import FileDiff
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.text import plain

MOST_PARTS: Final = 3
"""Of transcripts, held unpacked at a time."""


class BundleRecord:
    """To be entered. Memory grows with the session's events, not with what its commands printed."""

    def __init__(self, path: Path, session: str | None) -> None:
        """`session`: its id or the end of it; None: the only one in the bundle. Raises BundleError, CliError."""
        self._seeker = Seeker(path)
        self._parts: defaultdict[UUID, list[Spot]] = defaultdict(list)
        self._unpacked: OrderedDict[Spot, bytes] = OrderedDict()
        self._objects: list[Spot] = []
        self._files = HeldFiles(self._seeker, self._objects)
        try:
            self._sessions = self._index()
            self.session_id = _chosen(self._sessions, session)
        except BaseException:
            self._seeker.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()
        self._seeker.__exit__()

    def events(self) -> Iterable[RawEvent]:
        return self._sessions[self.session_id]

    def frames(self, command_id: UUID, after: int = 0) -> Iterator[Frame]:
        for spot in self._from(self._parts.get(command_id, []), after):
            yield from _decoded(self._content(spot), after)

    def content(self, tree: str, path: str) -> Iterable[bytes] | None:
        if not self._files.has(tree):
            return None
        with _whole():
            found = self._files.entry(tree, path)
        if found is None:
            raise NotFoundError(
                f"There is no {plain(path)[:200]!r} at this place.",
                "`--at` alone lists the files that commands changed.",
            )
        if found[0] in {FOLDER, SUBMODULE}:
            what = "a folder" if found[0] == FOLDER else "a submodule, which is not in the record"
            raise UsageError(f"{plain(path)[:200]!r} is {what}.", "Name a file.")
        return self._content_of(found[1])

    def _content_of(self, name: bytes) -> Iterator[bytes]:
        with _whole():
            yield from self._files.parts(name)

    def differences(self, before: str, until: str) -> Iterable[FileDiff] | None:
        """None as well where one of the two could not be exported."""
        if not (self._files.has(before) and self._files.has(until)):
            return None
        return self._differences(before, until)

    def _differences(self, before: str, until: str) -> Iterator[FileDiff]:
        with _whole():
            yield from self._files.differences(before, until)

    def _index(self) -> dict[UUID, list[RawEvent]]:
        found: dict[UUID, list[RawEvent]] = defaultdict(list)
        spots, ended = self._seeker.spots(), False
        first = next(spots, None)
        head = Member(name=first.name, content=self._seeker.content(first)) if first else Member(name="", content=b"")
        contents.header(head)
        for spot in spots:
            if spot.name.startswith("events/"):
                for row in rows.events(self._seeker.content(spot)):
                    if row.envelope.session_id:
                        found[row.envelope.session_id].append(row)
            elif is_objects(spot):
                self._objects.append(spot)
            elif spot.name.startswith("transcripts/"):
                self._parts[contents.command_of(Member(name=spot.name, content=b""))].append(spot)
            ended |= spot.name == Ending.NAME
        if not ended:
            raise BundleError("The bundle is not whole: it has no end.", "Export it again.")
        return found

    def _from(self, parts: list[Spot], after: int) -> list[Spot]:
        """The parts that have what comes from this offset on."""
        for number in range(len(parts) - 1, 0, -1):
            header = self._seeker.head(parts[number], frames.HEADER.size)
            if len(header) == frames.HEADER.size and frames.HEADER.unpack(header)[1] < after:
                return parts[number:]
        return parts

    def _content(self, spot: Spot) -> bytes:
        content = self._unpacked.get(spot)
        if content is None:
            content = self._unpacked[spot] = self._seeker.content(spot)
        while len(self._unpacked) > MOST_PARTS:
            self._unpacked.popitem(last=False)
        return content


@contextmanager
def _whole() -> Generator[None]:
    try:
        yield
    except KeyError as error:
        raise lacking(error) from error


def _decoded(content: bytes, after: int) -> Iterator[Frame]:
    try:
        for frame in frames.decode(content):
            if frame.offset >= after:
                yield Frame(frame.kind.name, frame.offset, frame.time_us, frame.data)
    except ValueError as error:
        raise BundleError(f"A transcript of the bundle has a frame that none has: {error}.") from error


def _chosen(sessions: dict[UUID, list[RawEvent]], wanted: str | None) -> UUID:
    if wanted is None:
        if len(sessions) == 1:
            return next(iter(sessions))
        raise UsageError(f"The bundle has {len(sessions):,} sessions.", _listed(sessions) or "Name another bundle.")
    whole, suffix = ids.uuid_of(wanted), ids.parse_suffix(wanted)
    found = [each for each in sessions if each == whole or (suffix and each.hex.endswith(suffix))]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{plain(wanted)} could be any of {len(found)} sessions.", "Give more of its digits.")
    raise NotFoundError(f"The bundle has no session {plain(wanted)[:60]!r}.", _listed(sessions))


def _listed(sessions: dict[UUID, list[RawEvent]]) -> str:
    """What to do next."""
    if not sessions:
        return ""
    some = ", ".join(ids.short(str(each)) for each in list(sessions)[:10])
    return f"Name one of: {some}{' …' if len(sessions) > 10 else ''}"
