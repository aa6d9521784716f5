"""One pattern of a .gitignore file, by git's rules.

The patterns come out of a jail: matching takes time in proportion to name and pattern, whatever they are. So a
path is matched part by part, and a star takes the first place that fits and never another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CLASSES = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"\x21-\x7e",
    b"lower": rb"a-z",
    b"print": rb"\x20-\x7e",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\x20\t\n\r\f\v",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_NOTHING = rb"(?!)"


@dataclass(frozen=True, kw_only=True)
class Pattern:
    parts: tuple["re.Pattern[bytes] | None", ...]
    """Of the path, each for one name; None stands for `**`, any number of names."""
    anywhere: bool
    """It has no slash: it is for the last name of a path."""
    folders_only: bool
    negated: bool

    def matches(self, names: Sequence[bytes], *, folder: bool) -> bool:
        """Whether the path of `names`, from the pattern's own folder on, matches."""
        if self.folders_only and not folder:
            return False
        if self.anywhere:
            return self.parts[0] is None or self.parts[0].fullmatch(names[-1]) is not None
        return _match(self.parts, names)


def _match(parts: Sequence["re.Pattern[bytes] | None"], names: Sequence[bytes]) -> bool:
    part = name = 0
    retry_part, retry_name = -1, 0
    while name < len(names):
        current = parts[part] if part < len(parts) else _END
        if current is None:
            if part == len(parts) - 1:
                return True
            retry_part, retry_name = part, name
            part += 1
        elif current.fullmatch(names[name]):
            part, name = part + 1, name + 1
        elif retry_part >= 0:
            # the last `**` takes one name more; an earlier one need not, for this one could have taken it
            retry_name += 1
            part, name = retry_part + 1, retry_name
        else:
            return False
    return part == len(parts)


_END = re.compile(_NOTHING)


def parse(line: bytes) -> Pattern | None:
    """The pattern on a line; None for an empty line or a comment."""
    line = _without_trailing_spaces(line)
    negated = line.startswith(b"!")
    line = line[1:] if negated else line
    if not line or (line.startswith(b"#") and not negated):
        return None
    folders_only = line.endswith(b"/")
    line = line[:-1] if folders_only else line
    anywhere = b"/" not in line
    parts = [line] if anywhere else line.removeprefix(b"/").split(b"/")
    return Pattern(
        parts=tuple(None if part == b"**" else _compile(part) for part in parts),
        anywhere=anywhere,
        folders_only=folders_only,
        negated=negated,
    )


def _without_trailing_spaces(line: bytes) -> bytes:
    bare = line.rstrip(b" ")
    backslashes = len(bare) - len(bare.rstrip(b"\\"))
    return bare + b" " if backslashes % 2 and len(bare) < len(line) else bare


def _compile(part: bytes) -> "re.Pattern[bytes]":
    """A part's regular expression: pieces between stars, each of a fixed length."""
    pieces, rest = [b""], part
    while rest:
        if rest.startswith(b"*"):
            pieces.append(b"")
            rest = rest.lstrip(b"*")
            continue
        token, rest = _token(rest)
        pieces[-1] += token
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    middle = b"".join(b"(?>.*?%b)" % piece for piece in pieces[1:-1])
    return re.compile(b"%b%b.*%b" % (pieces[0], middle, pieces[-1]), re.DOTALL)


def _token(text: bytes) -> tuple[bytes, bytes]:
    """The expression for the first item of `text`, and what is left."""
    match text[:1]:
        case b"?":
            return b".", text[1:]
        case b"[":
            return _bracket(text)
        case b"\\":
            return (re.escape(text[1:2]), text[2:]) if len(text) > 1 else (_NOTHING, b"")
        case other:
            return re.escape(other), text[1:]


def _bracket(text: bytes) -> tuple[bytes, bytes]:
    negated = text[1:2] in {b"!", b"^"}
    at, first, items = 1 + negated, True, b""
    while first or text[at : at + 1] != b"]":
        if at >= len(text):
            return _NOTHING, b""  # never closed: git lets it match nothing
        first = False
        if found := re.compile(rb"\[:([^\]:]*):\]").match(text, at):
            if found[1] not in _CLASSES:
                return _NOTHING, b""
            items, at = items + _CLASSES[found[1]], found.end()
            continue
        low, at = _member(text, at)
        if text[at : at + 1] == b"-" and text[at + 1 : at + 2] not in {b"]", b""}:
            high, at = _member(text, at + 1)
            # a range that runs backwards holds nothing but its first
            items += b"%b-%b" % (_byte(low), _byte(high)) if low <= high else b""
        else:
            items += _byte(low)
    if not items:
        return (b"." if negated else _NOTHING), text[at + 1 :]
    return b"[%b%b]" % (b"^" if negated else b"", items), text[at + 1 :]


def _member(text: bytes, at: int) -> tuple[bytes, int]:
    at += text[at : at + 1] == b"\\"
    return text[at : at + 1], at + 1


def _byte(value: bytes) -> bytes:
    return b"\\x%02x" % (value[0] if value else 0)
