"""What is searched has marks of its words, and not the words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # it is all taken anew from the log
    op.execute("TRUNCATE read.search_pieces")
    op.execute("DELETE FROM read.projection_positions WHERE name = 'search'")
    op.drop_column("search_pieces", "words", schema="read")
    op.add_column("search_pieces", sa.Column("marks", ARRAY(sa.Integer), nullable=False), schema="read")
    op.create_index(None, "search_pieces", ["marks"], schema="read", postgresql_using="gin")
    # gathering which are frequent would read them all, time and again
    op.execute("ALTER TABLE read.search_pieces ALTER COLUMN marks SET STATISTICS 0")
