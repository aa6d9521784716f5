"""Colours for dark and light terminals."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from quarterdeck_cli.errors import UsageError

if TYPE_CHECKING:
    from prompt_toolkit.styles import BaseStyle

THEME_VARIABLE: Final = "QD_THEME"
COLORFGBG: Final = "COLORFGBG"
"""Some terminals tell so, as `15;0`: foreground and background."""
_LIGHT_BACKGROUNDS: Final = frozenset({"7", "15"})


class Theme(StrEnum):
    DARK = "dark"
    LIGHT = "light"
    NONE = "none"


def chosen(environment: Mapping[str, str] = os.environ) -> Theme | None:
    """What the user says, or the terminal by a variable; None where only the terminal itself can tell."""
    if environment.get("NO_COLOR"):
        return Theme.NONE
    named = environment.get(THEME_VARIABLE, "auto")
    if named in set(Theme):
        return Theme(named)
    if named != "auto":
        raise UsageError(f"{THEME_VARIABLE} is {named!r}.", f"Set it to auto, {', '.join(Theme)}.")
    background = environment.get(COLORFGBG, "").rpartition(";")[2]
    if not background.isdecimal():
        return None
    return Theme.LIGHT if background in _LIGHT_BACKGROUNDS else Theme.DARK


_COMMON: Final = {
    "failed": "ansired bold",
    "arrow": "bold",
    "bottom-toolbar": "noreverse",
    "bottom-toolbar.text": "noreverse",
    "completion-menu.meta.completion": "italic",
}
_STYLES: Final[dict[Theme, dict[str, str]]] = {
    Theme.DARK: {
        "project": "#7dcfff bold",
        "ref": "#9aa5ce",
        "session": "#e0af68",
        "auto-suggestion": "#6b7394",
        "bottom-toolbar": "noreverse bg:#24283b #c0caf5",
        "link.up": "#9ece6a",
        "link.connecting": "#e0af68",
        "link.reconnecting": "#e0af68 bold",
        "link.offline": "#f7768e bold",
        "running": "#7dcfff",
        "waiting": "#e0af68",
        "sent": "#9ece6a",
        "alert": "#f7768e bold",
        "unread": "#bb9af7",
        "position": "#8089ad",
        "completion-menu.completion": "bg:#24283b #c0caf5",
        "completion-menu.completion.current": "bg:#3d59a1 #ffffff",
        "completion-menu.meta.completion": "bg:#1f2335 #9aa5ce",
        "completion-menu.meta.completion.current": "bg:#2f4175 #ffffff",
        "scrollbar.background": "bg:#24283b",
        "scrollbar.button": "bg:#565f89",
    },
    Theme.LIGHT: {
        "project": "#00527a bold",
        "ref": "#5a6270",
        "session": "#8a5a00",
        "auto-suggestion": "#8a8f98",
        "bottom-toolbar": "noreverse bg:#e1e4ea #24292f",
        "link.up": "#116329",
        "link.connecting": "#8a5a00",
        "link.reconnecting": "#8a5a00 bold",
        "link.offline": "#b3001b bold",
        "running": "#00527a",
        "waiting": "#8a5a00",
        "sent": "#116329",
        "alert": "#b3001b bold",
        "unread": "#6639ba",
        "position": "#5a6270",
        "completion-menu.completion": "bg:#e1e4ea #24292f",
        "completion-menu.completion.current": "bg:#0057ae #ffffff",
        "completion-menu.meta.completion": "bg:#eef0f3 #4c525c",
        "completion-menu.meta.completion.current": "bg:#00468c #ffffff",
        "scrollbar.background": "bg:#e1e4ea",
        "scrollbar.button": "bg:#8a8f98",
    },
    Theme.NONE: {
        "project": "bold",
        "bottom-toolbar": "reverse",
        "completion-menu.completion.current": "reverse",
        "completion-menu.meta.completion.current": "reverse",
    },
}


def repl_style(theme: Theme) -> "BaseStyle":
    from prompt_toolkit.styles import Style

    return Style.from_dict({**_COMMON, **_STYLES[theme]})


_WATCH: Final[dict[Theme, dict[str, str]]] = {
    Theme.DARK: {
        "title": "bold #7dcfff",
        "good": "#9ece6a",
        "bad": "#f7768e bold",
        "waits": "#e0af68",
        "keys": "#8089ad",
    },
    Theme.LIGHT: {
        "title": "bold #00527a",
        "good": "#116329",
        "bad": "#b3001b bold",
        "waits": "#8a5a00",
        "keys": "#5a6270",
    },
    Theme.NONE: {"title": "bold", "bad": "bold"},
}


def watch_style(theme: Theme) -> "BaseStyle":
    from prompt_toolkit.styles import Style

    return Style.from_dict({"head": "bold", "note": "italic", **_WATCH[theme]})
