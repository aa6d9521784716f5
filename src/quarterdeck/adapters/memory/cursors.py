"""Readers' cursors in memory."""


class MemoryCursors:
    def __init__(self) -> None:
        self._positions: dict[str, int] = {}

    async def get(self, name: str) -> int:
        return self._positions.get(name, 0)

    async def put(self, name: str, position: int) -> None:
        self._positions[name] = max(position, self._positions.get(name, 0))
