"""The files in a bundle: checked as they stream by, and hostile where somebody made them so."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.records import SESSION, RecordMaker

from quarterdeck.audit.bundle import container
from quarterdeck.audit.bundle.checking import BundleReport, check
from quarterdeck.audit.bundle.container import BundleError, Member, members, packed
from quarterdeck.audit.bundle.contents import Manifest, Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.trees.held import held_files
from quarterdeck.audit.trees.records import record
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.workspace import SnapshotTaken

Change = Callable[[list[Member]], list[Member]]
Object = tuple[str, str, bytes]
"""Kind, name, content."""


def made(kind: str, content: bytes) -> Object:
    return kind, hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest(), content


def folder(*entries: tuple[bytes, bytes, Object]) -> Object:
    """Of modes, names and objects."""
    return made("tree", b"".join(mode + b" " + name + b"\0" + bytes.fromhex(each[1]) for mode, name, each in entries))


LONG, SCRIPT = made("blob", b"x" * 2500), made("blob", b"#!/bin/sh\n")
FIRST = folder((b"100644", b"a-b", LONG), (b"100755", b"run.sh", SCRIPT))
CHANGED = made("blob", b"changed")
SECOND = folder((b"100644", b"a", CHANGED), (b"100644", b"a-b", LONG), (b"40000", b"d", FIRST))
OBJECTS = (LONG, SCRIPT, FIRST, CHANGED, SECOND)


def write(path: Path, objects: tuple[Object, ...] = OBJECTS, *named: Object) -> Path:
    told = RecordMaker()
    told.open()
    for tree in named or (FIRST, SECOND):
        told.add(UUID(int=0xAA), SnapshotTaken(command_id=None, tree=tree[1], files_changed=1))
    with BundleWriter(path, Scope.SESSION, SESSION, len(told.rows), files=True) as writer:
        writer.add_events(told.rows)
        writer.keep(len(told.rows), len(told.rows), 0)
        writer.add_objects(b"".join(record(kind, name, len(held), 0, held) for kind, name, held in objects))
        writer.keep_objects(len(objects))
        writer.add_manifest(Manifest(objects=len(objects), missing=[]))
        writer.finish([])
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write(tmp_path / "record")


def test_trees_are_whole_with_all_that_they_name(bundle: Path) -> None:
    found = check(bundle)
    assert (found.report.intact, found.files.whole, found.files.objects, found.files.size) == (True, 2, 5, 2517)


def objects(change: Callable[[bytes], bytes]) -> Change:
    def changed(found: list[Member]) -> list[Member]:
        return [replace(m, content=change(m.content)) if m.name.endswith(".objects") else m for m in found]

    return changed


def manifest(content: bytes) -> Change:
    return lambda found: [replace(m, content=content) if m.name.startswith("files/man") else m for m in found]


def without_first(content: bytes) -> bytes:
    return content[content.index(b"blob", 1) :]


EXTRA = record("blob", hashlib.sha1(b"blob 1\x00x").hexdigest(), 1, 0, b"x")
BOMB = b"blob %b %d 0 9\n" % (b"0" * 40, 10**12)
HUGE_TREE = b"tree %b %d 0 9\n123456789" % (b"0" * 40, 10**9)
WRONG: dict[str, tuple[Change, str]] = {
    "a byte of a file": (objects(lambda held: held.replace(b"x" * 2500, b"x" * 2499 + b"y")), "has other content"),
    "another name": (objects(lambda held: held.replace(b"#!/bin/sh", b"#!/bin/ls")), "has other content"),
    "a tree that is no tree": (objects(lambda held: held.replace(b"100755 run.sh", b"1007x5 run.sh")), "other content"),
    "cut in an object": (objects(lambda held: held[:-3]), "no git object"),
    "an object is gone": (objects(without_first), "files are missing"),
    "one that claims to be huge": (objects(lambda held: BOMB + held), "no git object"),
    "a tree that claims to be huge": (objects(lambda held: HUGE_TREE + held), "no git object"),
    "one that never ends": (objects(lambda held: held + b"blob %b 5 0 0\n" % (b"0" * 40)), "no git object"),
    "a name of no object": (objects(lambda held: b"blob ../../x 1 0 1\nx" + held), "no git object"),
    "one too many": (objects(lambda held: held + EXTRA), "files are missing"),
    "a manifest that counts wrongly": (manifest(b'{"objects":4,"missing":[]}'), "files are missing"),
    "a manifest of something else": (manifest(b"[]"), "cannot be read"),
    "no manifest": (lambda found: [m for m in found if "manifest" not in m.name], "not whole"),
    "no files": (lambda found: [m for m in found if not m.name.startswith("files/")], "not whole"),
    "files twice": (lambda found: [*found[:3], *found[2:]], "files are missing"),
    "after the manifest": (lambda found: [*found[:4], found[2], *found[4:]], "comes after the list"),
    "files that the header does not tell": (
        lambda found: [replace(found[0], content=found[0].content.replace(b',"files":true', b"")), *found[1:]],
        "a member that none has",
    ),
}


def repacked(path: Path, change: Change) -> Path:
    with path.open("rb") as file:
        found = list(members(file))
    path.write_bytes(b"".join(packed(each) for each in change(found)) + container.ending())
    return path


def verdict(path: Path) -> BundleReport | str:
    try:
        found = check(path)
    except BundleError as error:
        return error.message
    return found.report.finding.detail if found.report.finding else found


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG.keys())
def test_files_that_were_tampered_with_are_found(bundle: Path, change: Change, told: str) -> None:
    found = verdict(repacked(bundle, change))
    assert isinstance(found, str)
    assert told in found


def test_a_manifest_that_hides_a_snapshot_is_told(bundle: Path) -> None:
    hidden = SECOND[1]
    lie = b'{"objects":3,"missing":[{"tree":"%b","why":"lost"}]}' % hidden.encode()

    def change(found: list[Member]) -> list[Member]:
        *less, end = manifest(lie)(objects(lambda held: held[: held.index(b"blob %b" % CHANGED[1].encode())])(found))
        return [*less, replace(end, content=end.content.replace(b'"objects":5', b'"objects":3'))]

    found = check(repacked(bundle, change))
    assert (found.report.intact, found.files.whole, found.files.missing) == (True, 1, {hidden: "lost"})


def test_a_bit_that_was_flipped_anywhere_is_found_or_changes_nothing(bundle: Path) -> None:
    content, good = bundle.read_bytes(), verdict(bundle)
    assert isinstance(good, BundleReport)
    for at in range(0, len(content), 11):
        bundle.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        found = verdict(bundle)
        if isinstance(found, BundleReport):
            assert (found.header, found.report, found.files.whole) == (good.header, good.report, 2), at


def test_what_is_read_of_a_damaged_object_is_never_shown(bundle: Path) -> None:
    repacked(bundle, objects(lambda held: held.replace(b"#!/bin/sh", b"#!/bin/ls")))
    with held_files(bundle) as held:
        assert held
        with pytest.raises(BundleError, match="is not what its name says"):
            held.blob(bytes.fromhex(SCRIPT[1]))


def test_a_tree_that_unfolds_without_end_is_not_followed(tmp_path: Path) -> None:
    """Twelve folders, each with ten times the one below it, are as many files as no disk has."""
    tree, known = folder((b"100644", b"a", CHANGED)), [CHANGED]
    for _ in range(12):
        known.append(tree)
        tree = folder(*((b"40000", b"%d" % number, tree) for number in range(10)))
    path = write(tmp_path / "bomb", (*known, LONG, SCRIPT, FIRST, tree), FIRST, tree)
    assert check(path).files.whole == 2
    with held_files(path) as held:
        assert held
        with pytest.raises(InvalidInputError, match="More than"):
            list(held.differences(FIRST[1], tree[1]))
