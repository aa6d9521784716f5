"""Markdown's blocks by their lines, from markdown-it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.task_document.limits import MAX_BLOCKS, MAX_NESTING

ITEM = "list_item"
LISTS = frozenset({"bullet_list", "ordered_list"})
PARAGRAPH = "paragraph"
HEADING = "heading"


@dataclass(slots=True)
class Block:
    kind: str
    start: int
    end: int
    """The line after its last; blank lines below a list are its own."""
    text: str = ""
    """Of a heading."""
    level: int = 0
    """Of a heading, 1 to 6."""
    blocks: "list[Block]" = field(default_factory=list["Block"])

    def within(self) -> "Iterator[Block]":
        """All that is in it, at any depth."""
        for block in self.blocks:
            yield block
            yield from block.within()


def blocks(texts: Sequence[str]) -> Block:
    """Of the document, as one block. Raises LimitExceededError where it is nested too deep.

    Lines are counted as in `texts`, which hold no CR and no LF.
    """
    root = Block("document", 0, len(texts))
    open_blocks = [root]
    for token in _parser().parse("\n".join(texts)):
        if token.nesting < 0:
            open_blocks.pop()
        elif token.type == "inline":
            open_blocks[-1].text = token.content if open_blocks[-1].kind == HEADING else ""
        else:
            block = _block(token)
            open_blocks[-1].blocks.append(block)
            if token.nesting > 0:
                open_blocks.append(block)
    return root


@cache
def _parser() -> MarkdownIt:
    # at its own bound markdown-it passes over the rest of the file, silently
    parser = MarkdownIt("commonmark", {"maxNesting": 2 * MAX_NESTING}).enable("table").use(front_matter_plugin)
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.before("front_matter", "bounds", _check_bounds)
    return parser


def _check_bounds(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - a rule's signature
    """A rule that comes before all others and never applies."""
    if not silent:
        count = state.env["blocks"] = state.env.get("blocks", 0) + 1
        if state.level >= MAX_NESTING or count > MAX_BLOCKS:
            raise _beyond(start, state.level)
    return False


def _beyond(line: int, level: int) -> LimitExceededError:
    if level >= MAX_NESTING:
        return LimitExceededError(
            f"Line {line + 1:,} is nested deeper than {MAX_NESTING} levels of Markdown.",
            "Move what is there further left.",
        )
    return LimitExceededError(
        f"The file has more than {MAX_BLOCKS:,} paragraphs, lists and other parts; line {line + 1:,} is beyond that.",
        "Move finished tasks to a file of their own.",
    )


def _block(token: Token) -> Block:
    start, end = token.map or (0, 0)
    kind = token.type.removesuffix("_open")
    return Block(kind, start, end, level=int(token.tag[1]) if kind == HEADING else 0)
