"""The `ObjectStore` port on a folder, S3, Google Cloud Storage or Azure, by URL."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from quarterdeck.application.ports.objects import StoredObject
from quarterdeck.domain.errors import InvalidInputError, NotFoundError, UnavailableError

SCHEMES = ("file", "s3", "gs", "az")
_RETRIES = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
_CLIENT = {
    "connect_timeout": timedelta(seconds=5),
    "timeout": timedelta(minutes=30),
    "read_timeout": timedelta(seconds=30),
}
_CHUNK = 1024 * 1024
_LIST: Callable[..., Any] = cast("Any", obstore).list


class ObstoreObjects:
    """`file:///folder`, or `s3://bucket/prefix?endpoint=…&region=…&access_key_id=…&secret_access_key=…`.

    What the query leaves out of an address and of credentials is taken from the environment, as the provider's own
    tools do (`AWS_…`, `GOOGLE_…`, `AZURE_…`).
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.place = urlunsplit(parts._replace(query="", netloc=parts.netloc.rpartition("@")[2]))
        """The URL without anything that is secret."""
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        try:
            self._store: Any = self._open(url)
        except (BaseError, ValueError, OSError) as error:
            raise InvalidInputError(
                f"The object store {self.place} cannot be used: {_first_line(error)}", "Check QD_OBJECT_STORE_URL."
            ) from None

    def _open(self, url: str) -> object:
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(self._folder)
        parts = urlsplit(url)
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        insecure = str(options.get("endpoint", "")).startswith("http://")
        return from_url(
            urlunsplit(parts._replace(query="")),
            client_options=cast("Any", {**_CLIENT, "allow_http": insecure}),
            retry_config=cast("Any", _RETRIES),
            **options,
        )

    async def put(self, key: str, content: Path) -> None:
        async with self._answering(key):
            await obstore.put_async(self._store, key, content)
        if self._folder is not None:
            await asyncio.to_thread(_flush, self._folder / key, self._folder)

    async def get(self, key: str, into: Path) -> None:
        async with self._answering(key):
            found = await obstore.get_async(self._store, key)
            with into.open("wb") as file:
                async for chunk in found.stream(min_chunk_size=_CHUNK):
                    file.write(chunk)

    async def list(self, prefix: str) -> Sequence[StoredObject]:
        found: list[StoredObject] = []
        async with self._answering(prefix):
            async for batch in _LIST(self._store, prefix):
                found += [StoredObject(key=o["path"], size=o["size"], modified=o["last_modified"]) for o in batch]
        return sorted(found, key=lambda each: each.key)

    async def delete(self, key: str) -> None:
        try:
            async with self._answering(key):
                await obstore.delete_async(self._store, key)
        except NotFoundError:
            pass

    @asynccontextmanager
    async def _answering(self, key: str) -> AsyncGenerator[None]:
        try:
            yield
        except FileNotFoundError:
            raise NotFoundError(f"There is no object {key} in the object store {self.place}.") from None
        except (BaseError, OSError) as error:
            raise UnavailableError(
                f"The object store {self.place} failed at {key}: {_first_line(error)}",
                "See that it is up and has room; `quarterdeck doctor` asks it.",
            ) from None


def _flush(path: Path, root: Path) -> None:
    """To the disk, with the folders on the way."""
    while True:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        if path == root:
            return
        path = path.parent


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
