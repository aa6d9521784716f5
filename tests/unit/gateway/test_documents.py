"""The limits of GraphQL documents, and what is said about a document that is refused."""

from time import perf_counter
from typing import Any

import pytest

from quarterdeck.config import Settings
from quarterdeck.gateway.documents import MOST_ERRORS, DocumentRefusedError, Documents, Prepared
from quarterdeck_cli.api import snapshots
from quarterdeck_cli.documents import document
from quarterdeck_schema.schema import executable

INTROSPECTION = "{ __schema { types { name } } }"


def documents(*, development: bool = False, **more: Any) -> Documents:
    return Documents(executable(), Settings(), development=development, **more)


def refusal(text: str, **more: Any) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        documents(**more).by_text(text)
    assert len(refused.value.errors) <= MOST_ERRORS
    return "; ".join(error.message for error in refused.value.errors)


def deep(levels: int) -> str:
    inner = "id"
    for _ in range(levels):
        inner = f"project {{ sessions(first: 1) {{ edges {{ node {{ {inner} }} }} }} }}"
    return f'{{ session(id: "x") {{ {inner} }} }}'


def fragment_chain(levels: int, selection: str) -> str:
    """Each fragment spreads the next one twice: what it stands for doubles per level."""
    spreads = "".join(f"fragment F{n} on Session {{ ...F{n + 1} ...F{n + 1} }} " for n in range(levels))
    return f'{{ session(id: "x") {{ ...F0 }} }} {spreads} fragment F{levels} on Session {{ {selection} }}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (deep(8), "depth"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(40)) + " }", "aliases"),
        ("{ " + "__typename @include(if: true) " * 30 + "}", "directives"),
        ("{ __typename " + "@skip(if: false) " * 25 + "}", "directives"),
        ("{ sessions(first: 500) { edges { node { commands(first: 500) { edges { node { id } } } } } } }", "cost"),
        ("{ " + "__typename " * 2100 + "}", "2000 tokens"),
        (f"# {'x' * 100_001}\n{{ __typename }}", "longer than 100,000 bytes"),
        ("{" * 50_000, ""),
        ("query " + "{ viewer " * 300 + "}" * 300, ""),
        ("query($a: " + "[" * 1500 + "Int" + "]" * 1500 + ") { __typename }", ""),
        (fragment_chain(20, "id"), "cost"),
        (fragment_chain(60, "id"), ""),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "itself"),
        ("{ nothing }", "nothing"),
        ("{ viewer { " + " ".join(f"nothing{n}" for n in range(60)) + " } }", "Too many validation errors"),
    ],
)
def test_a_document_that_asks_too_much_is_refused_at_once(text: str, told: str) -> None:
    started = perf_counter()
    assert told in refusal(text)
    assert perf_counter() - started < 2.0


def test_page_sizes_from_variables_count_when_they_are_known() -> None:
    prepared_by = documents()
    commands = "commands(first: $m) { edges { node { id } } }"
    text = f"query($n: Int, $m: Int) {{ sessions(first: $n) {{ edges {{ node {{ {commands} }} }} }} }}"
    prepared = prepared_by.by_text(text)

    prepared_by.check_cost(prepared, {"n": 5, "m": 5})
    with pytest.raises(DocumentRefusedError, match="cost"):
        prepared_by.check_cost(prepared, {"n": 400, "m": 400})
    with pytest.raises(DocumentRefusedError, match="cost"):
        prepared_by.check_cost(prepared, {"n": 10**30, "m": 1})


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("command_diff", snapshots.DIFF_PAGE),
        ("session_diff", snapshots.DIFF_PAGE),
        ("session_tree", snapshots.TREE_PAGE),
        ("session_snapshots", snapshots.SNAPSHOT_PAGE),
    ],
)
def test_the_clients_pages_of_snapshots_are_within_the_limits(name: str, size: int) -> None:
    prepared_by = documents()

    prepared_by.check_cost(prepared_by.by_text(document(name)), {"first": size})


def test_a_document_is_prepared_once() -> None:
    prepared_by = documents()
    first: Prepared = prepared_by.by_text("{ __typename }")
    assert prepared_by.by_text("{ __typename }") is first


def test_what_is_remembered_is_bounded() -> None:
    prepared_by = documents()
    first = prepared_by.by_text("{ __typename }")
    for number in range(600):
        prepared_by.by_text(f"query Q{number} {{ __typename }}")
    assert prepared_by.by_text("{ __typename }") is not first


def test_introspection_and_suggestions_are_for_development_only() -> None:
    assert "introspection" in refusal(INTROSPECTION)
    assert "Did you mean" not in refusal("{ viewr { name } }")

    assert documents(development=True).by_text(INTROSPECTION)
    assert "Did you mean" in refusal("{ viewr { name } }", development=True)


def test_typename_is_no_introspection() -> None:
    assert documents().by_text("{ __typename viewer { __typename } }")


def test_a_trusted_document_is_found_by_its_digest() -> None:
    prepared_by = documents(trusted={"ab": "{ __typename }"})
    assert prepared_by.by_id("sha256:ab") is prepared_by.by_id("ab")
    with pytest.raises(DocumentRefusedError, match="no document with this id"):
        prepared_by.by_id("cd")


def test_where_only_trusted_documents_are_taken_another_layout_of_one_is_taken_too() -> None:
    prepared_by = documents(trusted={"ab": "query A {\n  viewer { name }\n}\n"}, trusted_only=True)
    assert prepared_by.by_id("ab")
    assert prepared_by.by_text("query A { viewer { name } }")
    with pytest.raises(DocumentRefusedError, match="own clients"):
        prepared_by.by_text("query A { viewer { id } }")


def test_of_a_trusted_document_types_and_the_order_of_fragments_do_not_matter() -> None:
    trusted = (
        "query A {\n  viewer {\n    ...B\n    ...C\n  }\n}\nfragment B on Viewer { id }\nfragment C on Viewer { name }"
    )
    asked = (
        "fragment C on Viewer { name __typename } fragment B on Viewer { id __typename } "
        "query A { viewer { ...B ...C __typename } }"
    )
    prepared_by = documents(trusted={"ab": trusted}, trusted_only=True)

    assert prepared_by.by_text(asked)
    with pytest.raises(DocumentRefusedError, match="own clients"):
        prepared_by.by_text(asked.replace("name __typename", "name id"))
    with pytest.raises(DocumentRefusedError, match="own clients"):
        prepared_by.by_text(asked.replace("id __typename", "id other: __typename"))


@pytest.mark.parametrize("sizes", ["first: null, last: null", "first: null", "first: null, last: 100", "last: 3"])
def test_turning_one_page_size_off_counts_the_other_or_the_default(sizes: str) -> None:
    cheap = (
        "{ sessions(first: 100) { edges { node { commands(first: null, last: 3) { edges { node { id text } } } } } } }"
    )
    assert documents().by_text(cheap)
    with pytest.raises(DocumentRefusedError, match="cost"):
        documents().by_text(cheap.replace("first: null, last: 3", sizes))
