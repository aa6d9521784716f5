"""What the worker knows of a mirror since its last fetch."""

from bisect import bisect_left
from collections.abc import Iterator
from uuid import UUID

import msgspec

from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.layout import Layout


class MirrorState(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    source: str
    fetched_at: float
    """Seconds since the epoch, when the source was last asked."""
    fingerprint: bytes
    """Of a local source's references just before; empty: it must be asked."""
    digest: bytes
    """Of what the source answered."""
    head: bytes
    branch: bytes | None
    refs: list[tuple[bytes, bytes, bytes]]
    """Name, object and, for an annotated tag, what it points to; by name."""

    def find(self, name: bytes) -> bytes | None:
        """The object that a full reference name stands for, tags peeled."""
        place = bisect_left(self.refs, (name,))
        if place == len(self.refs) or self.refs[place][0] != name:
            return None
        return self.refs[place][2] or self.refs[place][1]


_decoder = msgspec.msgpack.Decoder(MirrorState)


def load(layout: Layout, project_id: UUID) -> MirrorState | None:
    """None where there is no mirror, or its state can not be read: it is fetched anew then."""
    try:
        return _decoder.decode(layout.mirror_state(project_id).read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def sources_of(layout: Layout) -> Iterator[str]:
    """Of all mirrors that there are."""
    for path in sorted((layout.root / "mirrors").glob("*.state")):
        if (state := load(layout, UUID(path.stem))) is not None:
            yield state.source


def save(layout: Layout, project_id: UUID, state: MirrorState) -> None:
    write_atomically(layout.mirror_state(project_id), msgspec.msgpack.encode(state))
