"""Bringing a session's files, and its shell, to where they were at another point."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from quarterdeck.application.ports.workspaces import FileChange, StepKind
from quarterdeck.jail.abstract import MAX_CHANGES, Jail
from quarterdeck.jail.shim import changes

CHUNK = 1024 * 1024
KINDS = {
    StepKind.REMOVED: changes.REMOVE,
    StepKind.FILE: changes.FILE,
    StepKind.EXECUTABLE: changes.EXECUTABLE,
    StepKind.LINK: changes.LINK,
}


async def change(jail: Jail, pages: AsyncIterator[Sequence[FileChange]], shell: bytes | None) -> None:
    """`shell` None: leave it as it is. Raises JailError where the jail cannot do one step: those before are done."""
    async for page in pages:
        for batch in batches(page):
            await jail.change_files(batch)
    if shell is not None:
        await change_shell(jail, shell)


async def change_shell(jail: Jail, state: bytes) -> None:
    """Raises JailError where it cannot be done."""
    await jail.change_files(changes.encode(changes.SHELL, b"", state))


def batches(steps: Iterable[FileChange]) -> Iterator[bytes]:
    """The steps as requests of at most `MAX_CHANGES` bytes, in order."""
    batch = bytearray()
    for record in _records(steps):
        if batch and len(batch) + len(record) > MAX_CHANGES:
            yield bytes(batch)
            batch.clear()
        batch += record
    if batch:
        yield bytes(batch)


def _records(steps: Iterable[FileChange]) -> Iterator[bytes]:
    for step in steps:
        yield changes.encode(KINDS[step.kind], step.path, step.content[:CHUNK])
        for start in range(CHUNK, len(step.content), CHUNK):
            yield changes.encode(changes.MORE, step.path, step.content[start : start + CHUNK])
