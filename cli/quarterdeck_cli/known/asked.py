"""A `Known` that tells what was asked of it in vain, so that somebody fetches it; and asks plug-ins, too."""

from collections.abc import Callable, Sequence

from quarterdeck_cli.known.protocol import Entry, Known
from quarterdeck_cli.plugins import Plugins


class AskingKnown:
    def __init__(self, known: Known, want_folder: Callable[[str, str], None], plugins: Plugins) -> None:
        self._known, self._want_folder, self._plugins = known, want_folder, plugins

    def entries(self, kind: str) -> Sequence[Entry]:
        more = [entry for some in self._plugins.ask("entries", list[Entry], kind) for entry in some]
        return [*self._known.entries(kind), *more]

    def paths(self, session: str, folder: str) -> Sequence[str]:
        found = self._known.paths(session, folder)
        if not found:
            self._want_folder(session, folder)
        return found

    def as_of(self) -> float | None:
        return self._known.as_of()
