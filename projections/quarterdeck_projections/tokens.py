"""Tokens, without anything secret."""

from collections.abc import Sequence
from typing import assert_never, cast, get_args

from quarterdeck.domain.identity import LoginFailed, LoginSucceeded, TokenEvent, TokenIssued, TokenRevoked
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import Token


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    tokens = changes.of(Token)
    for logged in batch:
        event, key = cast("TokenEvent", logged.event), (logged.stream_id,)
        match event:
            case TokenIssued():
                tokens.insert(key, _issued(logged, event))
            case TokenRevoked():
                tokens.update(key, {"revoked": True})
            case LoginSucceeded():
                tokens.update(key, {"used": True})
            case LoginFailed():
                pass
            case _:
                assert_never(event)
    return changes


def _issued(logged: Logged, event: TokenIssued) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "user_id": event.user_id,
        "name": event.name,
        "kind": event.kind,
        "scopes": event.scopes,
        "created_at": logged.recorded_at,
        "expires_at": event.expires_at.isoformat() if event.expires_at else None,
        "revoked": False,
        "used": False,
    }


TOKENS = RowProjection(
    name="tokens",
    tables=(Token,),
    topics=frozenset(cls.TOPIC for cls in get_args(TokenEvent)) - {LoginFailed.TOPIC},
    project=project,
)
