"""Deliveries of reports are among all deliveries."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.drop_table("report_deliveries", schema="read")
