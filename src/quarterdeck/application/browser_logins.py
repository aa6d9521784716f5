"""Logging a browser in: it gets an API token of its own, that is listed, expires and can be revoked as any other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quarterdeck.application.identity import LOGIN_LIFETIME, Identity, Issued, Secret
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.streams import TOKEN
from quarterdeck.domain.errors import ForbiddenError, UnauthenticatedError
from quarterdeck.domain.identity import Token, TokenKind, allows

LIFETIME = timedelta(days=30)
"""How long a browser stays logged in. It is not prolonged by use."""
NEW_LINK = "`qd web`, or `quarterdeck login-link` on the server's machine, prints a new link."


@dataclass(frozen=True)
class BrowserLogins:
    identity: Identity

    async def begin(self, text: str, name: str, correlation_id: UUID) -> Issued:
        """Trades a one-time log-in token, or an API token that may issue others, for a token of the browser's own.

        Raises UnauthenticatedError, which says why to whoever had the right secret, or ForbiddenError.
        """
        try:
            shown = Secret.parse(text)
            state = (await TOKEN.load(self.identity.log, shown.token_id)).state
            known = state if isinstance(state, Token) and shown.matches(state) else None
            if known and known.kind is TokenKind.API:
                return await self._issue(text, known, name, correlation_id)
            return await self._log_in(text, known, name, correlation_id)
        except UnauthenticatedError as error:
            raise UnauthenticatedError(error.message, NEW_LINK) from error

    async def link(self, caller: Caller) -> str:
        """A one-time token, as text, for a browser that is to be logged in as the caller."""
        expires_at = self.identity.clock.now() + LOGIN_LIFETIME
        issued = await self.identity.issue(
            caller, name="log-in", scopes=caller.scopes, expires_at=expires_at, kind=TokenKind.LOGIN
        )
        return issued.secret

    async def end(self, caller: Caller) -> None:
        await self.identity.revoke(caller, caller.token_id)

    async def _log_in(self, text: str, known: Token | None, name: str, correlation_id: UUID) -> Issued:
        try:
            return await self.identity.login(text, name, correlation_id, LIFETIME)
        except UnauthenticatedError as error:
            raise UnauthenticatedError(self._why(known) or error.message) from error

    def _why(self, known: Token | None) -> str:
        if known is None:
            return ""
        if known.used:
            return "This link was used: each logs in once."
        return "This link has expired." if self._has_passed(known.expires_at) else ""

    def _has_passed(self, time: datetime | None) -> bool:
        return time is not None and time <= self.identity.clock.now()

    async def _issue(self, text: str, known: Token, name: str, correlation_id: UUID) -> Issued:
        """With the same scopes, and no longer than the token that it comes from."""
        caller = await self.identity.authenticate(text, correlation_id)
        if not allows(caller.scopes, "token:write"):
            raise ForbiddenError(
                "This token lacks the scope token:write: it cannot give this browser a token of its own.",
                f"Use a token that has it, or a log-in link. {NEW_LINK}",
            )
        until = self.identity.clock.now() + LIFETIME
        expires_at = min(until, known.expires_at or until)
        return await self.identity.issue(caller, name=name, scopes=caller.scopes, expires_at=expires_at)
