"""A file's bytes as lines, and back. What is not replaced comes back byte for byte."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BOM = "\ufeff"
_TAB = 4


@dataclass(frozen=True)
class Lines:
    """Texts without their ends. Bytes that are no UTF-8 are halves of surrogate pairs in them (`surrogateescape`)."""

    mark: str
    """The byte order mark, where there is one."""
    texts: Sequence[str]
    ends: Sequence[str]
    """`\\n`, `\\r\\n` or `\\r` of each line; the last one's may be empty."""

    @property
    def usual_end(self) -> str:
        counted = Counter(end for end in self.ends if end)
        return counted.most_common(1)[0][0] if counted else "\n"

    def end_near(self, number: int) -> str:
        """That of the line, or the usual one where it has none."""
        return (self.ends[number] if number < len(self.ends) else "") or self.usual_end


@dataclass(frozen=True)
class Splice:
    """`texts` stand where the lines from `start` to before `end` were."""

    start: int
    end: int
    texts: Sequence[str]


def split(data: bytes) -> Lines:
    """Lines end as in CommonMark; other line separators of Unicode are characters like others."""
    texts: list[str] = []
    ends: list[str] = []
    # bytes, unlike str, are split at CR and LF only
    for raw in data.splitlines(keepends=True):
        line = raw.decode("utf-8", "surrogateescape")
        text = line.rstrip("\r\n")
        texts.append(text)
        ends.append(line[len(text) :])
    mark = BOM if texts and texts[0].startswith(BOM) else ""
    if mark:
        texts[0] = texts[0][1:]
    return Lines(mark, texts, ends)


def spliced(lines: Lines, splices: Sequence[Splice]) -> bytes:
    """Splices do not overlap. A file without a newline at its end stays one."""
    texts: list[str] = []
    ends: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda each: (each.start, each.end)):
        texts += lines.texts[at : splice.start]
        ends += lines.ends[at : splice.start]
        new = lines.end_near(splice.start if splice.end > splice.start else max(splice.start - 1, 0))
        kept = [end or new for end in lines.ends[splice.start : splice.end]][: len(splice.texts)]
        texts += splice.texts
        ends += kept + [new] * (len(splice.texts) - len(kept))
        at = splice.end
    texts += lines.texts[at:]
    ends += lines.ends[at:]
    return _joined(lines, texts, ends)


def _joined(lines: Lines, texts: list[str], ends: list[str]) -> bytes:
    whole = not lines.ends or bool(lines.ends[-1])
    ends = [end or lines.usual_end for end in ends]
    if ends and not whole:
        ends[-1] = ""
    for at in range(len(ends) - 1):
        # or the two would be one end
        if ends[at] == "\r" and not texts[at + 1] and ends[at + 1] == "\n":
            ends[at] = "\r\n"
    joined = lines.mark + "".join(text + end for text, end in zip(texts, ends, strict=True))
    return joined.encode("utf-8", "surrogateescape")


def columns(blanks: str) -> int:
    """How wide blanks at a line's start are."""
    width = 0
    for each in blanks:
        width += _TAB - width % _TAB if each == "\t" else 1
    return width


def leading(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" \t"))]


def without_columns(text: str, most: int) -> str:
    """Without blanks of that width at the start, where there are as many; what is over of a tab is spaces."""
    width = 0
    for at, each in enumerate(text):
        if width >= most or each not in " \t":
            return " " * (width - most) + text[at:]
        width += _TAB - width % _TAB if each == "\t" else 1
    return " " * max(width - most, 0)
