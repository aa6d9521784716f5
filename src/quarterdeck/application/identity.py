"""Identity: log-in, tokens, and who a token stands for."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quarterdeck.application.access import ADMIN
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock, Ids
from quarterdeck.application.requests import IdempotencyKey, Outcome, context_of, perform
from quarterdeck.application.streams import TOKEN, USER, decide
from quarterdeck.domain import identity
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.errors import ConflictError, NotFoundError, UnauthenticatedError
from quarterdeck.domain.identity import LoginFailed, NoToken, Token, TokenKind, TokenState, User

FIRST_USER = UUID("00000000-0000-7000-8000-000000000001")
"""Who owns this installation: registered at first start."""
LOGIN_LIFETIME = timedelta(minutes=30)
_PREFIX = "qd"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token. `secret` is what its holder presents: shown once, stored nowhere."""

    token_id: UUID
    secret: str
    token: TokenState
    position: int
    user_name: str = ""


@dataclass(frozen=True)
class Secret:
    """The text of a token, `qd_<id>_<256 random bits>`, taken apart."""

    token_id: UUID
    random: str

    @classmethod
    def make(cls, token_id: UUID) -> "Secret":
        return cls(token_id, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))

    @classmethod
    def parse(cls, text: str) -> "Secret":
        prefix, _, rest = text.strip().partition("_")
        identifier, _, random = rest.partition("_")
        try:
            if prefix == _PREFIX and len(identifier) == 32 and random:
                return cls(UUID(hex=identifier), random)
        except ValueError:
            pass
        raise UnauthenticatedError("This is no Quarterdeck token.", "Log in with `qd login`.")

    def __str__(self) -> str:
        return f"{_PREFIX}_{self.token_id.hex}_{self.random}"

    def digest(self) -> str:
        return hashlib.sha256(self.random.encode()).hexdigest()

    def matches(self, state: TokenState) -> bool:
        return isinstance(state, Token) and hmac.compare_digest(self.digest(), state.secret_sha256)


