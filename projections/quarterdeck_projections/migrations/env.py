"""Run by Alembic, on the connection that `quarterdeck_projections.migrating` put into the configuration."""

from alembic import context

from quarterdeck_projections.migrating import COMPARE

context.configure(connection=context.config.attributes["connection"], **COMPARE)
with context.begin_transaction():
    context.run_migrations()
