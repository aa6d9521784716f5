"""The web client's files, as the build left them: read into memory once, so that none is ever half of another build."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

PAGE = "index.html"
HASHED = "assets/"
"""Below it a file's name holds a digest of its content: what has this name never changes."""
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Best first; each with the ending of the files that hold it, which the build makes beside the plain ones."""
MEDIA = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
"""What else is in the folder, or in one whose name begins with a dot, is not served."""


@dataclass(frozen=True)
class WebFile:
    media: str
    bodies: Mapping[str, bytes]
    """By encoding; `""` is the plain one."""
    etag: str
    is_hashed: bool


@dataclass(frozen=True)
class WebFiles:
    page: str
    files: Mapping[str, WebFile]
    """All but the page, by path."""


@dataclass
class WebBundle:
    """The files in `folder`, read anew when another build has put its page there."""

    folder: Path
    _read: WebFiles | None = field(default=None, init=False)
    _stamp: tuple[int, int] | None = field(default=None, init=False)

    def now(self) -> WebFiles | None:
        """None: there are none."""
        try:
            found = (self.folder / PAGE).stat()
            stamp = (found.st_ino, found.st_mtime_ns)
            if stamp != self._stamp:
                self._read, self._stamp = _files_in(self.folder), stamp
        except OSError:
            self._read, self._stamp = None, None
        return self._read

    def file(self, path: str) -> WebFile | None:
        """By the path below the folder, of the files that were there when the page was last asked for."""
        files = self._read or self.now()
        return files.files.get(path) if files else None


def _files_in(folder: Path) -> WebFiles:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files = {name: _file(name, paths) for name in paths if _is_served(name)}
    return WebFiles(page=(folder / PAGE).read_text("utf-8"), files=files)


def _is_served(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix in MEDIA and not any(part.startswith(".") for part in path.parts)


def _file(name: str, paths: Mapping[str, Path]) -> WebFile:
    plain = paths[name].read_bytes()
    packed = {each: paths[name + ending].read_bytes() for each, ending in ENCODINGS.items() if name + ending in paths}
    return WebFile(
        media=MEDIA[PurePosixPath(name).suffix],
        bodies={"": plain, **packed},
        etag=f'"{sha256(plain).hexdigest()[:32]}"',
        is_hashed=name.startswith(HASHED),
    )
