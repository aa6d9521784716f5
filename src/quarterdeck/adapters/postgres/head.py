"""The one connection that writes the log: the head row under its lock, and an append in one round trip."""

import struct
from collections.abc import Collection, Sequence
from importlib.resources import files
from uuid import UUID

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

from quarterdeck.adapters.postgres.rows import array
from quarterdeck.audit.chain import Head
from quarterdeck.domain.errors import UnavailableError

_APPEND = (files("quarterdeck.adapters.postgres") / "sql" / "append.sql").read_bytes()
_NAME = b"quarterdeck_append"
_INT8, _BYTEA = 20, 17
_BINARY = [Format.BINARY] * 5
_LONG = struct.Struct(">q")
_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
IDLE_IN_TRANSACTION_MS = 5000
"""A writer that is stopped while it holds the head loses it after this."""


class ConnectionLostError(Exception):
    """The server went away; whether it carried out the statement is unknown."""


class HeadConnection:
    """Used by one thread. Raises `ConnectionLostError` where the connection is gone, else psycopg's own errors."""

    def __init__(self, url: str) -> None:
        try:
            self._connection = psycopg.connect(url, autocommit=True, application_name="quarterdeck recorder")
        except psycopg.OperationalError as error:
            raise ConnectionLostError(str(error)) from error
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def lock(self) -> Head:
        """Opens a transaction that keeps other writers out, and returns the head."""
        found = self._run(b"BEGIN; SELECT position, encode(digest, 'hex') FROM log.head FOR UPDATE")
        position, digest = found.get_value(0, 0), found.get_value(0, 1)
        if position is None or digest is None:
            raise UnavailableError("The log has lost its head row.", "Restore the database from a backup.")
        return Head(position=int(position), digest=bytes.fromhex(digest.decode()))

    def commit(self) -> None:
        self._run(b"COMMIT")

    def rollback(self) -> None:
        self._run(b"ROLLBACK")

    def append(self, rows: Sequence[bytes], before: Head, after: Head) -> bool:
        """Appends in one statement, committed unless a transaction is open. False where `before` is not the head."""
        result = self._connection.pgconn.exec_prepared(
            _NAME,
            [
                array(self._row_oid, rows),
                _LONG.pack(after.position),
                after.digest,
                _LONG.pack(before.position),
                before.digest,
            ],
            _BINARY,
        )
        return self._checked(result).ntuples == 1

    def versions(self, streams: Collection[UUID]) -> dict[UUID, int]:
        """The last version of each of these streams that exists."""
        named = ",".join(str(stream) for stream in streams)
        found = self._checked(
            self._connection.pgconn.exec_params(
                b"SELECT stream_id, max(version) FROM log.events WHERE stream_id = ANY($1::uuid[]) GROUP BY 1",
                [f"{{{named}}}".encode()],
            )
        )
        return {UUID(_text(found, row, 0)): int(_text(found, row, 1)) for row in range(found.ntuples)}

    def holds(self, head: Head) -> bool:
        """The log has the event with this position and digest."""
        found = self._checked(
            self._connection.pgconn.exec_params(
                b"SELECT 1 FROM log.events WHERE position = $1::bigint AND digest = decode($2, 'hex')",
                [b"%d" % head.position, head.digest.hex().encode()],
            )
        )
        return found.ntuples == 1

    def _prepare(self) -> None:
        self._assert_durable()
        self._run(b"SET idle_in_transaction_session_timeout = %d" % IDLE_IN_TRANSACTION_MS)
        self._run(b"SET jit = off")
        types = self._run(b"SELECT to_regtype('log.new_event')::oid, to_regtype('log.new_event[]')::oid")
        if types.get_value(0, 0) is None:
            raise UnavailableError(
                "The database has no log yet.", "Run `quarterdeck migrate`, or check QD_DATABASE_URL."
            )
        self._row_oid = int(_text(types, 0, 0))
        parameters = [int(_text(types, 0, 1)), _INT8, _BYTEA, _INT8, _BYTEA]
        self._checked(self._connection.pgconn.prepare(_NAME, _APPEND, parameters))

    def _assert_durable(self) -> None:
        settings = self._run(b"SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        for column, name in enumerate(("fsync", "synchronous_commit")):
            if _text(settings, 0, column) == "off":
                raise UnavailableError(
                    f"PostgreSQL runs with {name} = off: acknowledged events could be lost.",
                    f"Set {name} = on in its configuration, or for this role.",
                )

    def _run(self, command: bytes) -> PGresult:
        return self._checked(self._connection.pgconn.exec_(command))

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _GOOD:
            return result
        state = result.error_field(DiagnosticField.SQLSTATE) or b""
        # 57P01 to 57P03: shut down or crashed; 25P03: idle in transaction too long; 08: connection failures
        if self._connection.pgconn.status != ConnStatus.OK or state in _LOST or state[:2] in {b"", b"08"}:
            raise ConnectionLostError(result.get_error_message())
        raise psycopg.errors.error_from_result(result)


_LOST = frozenset({b"57P01", b"57P02", b"57P03", b"25P03"})


def _text(result: PGresult, row: int, column: int) -> str:
    return (result.get_value(row, column) or b"").decode()
