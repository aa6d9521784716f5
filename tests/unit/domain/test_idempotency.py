from uuid import UUID

import pytest

from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.idempotency import RequestAccepted, earlier_answer, request_id

ACCEPTED = RequestAccepted(request_sha256="aa", subject_id=UUID(int=7))


def test_the_same_request_has_the_same_answer() -> None:
    assert earlier_answer((ACCEPTED,), "aa") == UUID(int=7)
    assert earlier_answer((), "aa") is None


def test_another_request_under_the_same_key_is_a_conflict() -> None:
    with pytest.raises(ConflictError, match="idempotency key"):
        earlier_answer((ACCEPTED,), "bb")


def test_keys_of_two_users_do_not_meet() -> None:
    assert request_id(UUID(int=1), "k") != request_id(UUID(int=2), "k")
