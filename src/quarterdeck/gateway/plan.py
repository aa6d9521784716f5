"""Encoding output without executing the document for each chunk.

A subscription asks for the same few flat fields of every chunk. Its selection is compiled once into pieces of JSON
text with places for the values; a chunk filled into them is kept with the chunk, so that all subscribers who sent the
same document share it. What is unusual (directives, a field that is not flat) has no plan and is executed.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from quarterdeck_schema.commands.output import OutputChunk

FIELD = "commandOutput"
TYPES = frozenset({"OutputChunk", "CommandOutputMessage"})
_VALUES: dict[str, Callable[[OutputChunk], str]] = {
    "__typename": lambda _: '"OutputChunk"',
    "kind": lambda chunk: f'"{chunk.kind.name}"',
    "offset": lambda chunk: str(chunk.offset),
    "timeUs": lambda chunk: str(chunk.time_us),
    "data": lambda chunk: f'"{base64.b64encode(chunk.data).decode("ascii")}"',
}


class _UnusualError(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Plan:
    """`parts`: text, and between each two the value that stands there."""

    texts: tuple[str, ...]
    values: tuple[Callable[[OutputChunk], str], ...]

    def encode(self, chunk: OutputChunk) -> str:
        """The response for this chunk, as JSON."""
        encoded = chunk.encoded.get(self)
        if encoded is None:
            parts = [self.texts[0]]
            for value, text in zip(self.values, self.texts[1:], strict=True):
                parts.append(value(chunk))
                parts.append(text)
            encoded = chunk.encoded[self] = "".join(parts)
        return encoded


def compile_plan(document: DocumentNode, operation: OperationDefinitionNode) -> Plan | None:
    """None where the operation is another one, or unusual. The document is valid."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    selections = operation.selection_set.selections
    root = selections[0]
    if len(selections) != 1 or not isinstance(root, FieldNode) or root.name.value != FIELD or root.directives:
        return None
    fields: dict[str, str] = {}
    try:
        if root.selection_set:
            _collect(root.selection_set, fragments, fields)
    except _UnusualError:
        return None
    key = orjson.dumps(_response_name(root)).decode()
    texts: list[str] = []
    text = f'{{"data":{{{key}:{{'
    for number, name in enumerate(fields):
        texts.append(f"{text}{',' if number else ''}{orjson.dumps(name).decode()}:")
        text = ""
    texts.append(text + "}}}")
    return Plan(tuple(texts), tuple(_VALUES[name] for name in fields.values()))


def _collect(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], fields: dict[str, str]) -> None:
    """What is asked of a chunk: field names by response name, in the order of their first mention."""
    for node in selected.selections:
        if node.directives:
            raise _UnusualError
        if isinstance(node, FieldNode):
            if node.name.value not in _VALUES:
                raise _UnusualError
            fields.setdefault(_response_name(node), node.name.value)
            continue
        target = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        if isinstance(target, (InlineFragmentNode, FragmentDefinitionNode)):
            condition = target.type_condition
            if condition is None or condition.name.value in TYPES:
                _collect(target.selection_set, fragments, fields)


def _response_name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
