"""Names in folders of sessions' workspaces: those that were looked at last."""

from collections.abc import Sequence

KEPT = 200


class Folders:
    def __init__(self) -> None:
        self.names: dict[tuple[str, str], tuple[str, ...]] = {}
        """By the session, as it was typed, and the folder."""
        self.is_new = False
        """It is not in the file yet."""

    def get(self, session: str, folder: str) -> Sequence[str]:
        return self.names.get((session, folder), ())

    def learn(self, session: str, folder: str, names: tuple[str, ...]) -> None:
        self.names.pop((session, folder), None)
        self.names[session, folder] = names
        while len(self.names) > KEPT:
            del self.names[next(iter(self.names))]
        self.is_new = True

    def forget(self) -> None:
        """A command may have changed any of them."""
        self.names.clear()
        self.is_new = True
