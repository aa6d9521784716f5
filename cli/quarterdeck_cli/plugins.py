"""Plug-ins: what other packages add to `qd`, by the entry-point group `quarterdeck.cli`.

An entry point names an object with the method `add_to`; it may have those of `More`. A plug-in that
cannot be loaded is named, and skipped; a part of one that breaks later is named once, and left out from then on.
See docs/guide/qd/plugins.md.
"""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, get_origin, runtime_checkable

import typer

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings

    from quarterdeck_cli.known.protocol import Entry
    from quarterdeck_cli.repl.status import Status

GROUP = "quarterdeck.cli"
Say = Callable[[str], None]
Renderer = Callable[[Any], str]
"""From an answer, as `--json` has it, to text."""
T = TypeVar("T")


@runtime_checkable
class Plugin(Protocol):
    """What an entry point of the group must name."""

    def add_to(self, app: typer.Typer) -> None:
        """Adds its commands, by `command_line.command` and `command_line.group`."""
        ...


class More(Protocol):
    """What a plug-in may have besides, each by itself."""

    def entries(self, kind: str) -> "list[Entry]":
        """What may be typed for a value: `kind` is its name in the help, in small letters. Must not wait."""
        ...

    def bind(self, keys: "KeyBindings") -> None:
        """Adds keys of the REPL. Asked once."""
        ...

    def segment(self, status: "Status") -> str:
        """A few words for the REPL's toolbar, or nothing. Asked at each redraw: must not wait."""
        ...

    def renderers(self) -> dict[str, Renderer]:
        """Ways to print answers, by the names that `--render` takes."""
        ...


class Plugins:
    """Those that were loaded."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._loaded: dict[str, Plugin] = {}
        self._broken: set[tuple[str, str]] = set()

    def load(self, entry: EntryPoint, app: typer.Typer) -> None:
        try:
            plugin: object = entry.load()
            if not isinstance(plugin, Plugin):
                raise TypeError(f"{entry.value} has no add_to(app)")
            plugin.add_to(app)
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; qd goes on without it
            self._say(f"The plug-in {entry.name} ({entry.value}) is left out: {type(error).__name__}: {error}")
        else:
            self._loaded[entry.name] = plugin

    def ask(self, part: str, kind: type[T], *arguments: object) -> Iterator[T]:
        """What the method `part` of each plug-in says. One that raises, or says anything else, is asked no more."""
        for name, plugin in self._loaded.items():
            method = getattr(plugin, part, None)
            if method is None or (name, part) in self._broken:
                continue
            try:
                said = method(*arguments)
                if not isinstance(said, get_origin(kind) or kind):
                    raise TypeError(f"it gives {type(said).__name__}, not {kind.__name__}")
            except Exception as error:  # noqa: BLE001 - as above
                self.drop(name, part, error)
            else:
                yield said

    def drop(self, name: str, part: str, error: Exception) -> None:
        self._broken.add((name, part))
        self._say(f"The plug-in {name} goes on without its {part}: {type(error).__name__}: {error}")

    def tell(self, say: Say) -> None:
        """Where broken ones are named from now on."""
        self._say = say

    def renderers(self) -> dict[str, Renderer]:
        every = self.ask("renderers", dict[str, Renderer])
        return {name: renderer for some in every for name, renderer in some.items()}


installed: ContextVar[Plugins | None] = ContextVar("installed", default=None)
"""Those of this process."""


def add_plugins(app: typer.Typer, say: Say, found: Iterable[EntryPoint] | None = None) -> Plugins:
    """Adds every plug-in that is installed, in the order of their names."""
    plugins = Plugins(say)
    for entry in sorted(entry_points(group=GROUP) if found is None else found, key=lambda entry: entry.name):
        plugins.load(entry, app)
    installed.set(plugins)
    return plugins
