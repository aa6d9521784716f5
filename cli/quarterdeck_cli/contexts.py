"""Contexts: the servers this user is logged in to, in `contexts.json` of the configuration folder. No secrets in it."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
import platformdirs

from quarterdeck_cli.errors import NotSetUpError
from quarterdeck_cli.text import plain

CONFIG_DIR_VARIABLE = "QD_CONFIG_DIR"


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One log-in, or another one's under a name of its own."""

    url: str
    user: str = ""
    token_id: str | None = None
    kept_in: str = "file"
    """`keyring` or `file`: where the token lies."""
    client_file: str | None = None
    """For a server on this machine: its `client.json`, which has the present address."""
    project: str | None = None
    """Name or id of the project that is meant where none is named."""
    login_of: str | None = None
    """The context whose log-in this one shares."""


class Contexts(msgspec.Struct, frozen=True, kw_only=True):
    current: str | None = None
    contexts: dict[str, Context] = msgspec.field(default_factory=dict[str, Context])

    def with_context(self, name: str, context: Context) -> "Contexts":
        return Contexts(current=self.current, contexts={**self.contexts, name: context})

    def using(self, name: str | None) -> "Contexts":
        return Contexts(current=name, contexts=self.contexts)

    def without(self, name: str) -> "Contexts":
        left = {key: value for key, value in self.contexts.items() if key != name}
        return Contexts(current=self.current if self.current != name else next(iter(left), None), contexts=left)

    def named(self, name: str) -> Context:
        if name not in self.contexts:
            known = ", ".join(map(plain, self.contexts)) or "none"
            raise NotSetUpError(f"There is no context {plain(name)!r}.", f"Known are: {known}.")
        return self.contexts[name]

    def login_of(self, name: str) -> tuple[str, Context]:
        """The context that has the token of this one, by its name."""
        shared = self.named(name).login_of
        return self.login_of(shared) if shared else (name, self.named(name))

    def sharing(self, name: str) -> list[str]:
        """The contexts that have this one's log-in."""
        return [each for each, context in self.contexts.items() if context.login_of == name]

    def of_client_file(self, path: Path) -> str | None:
        """The context made from this `client.json`, if there is one."""
        found = (
            name
            for name, context in self.contexts.items()
            if context.client_file == str(path) and context.login_of is None
        )
        return next(found, None)


def config_dir() -> Path:
    chosen = os.environ.get(CONFIG_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_config_path("quarterdeck")


@dataclass(frozen=True)
class ContextsFile:
    """`contexts.json`, read and replaced as a whole."""

    path: Path = field(default_factory=lambda: config_dir() / "contexts.json")

    def read(self) -> Contexts:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Contexts)
        except FileNotFoundError:
            return Contexts()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotSetUpError(
                f"{self.path} cannot be read: {error}.", "Mend it, or delete it and log in again with `qd login`."
            ) from error

    def write(self, contexts: Contexts) -> None:
        encoded = msgspec.json.format(msgspec.json.encode(contexts), indent=2)
        with replacing(self.path) as path:
            path.write_bytes(encoded)


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """A new file of mode 0600 to write, which takes the place of `path` at the end, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as new:
        pass
    try:
        yield Path(new.name)
        Path(new.name).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(new.name).unlink()
