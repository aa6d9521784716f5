"""Facts of usage, and what they sum up to by hour and by day."""

from importlib.resources import files

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    # past SQLAlchemy, which takes colons for parameters
    connection.execute((files("quarterdeck_projections") / "sql" / "usage.sql").read_text("utf-8"))
    connection.execute("SELECT read.usage_make('read')")
