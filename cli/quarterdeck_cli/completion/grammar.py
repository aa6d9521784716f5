"""The words that `qd` understands, as values: what the completion reads, and what is kept in a file for shells."""

import msgspec


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """An option or an argument. An argument has no `names`; an option without `takes` is a flag."""

    names: tuple[str, ...] = ()
    help: str = ""
    takes: str = ""
    """What its value is called: SESSION, PATH, N."""
    of: str = ""
    """The kind of object that its value names: session, task, file …"""
    choices: tuple[str, ...] = ()
    many: bool = False


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    help: str = ""
    options: tuple[Parameter, ...] = ()
    arguments: tuple[Parameter, ...] = ()
    plain_words: bool = False
    """What follows its first argument is another program's."""
    commands: "dict[str, Command]" = {}
    """Those of a noun; such a one does nothing itself."""


def option_named(command: Command, name: str) -> Parameter | None:
    return next((option for option in command.options if name in option.names), None)
