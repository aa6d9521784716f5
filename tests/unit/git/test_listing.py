"""All paths of a tree, of which anybody may have made the names and the shape."""

import pytest

from quarterdeck.adapters.git import listing
from quarterdeck.adapters.git.listing import all_paths
from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, LINK, SUBMODULE, TREE, Entries


class Trees:
    """Trees by their names."""

    def __init__(self, **trees: Entries) -> None:
        self.trees = trees
        self.read = 0

    def entries(self, tree: bytes, /) -> Entries:
        self.read += 1
        return self.trees[tree.decode()]

    def blob(self, name: bytes, /) -> bytes:
        raise AssertionError(name)

    def size(self, name: bytes, /) -> int:
        raise AssertionError(name)


def test_the_outer_folders_come_first_whatever_is_in_a_name() -> None:
    root: Entries = {b"z": (FILE, b""), b"a": (TREE, b"inner"), b"m": (SUBMODULE, b""), b"l": (LINK, b"")}
    inner: Entries = {b"\xff\x1b\n": (EXECUTABLE, b""), b"a\\b": (FILE, b"")}
    assert all_paths(Trees(root=root, inner=inner), b"root") == (("l", "z", r"a/a\\b", "a/\\xff\x1b\n"), False)


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_FOLDERS", "MOST_BYTES"])
def test_a_tree_that_holds_itself_many_times_ends_somewhere(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(listing, limit, 1000)
    folders = {f"t{depth}": {bytes([97 + n]): (TREE, b"t%d" % (depth + 1)) for n in range(10)} for depth in range(12)}
    bomb = Trees(**folders, t12={b"f": (FILE, b"")})
    if limit == "MOST_FILES":
        bomb = Trees(t0={b"%d" % n: (FILE, b"") for n in range(5000)})
    paths, cut = all_paths(bomb, b"t0")
    assert cut
    assert len(paths) <= 1000
    assert bomb.read <= 1001
