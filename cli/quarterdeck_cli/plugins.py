"""Plug-ins: further commands from other packages, by the entry-point group `quarterdeck.cli`.

An entry point names an object with one method, `add_to(app)`, which adds commands to the typer app by
`command_line.command` and `command_line.group`. A plug-in that cannot be loaded is named, and skipped.
"""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, runtime_checkable

import typer

GROUP = "quarterdeck.cli"


@runtime_checkable
class Plugin(Protocol):
    """What an entry point of the group names."""

    def add_to(self, app: typer.Typer) -> None:
        """Adds its commands."""
        ...


def add_plugins(app: typer.Typer, say: Callable[[str], None], found: Iterable[EntryPoint] | None = None) -> None:
    """Adds every plug-in that is installed, in the order of their names."""
    for entry in sorted(entry_points(group=GROUP) if found is None else found, key=lambda entry: entry.name):
        try:
            plugin: object = entry.load()
            if not isinstance(plugin, Plugin):
                raise TypeError(f"{entry.value} has no add_to(app)")
            plugin.add_to(app)
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; qd goes on without it
            say(f"The plug-in {entry.name} ({entry.value}) is left out: {type(error).__name__}: {error}")
