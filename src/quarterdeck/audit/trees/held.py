"""The files that a bundle holds, read here and there. Each object is checked against its name when it is read."""

from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from quarterdeck.adapters.git.differences import changes
from quarterdeck.adapters.git.file_diffs import FileDiffs
from quarterdeck.adapters.git.lookup import find
from quarterdeck.adapters.git.objects import Entries, Entry
from quarterdeck.adapters.git.renames import renames
from quarterdeck.application import trees as told
from quarterdeck.application.paths import path_bytes
from quarterdeck.audit.bundle.container import BundleError, Member
from quarterdeck.audit.bundle.contents import Manifest
from quarterdeck.audit.bundle.seeking import Seeker, Spot
from quarterdeck.audit.trees.index import Index, Place
from quarterdeck.audit.trees.objects import inner
from quarterdeck.audit.trees.records import Assembly, Record, records
from quarterdeck_cli.api.snapshots import FileDiff, Hunk

MOST_MEMBERS: Final = 3
"""Held unpacked at a time."""
FOLDERS: Final = 256
DIFF_FILES: Final = 50
MOST_CHANGES: Final = 100_000


@contextmanager
def held_files(path: Path) -> Generator["HeldFiles | None"]:
    """Those of a bundle; None: it has none. Objects that it lacks are a BundleError, too."""
    with Seeker(path) as seeker:
        spots = objects_among(seeker.spots())
        held = HeldFiles(seeker, spots)
        try:
            yield held if spots else None
        except KeyError as error:
            raise lacking(error) from error
        finally:
            held.close()


def objects_among(spots: Iterable[Spot]) -> list[Spot]:
    return [spot for spot in spots if is_objects(spot)]


def is_objects(spot: Spot) -> bool:
    """A member of git objects."""
    return spot.name.startswith("files/") and spot.name != Manifest.NAME


class HeldFiles:
    """To be closed. `spots`: the members of git objects, in their order. For one thread at a time."""

    def __init__(self, seeker: Seeker, spots: Sequence[Spot]) -> None:
        self._seeker, self._spots = seeker, spots
        self._unpacked: OrderedDict[int, Member] = OrderedDict()
        self._index: Index | None = None
        self.entries = lru_cache(maxsize=FOLDERS)(self._entries)

    def close(self) -> None:
        if self._index:
            self._index.__exit__()

    def has(self, tree: str) -> bool:
        try:
            return tree in self._places()
        except ValueError:
            return False

    def entry(self, tree: str, path: str) -> Entry | None:
        """What is there at a path as `application.paths` has it; nothing: the tree itself. Raises InvalidInputError."""
        return find(self, bytes.fromhex(tree), path_bytes(path))

    def differences(self, before: str, after: str) -> Iterator[FileDiff]:
        """Raises KeyError, BundleError, InvalidInputError."""
        found = changes(self, bytes.fromhex(before), bytes.fromhex(after), MOST_CHANGES)
        diffs, last = FileDiffs(self, found, renames(self, found)), None
        while True:
            page = diffs.page(last, DIFF_FILES)
            yield from map(as_api, page.files)
            if not page.more:
                return
            last = path_bytes(page.files[-1].path)

    def first_differences(self, before: str, after: str) -> tuple[list[FileDiff], int]:
        """A page of them, and how many there are. Raises as `differences` does."""
        found = changes(self, bytes.fromhex(before), bytes.fromhex(after), MOST_CHANGES)
        page = FileDiffs(self, found, renames(self, found)).page(None, DIFF_FILES)
        return list(map(as_api, page.files)), page.total

    def size(self, name: bytes) -> int:
        """Raises KeyError where there is no such object."""
        return self._place(name).size

    def blob(self, name: bytes) -> bytes:
        return b"".join(self.parts(name))

    def parts(self, name: bytes) -> Iterator[bytes]:
        """Of an object's content. The last comes only when all of it is what the name says."""
        place, held, assembly = self._place(name), b"", Assembly()
        for number in range(place.member, len(self._spots)):
            member = self._member(number)
            start = place.start if number == place.member else 0
            for each in self._of(records(member, start), name.hex()):
                if held:
                    yield held
                held = bytes(each.data)
                if whole := assembly.add(number, member, each):
                    if not whole.good:
                        raise _changed(name)
                    yield held
                    return
        raise _changed(name)

    def _entries(self, tree: bytes) -> Entries:
        if self._place(tree).kind != "tree":
            raise KeyError(tree.hex())
        try:
            return {each.path: (each.mode, each.name) for each in inner(b"".join(self.parts(tree)))}
        except ValueError as error:
            raise _changed(tree) from error

    def _of(self, found: Iterator[Record], name: str) -> Iterator[Record]:
        for each in found:
            if each.name != name:
                raise _changed(bytes.fromhex(name))
            yield each

    def _place(self, name: bytes) -> Place:
        place = self._places().place(name)
        if place is None:
            raise KeyError(name.hex())
        return place

    def _places(self) -> Index:
        """Known when the first object is asked for: all records are looked at then."""
        if self._index is None:
            self._index = Index()
            for number in range(len(self._spots)):
                for each in records(self._member(number)):
                    if not each.offset:
                        self._index.add(each.name, Place(each.kind, each.size, number, each.start))
        return self._index

    def _member(self, number: int) -> Member:
        found = self._unpacked.get(number)
        if found is None:
            spot = self._spots[number]
            found = self._unpacked[number] = Member(name=spot.name, content=self._seeker.content(spot))
        while len(self._unpacked) > MOST_MEMBERS:
            self._unpacked.popitem(last=False)
        return found


def as_api(file: told.FileDiff) -> FileDiff:
    """As a server would tell it."""
    return FileDiff(
        path=file.path,
        status=file.status.name,
        binary=file.binary,
        truncated=file.truncated,
        lines_added=file.lines_added,
        lines_removed=file.lines_removed,
        hunks=tuple(
            Hunk(each.old_start, each.old_lines, each.new_start, each.new_lines, each.lines) for each in file.hunks
        ),
        old_path=file.old_path,
        old_kind=file.old_kind and file.old_kind.name,
        new_kind=file.new_kind and file.new_kind.name,
        old_size=file.old_size,
        new_size=file.new_size,
    )


def lacking(error: KeyError) -> BundleError:
    return BundleError(f"The bundle lacks the object {error.args[0]}.", "Check it with `qd audit verify --bundle`.")


def _changed(name: bytes) -> BundleError:
    return BundleError(
        f"The bundle's object {name.hex()} is not what its name says.", "Check it with `qd audit verify --bundle`."
    )
