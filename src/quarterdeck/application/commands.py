"""Commands: asking for one, and steering one that runs."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_command, no_session, permitted
from quarterdeck.application.budget_reservations import session_subject
from quarterdeck.application.dispatch import Doorbell
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.control import WorkerControl
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.system import Ids
from quarterdeck.application.requests import IdempotencyKey, Outcome, answered, as_it_is, context_of, perform
from quarterdeck.application.streams import COMMAND, PROJECT, SESSION
from quarterdeck.domain import command, session, session_state
from quarterdeck.domain.command import CommandEvent, CommandRequested, CommandState, NoCommand, RunningCommand, Terminal
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.project import Project, Role
from quarterdeck.domain.session_state import NoSession, SessionState

SIGNALS = ("HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM", "CONT", "STOP", "TSTP", "WINCH")
MAX_INPUT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Commands:
    log: EventLog
    ids: Ids
    control: WorkerControl
    doorbell: Doorbell
    ledgers: Ledgers

    async def run(
        self,
        caller: Caller,
        session_id: UUID,
        *,
        text: str,
        terminal: Terminal | None = None,
        background: bool = False,
        timeout_seconds: int | None = None,
        environment: dict[str, str] | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[CommandState]:
        """Asks a session to run shell source. It waits while the session is not ready, or its slots are full."""
        if (earlier := await answered(self.log, caller, key)) is not None:
            return await as_it_is(self.log, COMMAND, earlier)
        place, home = await self._session(caller, session_id)
        project_id = session_state.running(place).project_id
        if session_state.running(place).closing:
            raise ConflictError("This session is closing.", "Open another with `qd session open`.")
        await self.ledgers.check(session_subject(session_id, place, caller.user_id))
        longest = home.settings.command_timeout_seconds
        asked = CommandRequested(
            session_id=session_id,
            project_id=project_id,
            text=text,
            terminal=terminal,
            background=background,
            timeout_seconds=longest if timeout_seconds is None else timeout_seconds,
            environment=environment,
        )
        command_id = self.ids.new()
        outcome = await perform(
            self.log,
            COMMAND,
            command_id,
            lambda state: command.request(state, asked),
            caller=caller,
            context=context_of(caller, project_id=project_id, session_id=session_id),
            key=key,
            new=True,
        )
        await self.doorbell.ring(outcome.recorded, place)
        return outcome

    async def cancel(
        self, caller: Caller, command_id: UUID, key: IdempotencyKey | None = None
    ) -> Outcome[CommandState]:
        """Ends everything the command started. One that has ended stays as it is."""
        asked = await self._request_of(caller, command_id)
        place = (await SESSION.load(self.log, asked.session_id)).state
        context = context_of(caller, project_id=asked.project_id, session_id=asked.session_id)
        outcome = await perform(self.log, COMMAND, command_id, command.cancel, caller=caller, context=context, key=key)
        await self.doorbell.ring(outcome.recorded, place)
        return outcome

    async def signal(
        self, caller: Caller, command_id: UUID, name: str, key: IdempotencyKey | None = None
    ) -> Outcome[CommandState]:
        """Sends a signal to the command's foreground process group."""
        name = name.upper().removeprefix("SIG")
        if name not in SIGNALS:
            raise InvalidInputError(
                f"There is no signal {name[:20]!r} to send.", f"Use one of {', '.join(SIGNALS)}.", field="signal"
            )
        await self._refuse_while_paused(await self._request_of(caller, command_id))
        outcome = await self._steer(caller, command_id, lambda state: command.signal(state, name), key)
        if outcome.recorded and isinstance(outcome.state, RunningCommand):
            await self.control.signal(outcome.state.worker_id, command_id, name)
        return outcome

    async def resize(
        self, caller: Caller, command_id: UUID, terminal: Terminal, key: IdempotencyKey | None = None
    ) -> Outcome[CommandState]:
        outcome = await self._steer(caller, command_id, lambda state: command.resize(state, terminal), key)
        if outcome.recorded and isinstance(outcome.state, RunningCommand):
            await self.control.resize(outcome.state.worker_id, command_id, terminal)
        return outcome

    async def send_input(
        self, caller: Caller, command_id: UUID, data: bytes, *, end: bool = False
    ) -> Outcome[CommandState]:
        """Writes to the command's terminal or standard input; `end` closes the latter. Kept in the transcript; that
        somebody else types than before is an event, logged before a key arrives."""
        if len(data) > MAX_INPUT_BYTES:
            raise InvalidInputError(
                f"{len(data):,} bytes of input at once; at most {MAX_INPUT_BYTES:,} are taken.",
                "Send it in parts.",
                field="data",
            )
        asked = await self._request_of(caller, command_id)
        await self._refuse_while_paused(asked)
        outcome = await self._typed(caller, command_id, asked, data)
        await self.control.send_input(command.running(outcome.state).worker_id, command_id, data, end=end)
        return outcome

    async def _typed(
        self, caller: Caller, command_id: UUID, asked: CommandRequested, data: bytes
    ) -> Outcome[CommandState]:
        def decide(state: CommandState) -> tuple[CommandEvent, ...]:
            return command.type_into(state, data, user_id=caller.user_id, token_id=caller.token_id)

        context = context_of(caller, project_id=asked.project_id, session_id=asked.session_id)
        return await perform(self.log, COMMAND, command_id, decide, caller=caller, context=context)

    async def _steer(
        self,
        caller: Caller,
        command_id: UUID,
        decision: Callable[[CommandState], tuple[CommandEvent, ...]],
        key: IdempotencyKey | None,
    ) -> Outcome[CommandState]:
        asked = await self._request_of(caller, command_id)
        context = context_of(caller, project_id=asked.project_id, session_id=asked.session_id)
        return await perform(self.log, COMMAND, command_id, decision, caller=caller, context=context, key=key)

    async def _refuse_while_paused(self, asked: CommandRequested) -> None:
        session.awake((await SESSION.load(self.log, asked.session_id)).state)

    async def _session(self, caller: Caller, session_id: UUID) -> tuple[SessionState, Project]:
        place = (await SESSION.load(self.log, session_id)).state
        if isinstance(place, NoSession):
            raise no_session()
        home = (await PROJECT.load(self.log, place.project_id)).state
        return place, permitted(caller, home, Role.DEVELOPER, no_session())

    async def _request_of(self, caller: Caller, command_id: UUID) -> CommandRequested:
        """The command as it was asked for, if the caller may steer it."""
        state = (await COMMAND.load(self.log, command_id)).state
        if isinstance(state, NoCommand):
            raise no_command()
        home = (await PROJECT.load(self.log, state.request.project_id)).state
        permitted(caller, home, Role.DEVELOPER, no_command())
        return state.request
