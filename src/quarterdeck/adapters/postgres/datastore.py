"""The eventsourcing library's datastore, opened by URL."""

from typing import Any, cast

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row


class UrlDatastore(PostgresDatastore):
    """Connects with everything a PostgreSQL URL can say, and looks up no composite types: we use none of theirs."""

    def __init__(self, url: str) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", schema="log")
        self.pool = ConnectionPool(
            url,
            connection_class=cast("type[Connection[DictRow]]", Connection),
            kwargs={"row_factory": cast("Any", dict_row)},
            min_size=1,
            max_size=8,
            open=False,
            configure=self.after_connect_func(),
        )

    def register_type_adapters(self) -> None:
        """Nothing to look up."""
