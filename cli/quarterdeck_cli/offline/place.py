"""The file of the server and user that are meant."""

import os
from dataclasses import dataclass
from pathlib import Path

from quarterdeck_cli.connection import TOKEN_VARIABLE, Login, Logins
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.offline.owner import file_of

OFFLINE_VARIABLE = "QD_OFFLINE"
OFF = frozenset({"off", "no", "0", "false"})
ON = frozenset({"", "on", "yes", "1", "true"})


def wanted() -> bool:
    """Whether anything is kept and queued at all."""
    told = os.environ.get(OFFLINE_VARIABLE, "").strip().lower()
    if told not in OFF | ON:
        raise UsageError(f"{OFFLINE_VARIABLE} is {told!r}.", "Set it to on or off.")
    return told not in OFF


@dataclass(frozen=True)
class Place:
    """The file, and the server's address as the user knows it."""

    path: Path
    url: str


def place_of(logins: Logins, login: Login) -> tuple[Place, str]:
    """And the user's name, where it is known."""
    named = login.context and (logins.named or not os.environ.get(TOKEN_VARIABLE))
    user = logins.file.read().login_of(login.context)[1].user if named and login.context else ""
    return Place(file_of(logins.named), login.url), user