@dataclass(frozen=True)
class Identity:
    log: EventLog
    clock: Clock
    ids: Ids

    async def authenticate(self, text: str, correlation_id: UUID, traceparent: str | None = None) -> Caller:
        """Who the token stands for. UNAUTHENTICATED for anything but a valid API token."""
        secret = Secret.parse(text)
        state = (await TOKEN.load(self.log, secret.token_id)).state
        token = identity.check_token(state, secret.matches(state), self.clock.now())
        if token.kind is not TokenKind.API:
            raise UnauthenticatedError("This token is good for one log-in only.", "Pass it to `qd login`.")
        user = await self._user(token.user_id)
        return Caller(
            user_id=token.user_id,
            user_name=user.name,
            token_id=secret.token_id,
            scopes=token.scopes,
            correlation_id=correlation_id,
            roles=user.roles,
            traceparent=traceparent,
        )

    async def login(self, text: str, name: str, correlation_id: UUID, lifetime: timedelta | None = None) -> Issued:
        """Trades a log-in token, which is used up by it, for an API token with the same scopes."""
        one_time = Secret.parse(text)
        loaded = await TOKEN.load(self.log, one_time.token_id)
        new = Secret.make(self.ids.new())
        try:
            events = identity.log_in(
                loaded.state,
                secret_matches=one_time.matches(loaded.state),
                issued_token_id=new.token_id,
                now=self.clock.now(),
            )
        except UnauthenticatedError as error:
            await self._note_failure(one_time.token_id, loaded.state, error.message, correlation_id)
            raise
        used = identity.existing_token(loaded.state)
        user = await self._user(used.user_id)
        expires_at = self.clock.now() + lifetime if lifetime else None
        issued = self._decide_issue(
            identity.NoToken(), new, used.user_id, name, TokenKind.API, used.scopes, used.scopes, expires_at
        )
        actor = Actor(kind=ActorKind.USER, id=str(used.user_id))
        writes = [
            StreamWrite(stream_id=one_time.token_id, expected_version=loaded.version, events=events),
            StreamWrite(stream_id=new.token_id, expected_version=0, events=issued),
        ]
        try:
            recorded = await self.log.append(writes, Context(actor=actor, correlation_id=correlation_id))
        except ConflictError as error:
            raise UnauthenticatedError(
                "This token is not valid: unknown, expired, used or revoked.", "Ask for another log-in token."
            ) from error
        state = TOKEN.fold(new.token_id, recorded[-1:]).state
        return Issued(
            token_id=new.token_id,
            secret=str(new),
            token=state,
            position=recorded[-1].position,
            user_name=user.name,
        )

    async def issue(
        self,
        caller: Caller,
        *,
        name: str,
        scopes: tuple[str, ...],
        expires_at: datetime | None = None,
        kind: TokenKind = TokenKind.API,
        key: IdempotencyKey | None = None,
    ) -> Issued:
        """Makes a token for the caller. Under a key used before there is no secret to show any more: CONFLICT."""
        new = Secret.make(self.ids.new())
        outcome = await perform(
            self.log,
            TOKEN,
            new.token_id,
            lambda state: self._decide_issue(state, new, caller.user_id, name, kind, scopes, caller.scopes, expires_at),
            caller=caller,
            context=context_of(caller),
            key=key,
        )
        if outcome.subject_id != new.token_id:
            raise ConflictError(
                "This request was answered before, and a token's secret is shown once.",
                "Revoke that token and issue another.",
            )
        return Issued(token_id=new.token_id, secret=str(new), token=outcome.state, position=outcome.position)

    async def revoke(self, caller: Caller, token_id: UUID, key: IdempotencyKey | None = None) -> Outcome[TokenState]:
        """Ends a token of the caller's, or any for an admin."""

        def decision(state: TokenState) -> tuple[identity.TokenEvent, ...]:
            if isinstance(state, NoToken) or (state.user_id != caller.user_id and ADMIN not in caller.roles):
                raise NotFoundError("There is no such token.", "List yours with `qd token list`.")
            return identity.revoke_token(state)

        return await perform(self.log, TOKEN, token_id, decision, caller=caller, context=context_of(caller), key=key)

    async def issue_login(self, user_id: UUID = FIRST_USER) -> str:
        """A new one-time log-in token for a user, as text."""
        new = Secret.make(self.ids.new())
        expires_at = self.clock.now() + LOGIN_LIFETIME
        await decide(
            self.log,
            TOKEN,
            new.token_id,
            lambda state: self._decide_issue(
                state, new, user_id, "log-in", TokenKind.LOGIN, ("*",), ("*",), expires_at
            ),
            self._system(),
        )
        return str(new)

    async def register_first_user(self, name: str) -> None:
        """Registers the installation's owner, once."""
        if isinstance((await USER.load(self.log, FIRST_USER)).state, User):
            return
        await decide(
            self.log,
            USER,
            FIRST_USER,
            lambda state: () if isinstance(state, User) else identity.register_user(state, name, (ADMIN,)),
            self._system(),
        )

    def _decide_issue(
        self,
        state: TokenState,
        new: Secret,
        user_id: UUID,
        name: str,
        kind: TokenKind,
        scopes: tuple[str, ...],
        granted: tuple[str, ...],
        expires_at: datetime | None,
    ) -> tuple[identity.TokenEvent, ...]:
        return identity.issue_token(
            state,
            user_id=user_id,
            name=name,
            kind=kind,
            scopes=scopes,
            granted=granted,
            secret_sha256=new.digest(),
            expires_at=expires_at,
            now=self.clock.now(),
        )

    async def _user(self, user_id: UUID) -> User:
        return identity.existing_user((await USER.load(self.log, user_id)).state)

    async def _note_failure(self, token_id: UUID, state: TokenState, reason: str, correlation_id: UUID) -> None:
        """A failed log-in on a token that exists is worth an event; a made-up id is not."""
        if isinstance(state, NoToken):
            return
        actor = Actor(kind=ActorKind.SYSTEM, id="gateway")
        context = Context(actor=actor, correlation_id=correlation_id)
        await decide(self.log, TOKEN, token_id, lambda _: (LoginFailed(reason=reason),), context)

    def _system(self) -> Context:
        return Context(actor=Actor(kind=ActorKind.SYSTEM, id="host"), correlation_id=self.ids.new())
