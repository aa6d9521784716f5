"""The keys of a view."""

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from quarterdeck_cli.watching.page import Choice
from quarterdeck_cli.watching.views import View

_FAR = 10**6
_SCROLLING = {"down": 1, "up": -1, "pagedown": 20, "pageup": -20, "end": _FAR, "home": -_FAR}
"""Rows. Beyond the end the page puts it right."""


def keys(choice: Choice, view: View) -> KeyBindings:
    """What is typed while a filter is, is the filter."""
    bindings = KeyBindings()
    typing = Condition(lambda: choice.filtering)

    @bindings.add("q", filter=~typing)
    @bindings.add("c-c")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit()

    @bindings.add("s", filter=~typing)
    def sort(event: KeyPressEvent) -> None:
        following = 0 if choice.sorted_by is None else choice.sorted_by + 1
        choice.sorted_by = following if following < len(view.columns) else None

    @bindings.add("r", filter=~typing)
    def reverse(event: KeyPressEvent) -> None:
        choice.backwards = not choice.backwards

    _add_filter(bindings, choice, typing)
    for key, rows in _SCROLLING.items():
        _add_scrolling(bindings, choice, key, rows)
    return bindings


def _add_filter(bindings: KeyBindings, choice: Choice, typing: Condition) -> None:
    @bindings.add("/", filter=~typing)
    def begin(event: KeyPressEvent) -> None:
        choice.filtering, choice.filter = True, ""

    @bindings.add("enter", filter=typing)
    def keep(event: KeyPressEvent) -> None:
        choice.filtering = False

    @bindings.add("escape", eager=True)
    def drop(event: KeyPressEvent) -> None:
        choice.filtering, choice.filter = False, ""

    @bindings.add("backspace", filter=typing)
    def erase(event: KeyPressEvent) -> None:
        choice.filter = choice.filter[:-1]

    @bindings.add("<any>", filter=typing)
    def typed(event: KeyPressEvent) -> None:
        choice.filter += "".join(each for each in event.data if each.isprintable())


def _add_scrolling(bindings: KeyBindings, choice: Choice, key: str, rows: int) -> None:
    @bindings.add(key)
    def scroll(event: KeyPressEvent) -> None:
        choice.top = max(0, choice.top + rows)
