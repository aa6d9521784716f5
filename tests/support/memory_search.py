"""What may be searched, from a log in memory: every command and all of its output, whatever its words."""

from collections.abc import Sequence

from tests.support.memory_tasks import MemoryTaskReads

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.search_query import Words
from quarterdeck.domain.command import CommandRequested
from quarterdeck_projections.queries.search import Found, PieceRow, Place, SearchFilter
from quarterdeck_projections.search.pieces import Window

ALL = Window(output_until=2**40, error_until=2**40)


class MemorySearch(MemoryTaskReads):
    async def search_pieces(
        self, words: Words, chosen: SearchFilter, since: Place | None, limit: int
    ) -> Sequence[PieceRow]:
        rows = [row for each in reversed(await self._events()) for row in _rows(each, chosen)]
        return [row for row in rows if since is None or _key(row.place) >= _key(since)][:limit]


def _rows(logged: LoggedEvent, chosen: SearchFilter) -> list[PieceRow]:
    event = logged.event
    if not isinstance(event, CommandRequested):
        return []
    if chosen.project_ids is not None and event.project_id not in chosen.project_ids:
        return []
    if chosen.session_id not in {None, event.session_id}:
        return []
    numbers = [number for number, found in ((0, Found.COMMAND), (1, Found.OUTPUT)) if found in chosen.kinds]
    return [
        PieceRow(command_id=logged.stream_id, place=Place(logged.position, number), window=ALL) for number in numbers
    ]


def _key(place: Place) -> tuple[int, int]:
    return -place.position, place.number
