"""Puts the web client into the wheel, where it is built: `python -m quarterdeck.web_client` does that."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "webapp/dist"
IN_WHEEL = "quarterdeck/web_client/files"


class WebClientHook(BuildHookInterface):
    """An editable install finds the files where they were built; a missing bundle is no failure."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if (Path(self.root) / BUILT / "index.html").is_file():
            build_data["force_include"][BUILT] = IN_WHEEL
        else:
            self.app.display_warning("The web client is not built: this wheel goes without it.")
