"""The prompt: what is asked of prompt-toolkit, in one place."""

from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import completion_is_selected, has_completions, has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth

from quarterdeck_cli.ids import SHORTEST
from quarterdeck_cli.manner import Manner
from quarterdeck_cli.repl.here import Here
from quarterdeck_cli.repl.unfinished import is_unfinished
from quarterdeck_cli.text import plain
from quarterdeck_cli.theme import Theme, repl_style

NARROW = 80


def prompt_of(here: Here, *, width: int, is_utf8: bool) -> StyleAndTextTuples:
    """Project, branch and session, with the exit code of what failed before it."""
    left, right, arrow, cross = ("⟨", "⟩", "\u276f", "✗") if is_utf8 else ("[", "]", ">", "exit")
    parts: StyleAndTextTuples = []
    if here.code:
        parts.append(("class:failed", f"{cross} {here.code} "))
    parts.append(("class:project", plain(here.project) or "qd"))
    if here.ref and width >= NARROW:
        parts.append(("class:ref", f":{plain(here.ref)}"))
    if here.session:
        state = f" {here.state}" if here.state else ""
        parts.append(("class:session", f" {left}{here.session[-SHORTEST:]}{state}{right}"))
    parts.append(("class:arrow", f" {arrow} "))
    return parts


def prompt_session(
    *, history: History, completer: Completer, toolbar: Callable[[], StyleAndTextTuples], manner: Manner, theme: Theme
) -> "PromptSession[str]":
    """With `--plain` no menu pops up and no line moves below the one that is typed."""
    colourless = manner.plain or theme is Theme.NONE
    return PromptSession(
        history=history,
        completer=completer,
        complete_while_typing=not manner.plain,
        complete_in_thread=False,
        auto_suggest=None if manner.plain else AutoSuggestFromHistory(),
        bottom_toolbar=None if manner.plain else toolbar,
        style=repl_style(theme),
        color_depth=ColorDepth.DEPTH_1_BIT if colourless else None,
        key_bindings=keys(),
        reserve_space_for_menu=0 if manner.plain else 6,
        include_default_pygments_style=False,
        prompt_continuation=continuation,
        enable_suspend=True,
    )


def continuation(width: int, _line: int, _wrapped: int) -> str:
    """Before the second line and those after it."""
    return f"{'…':>{max(width - 1, 1)}} "


def keys() -> KeyBindings:
    """What prompt-toolkit does not do by itself."""
    bindings = KeyBindings()

    @bindings.add("enter", filter=has_completions & completion_is_selected)
    def take(event: KeyPressEvent) -> None:
        """Takes what is selected, and does not run the line yet."""
        buffer = event.current_buffer
        buffer.complete_state = None
        if not buffer.text.endswith("/"):
            buffer.insert_text(" ")

    @bindings.add("enter", filter=has_focus(DEFAULT_BUFFER) & ~completion_is_selected)
    def go_on_or_run(event: KeyPressEvent) -> None:
        """What is not finished goes on in the next line. Escape, then Enter runs it as it is."""
        buffer = event.current_buffer
        if is_unfinished(buffer.document.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", filter=has_completions, eager=True)
    def close(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    return bindings
