"""Previews: a session's ports in a browser. The gateway asks here for each request whether it may pass."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from quarterdeck.application.access import no_session, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock, Ids
from quarterdeck.application.ports.tunnels import Tunnels
from quarterdeck.application.requests import context_of
from quarterdeck.application.streams import PREVIEW, PROJECT, SESSION, TOKEN, USER
from quarterdeck.domain import identity, preview, session_state
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.preview import NoPreview, Preview, PreviewState
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_state import NoSession, ReadySession


@dataclass(frozen=True)
class PreviewSecret:
    """As it stands in a link or a cookie: the preview's id and something only its holder knows."""

    preview_id: UUID
    random: str

    @classmethod
    def make(cls, preview_id: UUID) -> Self:
        return cls(preview_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> Self:
        identifier, _, random = text.partition(".")
        try:
            return cls(UUID(hex=identifier), random)
        except ValueError:
            raise preview.refused() from None

    def __str__(self) -> str:
        return f"{self.preview_id.hex}.{self.random}"

    def digest(self) -> str:
        return hashlib.sha256(self.random.encode()).hexdigest()

    def matches(self, state: PreviewState) -> bool:
        return isinstance(state, Preview) and hmac.compare_digest(self.digest(), state.secret_sha256)


@dataclass(frozen=True)
class Door:
    """Where a request that may pass goes."""

    worker_id: str
    session_id: UUID
    port: int


@dataclass(frozen=True)
class Previews:
    log: EventLog
    clock: Clock
    ids: Ids
    tunnels: Tunnels

    async def ports(self, caller: Caller, session_id: UUID) -> Sequence[int]:
        """What something in the session listens on."""
        place = await self._ready(caller, session_id)
        return await self.tunnels.ports(place.worker_id, session_id)

    async def open(self, caller: Caller, session_id: UUID, port: int) -> PreviewSecret:
        """A secret that opens the port in one browser, once, within minutes."""
        place = await self._ready(caller, session_id)
        made = PreviewSecret.make(self.ids.new())
        events = preview.open_preview(
            NoPreview(),
            session_id=session_id,
            port=port,
            user_id=caller.user_id,
            token_id=caller.token_id,
            secret_sha256=made.digest(),
            now=self.clock.now(),
        )
        context = context_of(caller, project_id=place.project_id, session_id=session_id)
        await self.log.append([StreamWrite(stream_id=made.preview_id, expected_version=0, events=events)], context)
        return made

    async def enter(self, text: str, session_id: UUID, port: int) -> PreviewSecret:
        """Trades the secret of a link for that of a cookie. UNAUTHENTICATED where it is not good (any more)."""
        offered = PreviewSecret.parse(text)
        loaded = await PREVIEW.load(self.log, offered.preview_id)
        found = preview.existing(loaded.state)
        caller = await self._guest(found, session_id, port)
        place = await self._ready(caller, session_id)
        made = PreviewSecret.make(offered.preview_id)
        events = preview.enter(
            loaded.state,
            secret_matches=offered.matches(loaded.state),
            secret_sha256=made.digest(),
            now=self.clock.now(),
        )
        write = StreamWrite(stream_id=offered.preview_id, expected_version=loaded.version, events=events)
        context = Context(
            actor=Actor(kind=ActorKind.USER, id=str(found.user_id)),
            correlation_id=self.ids.new(),
            project_id=place.project_id,
            session_id=session_id,
        )
        try:
            await self.log.append([write], context)
        except ConcurrencyError as error:
            raise preview.refused() from error
        return made

    async def door(self, text: str, session_id: UUID, port: int) -> Door:
        """Where a request with this cookie goes. UNAUTHENTICATED, NOT_FOUND or CONFLICT where it may not pass."""
        shown = PreviewSecret.parse(text)
        state = (await PREVIEW.load(self.log, shown.preview_id)).state
        found = preview.visited(state, secret_matches=shown.matches(state), now=self.clock.now())
        place = await self._ready(await self._guest(found, session_id, port), session_id)
        return Door(place.worker_id, session_id, port)

    async def _guest(self, found: Preview, session_id: UUID, port: int) -> Caller:
        """Who opened it, if it is for this session and port, and their token is still good."""
        if (found.session_id, found.port) != (session_id, port):
            raise preview.refused()
        token = identity.check_token((await TOKEN.load(self.log, found.token_id)).state, True, self.clock.now())  # noqa: FBT003 - whose secret is not asked for here
        user = identity.existing_user((await USER.load(self.log, found.user_id)).state)
        return Caller(
            user_id=found.user_id,
            user_name=user.name,
            token_id=found.token_id,
            scopes=token.scopes,
            correlation_id=self.ids.new(),
            roles=user.roles,
        )

    async def _ready(self, caller: Caller, session_id: UUID) -> ReadySession:
        state = (await SESSION.load(self.log, session_id)).state
        if isinstance(state, NoSession):
            raise no_session()
        permitted(caller, (await PROJECT.load(self.log, state.project_id)).state, Role.DEVELOPER, no_session())
        return session_state.ready(state)
