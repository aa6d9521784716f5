"""Optional arguments."""

from typing import TypeVar

import strawberry

ValueT = TypeVar("ValueT")


def given(value: ValueT | None) -> ValueT | None:
    """An optional argument's value: None where it was left out."""
    return None if value is strawberry.UNSET else value
