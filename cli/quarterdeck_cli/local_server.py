"""A server on this machine: where it leaves its address and the one-time log-in token."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import platformdirs

SYSTEM_DATA = Path("/var/lib/quarterdeck")
DATA_DIR_VARIABLE = "QD_DATA_DIR"


class ClientFile(msgspec.Struct, frozen=True):
    """`run/client.json` of a data folder."""

    url: str
    login_token: str | None = None


@dataclass(frozen=True)
class LocalServer:
    path: Path
    url: str
    login_token: str | None


def find_local_server() -> LocalServer | None:
    """The first server that has left its `client.json`. A file that cannot be read is none."""
    return next(filter(None, map(read_client_file, client_files())), None)


def client_files() -> Iterator[Path]:
    """Where to look. A chosen data folder is the only one."""
    if chosen := os.environ.get(DATA_DIR_VARIABLE):
        yield _in(Path(chosen).absolute())
        return
    yield _in(platformdirs.user_data_path("quarterdeck"))
    if os.geteuid() == 0:
        yield _in(SYSTEM_DATA)


def read_client_file(path: Path) -> LocalServer | None:
    try:
        content = msgspec.json.decode(path.read_bytes(), type=ClientFile)
    except (OSError, msgspec.DecodeError):
        return None
    return LocalServer(path, content.url, content.login_token)


def _in(data_dir: Path) -> Path:
    return data_dir / "run" / "client.json"
