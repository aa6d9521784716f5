"""Arguments that more than one mutation takes."""

import strawberry

from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import InvalidInputError


@strawberry.input
class TerminalInput:
    columns: int
    rows: int


@strawberry.input
class EnvironmentVariable:
    name: str
    value: str


def terminal_of(asked: TerminalInput | None) -> Terminal | None:
    return None if asked is None else Terminal(columns=asked.columns, rows=asked.rows)


def environment_of(asked: list[EnvironmentVariable] | None) -> dict[str, str] | None:
    if asked is None:
        return None
    variables = {each.name: each.value for each in asked}
    if len(variables) < len(asked):
        raise InvalidInputError("A variable is set twice.", "Pass each name once.", field="environment")
    return variables
