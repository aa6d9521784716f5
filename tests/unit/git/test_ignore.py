"""Our reading of .gitignore, against git's own."""

import subprocess
import time

import pytest
from tests.support.repositories import Repository

from quarterdeck.adapters.git.ignore import Rules, parse

PATTERNS = [
    *("*.log", "!keep.log", "build/", "/top", "a/b", "/a/*/c", "**/deep", "x/**", "x/**/y", "**", "*", "!*/"),
    *("foo*bar", "f?o", "[abc].txt", "[!abc].txt", "[^a-c].t", "[a-", "[[:digit:]]z", "[]-]q", "[a\\]]r", "\\!bang"),
    *("\\#hash", "#comment", "trail  ", "trail\\ ", "back\\", "a**b", "**/a/**/b", "!/a/b", "/", "//", "dir/*", "\\*"),
    *(
        "[z-a]k",
        "[[:nope:]]n",
        "**/",
        "/**",
        "a/**/**/b",
        "!build/",
        "*/c",
        "spa ce",
        "caf\u00e9*",
        "[\u00e9]x",
        "?\u00e9",
    ),
]
NAMES = [
    *("x.log", "keep.log", "build", "top", "a", "b", "c", "deep", "y", "foobar", "fooxbar", "foo", "f/o", "a.txt"),
    *("d.txt", "d.t", "[a-", "5z", "]q", "-q", "]r", "!bang", "#hash", "trail", "trail ", "back\\", "aXb", "*", "k"),
    *("n", "spa ce", "caf\u00e9", "\u00e9x", "x\u00e9"),
]
PATHS = [
    *NAMES,
    *(f"{folder}/{name}" for folder in ("a", "x", "dir", "build", "a/b", "x/y/z", "q/a/r") for name in NAMES[:18]),
]


def git_ignores(repository: Repository, content: str, paths: list[str]) -> set[str]:
    """What git says of paths that do not exist, which are files to it; a folder above that is ignored counts."""
    repository.write(".gitignore", content)
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repository.folder,
        input="\0".join(paths).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    return {path.decode() for path in done.stdout.split(b"\0") if path}


def we_ignore(content: str, path: str) -> bool:
    rules = Rules(None, 0, content.encode)
    names = tuple(path.encode().split(b"/"))
    return any(rules.ignores(names[:end], is_folder=end < len(names)) for end in range(1, len(names) + 1))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("ignore"))


def test_each_pattern_ignores_what_git_ignores(repository: Repository) -> None:
    for pattern in PATTERNS:
        content = f"{pattern}\n"
        expected = git_ignores(repository, content, PATHS)

        assert {path for path in PATHS if we_ignore(content, path)} == expected, pattern


@pytest.mark.parametrize(
    "content",
    [
        "*\n!*/\n!*.txt\n",
        "/*\n!/a\n/a/*\n!/a/b\n",
        "build/\n!build/keep.log\n",
        "*.log\r\n!keep.log\r\n",
        "\ufeff*.log\n",
        "a/\n!a/\n",
        "**\n!/a\n!a/**\n",
        "\n\n#x\n*.txt",
    ],
)
def test_several_patterns_ignore_what_git_ignores(repository: Repository, content: str) -> None:
    expected = git_ignores(repository, content, PATHS)

    assert {path for path in PATHS if we_ignore(content, path)} == expected


def test_the_rules_of_a_folder_come_before_those_above() -> None:
    above = Rules(None, 0, lambda: b"*.log\n")
    rules = Rules(above, 1, lambda: b"!x.log\n/y\n")

    assert not rules.ignores((b"d", b"x.log"), is_folder=False)
    assert rules.ignores((b"d", b"z.log"), is_folder=False)
    assert rules.ignores((b"d", b"y"), is_folder=False)
    assert not rules.ignores((b"d", b"e", b"y"), is_folder=False)


def test_names_need_not_be_text() -> None:
    rules = Rules(None, 0, lambda: b"caf\xe9*\nline\\\nx\n")

    assert rules.ignores((b"caf\xe9\nx",), is_folder=False)


@pytest.mark.parametrize("pattern", [b"*a" * 40 + b"b", b"**/a/" * 40 + b"b", b"a*" * 100 + b"[!a]", b"[" * 5000])
def test_a_hostile_pattern_costs_no_more_than_its_length(pattern: bytes) -> None:
    rules = Rules(None, 0, lambda: pattern)
    names = (b"a",) * 1500 + (b"a" * 255,)

    started = time.process_time()
    assert not rules.ignores(names, is_folder=False)

    assert time.process_time() - started < 1


def test_a_file_is_parsed_once() -> None:
    assert parse(b"*.x\n") is parse(b"*.x\n")
