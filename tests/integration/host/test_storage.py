"""A data directory that cannot be used is said before anything is started."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.house import House

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


@as_root
def test_a_full_disk_is_said(folder: Path, another: Callable[..., House]) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        house = another(disk / "data")
        house.start()
        assert house.wait() == 6
        assert "is full" in house.said()
        assert "QD_DATA_DIR" in house.said()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


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
