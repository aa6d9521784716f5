"""Redaction: nothing secret passes, nothing else changes."""

import base64
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.application.frames import Frame, FrameKind, decode, encode
from quarterdeck.application.secret_patterns import Patterns
from quarterdeck.worker.redaction import Redactor

SECRET = b'pa/ss"w\xc3\xb6rd+123'
OTHER = b"hunter2hunter2"
TOKEN = b"qd_" + b"0193abcdef" * 3 + b"42" + b"_" + b"Ab-_9" * 8 + b"xyz"
PATTERNS = Patterns([SECRET, OTHER])


def framed(parts: list[bytes], kind: FrameKind = FrameKind.OUTPUT) -> list[bytes]:
    offset = 0
    frames: list[bytes] = []
    for part in parts:
        frames.append(encode(Frame(kind, offset, offset, part)))
        offset += len(part)
    return frames


def payload(encoded: bytes) -> bytes:
    return b"".join(frame.data for frame in decode(encoded))


def redacted(*parts: bytes, kind: FrameKind = FrameKind.OUTPUT) -> bytes:
    """Each part a batch of its own; the end releases what is held."""
    redactor = Redactor(PATTERNS)
    passed = [redactor.feed(frame) for frame in framed(list(parts), kind)]
    return payload(b"".join([*passed, redactor.release()]))


def in_base64(before: bytes, secret: bytes) -> bytes:
    return base64.b64encode(before + secret + b"after")


@pytest.mark.parametrize("secret", [SECRET, OTHER, TOKEN])
def test_a_secret_becomes_as_many_asterisks(secret: bytes) -> None:
    assert redacted(b"before " + secret + b" after") == b"before " + b"*" * len(secret) + b" after"


@pytest.mark.parametrize("secret", [SECRET, OTHER, TOKEN])
@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
def test_a_secret_is_masked_in_base64_wherever_it_starts_in_a_group(secret: bytes, before: bytes) -> None:
    spelt = in_base64(before, secret)
    seen = redacted(b"Authorization: " + spelt + b"\n")
    assert len(seen) == len(spelt) + 16
    # what is left decides at most the bits that the secret shares with its neighbours
    assert seen.count(b"*") >= len(secret) * 8 // 6 - 2
    assert seen.startswith(b"Authorization: ")


@pytest.mark.parametrize(
    "spelt",
    [
        quote(SECRET, safe="").encode(),
        quote(SECRET, safe="").lower().encode(),
        json.dumps(SECRET.decode())[1:-1].encode(),
        json.dumps(SECRET.decode(), ensure_ascii=False)[1:-1].encode(),
        json.dumps(SECRET.decode())[1:-1].replace("/", "\\/").encode(),
    ],
)
def test_a_secret_is_masked_as_urls_and_json_spell_it(spelt: bytes) -> None:
    assert redacted(b"'" + spelt + b"'") == b"'" + b"*" * len(spelt) + b"'"


@pytest.mark.parametrize("secret", [SECRET, OTHER, TOKEN, in_base64(b"", TOKEN), in_base64(b"x", TOKEN)])
def test_a_secret_is_masked_wherever_it_is_cut(secret: bytes) -> None:
    whole = redacted(b"a" + secret + b"b")
    for at in range(1, len(secret)):
        assert redacted(b"a" + secret[:at], secret[at:] + b"b") == whole
    assert redacted(b"a", *(secret[at : at + 1] for at in range(len(secret))), b"b") == whole


def test_output_without_a_secret_passes_as_the_same_object() -> None:
    redactor, batch = Redactor(PATTERNS), b"".join(framed([b"line one\n", b"line two\n"]))
    assert redactor.feed(batch) is batch
    assert not redactor.holds


def test_what_may_be_the_start_of_a_secret_is_held_until_it_is_none() -> None:
    redactor = Redactor(PATTERNS)
    first, second, third = framed([b"say hun", b"ter", b" is out\n"])
    assert redactor.feed(first) == b""
    assert redactor.holds
    assert redactor.feed(second) == b""
    assert redactor.feed(third) == first + second + third


def test_frames_before_the_one_that_is_held_pass() -> None:
    redactor = Redactor(PATTERNS)
    first, second = framed([b"harmless\n", b"hunt"])
    assert redactor.feed(first + second) == first
    assert redactor.release() == second
    assert not redactor.holds


