"""Readers' cursors in PostgreSQL."""

from quarterdeck.adapters.postgres.pool import Connection, Pool


class PostgresCursors:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, name: str) -> int:
        async def fetch(connection: Connection) -> int:
            found = await connection.execute("SELECT position FROM log.cursors WHERE name = %s", (name,))
            row = await found.fetchone()
            return 0 if row is None else int(row[0])

        return await self._pool.run(fetch)

    async def put(self, name: str, position: int) -> None:
        async def store(connection: Connection) -> None:
            await connection.execute(
                "INSERT INTO log.cursors AS c (name, position) VALUES (%s, %s) ON CONFLICT (name)"
                " DO UPDATE SET position = greatest(c.position, excluded.position)",
                (name, position),
            )

        await self._pool.run(store)
