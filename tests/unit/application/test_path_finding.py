"""Which paths some letters mean."""

import time

import pytest

from quarterdeck.application.path_finding import best

PATHS = [
    "README.md",
    "src/app/main.py",
    "src/app/manual/index.md",
    "src/domain/task.py",
    "tests/test_task.py",
    "taskfile",
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("task", "taskfile"),
        ("task.py", "src/domain/task.py"),
        ("TEST_t", "tests/test_task.py"),
        ("main", "src/app/main.py"),
        ("app index", "src/app/manual/index.md"),
        ("sdt", "src/domain/task.py"),
        ("rd", "README.md"),
    ],
)
def test_the_path_that_letters_fit_best_comes_first(typed: str, first: str) -> None:
    assert best(PATHS, typed, 3)[0] == first


def test_letters_are_in_their_order_or_it_is_not_found() -> None:
    assert best(PATHS, "emdaer", 3) == []
    assert best(PATHS, "pyniam", 3) == []


def test_without_letters_all_fit_in_the_order_of_the_paths() -> None:
    assert best(PATHS, " ", 2) == ["README.md", "src/app/main.py"]


def test_a_path_that_is_made_to_take_long_does_not() -> None:
    paths = ["a/" * 2000 + "b"] * 1000
    began = time.process_time()
    assert best(paths, "a" * 199 + "c", 3) == []
    assert time.process_time() - began < 5
