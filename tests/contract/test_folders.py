"""What any `Folders` promises: a folder of this host, and the twin in memory."""

from pathlib import Path

import pytest

from quarterdeck.adapters.delivery.folders import LocalFolders
from quarterdeck.adapters.memory.delivery import MemoryFolders
from quarterdeck.application.ports.delivery import DeliveryFailedError, Folders
from quarterdeck.domain.errors import InvalidInputError

FILES = {"report.html": b"<p>", "usage.csv": b"a\r\n"}


@pytest.fixture(params=["memory", "local"])
def folders(request: pytest.FixtureRequest, tmp_path: Path) -> Folders:
    return MemoryFolders() if request.param == "memory" else LocalFolders(tmp_path / "root")


async def test_files_are_written_and_written_again(folders: Folders) -> None:
    await folders.write("weekly/api", {"report.html": b"older, and longer"})
    assert await folders.write("weekly/api", FILES) == "weekly/api"


@pytest.mark.parametrize("place", ["../out", "/etc", "a//b", ".git", "a/..", "", "a\0b", "/".join("abcdefghi")])
async def test_no_folder_leads_out(folders: Folders, place: str) -> None:
    with pytest.raises(InvalidInputError):
        await folders.write(place, FILES)


async def test_the_files_are_there_whole_and_nothing_else_is(tmp_path: Path) -> None:
    folders = LocalFolders(tmp_path / "root")
    await folders.write("weekly", {"report.html": b"older, and longer"})
    await folders.write("weekly", FILES)

    there = {each.name: each.read_bytes() for each in (tmp_path / "root" / "weekly").iterdir()}
    assert there == FILES


async def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
    (root / "weekly").symlink_to(outside)
    folders = LocalFolders(root)

    with pytest.raises(DeliveryFailedError, match="cannot be written") as refused:
        await folders.write("weekly", FILES)
    (root / "daily").mkdir()
    (root / "daily" / "report.html").symlink_to(outside / "victim")
    await folders.write("daily", FILES)

    assert not refused.value.permanent
    assert list(outside.iterdir()) == []


async def test_a_name_of_a_file_is_a_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name"):
        await LocalFolders(tmp_path).write("weekly", {"../x": b""})
