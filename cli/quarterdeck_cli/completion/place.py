"""Where in the grammar the cursor is: which commands, options or value may stand there."""

import msgspec

from quarterdeck_cli.completion.grammar import Command, Parameter, option_named


class Place(msgspec.Struct, frozen=True):
    """What may be typed next. `typed`: the part of the current word that a candidate takes the place of."""

    typed: str
    commands: tuple[tuple[str, Command], ...] = ()
    options: tuple[Parameter, ...] = ()
    value: Parameter | None = None
    session: str = ""
    """A session that the words before name."""


def place_of(words: tuple[str, ...], typed: str, grammar: Command) -> Place:
    command, rest = _descended(words, grammar)
    if command is None:
        return Place(typed)
    if command.commands:
        return Place(typed, commands=tuple(command.commands.items()), options=() if rest else command.options)
    return _in_command(command, rest, typed)


def _descended(words: tuple[str, ...], grammar: Command) -> tuple[Command | None, tuple[str, ...]]:
    """The command that the first words name, and those after; none where a word names nothing."""
    command = grammar
    for at, word in enumerate(words):
        if not command.commands:
            return command, words[at:]
        if word.startswith("-"):
            continue
        if word not in command.commands:
            return None, ()
        command = command.commands[word]
    return command, ()


class _Read(msgspec.Struct):
    """How far the words of a command have been read."""

    awaited: Parameter | None = None
    """The option whose value comes next."""
    filled: int = 0
    """Arguments that were given."""
    options_over: bool = False
    session: str = ""
    used: frozenset[str] = frozenset()


def _in_command(command: Command, words: tuple[str, ...], typed: str) -> Place:
    read = _Read()
    for word in words:
        _take(read, command, word)
    if read.awaited:
        return Place(typed, value=read.awaited, session=read.session)
    if typed.startswith("--") and "=" in typed and not read.options_over:
        name, _, value = typed.partition("=")
        return Place(value, value=option_named(command, name), session=read.session)
    free = () if read.options_over else tuple(o for o in command.options if o.many or not read.used & set(o.names))
    return Place(typed, options=free, value=_argument(command, read.filled), session=read.session)


def _take(read: _Read, command: Command, word: str) -> None:
    if read.awaited:
        if read.awaited.of == "session":
            read.session = word
        read.awaited = None
    elif word == "--" and not read.options_over:
        read.options_over = True
    elif word.startswith("-") and not read.options_over:
        name, equals, value = word.partition("=")
        option = option_named(command, name)
        read.used |= {name}
        if option and option.takes:
            read.awaited = None if equals else option
            read.session = value if equals and option.of == "session" else read.session
    else:
        argument = _argument(command, read.filled)
        if argument and argument.of == "session":
            read.session = word
        read.filled += 1
        read.options_over |= command.plain_words


def _argument(command: Command, filled: int) -> Parameter | None:
    if filled < len(command.arguments):
        return command.arguments[filled]
    last = command.arguments[-1] if command.arguments else None
    return last if last and last.many else None
