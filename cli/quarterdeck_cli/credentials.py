"""Tokens at rest: the system's keyring, or a file of mode 0600 where there is none that works."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from quarterdeck_cli.contexts import config_dir, replacing

SERVICE = "quarterdeck"
KEYRING_SECONDS = 3.0
"""A keyring that asks on a screen nobody looks at, or whose daemon hangs, is given up after this."""

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    path: Path = field(default_factory=lambda: config_dir() / "credentials.json")

    def store(self, name: str, secret: str) -> str:
        """Keeps the secret and returns where: `keyring` or `file`."""
        if _in_time(lambda: _keyring_store(name, secret)):
            self._write({key: value for key, value in self._read().items() if key != name})
            return "keyring"
        self._write({**self._read(), name: secret})
        return "file"

    def load(self, name: str, place: str) -> str | None:
        if place == "keyring":
            return _in_time(lambda: _keyring_load(name))
        return self._read().get(name)

    def delete(self, name: str, place: str) -> None:
        if place == "keyring":
            _in_time(lambda: _keyring_delete(name))
        self._write({key: value for key, value in self._read().items() if key != name})

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, str])
        except (FileNotFoundError, msgspec.DecodeError):
            return {}

    def _write(self, secrets: dict[str, str]) -> None:
        if not secrets and not self.path.exists():
            return
        with replacing(self.path) as path:
            path.write_bytes(msgspec.json.encode(secrets))


def _in_time(work: Callable[[], T]) -> T | None:
    """What `work` returns; None where it fails in whatever way, or takes too long."""
    results: list[T] = []

    def attempt() -> None:
        try:
            results.append(work())
        except Exception:  # noqa: BLE001 - a keyring's backend may raise anything; the file is there for that
            return

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    return results[0] if results else None


def _keyring_store(name: str, secret: str) -> bool:
    import keyring
    from keyring.backends import fail, null

    if isinstance(keyring.get_keyring(), (fail.Keyring, null.Keyring)):
        return False
    keyring.set_password(SERVICE, name, secret)
    return keyring.get_password(SERVICE, name) == secret


def _keyring_load(name: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, name)


def _keyring_delete(name: str) -> None:
    import keyring

    keyring.delete_password(SERVICE, name)
