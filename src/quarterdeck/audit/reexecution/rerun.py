"""Running recorded commands again: in forks of the session, steered as they were, compared as they end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from quarterdeck.application.background import end
from quarterdeck.audit.over_api import raw_event
from quarterdeck.audit.reexecution import files, outputs
from quarterdeck.audit.reexecution.recorded import Recorded, Step, ended, steps
from quarterdeck.audit.reexecution.steering import Printed, Steering
from quarterdeck.audit.reexecution.verdicts import Comparison, Result, Verdict, judged, not_run, of_exits
from quarterdeck.domain.command import CommandFinished
from quarterdeck_cli import ids
from quarterdeck_cli.api import comparisons, sessions
from quarterdeck_cli.api.commands import Terminal, run_command
from quarterdeck_cli.api.events import events
from quarterdeck_cli.api.snapshots import FileDiff
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.running.follow import Following
from quarterdeck_cli.running.lifecycle import session_ready
from quarterdeck_cli.running.output_stream import OutputStream

NO_REST = "part of its recorded output is lost or was erased"


@dataclass
class Rerun:
    """One re-execution of a session. `say`: what is told on the way."""

    client: Client
    source: str
    normalise: Callable[[str], str]
    say: Callable[[str], None]
    opened: list[str] = field(default_factory=list[str])
    """The sessions it runs in, the newest last: all that is left of them is closed by `close`."""
    _running: dict[UUID, asyncio.Task[Result]] = field(default_factory=dict[UUID, asyncio.Task[Result]], init=False)

    async def run(self, commands: Sequence[Recorded], tell: Callable[[Result], None]) -> None:
        """Runs them in their order, side by side where they were, and tells each result in that order."""
        plan = {step.command.id: step for step in steps(commands)}
        told = 0
        try:
            for command in commands:
                if step := plan.get(command.id):
                    await self._begin(step)
                told = self._tell(commands, told, tell)
            if self._running:
                await asyncio.wait(self._running.values())
            self._tell(commands, told, tell)
        finally:
            await end(self._running.values())

    async def close(self) -> None:
        """Closes what it opened."""
        for session_id in self.opened:
            with suppress(CliError):
                await sessions.close_session(self.client, session_id)

    def _tell(self, commands: Sequence[Recorded], told: int, tell: Callable[[Result], None]) -> int:
        """Those that are known, up to the first that is not. Gives how many are told. Raises what a run raised."""
        for command in commands[told:]:
            task = self._running.get(command.id)
            if task and not task.done():
                break
            tell(task.result() if task else not_run(command))
            told += 1
        return told

    async def _begin(self, step: Step) -> None:
        if waited := [self._running[each] for each in step.after]:
            await asyncio.wait(waited)
        if step.fresh:
            await self._fork(step.command)
        command = step.command
        self.say(f"Running again: {command.text}")
        requested = await run_command(
            self.client,
            self.opened[-1],
            command.text or "",
            terminal=_size(command),
            background=command.background,
            timeout_seconds=command.timeout_seconds,
            environment=command.environment,
        )
        printed, stream = Printed(), OutputStream(self.client, requested.command.id, self.say)
        following = Following(self.client, requested.command, stream, printed)
        steering = Steering(self.client, command, following, printed)
        self._running[command.id] = asyncio.create_task(self._result(steering, requested.position))

    async def _fork(self, command: Recorded) -> None:
        """The files, the folder and the exported variables that it began with in the record."""
        point = sessions.Point(ids.global_id("Command", command.id), before=True)
        self.say("Opening a session with the recorded files …")
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self.close()
        title = f"Re-execution of {ids.short(self.source)}"
        answer = await sessions.fork_session(self.client, self.source, point, title)
        self.opened = [answer.session.id]
        await session_ready(self.client, answer.session.id, 0, self.say, self.say)

    async def _result(self, steering: Steering, after: int) -> Result:
        command, following = steering.command, steering.following
        await following.until_end(after, [steering.run()])
        found = await self._ended(following.command.id, after)
        if found.finish is None or command.finish is None:
            reason = f"run again, {found.why_not_finished or 'it did not end'}"
            return Result(command=command, verdict=Verdict.NOT_REPRODUCIBLE, reason=reason)
        if difference := of_exits(command.finish, found.finish):
            return judged(command, Comparison(exact=False, difference=difference))
        try:
            printed = await self._outputs(command, command.finish, found)
        except outputs.HoleError:
            return Result(command=command, verdict=Verdict.NOT_REPRODUCIBLE, reason=NO_REST)
        if printed.difference:
            return judged(command, printed)
        changed = await self._files(command, command.finish, found.finish)
        return judged(command, replace(changed, exact=changed.exact and printed.exact))

    async def _ended(self, command_id: str, after: int) -> Recorded:
        rows = [raw_event(each) async for each in events(self.client, session_id=self.opened[-1], after=after)]
        uuid = ids.uuid_of(command_id)
        assert uuid
        return ended(uuid, rows)

    async def _outputs(self, command: Recorded, expected: CommandFinished, found: Recorded) -> Comparison:
        if found.finish and expected.output_sha256 == found.finish.output_sha256:
            return Comparison()

        def frames_of(command_id: UUID) -> Callable[[], AsyncIterator[Frame]]:
            return lambda: frames(self.client, ids.global_id("Command", command_id))

        return await outputs.compared(frames_of(command.id), frames_of(found.id), self.normalise)

    async def _files(self, command: Recorded, expected: CommandFinished, found: CommandFinished) -> Comparison:
        if expected.tree_after == found.tree_after:
            return Comparison()
        paths = {each.path for each in (*expected.files_changed, *found.files_changed)}
        listed = len(expected.files_changed) == expected.files_changed_total
        return files.compared(
            [
                each
                async for each in self._differing(expected.tree_after, found.tree_after)
                if each.path in paths or not listed
            ],
            self.normalise,
        )

    async def _differing(self, expected: str, found: str) -> AsyncIterator[FileDiff]:
        after: str | None = None
        while True:
            page = (await comparisons.compare(self.client, self.source, self.opened[-1], expected, found, after)).diff
            for file in page.files:
                yield file
            after = page.end_cursor
            if after is None:
                return


def _size(command: Recorded) -> Terminal | None:
    there = command.terminal
    return Terminal(columns=there.columns, rows=there.rows) if there else None
