"""Whatever JSON comes, it is a request or it is refused: nothing else is raised."""

from contextlib import suppress

import orjson
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.gateway.messages import ProtocolError, received
from quarterdeck.gateway.requests import parse_json, request_of

NAMES = ["query", "variables", "operationName", "extensions", "documentId", "persistedQuery", "sha256Hash"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner),
    max_leaves=12,
)
TYPES = ["connection_init", "ping", "pong", "subscribe", "complete"]
MESSAGES = JSON | st.dictionaries(st.sampled_from(["type", "id", "payload"]), JSON | st.sampled_from(TYPES))


@given(JSON)
def test_any_json_is_a_request_or_is_refused(value: object) -> None:
    try:
        request = request_of(value)
    except InvalidInputError:
        return
    assert request.query is not None or request.document_id is not None


@given(st.binary())
def test_any_bytes_are_json_or_are_refused(data: bytes) -> None:
    with suppress(InvalidInputError):
        parse_json(data, 32)


@given(MESSAGES)
def test_any_json_is_a_message_or_closes_the_socket(value: object) -> None:
    with suppress(ProtocolError):
        received(orjson.dumps(value).decode(), 32)
