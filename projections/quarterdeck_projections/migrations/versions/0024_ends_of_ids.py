"""Sessions, commands, reports, budgets and alerts are found by the end of their id."""

from alembic import op
from sqlalchemy import text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    for table in ("sessions", "commands", "reports", "budgets", "alerts"):
        backwards = text("""reverse(encode(uuid_send(id), 'hex'::text) COLLATE "C")""")
        op.create_index(f"{table}_id_end_idx", table, [backwards], schema="read")
