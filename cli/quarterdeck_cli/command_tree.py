"""The commands of a typer app, each built when it is asked for: to build all took a fifth of a short call's time."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import partial
from typing import Any

import typer
from typer.main import get_command_from_info, get_command_name, get_group_from_info, solve_typer_info_defaults
from typer.models import TyperInfo

Makers = dict[str, Callable[[], Any]]


class Inner(Mapping[str, Any]):
    """A group's commands by name, in their order. Each is built once."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._makers[name]()
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def command_of(app: typer.Typer) -> Any:
    """What typer.main.get_command gives for a group, and as long as its commands are looked at one by one, sooner."""
    return _group(TyperInfo(app), _manner_of(app))


def _manner_of(app: typer.Typer) -> dict[str, Any]:
    """What the topmost app settles for all below it."""
    names = ("pretty_exceptions_short", "rich_markup_mode", "suggest_commands")
    return {name: getattr(app, name) for name in names}


def _group(info: TyperInfo, manner: dict[str, Any]) -> Any:
    empty, whole = copy(info), _app_of(info)
    empty.typer_instance = copy(whole)
    empty.typer_instance.registered_commands, empty.typer_instance.registered_groups = [], []
    group: Any = get_group_from_info(empty, **manner)
    group.commands = Inner(_makers(whole, manner))
    return group


def _makers(app: typer.Typer, manner: dict[str, Any]) -> Makers:
    of_a_command = {name: value for name, value in manner.items() if name != "suggest_commands"}
    makers: Makers = {}
    for info in app.registered_commands:
        assert info.callback
        name = info.name or get_command_name(info.callback.__name__)
        makers[name] = partial(get_command_from_info, info, **of_a_command)
    for group in app.registered_groups:
        named = solve_typer_info_defaults(group).name
        # As typer does it: commands of a group without a name are those of the group above.
        makers.update({named: partial(_group, group, manner)} if named else _makers(_app_of(group), manner))
    return makers


def _app_of(info: TyperInfo) -> typer.Typer:
    assert info.typer_instance
    return info.typer_instance
