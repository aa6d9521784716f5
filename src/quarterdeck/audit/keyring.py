"""The keys that a log names, and which of them a reader believes: those that were given, and whatever these vouch for.

Where none is given, the first is believed.
"""

from dataclasses import dataclass, field

from quarterdeck.audit.notes import BadNoteError, VerifierKey, signers


@dataclass
class KeyRing:
    trusted: tuple[VerifierKey, ...] = ()
    keys: list[VerifierKey] = field(default_factory=list[VerifierKey])
    """In their order, such as are trusted or vouched for by one that is."""
    unendorsed: list[VerifierKey] = field(default_factory=list[VerifierKey])
    """Of these, such as followed another that does not vouch for them."""

    def introduce(self, name: str, key: VerifierKey, endorsement: str | None) -> None:
        """`name`: the log's. Raises BadNoteError where the key is not to be believed."""
        if key.name != name:
            raise BadNoteError(f"The key {key.id} is that of another log.")
        vouched = endorsement is not None and self._vouched(key, endorsement)
        if self.trusted and key not in self.trusted and not vouched:
            raise BadNoteError(f"The key {key.id} is none of those given, and none of them vouches for it.")
        if self.keys and not vouched:
            self.unendorsed.append(key)
        self.keys.append(key)

    def open(self, note: str) -> str:
        """Its text, by the first of our keys that has signed it. Raises BadNoteError."""
        hints = signers(note)
        for key in (*self.keys, *self.trusted):
            if f"{key.name}+{key.id}" in hints:
                return key.open(note)
        raise BadNoteError("It is signed by no key that is known here.")

    def _vouched(self, key: VerifierKey, endorsement: str) -> bool:
        if self.open(endorsement) != f"{key}\n":
            raise BadNoteError(f"What vouches for the key {key.id} is about something else.")
        return True
