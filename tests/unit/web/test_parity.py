"""The web client's GraphQL documents, and what of the API it has no page for."""

import re

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
)
from tests.support.fake_gateway.server import SDL

from quarterdeck_schema.documents import WEB_CLIENT, web_documents

NOT_USED = {
    "mutation issueLoginLink": "it is for a browser that is not logged in yet",
    "mutation login": "a browser logs in by /web/login, which keeps the token in a cookie",
    "mutation recordModelUsage": "agents and their hosts record what models took",
    "mutation reserveBudget": "the same",
    "mutation releaseBudget": "the same",
    "query checkpoints": "the page checks the newest one, which the log's tree has",
    "query persona": "personas are read with their project",
}
"""Root fields that the web client has no document for, each with the reason."""
FILES = sorted(WEB_CLIENT.rglob("*.graphql"))


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL.read_text("utf-8"))


def test_a_file_has_one_definition_and_its_name() -> None:
    for path in FILES:
        [found] = parse(path.read_text("utf-8")).definitions
        assert found.name.value == path.stem, path  # type: ignore[attr-defined]


def test_no_two_files_have_one_name() -> None:
    assert len({path.stem for path in FILES}) == len(FILES)


def test_a_document_is_written_as_a_printer_writes_it() -> None:
    for path in FILES:
        assert print_ast(parse(path.read_text("utf-8"))) + "\n" == path.read_text("utf-8"), path


def test_every_document_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in WEB_CLIENT.rglob("*.ts*") if ".generated." not in path.name)

    assert [name for name in web_documents() if f"{name}Document" not in code] == []


def test_root_fields_without_a_document_are_known_and_have_a_reason(schema: GraphQLSchema) -> None:
    used = {f"{kind.value} {field.name.value}" for kind, field in _root_fields()}
    roots = {kind: schema.get_root_type(kind) for kind in OperationType}
    offered = {f"{kind.value} {name}" for kind, root in roots.items() if root for name in root.fields}

    assert offered - used == set(NOT_USED)


def test_a_change_that_makes_a_list_old_asks_for_what_it_changed(schema: GraphQLSchema) -> None:
    """The answer comes when the read model has the change, and the list is asked for again after it."""
    cache = (WEB_CLIENT / "shared" / "graphql" / "cache.ts").read_text("utf-8")
    changes = re.findall(r"^    (\w+): stales\(", cache, re.MULTILINE)
    asked = {field.name.value: field for kind, field in _root_fields() if kind is OperationType.MUTATION}

    assert len(changes) > 10
    assert [name for name in changes if not _asks_for_an_object(schema, asked[name])] == []


def _root_fields() -> list[tuple[OperationType, FieldNode]]:
    return [
        (definition.operation, selection)
        for text in web_documents().values()
        for definition in parse(text).definitions
        if isinstance(definition, OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, FieldNode)
    ]


def _asks_for_an_object(schema: GraphQLSchema, change: FieldNode) -> bool:
    payload = f"{change.name.value[0].upper()}{change.name.value[1:]}Payload"
    offered = schema.get_type(payload)
    assert isinstance(offered, GraphQLObjectType)
    objects = {name for name, field in offered.fields.items() if is_composite_type(get_named_type(field.type))}
    assert change.selection_set
    selected = [each for each in change.selection_set.selections if isinstance(each, InlineFragmentNode)]
    names = {
        each.name.value for part in selected for each in part.selection_set.selections if isinstance(each, FieldNode)
    }
    return bool(names & objects)
