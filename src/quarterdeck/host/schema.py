"""Bringing the tables up to date: the log's, then the read models'."""

from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from quarterdeck.config import Settings
from quarterdeck.host.errors import SettingsError


def migrate(settings: Settings) -> None:
    """Safe to repeat, and from several processes at once. Raises SettingsError where no database is named."""
    # Here, because most commands do without.
    import quarterdeck.adapters.postgres.schema as log_schema
    import quarterdeck_projections.schema as read_schema

    known = settings.with_owner_urls()
    if known.database_url is None or known.database_owner_url is None or known.database_projector_url is None:
        raise SettingsError("QD_DATABASE_URL: not set.", "Set it, or start Quarterdeck's own database: quarterdeck up.")
    owner_url = known.database_owner_url.get_secret_value()
    app, projector = _user(known.database_url), _user(known.database_projector_url)
    log_schema.install(owner_url, app, projector)
    read_schema.install(owner_url, app, projector)


def _user(url: SecretStr) -> str:
    user = conninfo_to_dict(url.get_secret_value()).get("user")
    if not user:
        raise SettingsError("QD_DATABASE_URL: names no user.", "Write it as postgresql://user:password@host/database.")
    return str(user)
