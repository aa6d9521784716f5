"""From a document's text to one that may be executed: limits, parsing, validation, each once per text."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Generic, TypeVar

from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)

from quarterdeck.config import Limits
from quarterdeck.gateway.measure import Measure, TooDeepError, measure

MOST_ERRORS = 9
"""Errors told about one request."""
CACHED_BYTES = 4 * 1024 * 1024
CACHED_DOCUMENTS = 500
_NESTED_PER_DEPTH = 4
"""Levels of selections followed for each level of fields: fragments are levels too."""

ValueT = TypeVar("ValueT")


class DocumentRefusedError(Exception):
    """The document cannot be executed. `errors` says why; nothing was run."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors[:MOST_ERRORS]


def refused(message: str, code: str) -> DocumentRefusedError:
    return DocumentRefusedError([GraphQLError(message, extensions={"code": code})])


@dataclass(frozen=True, eq=False)
class Prepared:
    """A valid document within its limits."""

    document: DocumentNode
    operations: Mapping[str | None, OperationDefinitionNode]
    sized_by: frozenset[str]
    """Variables that page sizes come from: the cost depends on them."""
    plans: dict[str | None, object] = field(default_factory=dict[str | None, object])
    """By operation name: the compiled encoding, see `plan`."""
    costs: dict[tuple[object, ...], int] = field(default_factory=dict[tuple[object, ...], int])

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation meant. Raises DocumentRefusedError."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name)
        if found is None:
            asked = f"There is no operation {name[:60]!r} in it." if name else "Say which operation is meant."
            raise refused(asked, "INVALID_INPUT")
        return found


class Documents:
    """Prepares documents and remembers them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        development: bool = False,
        trusted: Mapping[str, str] | None = None,
        trusted_only: bool = False,
    ) -> None:
        self._schema, self._limits, self._development = schema, limits, development
        self._trusted = dict(trusted or {})
        self._trusted_only = trusted_only
        self._normalised = {_normal(parse(text)) for text in self._trusted.values()} if trusted_only else set[str]()
        self._prepared = _Remembered[Prepared | DocumentRefusedError]()

    def by_id(self, identifier: str) -> Prepared:
        """A trusted document by `sha256:<hex>` or the bare digest."""
        text = self._trusted.get(identifier.removeprefix("sha256:"))
        if text is None:
            raise refused("There is no document with this id.", "PERSISTED_QUERY_NOT_FOUND")
        return self._remembered(text)

    def by_text(self, text: str) -> Prepared:
        """Raises DocumentRefusedError."""
        if len(text) > self._limits.limit_query_bytes or len(text.encode("utf-8", "replace")) > (
            self._limits.limit_query_bytes
        ):
            raise refused(f"The document is longer than {self._limits.limit_query_bytes:,} bytes.", "LIMIT_EXCEEDED")
        return self._remembered(text)

    def check_cost(self, prepared: Prepared, variables: Mapping[str, object] | None) -> None:
        """Page sizes may come from variables: then the cost is known only now."""
        if not prepared.sized_by:
            return
        values = tuple(_hashable((variables or {}).get(name)) for name in sorted(prepared.sized_by))
        cost = prepared.costs.get(values)
        if cost is None:
            sizes = dict(zip(sorted(prepared.sized_by), values, strict=True))
            known = {name: size for name, size in sizes.items() if size is not None}
            cost = measure(self._schema, prepared.document, known, self._most_nested)[0].cost
            if len(prepared.costs) < 1000:
                prepared.costs[values] = cost
        self._check(Measure(cost=cost))

    def _remembered(self, text: str) -> Prepared:
        known = self._prepared.get(text)
        if known is None:
            try:
                known = self._prepare(text)
            except DocumentRefusedError as error:
                known = error
            self._prepared.put(text, known, len(text))
        if isinstance(known, DocumentRefusedError):
            raise DocumentRefusedError(known.errors)
        return known

    def _prepare(self, text: str) -> Prepared:
        document = self._parse(text)
        if self._trusted_only and sha256(text.encode()).hexdigest() not in self._trusted:
            self._check_trusted(document)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if not operations:
            raise refused("There is no operation in the document.", "INVALID_INPUT")
        sized_by = self._measured(document)
        rules = specified_rules if self._development else (*specified_rules, NoSchemaIntrospectionCustomRule)
        errors = validate(
            self._schema, document, rules, max_errors=MOST_ERRORS - 1, hide_suggestions=not self._development
        )
        if errors:
            raise DocumentRefusedError(errors)
        names = {node.name.value if node.name else None: node for node in operations}
        return Prepared(document=document, operations=names, sized_by=sized_by)

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self._limits.limit_query_tokens)
        except GraphQLError as error:
            raise DocumentRefusedError([error]) from None
        except RecursionError:
            raise refused("The document nests too deeply.", "LIMIT_EXCEEDED") from None

    def _measured(self, document: DocumentNode) -> frozenset[str]:
        try:
            found, sized_by = measure(self._schema, document, {}, self._most_nested)
        except TooDeepError:
            raise refused("The document nests too deeply.", "LIMIT_EXCEEDED") from None
        self._check(found)
        return sized_by

    def _check(self, found: Measure) -> None:
        limits = self._limits
        for name, value, most in (
            ("depth", found.depth, limits.limit_query_depth),
            ("number of aliases", found.aliases, limits.limit_query_aliases),
            ("number of directives", found.directives, limits.limit_query_directives),
            ("cost", found.cost, limits.limit_query_cost),
        ):
            if value > most:
                raise refused(f"The document's {name} is {value:,}; at most {most:,} is taken.", "LIMIT_EXCEEDED")

    def _check_trusted(self, document: DocumentNode) -> None:
        if _normal(document) not in self._normalised:
            raise refused("Only the documents of Quarterdeck's own clients are taken here.", "FORBIDDEN")

    @property
    def _most_nested(self) -> int:
        return self._limits.limit_query_depth * _NESTED_PER_DEPTH


def is_kind(operation: OperationDefinitionNode, kind: OperationType) -> bool:
    return operation.operation is kind


def _normal(document: DocumentNode) -> str:
    """The same for documents that differ in their layout, in the order of their fragments or in `__typename`.

    Clients with a normalised cache ask for the types of everything.
    """
    bare: DocumentNode = visit(document, _WithoutTypename())
    return "\n".join(sorted(print_ast(definition) for definition in bare.definitions))


class _WithoutTypename(Visitor):
    def enter_field(self, node: FieldNode, *_: object) -> object:
        return REMOVE if node.name.value == "__typename" and node.alias is None else None


def _hashable(value: object) -> object:
    return value if isinstance(value, int | None) else 0


class _Remembered(Generic[ValueT]):
    """The latest values by text, bounded in number and in bytes of text."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, tuple[ValueT, int]] = OrderedDict()
        self._size = 0

    def get(self, text: str) -> ValueT | None:
        found = self._values.get(text)
        if found is None:
            return None
        self._values.move_to_end(text)
        return found[0]

    def put(self, text: str, value: ValueT, size: int) -> None:
        self._values[text] = (value, size)
        self._size += size
        while len(self._values) > CACHED_DOCUMENTS or (self._size > CACHED_BYTES and len(self._values) > 1):
            _, (_, freed) = self._values.popitem(last=False)
            self._size -= freed
