"""The client's GraphQL documents."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    parse,
    print_ast,
    validate,
)
from tests.support.fake_gateway.server import SDL

from quarterdeck_cli.documents import document, names

NOT_USED = {
    ("query", "node"): "every object is asked for by its own root field, which gives a clearer error",
    ("query", "nodesEndingWith"): "qd looks through the lists that it would show",
    ("query", "persona"): "qd calls a persona by its name, which is its project's",
}
"""Root fields that qd has no document for, each with the reason."""


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL.read_text("utf-8"))


def operation(name: str) -> OperationDefinitionNode:
    [found] = [each for each in parse(document(name)).definitions if isinstance(each, OperationDefinitionNode)]
    return found


@pytest.mark.parametrize("name", list(names()))
def test_a_document_fits_the_committed_schema(name: str, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(document(name))) == []


@pytest.mark.parametrize("name", list(names()))
def test_a_document_is_sent_as_it_is_kept(name: str) -> None:
    assert print_ast(parse(document(name))) + "\n" == document(name)


@pytest.mark.parametrize("name", list(names()))
def test_a_file_is_named_after_its_one_operation(name: str) -> None:
    found = operation(name).name

    assert found is not None
    assert re.sub(r"(?<!^)(?=[A-Z])", "_", found.value).lower() == name


def test_every_shared_fragment_is_spread_by_several() -> None:
    shared = [
        entry.name.removesuffix(".graphql")
        for entry in files("quarterdeck_cli.documents").joinpath("fragments").iterdir()
    ]

    assert shared
    for fragment in shared:
        spread = [name for name in names() if f"...{fragment}\n" in document(name)]
        assert len(spread) > 1
        assert all(document(name).count(f"fragment {fragment} on ") == 1 for name in spread)


def test_every_document_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(str(files("quarterdeck_cli"))).rglob("*.py"))

    assert [name for name in names() if f'"{name}"' not in code] == []


def test_root_fields_without_a_document_are_known_and_have_a_reason(schema: GraphQLSchema) -> None:
    used = {
        (node.operation.value, selection.name.value)
        for node in map(operation, names())
        for selection in node.selection_set.selections
        if isinstance(selection, FieldNode)
    }
    roots = {kind: schema.get_root_type(kind) for kind in OperationType}
    offered = {(kind.value, name) for kind, root in roots.items() if root for name in root.fields}

    assert offered - used == set(NOT_USED)
