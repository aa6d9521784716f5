"""How much a GraphQL document asks for: depth, aliases, directives and cost, with each fragment measured once.

Cost is the number of fields that the answer can have. A field with `first` or `last` counts its selection that many
times, another list of objects `UNPAGED` times. Spreads count as what they stand for, so nothing is gained by hiding
repetition in fragments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
)

from quarterdeck.gateway.graphql_core import is_list, named_type

UNPAGED = 10
HUGE = 10**9
SIZES = ("first", "last")
PAGED = ("edges", "entries", "files")
"""Lists of a page: they were counted where its size stands."""


class TooDeepError(Exception):
    """The document nests further than is followed."""


@dataclass(frozen=True)
class Measure:
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def beside(self, other: "Measure") -> "Measure":
        return Measure(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, HUGE),
            min(self.directives + other.directives, HUGE),
            min(self.cost + other.cost, HUGE),
        )


@dataclass
class Measuring:
    """One walk over a document. `variables`: values of page sizes; one that is not there counts as its default."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    most_nested: int
    sized_by: set[str] = field(default_factory=set[str])
    """The variables that page sizes come from."""
    _measured: dict[str, Measure] = field(default_factory=dict[str, Measure])
    _open: set[str] = field(default_factory=set[str])

    def operation(self, node: OperationDefinitionNode) -> Measure:
        root = self.schema.get_root_type(node.operation)
        return _directives(node.directives).beside(self._selections(node.selection_set.selections, root, 0))

    def _selections(self, nodes: Iterable[SelectionNode], parent: GraphQLNamedType | None, nested: int) -> Measure:
        # Recursion stops here: a chain of fragments adds to the stack without adding to the depth.
        if nested > self.most_nested:
            raise TooDeepError
        total = Measure()
        for node in nodes:
            total = total.beside(_directives(node.directives)).beside(self._selection(node, parent, nested + 1))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, nested: int) -> Measure:
        if isinstance(node, FieldNode):
            return self._field(node, parent, nested)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inner = self.schema.get_type(condition.name.value) if condition else parent
            return self._selections(node.selection_set.selections, inner, nested)
        return self._fragment(node.name.value, nested) if isinstance(node, FragmentSpreadNode) else Measure()

    def _fragment(self, name: str, nested: int) -> Measure:
        fragment = self.fragments.get(name)
        if fragment is None or name in self._open:
            return Measure()  # unknown, or a cycle: validation says so
        if name not in self._measured:
            self._open.add(name)
            inner = self.schema.get_type(fragment.type_condition.name.value)
            self._measured[name] = self._selections(fragment.selection_set.selections, inner, nested)
            self._open.remove(name)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, nested: int) -> Measure:
        definition = _definition(parent, node.name.value)
        inner = Measure()
        if node.selection_set:
            named = named_type(definition) if definition else None
            inner = self._selections(node.selection_set.selections, named, nested)
        times = self._times(node, definition) if definition and node.selection_set else 1
        return Measure(
            depth=inner.depth + 1,
            aliases=inner.aliases + (node.alias is not None),
            directives=inner.directives,
            cost=min(1 + times * inner.cost, HUGE),
        )

    def _times(self, node: FieldNode, definition: GraphQLField) -> int:
        names = [name for name in SIZES if name in definition.args]
        if names:
            asked = [self._size(node, definition, name) for name in names if not _is_null(node, name)]
            return max(asked, default=0) or max(1, *(self._size(node, definition, name) for name in names))
        return UNPAGED if is_list(definition) and node.name.value not in PAGED else 1

    def _size(self, node: FieldNode, definition: GraphQLField, name: str) -> int:
        default = definition.args[name].default_value
        value: object = default if isinstance(default, int) else 0
        for argument in node.arguments or ():
            if argument.name.value != name:
                continue
            if isinstance(argument.value, IntValueNode):
                value = int(argument.value.value)
            elif isinstance(argument.value, VariableNode):
                self.sized_by.add(argument.value.name.value)
                value = self.variables.get(argument.value.name.value, value)
        return min(value, HUGE) if isinstance(value, int) else 0


def _is_null(node: FieldNode, name: str) -> bool:
    """One that is turned off, as `first` beside a `last`."""
    return any(each.name.value == name and isinstance(each.value, NullValueNode) for each in node.arguments or ())


def measure(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, object], most_nested: int
) -> tuple[Measure, frozenset[str]]:
    """The largest of the document's operations in each respect, and the variables that page sizes come from.

    Raises TooDeepError.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = Measuring(schema, fragments, variables, most_nested)
    found = [walk.operation(node) for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    largest = Measure(
        depth=max((each.depth for each in found), default=0),
        aliases=max((each.aliases for each in found), default=0),
        directives=max((each.directives for each in found), default=0),
        cost=max((each.cost for each in found), default=0),
    )
    return largest, frozenset(walk.sized_by)


def _directives(nodes: Iterable[object] | None) -> Measure:
    return Measure(directives=sum(1 for _ in nodes or ()))


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    return parent.fields.get(name) if isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)) else None
