"""Styles of what commands printed, as classes of a style sheet: no attribute of an element needs a style of its own, so
the page's policy allows none. Text can always be read on its ground, whatever colours a program chose."""

from dataclasses import dataclass, field

from quarterdeck.audit.report.screen import NORMAL, Colour, Style

Rgb = tuple[int, int, int]
GROUND: Rgb = (24, 27, 34)
TEXT: Rgb = (226, 229, 236)
BASE: tuple[Rgb, ...] = (
    (139, 145, 158),
    (255, 123, 114),
    (111, 207, 127),
    (230, 190, 90),
    (121, 184, 255),
    (214, 150, 255),
    (86, 212, 221),
    (226, 229, 236),
    (160, 166, 178),
    (255, 161, 152),
    (150, 230, 160),
    (245, 215, 130),
    (165, 214, 255),
    (230, 190, 255),
    (140, 230, 236),
    (255, 255, 255),
)
"""The sixteen of a terminal, as text on a dark ground."""
LEVELS = (0, 95, 135, 175, 215, 255)
READABLE = 4.5
"""Contrast of WCAG's level AA."""
MOST_STYLES = 400
"""In a page; further ones look plain."""


@dataclass
class Palette:
    _classes: dict[Style, str] = field(default_factory=dict[Style, str])

    def class_of(self, style: Style) -> str:
        """Empty for plain text."""
        if style == NORMAL or (style not in self._classes and len(self._classes) >= MOST_STYLES):
            return ""
        return self._classes.setdefault(style, f"s{len(self._classes)}")

    def sheet(self) -> str:
        """The rules of the classes that were given out."""
        return "\n".join(f".{name}{{{_rule(style)}}}" for style, name in self._classes.items())


def _rule(style: Style) -> str:
    foreground, background = _pair(style)
    rules = [f"color:{_hex(foreground)}"]
    if background != GROUND:
        rules.append(f"background:{_hex(background)}")
    rules += ["font-weight:700"] if style.bold else []
    rules += ["font-style:italic"] if style.italic else []
    lines = " ".join(name for name, on in (("underline", style.underline), ("line-through", style.struck)) if on)
    return ";".join([*rules, f"text-decoration:{lines}"] if lines else rules)


def _pair(style: Style) -> tuple[Rgb, Rgb]:
    foreground, background = _rgb(style.foreground, TEXT), _rgb(style.background, GROUND)
    if style.inverse:
        foreground, background = background, foreground
    return _readable(foreground, background), background


def _readable(text: Rgb, ground: Rgb) -> Rgb:
    """Drawn towards white or black until it can be read."""
    towards: Rgb = (255, 255, 255) if contrast((255, 255, 255), ground) >= contrast((0, 0, 0), ground) else (0, 0, 0)
    for step in range(11):
        mixed = _mixed(text, towards, step / 10)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return towards


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rgb(colour: Colour, default: Rgb) -> Rgb:
    if colour is None:
        return default
    if isinstance(colour, tuple):
        return colour
    if colour < 16:
        return BASE[colour]
    if colour >= 232:
        grey = 8 + 10 * (colour - 232)
        return grey, grey, grey
    red, rest = divmod(colour - 16, 36)
    return LEVELS[red], LEVELS[rest // 6], LEVELS[rest % 6]


def contrast(one: Rgb, other: Rgb) -> float:
    """As WCAG 2 computes it: from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(each / 255) for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
