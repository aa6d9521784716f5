"""Letting the installation's owner in."""

import getpass

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.identity import Identity
from quarterdeck.bootstrap.secrets import secret
from quarterdeck.config import Settings


async def issue_login_token(settings: Settings) -> str:
    """A one-time log-in token for the installation's owner, who is registered at the first call."""
    async with PostgresEventLog(secret(settings.database_url), SystemClock()) as log:
        identity = Identity(log, SystemClock(), SystemIds())
        await identity.register_first_user(_user_name())
        return await identity.issue_login()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"
