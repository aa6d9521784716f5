"""An image made of nothing: what bubblewrap shows of this host, for projects that name no image of their own.

The image holds folders, links and the few made-up files; the system itself is mounted from the host, read-only.
"""

import hashlib
import io
import tarfile
from pathlib import Path

from quarterdeck.jail import system

REPOSITORY = "quarterdeck/host"
FOLDERS = {"dev": 0o755, "etc": 0o755, "proc": 0o755, "sys": 0o755, "tmp": 0o1777, "usr": 0o755, "var": 0o755}
"""With their modes. What is mounted on other folders makes these."""
LINKS = {"var/tmp": "../tmp", "var/run": "../run"}


def archive(uid: int) -> tuple[str, bytes]:
    """The image's name and its file system as a tar archive; the same host gives the same ones."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, mode in FOLDERS.items():
            tar.addfile(_entry(name, tarfile.DIRTYPE, mode))
        for name, target in {**LINKS, **_merged_links()}.items():
            tar.addfile(_link(name, target))
        for name, text in system.made_up(uid).items():
            tar.addfile(_file(name, text), io.BytesIO(text.encode()))
    data = made.getvalue()
    return f"{REPOSITORY}:{hashlib.sha256(data).hexdigest()[:32]}", data


def mounted() -> tuple[Path, ...]:
    """What of the host is mounted read-only, at the same path."""
    merged = [Path("/", name) for name in system.MERGED]
    listed = [Path("/etc", name) for name in system.FROM_ETC]
    return (
        Path("/usr"),
        *(path for path in merged if path.is_dir() and not path.is_symlink()),
        *(path for path in listed if path.exists()),
    )


def _merged_links() -> dict[str, str]:
    paths = [Path("/", name) for name in system.MERGED]
    return {path.name: str(path.readlink()) for path in paths if path.is_symlink()}


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.type = kind
    entry.mode = mode
    return entry


def _link(name: str, target: str) -> tarfile.TarInfo:
    entry = _entry(name, tarfile.SYMTYPE, 0o777)
    entry.linkname = target
    return entry


def _file(name: str, text: str) -> tarfile.TarInfo:
    entry = _entry(name, tarfile.REGTYPE, 0o644)
    entry.size = len(text.encode())
    return entry
