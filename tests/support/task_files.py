"""Task files as people write them, and as nobody should; and hypothesis strategies that make more."""

from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck.task_document.values import Note, TaskValues, normal

ROOT = Path(__file__).parents[2]

FULL = """\
---
title: Tasks of the ship
---

# Tasks

Some words before. [A link][deck]

## Soon

- [ ] **T-17** Mend the login @ada #auth #web !high status:in-progress estimate:1h30m needs:T-3,T-4

  It fails behind proxies.

  ```python
  - [ ] no task
  ```

  Acceptance:
  - [ ] Works behind a proxy
  - [x] Old tests pass

  Notes:
  - 2026-11-20 @ada: Found the cause.
  - 2026-11-21 @bo: Mended,
    tests to come.
- [x] **T-3** Caulk the hull
- [ ] Paint the mast
  in white

Later
-----

* [ ] **T-4** Sew a sail @bo
  #sails !urgent
+ [ ] Another list
1. [ ] First of all
2. [ ] **T-5** Second

[deck]: https://example.invalid/deck "Deck"
"""

CORPUS: dict[str, bytes] = {
    "full": FULL.encode(),
    "empty": b"",
    "one newline": b"\n",
    "CRLF": FULL.replace("\n", "\r\n").encode(),
    "CR": FULL.replace("\n", "\r").encode(),
    "mixed ends": b"# A\r\n\r\n- [ ] one\n- [ ] two\r- [ ] three\r\n  body\n",
    "no final newline": FULL.rstrip("\n").encode(),
    "no final newline after a task": b"# A\n\n- [ ] one\n- [x] **T-1** two @ada",
    "byte order mark": b"\xef\xbb\xbf- [ ] first\n- [ ] second\n",
    "byte order mark and front matter": b"\xef\xbb\xbf---\na: b\n---\n- [ ] first\n",
    "no UTF-8": b"- [ ] caf\xe9 \xff\xfe @ada\n  \xc3\x28 body\n\x80\n- [ ] **T-2** \xed\xa0\x80 half\n",
    "NUL": b"- [ ] a\0b #x\n\n  bo\0dy\n",
    "tabs": (
        b"-\t[ ] **T-1** tabbed @ada\n\n\tbody\n\n\t\tcode\n\n\tNotes:\n\t-\tone\n\t-\ttwo\n"
        b"- [ ]\ttab after\n\t- [ ] in it\n"
    ),
    "odd indents": b" - [ ] one\n   body\n - [ ] two\n\n      more\n    text\n",
    "wide body": b"- [ ] **T-1** one\n\n    body by four\n\n    more\n\n        code\n",
    "four spaces": b"    - [ ] code\n\n- [ ] **T-1** a\n\n      code in it\n",
    "separators": "- [ ] one\u2028still\u2029one\x85and\x0bmore\x0c @ada\n- [ ] two\n".encode(),
    "nested": (
        b"- Group\n  - [ ] **T-1** one @ada\n    body\n  - [ ] two\n    1. [ ] part\n"
        b"       - [x] part of part\n- [ ] three\n"
    ),
    "one line, two lists": b"- - [ ] **T-9** deep\n1. - [ ] deeper\n- [ ] good\n",
    "quotes": b"> - [ ] **T-7** quoted\n> - [ ] and more\n\n- [ ] good\n  > - [ ] in it\n",
    "fences": (
        b"```\n- [ ] no\n```\n~~~md\n- [ ] no\n~~~\n- [ ] yes\n  ```\n  - [ ] no\n  ```\n- [ ] yes too\n"
        b"```\n- [ ] never closed\n"
    ),
    "table": (
        b"| a | b |\n|---|---|\n| - [ ] c | d |\n- [ ] yes\n\n  | x | y |\n  |---|---|\n  | 1 | 2 |\n"
        b"- [ ] a | b\n  --- | ---\n"
    ),
    "HTML": (
        b"<details>\n- [ ] no\n</details>\n\n- [ ] yes <!-- hm -->\n\n  <div>\n  - [ ] no\n  </div>\n\n"
        b"<!--\n- [ ] no\n-->\n- [ ] yes\n"
    ),
    "setext": b"Head\n====\n- [ ] one\n\nSub\n---\n- [ ] two\n  ===\n- [ ] three\n---\n",
    "lazy": b"- [ ] one\nlazy\nlazier @ada\n- [ ] two\n  > quote\nlazy quote\n\ntext\n",
    "references": b'- [ ] one\n\n  [ref]: /url "ti\n  tle"\n\n[a]: b\n- [ ] two\n[c]: d\n',
    "boxes": b"- [] no\n- [x]no\n- [X] yes\n- [ ]\n- [ ]  two spaces\n-     [ ] code\n- [-] no\n[ ] no\n",
    "bad attributes": (
        b"- [ ] **T-1** a !soon @ada\n- [x] **T-2** b status:blocked #x\n"
        b"- [ ] c status:wrong estimate:2d needs:3 @a @b\n"
    ),
    "words that are no attributes": (
        b"- [ ] Ask @ada.\n- [ ] See #12\n- [ ] Use a:b\n- [ ] Wow !\n- [ ] Add \\@ada\n- [ ] Set \\\\#x\n"
    ),
    "sections in the wrong place": (
        b"- [ ] a\n  Acceptance:\n  - x\n\n  text\n\n  Notes:\n  1. one\n  2. two\n\n  Notes:\n\n  more\n"
        b"\n  **Notes:**\n  * y\n"
    ),
    "escaped section": b"- [ ] a\n\n  Notes\\:\n  - x\n\n  Notes\\\\:\n",
    "ids": (
        b"- [ ] **T-0** no id\n- [ ] **T-17**: no\n- [ ] **T-5**\n- [ ] **T-5** **T-6** x\n"
        b"- **T-8** no box\n- [ ] **T-5** again\n"
    ),
    "long": b"- [ ] " + b"word " * 20_000 + b"@ada\n" + b"x" * 200_000 + b"\n",
    "blanks at the end": b"- [ ] a\n   \n\t\n- [ ] b\n\n   ",
    "heading only": b"# Tasks",
    "loose": b"- [ ] **T-1** a\n\n- [ ] **T-2** b\n\n\n- [ ] c\n\ntext\n",
}
"""What has bitten, or could: bytes, since ends of lines and what is no UTF-8 matter."""


