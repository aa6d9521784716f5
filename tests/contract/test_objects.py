"""What any `ObjectStore` promises: a folder, a real S3 server, and the twin in memory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.s3 import S3Server

from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.domain.errors import InvalidInputError, NotFoundError, UnavailableError


@pytest.fixture(params=["memory", "folder", pytest.param("s3", marks=pytest.mark.xdist_group("s3"))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "memory":
        yield MemoryObjects()
    elif request.param == "folder":
        yield ObstoreObjects((tmp_path / "ob jects").as_uri())
    else:
        server: S3Server = request.getfixturevalue("s3")
        yield ObstoreObjects(server.url)


def file(folder: Path, content: bytes) -> Path:
    path = folder / "content"
    path.write_bytes(content)
    return path


async def test_what_was_put_is_got_whole(store: ObjectStore, tmp_path: Path) -> None:
    content = os.urandom(12 << 20)
    await store.put("got/one", file(tmp_path, content))

    await store.get("got/one", tmp_path / "back")

    assert (tmp_path / "back").read_bytes() == content


async def test_what_was_put_again_replaces_it(store: ObjectStore, tmp_path: Path) -> None:
    await store.put("twice/one", file(tmp_path, b"first, and longer"))
    await store.put("twice/one", file(tmp_path, b"second"))

    await store.get("twice/one", tmp_path / "back")

    assert (tmp_path / "back").read_bytes() == b"second"


async def test_objects_are_listed_by_their_first_parts(store: ObjectStore, tmp_path: Path) -> None:
    for key in ("list/b/2", "list/a/1", "list/b/1", "list/bb/1"):
        await store.put(key, file(tmp_path, key.encode()))

    assert [each.key for each in await store.list("list/b")] == ["list/b/1", "list/b/2"]
    assert [each.size for each in await store.list("list/bb")] == [9]
    assert await store.list("list/nothing") == []


async def test_what_is_not_there_is_not_found_and_may_be_deleted(store: ObjectStore, tmp_path: Path) -> None:
    await store.put("gone/one", file(tmp_path, b"1"))
    await store.delete("gone/one")
    await store.delete("gone/one")

    with pytest.raises(NotFoundError, match="gone/one"):
        await store.get("gone/one", tmp_path / "back")


async def test_a_server_that_is_away_is_said_without_its_credentials(tmp_path: Path) -> None:
    url = "s3://deck/x?endpoint=http://127.0.0.1:9&region=r&access_key_id=key&secret_access_key=hidden"

    with pytest.raises(UnavailableError) as failure:
        await ObstoreObjects(url).list("x")

    assert "s3://deck/x failed" in failure.value.message
    assert "hidden" not in failure.value.message


@pytest.mark.parametrize("url", ["s3://bucket?no_such_option=1", "gopher://x"])
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be used"):
        ObstoreObjects(url)


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    store = ObstoreObjects((tmp_path / "objects").as_uri())
    (tmp_path / "objects" / "key").write_text("a file where a folder has to be")

    with pytest.raises(UnavailableError, match="failed at key/x"):
        await store.put("key/x", file(tmp_path, b"1"))