def test_the_rest_of_a_secret_whose_start_was_released_is_masked() -> None:
    redactor = Redactor(PATTERNS)
    first, second = framed([b"hunter2", b"hunter2\n"])
    assert redactor.feed(first) == b""
    assert payload(redactor.release()) == b"hunter2"
    assert payload(redactor.feed(second)) == b"*******\n"


def test_a_redactor_primed_after_a_restart_knows_what_passed() -> None:
    redactor = Redactor(PATTERNS)
    redactor.prime(FrameKind.OUTPUT, b"x" * 1000 + b"hunter2")
    assert payload(redactor.feed(framed([b"hunter2\n"])[0])) == b"*******\n"


def test_the_end_of_the_command_releases_what_is_held() -> None:
    redactor = Redactor(PATTERNS)
    batch = framed([b"hunt"])[0] + encode(Frame(FrameKind.END, 4, 4, b""))
    assert redactor.feed(batch) == batch


def test_output_and_errors_are_separate_streams() -> None:
    redactor = Redactor(PATTERNS)
    out = encode(Frame(FrameKind.OUTPUT, 0, 0, b"hunter2"))
    err = encode(Frame(FrameKind.ERROR, 7, 1, b"warning\n"))
    rest = encode(Frame(FrameKind.OUTPUT, 15, 2, b"hunter2\n"))
    passed = redactor.feed(out) + redactor.feed(err) + redactor.feed(rest)
    assert [frame.data for frame in decode(passed)] == [b"*******", b"warning\n", b"*******\n"]


def test_what_is_typed_is_masked_too() -> None:
    assert redacted(b"login " + OTHER, kind=FrameKind.INPUT) == b"login " + b"*" * len(OTHER)


def test_a_secret_too_short_to_be_told_from_text_is_left() -> None:
    redactor = Redactor(Patterns([b"abc"]))
    batch = framed([b"abcabc\n"])[0]
    assert redactor.feed(batch) == batch


def test_random_base64_is_not_taken_for_a_token() -> None:
    text = b"cWRf" + b"A" * 200 + b" FkX" + b"B" * 200 + b" xZF" + b"C" * 200 + b"\n"
    assert redacted(text) == text


def test_a_token_that_begins_within_the_form_of_another_is_masked_too() -> None:
    text = TOKEN[:40] + TOKEN + b" end"
    assert redacted(text) == b"*" * (len(text) - 4) + b" end"
    assert redacted(text[:100], text[100:]) == redacted(text)


@st.composite
def output(draw: st.DrawFn) -> tuple[bytes, list[bytes], list[int]]:
    """Text with secrets in it, cut into frames, and how many frames each batch has."""
    pieces = st.one_of(
        st.binary(max_size=20),
        st.sampled_from([SECRET, OTHER, TOKEN, in_base64(b"ab", OTHER), SECRET[:5], OTHER[3:], TOKEN[:40], b"q", b"h"]),
    )
    text = b"".join(draw(st.lists(pieces, max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return text, parts, draw(st.lists(st.integers(1, 4), min_size=len(parts), max_size=len(parts)))


@settings(max_examples=150, deadline=None)
@given(output())
def test_however_output_is_cut_the_result_is_the_same(case: tuple[bytes, list[bytes], list[int]]) -> None:
    text, parts, sizes = case
    frames, redactor, passed = framed(parts), Redactor(PATTERNS), b""
    given_in = list(frames)
    for size in sizes:
        passed += redactor.feed(b"".join(given_in[:size]))
        del given_in[:size]
    passed += redactor.release()
    assert payload(passed) == redacted(text)
    before, after = list(decode(b"".join(frames))), list(decode(passed))
    assert [(f.kind, f.offset, f.time_us, len(f.data)) for f in after] == [
        (f.kind, f.offset, f.time_us, len(f.data)) for f in before
    ]
    assert OTHER not in payload(passed)
    assert SECRET not in payload(passed)


def test_a_flood_without_secrets_costs_almost_nothing() -> None:
    batch = b"".join(framed([b"0123456789 some ordinary line of output\r\n" * 1500] * 16))
    redactor = Redactor(PATTERNS)
    best = min(_seconds(lambda: redactor.feed(batch)) for _ in range(5))
    assert len(batch) / best > 300e6


def _seconds(call: object) -> float:
    assert callable(call)
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
