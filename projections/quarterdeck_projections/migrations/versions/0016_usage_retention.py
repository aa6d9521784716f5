"""Facts of usage may be kept for some days only, and are found without their rows."""

from importlib.resources import files

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    # past SQLAlchemy, which takes colons for parameters
    connection.execute((files("quarterdeck_projections") / "sql" / "usage.sql").read_text("utf-8"))
    connection.execute("SELECT read.usage_make_edges('read')")
    connection.execute("SELECT read.usage_index('read')")
