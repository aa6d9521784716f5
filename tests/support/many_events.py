"""Many events of a session, for who shows long ones."""

from uuid import UUID, uuid4

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.archive import ShellsStored
from quarterdeck.domain.base import Actor, ActorKind

AT_ONCE = 5000


async def log_many(url: str, project_id: UUID, session_id: UUID, count: int) -> None:
    """Puts events that change nothing at the end of a log, in a stream of their own."""
    stream = uuid4()
    context = Context(
        actor=Actor(kind=ActorKind.SYSTEM, id="worker"),
        correlation_id=uuid4(),
        project_id=project_id,
        session_id=session_id,
    )
    async with PostgresEventLog(url, SystemClock()) as log:
        for version in range(0, count, AT_ONCE):
            numbers = range(version, min(count, version + AT_ONCE))
            events = tuple(
                ShellsStored(key=f"pack {each}", sha256="0" * 64, bytes=each, commands=1) for each in numbers
            )
            await log.append([StreamWrite(stream_id=stream, expected_version=version, events=events)], context)
