"""Calls of models are found by whose they are without reading all of a project's."""

from importlib.resources import files

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    # past SQLAlchemy, which takes colons for parameters
    connection.execute((files("quarterdeck_projections") / "sql" / "usage.sql").read_text("utf-8"))
    connection.execute("SELECT read.usage_calls_index('read')")
