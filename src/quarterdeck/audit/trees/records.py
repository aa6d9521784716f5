"""Git objects in the members of a bundle, as records: a line of text, then bytes.

    KIND NAME SIZE OFFSET LENGTH (newline) LENGTH bytes of the object's content, from OFFSET on

An object is one record, or where it is large several, one after the other, maybe in members that follow. All that it
names comes before it, so that a reader who goes through once knows at a tree whether it is whole.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from quarterdeck.audit.bundle.container import BundleError, Member

MEMBER_BYTES: Final = 4 * 1024**2
"""Of records, after which a member is closed."""
MOST_TREE: Final = 64 * 1024**2
_HEAD: Final = re.compile(rb"(blob|tree) ([0-9a-f]{40}) (\d{1,15}) (\d{1,15}) (\d{1,9})\n")
_LONGEST_HEAD: Final = 96


class Record(NamedTuple):
    kind: str
    name: str
    size: int
    """Of the whole object."""
    offset: int
    start: int
    """Of this record in its member."""
    data: memoryview


class Whole(NamedTuple):
    """An object that has gone by."""

    kind: str
    name: str
    size: int
    member: int
    start: int
    """Where its first record is."""
    good: bool
    """It is what its name says."""
    content: bytes
    """Of a tree; nothing of a blob."""


def record(kind: str, name: str, size: int, offset: int, data: bytes) -> bytes:
    return f"{kind} {name} {size} {offset} {len(data)}\n".encode() + data


def records(member: Member, start: int = 0) -> Iterator[Record]:
    """Raises BundleError at what is no record."""
    content, view, at = member.content, memoryview(member.content), start
    while at < len(content):
        head = _HEAD.match(content, at, at + _LONGEST_HEAD)
        if head is None:
            raise _bad(member, at)
        size, offset, length = int(head[3]), int(head[4]), int(head[5])
        until = head.end() + length
        if until > len(content) or offset + length > size:
            raise _bad(member, at)
        yield Record(head[1].decode(), head[2].decode(), size, offset, at, view[head.end() : until])
        at = until


class Assembly:
    """Objects out of records in their order."""

    def __init__(self) -> None:
        self._first: Record | None = None
        self._member = 0
        self._digest = hashlib.sha1(usedforsecurity=False)
        self._offset = 0
        self._content = bytearray()

    @property
    def between(self) -> bool:
        """No object is begun."""
        return self._first is None

    def take(self, number: int, member: Member) -> Iterator[Whole]:
        """Those that end in this member, the `number`th. Raises BundleError."""
        for each in records(member):
            if whole := self.add(number, member, each):
                yield whole

    def add(self, number: int, member: Member, each: Record) -> Whole | None:
        """The object that ends with this record."""
        if self._first is None:
            self._begin(number, member, each)
        if (each.kind, each.name, each.size, each.offset) != (*self._first_of(each)[:3], self._offset):
            raise _bad(member, each.start)
        self._digest.update(each.data)
        self._offset += len(each.data)
        if each.kind == "tree":
            self._content += each.data
        if self._offset == each.size:
            return self._whole(each)
        if not each.data:
            raise _bad(member, each.start)
        return None

    def _begin(self, number: int, member: Member, first: Record) -> None:
        if first.kind == "tree" and first.size > MOST_TREE:
            raise _bad(member, first.start)
        self._first, self._member, self._offset = first._replace(data=memoryview(b"")), number, 0
        self._digest = hashlib.sha1(b"%b %d\0" % (first.kind.encode(), first.size), usedforsecurity=False)
        self._content = bytearray()

    def _first_of(self, other: Record) -> Record:
        return self._first or other

    def _whole(self, last: Record) -> Whole:
        first = self._first_of(last)
        self._first = None
        good = self._digest.hexdigest() == last.name
        return Whole(last.kind, last.name, last.size, self._member, first.start, good, bytes(self._content))


def _bad(member: Member, at: int) -> BundleError:
    return BundleError(
        f"The bundle's member {member.name[:80]!r} has no git object at byte {at:,}.", "Export it again."
    )