def pages() -> dict[str, bytes]:
    """Real Markdown: this repository's."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in found}


_LINES = st.sampled_from(
    [
        "# Tasks",
        "## Later",
        "Head",
        "====",
        "---",
        "- [ ] one",
        "- [x] **T-1** two @ada #auth",
        "- [ ] **T-2** three !high status:blocked needs:T-1",
        "* [ ] **T-3** other bullet",
        "1. [ ] first",
        "2) [X] second",
        "- plain",
        "- **T-4** no box",
        "  - [ ] nested",
        "    - [ ] **T-5** deeper",
        "  body",
        "    more body",
        "\tbody by a tab",
        "      code",
        "  Notes:",
        "  - 2026-11-20 @ada: note",
        "  **Acceptance:**",
        "  - [x] criterion",
        "  Acceptance:",
        "  1. counted",
        "text",
        "> quote",
        "> - [ ] **T-6** quoted",
        "```",
        "  ```",
        "~~~",
        "| a | b |",
        "|---|---|",
        "<div>",
        "<!--",
        "-->",
        "[a]: b",
        "  @ada #x",
        "  === ",
        "- [ ] ",
        "-",
        "***",
        "",
    ]
)
_NOISE = st.text(st.sampled_from("-+*[] xX#@!:>`~|<\\\t T17ab\u2028\x85\0é\ufeff."), max_size=20)
_ENDS = st.sampled_from([b"\n"] * 6 + [b"\r\n", b"\r", b"\n\n", b"\n  \n"])
_LINE = st.one_of(_LINES.map(str.encode), _LINES.map(str.encode), _NOISE.map(str.encode), st.binary(max_size=6))


def _file(lines: list[tuple[bytes, bytes]], end: bytes, closed: bool) -> bytes:
    joined = b"".join(line + (end or each) for line, each in lines)
    return joined if closed else joined.rstrip(b"\r\n")


def markdown(most: int = 40) -> st.SearchStrategy[bytes]:
    """Lines that mean something in such files, in any order, with any ends."""
    lines = st.lists(st.tuples(_LINE, _ENDS), max_size=most)
    return st.builds(_file, lines, st.sampled_from([b"", b"", b"\n", b"\r\n"]), st.booleans())


_WORD = st.text(st.sampled_from("abcxyz-_.'\\*`[]()éß@#!:,\"<>|&T17 "), min_size=1, max_size=12)
TITLES = st.lists(
    st.one_of(_WORD, st.sampled_from(["@ada", "#auth", "!high", "status:done", "\\@ada", "**T-3**", "[ ]", "|", "`"])),
    min_size=1,
    max_size=6,
).map(lambda words: " ".join(words).strip() or "x")
_BODY_LINES = st.one_of(
    _LINES,
    st.sampled_from(["", "para", "    code", "\tx", "- a", "  - b", "1. c", "Notes:", "Notes\\:", "> q", "*b*", "a  "]),
)
BODIES = st.lists(_BODY_LINES, max_size=6).map("\n".join)
LABELS = st.lists(
    st.sampled_from(["auth", "web", "c++", "12", "a/b", "é", "x:y", "über-lang", "v1.", ":p"]), unique=True, max_size=4
).map(tuple)
OWNERS = st.sampled_from([None, "ada", "bo", "Ada Lovelace", "a@b.example", "100%", "x:y", "ünal", "-", "deck bot"])
CRITERIA = st.lists(
    st.sampled_from(["Works", "[x] boxed", "- dashed", "a  b", "# head", "`code", "é"]), max_size=3
).map(tuple)
NOTES = st.lists(
    st.builds(
        Note,
        text=st.sampled_from(["Found it.", "Two\nlines", "a\n\n- list", "2026-01-01 @x: y", "```\ncode\n```", "@b: c"]),
        on=st.sampled_from(["2026-11-20", "2026-11-21"]),
        by=st.sampled_from(["ada", "Ada Lovelace", "x:y"]),
    ),
    max_size=3,
).map(tuple)
VALUES = st.builds(
    TaskValues,
    title=TITLES,
    body=BODIES,
    status=st.sampled_from(TaskStatus),
    owner=OWNERS,
    labels=LABELS,
    priority=st.sampled_from(Priority),
    estimate=st.integers(0, 500),
    dependencies=st.lists(st.integers(1, 30), unique=True, max_size=3).map(lambda found: tuple(sorted(found))),
    acceptance=CRITERIA,
    notes=NOTES,
).map(normal)
PLAIN_VALUES = VALUES.map(lambda values: replace(values, title="Plain", body="A body.", notes=()))
