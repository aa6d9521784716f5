"""The completion as a table: what is typed before the cursor, and what is offered for it."""

import time
from collections.abc import Sequence

import msgspec
import pytest

from quarterdeck_cli.app import make_app
from quarterdeck_cli.completion.complete import Candidate, Surroundings, complete
from quarterdeck_cli.completion.from_typer import grammar_of
from quarterdeck_cli.completion.grammar import Command
from quarterdeck_cli.known.protocol import Entry, Nothing

GRAMMAR = grammar_of(make_app())
OBJECTS = {
    "session": [
        Entry("4f2a91cc", "ready  deck  main  Mend the sails", live=True),
        Entry("0b77e1aa", "closed  deck  main  Old"),
    ],
    "project": [Entry("deck", "/r/deck"), Entry("hull", "/r/hull")],
    "task": [Entry("T-17", "open  Mend the sails"), Entry("T-2", "blocked  Scrub")],
    "persona": [Entry("reviewer", "Reads")],
    "worker": [Entry("w1", "here  alive")],
    "alert": [Entry("aa11bb22", "firing  failing  too many\x1b[2J errors")],
}
PATHS = {"": ["src/", "README.md", ".git/", "evil\x1b]0;x\x07.txt"], "src/": ["main.py", "a b.py"]}
LOCAL = {"": ["notes.txt", "deck/"], "deck/": ["main.py"], "~/": ["mine"]}


class KnownHere(Nothing):
    def entries(self, kind: str) -> Sequence[Entry]:
        return OBJECTS.get(kind, ())

    def paths(self, session: str, folder: str) -> Sequence[str]:
        return PATHS.get(folder, ()) if session == "4f2a91cc" else ()


def offered(line: str, *, session: str = "4f2a91cc", grammar: Command = GRAMMAR) -> list[Candidate]:
    around = Surroundings(known=KnownHere(), files=lambda folder: LOCAL.get(folder, ()), session=session)
    return complete(line, grammar, around)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("ses", ["session"]),
        ("ssn", ["session"]),
        ("qd ses", ["session"]),
        ("session op", ["open"]),
        ("session ope", ["open"]),
        ("session snp", ["snapshots"]),
        ("alert ru", ["rule"]),
        ("alert rule te", ["test"]),
        ("session show ", ["4f2a91cc", "0b77e1aa"]),
        ("session show 0b", ["0b77e1aa"]),
        ("session show sails", ["4f2a91cc"]),
        ("session compare 4f2a91cc ", ["4f2a91cc", "0b77e1aa"]),
        ("run -s ", ["4f2a91cc", "0b77e1aa"]),
        ("run --session=4f", ["--session=4f2a91cc"]),
        ("run -p hu", ["hull"]),
        ("task show ", ["T-17", "T-2"]),
        ("task show mend", ["T-17"]),
        ("task status T-17 in", ["in-progress", "in-review"]),
        ("task list --status ", ["open", "in-progress", "in-review", "done", "dropped"]),
        ("session open --persona ", ["reviewer"]),
        ("session open --per", ["--persona"]),
        ("budget set --every w", ["week"]),
        ("alert show aa", ["aa11bb22"]),
        ("worker check ", ["w1"]),
        ("project add ", ["notes.txt", "deck/"]),
        ("project add de", ["deck/"]),
        ("project add deck/", ["deck/main.py"]),
        ("project add ~/", ["~/mine"]),
        ("session cat 4f2a91cc ", ["src/", "README.md"]),
        ("session cat 4f2a91cc src/m", ["src/main.py"]),
        ("session cat 4f2a91cc src/a", [r"src/a\ b.py", "src/main.py"]),
        ("session cat 4f2a91cc 'src/a", ["'src/a b.py", "'src/main.py"]),
        ('session cat 4f2a91cc "src/a', ['"src/a b.py', '"src/main.py']),
        ("session cat 4f2a91cc .g", [".git/"]),
        ("session cat ffffffff ", []),
        ("!cat src/m", ["src/main.py"]),
        ("run -- cat READ", ["README.md"]),
        ("session open --json --pl", ["--plain"]),
        ("command signal 12ab TE", ["TERM"]),
        ("nonsense ", []),
        ("session nonsense ", []),
        ("!l", []),
        ("run -- ls --col", []),
    ],
)
def test_what_is_offered(line: str, first: list[str]) -> None:
    assert [each.text for each in offered(line)] == first


def test_all_nouns_and_commands_are_offered_at_the_start_with_what_they_do() -> None:
    found = {each.text: each.description for each in offered("")}

    assert found["session"] == "Jailed shells on copies of a repository."
    assert {"run", "help", "task", "watch"} - set(found) <= {"watch"}
    assert not any(each.startswith("-") for each in found)


def test_an_option_that_was_given_is_not_offered_again_unless_it_may_be_repeated() -> None:
    flags = [each.text for each in offered("run --tty -e A=1 --")]

    assert "--tty" not in flags
    assert "--env" in flags


def test_a_candidate_takes_the_place_of_the_word_before_the_cursor() -> None:
    [found] = offered("session show 'sails")

    assert (found.start, found.text) == (13, "'4f2a91cc")


def test_what_cannot_be_seen_is_not_typed_and_not_shown() -> None:
    assert not any("evil" in each.text for each in offered("session cat 4f2a91cc "))
    assert r"many\x1b[2J errors" in offered("alert show ")[0].description


def test_a_session_that_the_line_names_goes_before_the_one_in_use() -> None:
    assert offered("session cat 4f2a91cc REA", session="0b77e1aa")[0].text == "README.md"
    assert offered("!cat REA", session="0b77e1aa") == []
    assert offered("!cat REA", session="") == []


def test_the_grammar_survives_its_file_and_is_fast_enough_to_type_by() -> None:
    again = msgspec.json.decode(msgspec.json.encode(GRAMMAR), type=Command)
    assert again == GRAMMAR

    begun = time.process_time()
    for _ in range(50):
        offered("session open --")
    assert (time.process_time() - begun) / 50 < 0.02


@pytest.mark.parametrize(
    "line", ["", " ", "'", '"', "\\", "a\\", "--", "= ", "session --", "'ab\"c", "\U0001f6a2 ", "!", "#"]
)
def test_no_line_makes_it_fail(line: str) -> None:
    for end in range(len(line) + 1):
        offered(line[:end])
