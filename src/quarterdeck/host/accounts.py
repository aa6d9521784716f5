"""The users of this machine that parts run as."""

import os
import pwd
from dataclasses import dataclass

from quarterdeck.host.errors import SettingsError

DEFAULTS = ("quarterdeck", "nobody")
"""Whom roles run as when root starts them and nothing else is asked for: the first that exists."""


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def current() -> Account:
    """Who this process runs as; a uid without a passwd entry is its own name."""
    uid = os.geteuid()
    try:
        return _from_passwd(pwd.getpwuid(uid))
    except KeyError:
        return Account(str(uid), uid, os.getegid())


def find(name: str) -> Account:
    """The user of that name or number. Raises SettingsError where there is none."""
    try:
        return _from_passwd(pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name))
    except KeyError:
        raise SettingsError(
            f"QD_RUN_AS: there is no user {name!r} on this machine.",
            f"Make it (useradd --system --user-group {name}), or name another.",
        ) from None


def to_run_as(name: str | None) -> Account:
    """Whom the roles other than the worker, PostgreSQL and NATS run as.

    An ordinary user can only be itself. Root drops to `name`, or to the first of DEFAULTS that exists.
    """
    me = current()
    if me.uid != 0:
        return me
    if name is not None:
        return find(name)
    for default in DEFAULTS:
        try:
            return _from_passwd(pwd.getpwnam(default))
        except KeyError:
            continue
    raise SettingsError(
        f"QD_RUN_AS: this machine has none of the users {', '.join(DEFAULTS)}.",
        "Make one (useradd --system --user-group quarterdeck), or set QD_RUN_AS to an unprivileged user.",
    )


def _from_passwd(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
