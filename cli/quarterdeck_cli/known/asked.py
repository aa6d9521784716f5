"""A `Known` that tells what was asked of it in vain, so that somebody fetches it; and asks plug-ins, too."""

from collections.abc import Callable, Sequence

from quarterdeck_cli.known.folders import Folders
from quarterdeck_cli.known.protocol import Entry, Known
from quarterdeck_cli.plugins import Plugins


class AskingKnown:
    """Folders are those of this sitting, since a command may have changed any."""

    def __init__(
        self, known: Known, folders: Folders, want_folder: Callable[[str, str], None], plugins: Plugins
    ) -> None:
        self._known, self._folders, self._want_folder, self._plugins = known, folders, want_folder, plugins

    def entries(self, kind: str) -> Sequence[Entry]:
        more = [entry for some in self._plugins.ask("entries", list[Entry], kind) for entry in some]
        return [*self._known.entries(kind), *more]

    def paths(self, session: str, folder: str) -> Sequence[str]:
        found = self._folders.get(session, folder)
        if not found:
            self._want_folder(session, folder)
        return found
