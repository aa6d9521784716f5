"""The shim's spool and the worker's reading of it, on a disk that fails when it is told to."""

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from quarterdeck.application.frames import FrameKind, decode
from quarterdeck.jail.shim.spool import PENDING_ROOM, ROOM, SEGMENT, Spool
from quarterdeck.jail.spool_reader import SegmentReader, whole_frames

COMMAND = uuid4()


class Disk:
    """Takes as many bytes as it has left."""

    def __init__(self) -> None:
        self.left: int | None = None

    def writev(self, fd: int, buffers: Sequence[bytes]) -> int:
        data = b"".join(buffers)
        if self.left is None:
            return os.write(fd, data)
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.write(fd, data[: self.left])
        self.left -= written
        return written


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr("quarterdeck.jail.shim.spool.os.writev", made.writev)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.fixture
def spool(folder: int) -> Iterator[Spool]:
    made = Spool(folder, str(COMMAND))
    yield made
    made.remove()


def read_all(folder: int, spool: Spool, position: int = 0, command: UUID = COMMAND) -> bytes:
    """As the worker does: files as far as they go, then what the shim has in memory."""
    reader = SegmentReader(folder, command, position)
    read = b""
    try:
        while True:
            data = reader.read()
            if not whole_frames(data)[0]:
                data = spool.tail(reader.position)
            size, _ = whole_frames(data)
            if not size:
                return read
            read += data[:size]
            reader.position += size
    finally:
        reader.close()


def printed(encoded: bytes) -> bytes:
    return b"".join(frame.data for frame in decode(encoded) if frame.kind == FrameKind.OUTPUT)


def test_what_is_added_is_read(spool: Spool, folder: int) -> None:
    spool.add(FrameKind.OUTPUT, b"one")
    spool.add(FrameKind.ERROR, b"two")
    spool.add(FrameKind.END)

    frames = list(decode(read_all(folder, spool)))

    assert [(frame.kind, frame.offset, frame.data) for frame in frames] == [
        (FrameKind.OUTPUT, 0, b"one"),
        (FrameKind.ERROR, 3, b"two"),
        (FrameKind.END, 6, b""),
    ]


def test_segments_begin_with_whole_frames_and_go_when_acknowledged(spool: Spool, folder: int, tmp_path: Path) -> None:
    data = bytes(64 * 1024)
    for _ in range(3 * SEGMENT // len(data)):
        spool.add(FrameKind.OUTPUT, data)
    assert len(list(tmp_path.iterdir())) == 3

    spool.acknowledge(SEGMENT + len(data) * 2)

    assert len(list(tmp_path.iterdir())) == 2
    start = int(min(path.suffix for path in tmp_path.iterdir())[1:], 16)
    assert len(read_all(folder, spool, start)) == spool.end - start
    spool.add(FrameKind.END)
    spool.acknowledge(spool.end)
    assert list(tmp_path.iterdir()) == []


def test_it_is_full_while_too_much_is_unacknowledged(spool: Spool) -> None:
    data = bytes(256 * 1024)
    while spool.end < ROOM:
        assert not spool.full
        spool.add(FrameKind.OUTPUT, data)
    assert spool.full

    spool.acknowledge(ROOM // 2)

    assert not spool.full


@pytest.mark.parametrize("left", [0, 1, 20, 21, 25, 100, 130])
def test_what_the_disk_does_not_take_is_handed_over_from_memory(
    spool: Spool, folder: int, disk: Disk, left: int
) -> None:
    spool.add(FrameKind.OUTPUT, b"before")
    disk.left = left
    for number in range(10):
        spool.add(FrameKind.OUTPUT, b"line %d\n" % number)
    spool.add(FrameKind.END)
    assert spool.stuck

    encoded = read_all(folder, spool)

    assert printed(encoded) == b"before" + b"".join(b"line %d\n" % number for number in range(10))
    assert len(encoded) == spool.end
    assert whole_frames(encoded) == (spool.end, True)


@pytest.mark.parametrize("left", [0, 1, 30, 77])
def test_when_there_is_room_again_it_goes_to_the_disk(spool: Spool, folder: int, disk: Disk, left: int) -> None:
    disk.left = left
    for number in range(5):
        spool.add(FrameKind.OUTPUT, b"line %d\n" % number)
    disk.left = None

    spool.flush()

    assert not spool.stuck
    spool.add(FrameKind.OUTPUT, b"after")
    assert printed(read_all(folder, spool)).endswith(b"line 4\nafter")


def test_what_was_acknowledged_from_memory_needs_no_disk(spool: Spool, folder: int, disk: Disk) -> None:
    disk.left = 0
    spool.add(FrameKind.OUTPUT, bytes(PENDING_ROOM))
    assert spool.full

    spool.acknowledge(spool.end)

    assert not spool.full
    assert not spool.stuck
    disk.left = None
    position = spool.end
    spool.add(FrameKind.OUTPUT, b"next")
    assert printed(read_all(folder, spool, position)) == b"next"


def test_the_rest_of_a_cut_frame_stays_in_its_segment(spool: Spool, folder: int, disk: Disk, tmp_path: Path) -> None:
    data = bytes(64 * 1024)
    while spool.end < SEGMENT - len(data):
        spool.add(FrameKind.OUTPUT, data)
    disk.left = len(data) + 10
    spool.add(FrameKind.OUTPUT, data)
    spool.add(FrameKind.OUTPUT, data)
    disk.left = None

    spool.flush()
    spool.add(FrameKind.OUTPUT, data)

    assert len(list(tmp_path.iterdir())) == 2
    assert len(read_all(folder, spool)) == spool.end


def test_a_spool_without_a_folder_to_write_to_keeps_its_end(folder: int, tmp_path: Path) -> None:
    elsewhere = tmp_path / "gone"
    elsewhere.mkdir()
    fd = os.open(elsewhere, os.O_RDONLY)
    elsewhere.rmdir()
    spool = Spool(fd, str(COMMAND))

    spool.add(FrameKind.OUTPUT, b"all the same")
    spool.add(FrameKind.END)

    assert printed(spool.tail(0)) == b"all the same"
    os.close(fd)
