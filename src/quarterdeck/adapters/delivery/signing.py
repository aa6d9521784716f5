"""Secrets and signatures of webhooks, as Standard Webhooks has them (v1: HMAC with SHA-256)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.ports.delivery import NotConfiguredError

PREFIX = "whsec_"
BYTES = 32
_SALT = b"quarterdeck webhooks 1"


def hkdf(key: bytes, *, salt: bytes, info: bytes, length: int = BYTES) -> bytes:
    """RFC 5869 with SHA-256."""
    pseudorandom = hmac.digest(salt, key, "sha256")
    blocks, block = b"", b""
    for number in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.digest(pseudorandom, block + info + bytes([number]), "sha256")
        blocks += block
    return blocks[:length]


@dataclass(frozen=True)
class DerivedSecrets:
    """The `WebhookSecrets` port: each from the server's key and the webhook's id, so none is kept anywhere."""

    key: str = field(repr=False)
    """Empty: the server has none."""

    def secret(self, webhook_id: UUID) -> str:
        if not self.key:
            raise NotConfiguredError("Webhooks cannot be signed: the server has no key.", "Set QD_SIGNING_KEY.")
        derived = hkdf(self.key.encode(), salt=_SALT, info=webhook_id.bytes)
        return PREFIX + base64.b64encode(derived).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
