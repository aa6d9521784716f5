"""Encoding events of a subscription without executing the document for each.

A subscription asks for the same few flat fields every time. Its selection is compiled once into pieces of JSON text
with places for the values. Output filled into them is kept with the chunk, so that all subscribers who sent the same
document share it. What is unusual (directives, a field that is not flat) has no plan and is executed.
"""

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from quarterdeck_schema.events.types import Event
from quarterdeck_schema.scalars import utc

Encode = Callable[[Any], bytes]


@dataclass(frozen=True)
class Flat:
    """A type whose fields are encoded from its attributes. `names`: the types that a fragment on it may name."""

    type: type[OutputChunk | Event]
    names: frozenset[str]
    values: Mapping[str, Encode]


def _attribute(name: str) -> Encode:
    return lambda event: orjson.dumps(getattr(event, name))


OUTPUT = Flat(
    OutputChunk,
    frozenset({"OutputChunk", "CommandOutputMessage"}),
    {
        "__typename": lambda _: b'"OutputChunk"',
        "kind": lambda chunk: b'"%b"' % chunk.kind.name.encode(),
        "offset": lambda chunk: b"%d" % chunk.offset,
        "timeUs": lambda chunk: b"%d" % chunk.time_us,
        "data": lambda chunk: b'"%b"' % binascii.b2a_base64(chunk.data, newline=False),
    },
)
EVENT = Flat(
    Event,
    frozenset({"Event"}),
    {
        "__typename": lambda _: b'"Event"',
        "recordedAt": lambda event: b'"%b"' % utc(event.recorded_at).encode(),
        "id": _attribute("id"),
        "position": _attribute("position"),
        "topic": _attribute("topic"),
        "schemaVersion": _attribute("schema_version"),
        "streamId": _attribute("stream_id"),
        "version": _attribute("version"),
        "actorKind": _attribute("actor_kind"),
        "actorId": _attribute("actor_id"),
        "correlationId": _attribute("correlation_id"),
        "causationId": _attribute("causation_id"),
        "projectId": _attribute("project_id"),
        "sessionId": _attribute("session_id"),
        "traceparent": _attribute("traceparent"),
        "payload": _attribute("payload"),
        "digest": _attribute("digest"),
        "payloadDigest": _attribute("payload_digest"),
        "known": _attribute("known"),
        "erased": _attribute("erased"),
    },
)
FIELDS = {"commandOutput": OUTPUT, "sessionEvents": EVENT, "events": EVENT}


class _UnusualError(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Plan:
    """`texts`: the JSON, and between each two the value that stands there."""

    flat: Flat
    texts: tuple[bytes, ...]
    values: tuple[Encode, ...]

    def takes(self, event: object) -> bool:
        return isinstance(event, self.flat.type)

    def encode(self, event: Any) -> bytes:
        """The response for this event, as JSON."""
        if not isinstance(event, OutputChunk):
            return self._fill(event)
        encoded = event.encoded.get(self)
        if encoded is None:
            encoded = event.encoded[self] = self._fill(event)
        return encoded

    def _fill(self, event: object) -> bytes:
        parts = [self.texts[0]]
        for value, text in zip(self.values, self.texts[1:], strict=True):
            parts.append(value(event))
            parts.append(text)
        return b"".join(parts)


def compile_plan(document: DocumentNode, operation: OperationDefinitionNode) -> Plan | None:
    """None where the operation is another one, or unusual. The document is valid."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    selections = operation.selection_set.selections
    root = selections[0]
    if len(selections) != 1 or not isinstance(root, FieldNode) or root.name.value not in FIELDS or root.directives:
        return None
    flat, fields = FIELDS[root.name.value], dict[str, str]()
    try:
        if root.selection_set:
            _collect(flat, root.selection_set, fragments, fields)
    except _UnusualError:
        return None
    return Plan(flat, _texts(_response_name(root), fields), tuple(flat.values[name] for name in fields.values()))


def _texts(root: str, fields: Mapping[str, str]) -> tuple[bytes, ...]:
    texts = [b"%b%b:" % (b"," if number else b"", orjson.dumps(name)) for number, name in enumerate(fields)]
    head = b'{"data":{%b:{' % orjson.dumps(root)
    return (head + b"".join(texts[:1]), *texts[1:], b"}}}") if texts else (head + b"}}}",)


def _collect(
    flat: Flat, selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], fields: dict[str, str]
) -> None:
    """What is asked of an event: field names by response name, in the order of their first mention."""
    for node in selected.selections:
        if node.directives:
            raise _UnusualError
        if isinstance(node, FieldNode):
            if node.name.value not in flat.values:
                raise _UnusualError
            fields.setdefault(_response_name(node), node.name.value)
            continue
        target = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        if isinstance(target, (InlineFragmentNode, FragmentDefinitionNode)):
            condition = target.type_condition
            if condition is None or condition.name.value in flat.names:
                _collect(flat, target.selection_set, fragments, fields)


def _response_name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value
