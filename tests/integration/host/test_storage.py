"""A data directory that cannot be used is said before anything is started; one that fills up later ends nothing."""

import json
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext
from tests.support.house import House
from tests.support.waiting import eventually

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


@pytest.fixture
def disk(folder: Path) -> Iterator[Callable[[int], Path]]:
    """A small disk, of so many MiB."""
    place = folder / "disk"
    place.mkdir()

    def make(size: int) -> Path:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=755", "tmpfs", place], check=False)
        if mounted.returncode != 0:
            pytest.skip("mounting is not permitted here")
        return place

    yield make
    if place.is_mount():
        subprocess.run(["umount", "--lazy", place], check=True)


@as_root
def test_a_full_disk_is_said(disk: Callable[[int], Path], another: Callable[..., House]) -> None:
    house = another(disk(8) / "data")
    house.start()
    assert house.wait() == 6
    assert "is full" in house.said()
    assert "QD_DATA_DIR" in house.said()


@as_root
async def test_a_disk_that_fills_up_ends_nothing_and_all_goes_on_when_there_is_room(
    disk: Callable[[int], Path], another: Callable[..., House]
) -> None:
    place = disk(400)
    house = another(place / "data")
    house.start()
    await house.ready()
    async with jetstream(house) as stream:
        await stream.publish("kept", b"before")
        fill(place / "ballast")
        await eventually(lambda: refuses(stream), within=30)
        os.kill(house.pids()["worker"], signal.SIGKILL)
        await eventually(lambda: "quarterdeck status is not up to date" in house.said())
        await eventually(lambda: f"The disk of the data directory {house.data} is full" in house.said())
        assert house.exit_code() is None

        (place / "ballast").unlink()
        await eventually(lambda: takes(stream), within=30)
    await eventually(lambda: len(house.pids()) == 6, within=30)


@asynccontextmanager
async def jetstream(house: House) -> AsyncGenerator[JetStreamContext]:
    """The product's own NATS, with a stream."""
    settings = json.loads((house.data / "run" / "settings" / "up.json").read_text())
    client = Client()
    await client.connect(settings["nats_url"], max_reconnect_attempts=-1, reconnect_time_wait=1, error_cb=ignore)
    try:
        await client.request("$JS.API.STREAM.CREATE.KEPT", b'{"name": "KEPT", "subjects": ["kept"]}')
        yield JetStreamContext(client)
    finally:
        await client.close()


async def ignore(_error: Exception) -> None:
    """The server is restarted under the client."""


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    ballast.write(bytes(size))


async def takes(stream: JetStreamContext) -> bool:
    with suppress(TimeoutError, Error):
        await stream.publish("kept", bytes(100_000), timeout=1)
        return True
    return False


async def refuses(stream: JetStreamContext) -> bool:
    return not await takes(stream)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_data_directory_that_cannot_be_written_is_said(folder: Path, another: Callable[..., House]) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    house = another(closed / "data")
    house.start()
    assert house.wait() == 6
    assert f"The data directory {closed / 'data'} cannot be written" in house.said()


async def test_a_data_directory_that_is_a_file_is_said(folder: Path, another: Callable[..., House]) -> None:
    (folder / "file").write_text("")
    house = another(folder / "file")
    house.start()
    assert house.wait() == 6
    assert "cannot be written" in house.said()
