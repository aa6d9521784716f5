"""The schema as committed, its root fields' scopes, and the clients' documents against it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from graphql import GraphQLEnumType, parse, validate
from strawberry.types.base import StrawberryObjectDefinition

from quarterdeck.domain.identity import SCOPES
from quarterdeck_schema import documents, printed
from quarterdeck_schema.requires import ANYBODY, PUBLIC, Requires
from quarterdeck_schema.schema import executable, schema

AGAIN = "run `python -m quarterdeck_schema`"


def root_fields() -> Iterator[tuple[str, list[Requires]]]:
    for name in ("Query", "Mutation", "Subscription"):
        definition = schema.get_type_by_name(name)
        assert isinstance(definition, StrawberryObjectDefinition)
        for field in definition.fields:
            yield f"{name}.{field.name}", [each for each in field.extensions if isinstance(each, Requires)]


def test_the_committed_schema_is_the_printed_one() -> None:
    assert printed.COMMITTED.read_text("utf-8") == printed.sdl(), AGAIN


@pytest.mark.parametrize(("name", "scopes"), list(root_fields()))
def test_every_root_field_declares_the_scope_it_takes(name: str, scopes: list[Requires]) -> None:
    assert len(scopes) == 1, f"declare {name} with query, mutation or subscription of quarterdeck_schema.requires"
    assert scopes[0].scope in {*SCOPES, ANYBODY, PUBLIC}


def test_nothing_but_the_log_in_is_public() -> None:
    public = [name for name, scopes in root_fields() if scopes[0].scope == PUBLIC]
    assert public == ["Mutation.login"]


def test_every_mutation_takes_an_idempotency_key_and_may_fail() -> None:
    mutation = executable().mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        kind = name[0].upper() + name[1:]
        given = executable().get_type(f"{kind}Input")
        result = executable().get_type(f"{kind}Result")
        assert "idempotencyKey" in given.fields, name  # type: ignore[union-attr]
        assert "Failure" in {each.name for each in result.types}, name  # type: ignore[union-attr]
        assert str(field.type) == f"{kind}Result!"


def test_no_enum_goes_by_two_names() -> None:
    """As one does that a type uses before it is registered: which of the names it has hangs on the order of imports."""
    enums = [each for each in executable().type_map.values() if isinstance(each, GraphQLEnumType)]
    values = Counter(frozenset(each.values) for each in enums if len(each.values) > 2)
    assert [each.name for each in enums if values[frozenset(each.values)] > 1] == []


def test_the_manifest_holds_the_clients_documents_as_they_are() -> None:
    gathered = documents.gather(documents.client_documents().values())
    assert documents.MANIFEST.read_text("utf-8") == documents.manifest_text(gathered), AGAIN


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in documents.client_documents().items()])
def test_every_document_of_the_clients_is_valid(text: str) -> None:
    assert validate(executable(), parse(text)) == []
