"""What the player's keys do."""

from collections.abc import Callable
from typing import Final

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from quarterdeck.audit.player.model import Asking, Model, Panel

Done = Callable[[], None]
SHORT, LONG = 5.0, 60.0
PAGE: Final = 10


def bindings(
    model: Model, *, changed: Done, quit_: Callable[[int], None], ask: Callable[[Asking], None]
) -> KeyBindings:
    """`changed`: what is on show may be another now."""
    keys = KeyBindings()
    steering = Condition(lambda: not model.asking)
    listing = Condition(lambda: model.listing and not model.asking)

    def bind(does: Done, *names: str, only: Condition = steering) -> None:
        def handle(_: KeyPressEvent) -> None:
            model.message = ""
            does()
            changed()

        for name in names:
            keys.add(name, filter=only)(handle)

    for names, does in _steering(model).items():
        bind(does, *names)
    bind(lambda: model.step(-1), "up", only=listing)
    bind(lambda: model.step(1), "down", only=listing)
    bind(lambda: model.step(-PAGE), "pageup", only=listing)
    bind(lambda: model.step(PAGE), "pagedown", only=listing)
    bind(lambda: setattr(model, "listing", False), "enter", "escape", only=listing)
    bind(lambda: ask(Asking.PLACE), "g")
    bind(lambda: ask(Asking.TEXT), "/")
    bind(lambda: ask(Asking.REGEX), "r")
    bind(lambda: ask(Asking.NOTHING), "escape", only=Condition(lambda: bool(model.asking)))
    bind(lambda: quit_(0), "q")
    always = Condition(lambda: True)
    bind(lambda: quit_(130), "c-c", only=always)
    return keys


def _steering(model: Model) -> dict[tuple[str, ...], Done]:
    return {
        (" ",): model.toggle,
        ("left",): lambda: model.skip(-SHORT),
        ("right",): lambda: model.skip(SHORT),
        ("s-left",): lambda: model.skip(-LONG),
        ("s-right",): lambda: model.skip(LONG),
        (",",): lambda: model.step(-1),
        (".",): lambda: model.step(1),
        ("n",): lambda: model.to_command(1),
        ("p",): lambda: model.to_command(-1),
        ("N",): lambda: model.to_hit(1),
        ("P",): lambda: model.to_hit(-1),
        ("]",): model.clock.faster,
        ("[",): model.clock.slower,
        ("i",): model.toggle_idle,
        ("tab",): lambda: model.to_tab(1),
        ("s-tab",): lambda: model.to_tab(-1),
        ("home",): lambda: model.skip(-model.clock.end),
        ("end",): lambda: model.skip(model.clock.end),
        ("f",): lambda: model.show(Panel.FILES),
        ("?",): lambda: model.show(Panel.HELP),
        ("e",): lambda: _list(model),
    }


def _list(model: Model) -> None:
    model.panel, model.listing = Panel.EVENTS, not model.listing
