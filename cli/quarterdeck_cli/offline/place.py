"""Where the file of a server and a user lies."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from quarterdeck_cli.connection import TOKEN_VARIABLE, Login, Logins
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.folders import state_dir

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
    """And the user's name, where it is known.

    A context's user finds the file again after another log-in; a token from elsewhere has a file of its own.
    """
    user = ""
    if os.environ.get(TOKEN_VARIABLE) or login.context is None:
        owner = ("token", login.url, login.token or "")
    else:
        _, known = logins.file.read().login_of(login.context)
        user = known.user
        # a server on this machine may have another port each time
        owner = ("user", known.client_file or known.url, user)
    digest = hashlib.sha256("\0".join(owner).encode()).hexdigest()[:32]
    return Place(state_dir() / "offline" / f"{digest}.sqlite", login.url), user
