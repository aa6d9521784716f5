"""The end of a REPL."""

from quarterdeck_cli.qd import Qd


class Leaving(Exception):  # noqa: N818 - no error
    """The user has had enough."""


async def leave(qd: Qd) -> None:
    """Leave, as Ctrl-D does. Sessions and what runs in them go on."""
    raise Leaving
