"""A file of a session as it is edited: what it is based on, and each save on its way."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from quarterdeck_cli.api import files
from quarterdeck_cli.api.files import WrittenFile
from quarterdeck_cli.client import Client
from quarterdeck_cli.editing import choices, editor, merging
from quarterdeck_cli.editing.choices import Choice
from quarterdeck_cli.errors import CliError, ServerFailure
from quarterdeck_cli.exitcodes import ExitCode

CONFLICT = "CONFLICT"


class NotWrittenError(CliError):
    """It was left as it is, and the user's copy is kept."""

    exit_code = ExitCode.TRY_AGAIN


@dataclass
class SessionFile:
    """`base` is what the session's file had when it was last read or written; None: it was not there."""

    client: Client
    session_id: str
    path: str
    base: bytes | None
    written: WrittenFile | None = None
    saves: int = 0
    """That are in the session."""
    _tried: bytes | None = None
    """What was sent last: it may have arrived although nothing was heard of it."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def save(self, content: bytes) -> None:
        """Raises ServerFailure CONFLICT where somebody else has changed it."""
        async with self._turn:
            if content == self.base:
                return
            self._tried = content
            self.written = await files.write(
                self.client, self.session_id, self.path, content, base=files.digest(self.base)
            )
            self.base, self.saves = content, self.saves + 1

    async def save_meanwhile(self, content: bytes) -> None:
        """While the editor has the terminal: what does not work is dealt with at its end."""
        try:
            await self.save(content)
        except CliError:
            return

    async def edit(self, words: list[str], copy: Path) -> None:
        """Until what is in the copy is in the session, or was decided against. Raises CliError where it is not."""
        while True:
            await self._run(words, copy)
            content = editor.read(copy)
            if content is None:
                raise NotWrittenError("The editor took the file away.", "Nothing was changed in the session by that.")
            if merging.is_marked(content) and not await self._despite_marks():
                continue
            if await self._settled(content, copy):
                return

    async def _run(self, words: list[str], copy: Path) -> None:
        async def saved(content: bytes) -> None:
            if not merging.is_marked(content):
                await self.save_meanwhile(content)

        code = await editor.run(words, copy, saved)
        if code:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise NotWrittenError(f"The editor ended with {how}; what was not saved before is not sent.", "")

    async def _despite_marks(self) -> bool:
        choice = await choices.ask(choices.MARKED, self.path, "")
        if choice is Choice.LEAVE:
            raise NotWrittenError("The two changes are not brought together.", "")
        return choice is Choice.MINE

    async def _settled(self, content: bytes, copy: Path) -> bool:
        """False: it has to go through the editor once more."""
        while True:
            tried = self._tried
            try:
                await self.save(content)
            except ServerFailure as failure:
                if failure.code != CONFLICT:
                    raise
                theirs = await files.content(self.client, self.session_id, self.path)
                if theirs == self.base:
                    raise  # something else is in the way: it is closing, or a link is there
                if theirs is not None and theirs == tried:
                    self.base = theirs
                    continue
                match await self._chosen(theirs):
                    case Choice.THEIRS:
                        self.base = theirs
                        return True
                    case Choice.MINE:
                        self.base = theirs
                    case Choice.MERGE:
                        copy.write_bytes(merging.merge(content, self.base or b"", theirs or b""))
                        self.base = theirs
                        return False
                    case Choice.LEAVE:
                        raise
            else:
                return True

    async def _chosen(self, theirs: bytes | None) -> Choice:
        if theirs is None:
            how = "it is gone"
        elif self.base is None:
            how = f"it is there now, with {len(theirs):,} bytes"
        else:
            how = f"it has {len(theirs):,} bytes instead of {len(self.base):,}"
        return await choices.ask(choices.QUESTION, self.path, how)
