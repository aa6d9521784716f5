"""Checkpoints of the log, and the keys that sign them. Both are about the log itself and belong to no project.

The keys are one stream. Each checkpoint is a stream of its own, whose id is derived from its number: so two conductors
cannot both sign the same, and none has to read all that were signed before.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

LOG = UUID("6d0f4d2c-6a53-5c0b-9d59-3f4a0c1f9a77")
KEYS_ID = uuid5(LOG, "signing keys")


def checkpoint_id(number: int) -> UUID:
    return uuid5(LOG, f"checkpoint {number}")


@dataclass(frozen=True, kw_only=True)
class SigningKeyIntroduced:
    """From now on checkpoints are signed with this key."""

    TOPIC: ClassVar[str] = "SigningKeyIntroduced"
    SCHEMA_VERSION: ClassVar[int] = 1
    key: str
    """The public key, as `quarterdeck.audit.notes.VerifierKey` writes it."""
    endorsement: str | None = None
    """A note whose text is the new key, signed by the key before; None: nobody vouches for it, as for the first."""


@dataclass(frozen=True, kw_only=True)
class CheckpointSigned:
    """The chain up to `position` was checked, and its digest there signed."""

    TOPIC: ClassVar[str] = "CheckpointSigned"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    """Counts from 1."""
    position: int
    digest: str
    """Of the chain at the position; hex."""
    key: str
    """Id of the key."""
    note: str
    """The signed note, which is also kept outside the log."""


CheckpointEvent = SigningKeyIntroduced | CheckpointSigned


@dataclass(frozen=True)
class KeyRing:
    """All keys that ever signed, in their order; the last one signs now."""

    keys: tuple[str, ...] = ()

    @property
    def current(self) -> str | None:
        return self.keys[-1] if self.keys else None


def evolve(state: KeyRing, event: SigningKeyIntroduced) -> KeyRing:
    return KeyRing((*state.keys, event.key))


def introduce(state: KeyRing, key: str, endorsement: str | None) -> tuple[SigningKeyIntroduced, ...]:
    """Nothing where the key is known: one that was replaced does not come back."""
    return () if key in state.keys else (SigningKeyIntroduced(key=key, endorsement=endorsement),)
