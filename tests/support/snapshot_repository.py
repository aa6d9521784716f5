"""A repository of real git that answers for a worker: its trees and files, as a fake gateway's session has them."""

import base64
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.support.fake_gateway import World
from tests.support.records import RecordMaker

from quarterdeck.application.paths import path_bytes, path_text
from quarterdeck.domain.workspace import SnapshotTaken

Json = dict[str, Any]
KINDS = {b"100644": "FILE", b"100755": "EXECUTABLE", b"120000": "LINK", b"040000": "FOLDER", b"160000": "SUBMODULE"}
SNAPSHOTS = UUID(int=0xAA)


class Repository:
    """Real git, which names objects and is asked for them as a worker would be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.trees: list[str] = []
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> bytes:
        return subprocess.run(["git", *words], cwd=self.folder, capture_output=True, check=True).stdout

    def tree(self, files: dict[bytes, bytes]) -> str:
        for name, content in files.items():
            path = self.folder / name.decode(errors="surrogateescape")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.git("add", "-A")
        self.trees.append(self.git("write-tree").decode().strip())
        return self.trees[-1]

    def link(self, name: str, target: str) -> None:
        (self.folder / name).symlink_to(target)

    def entries(self, tree: str, path: str) -> list[Json]:
        at = f"{tree}:{path_bytes(path).decode()}" if path else tree
        rows = self.git("ls-tree", "-lz", at).split(b"\0")[:-1]
        return [self._entry(row, path) for row in rows]

    def _entry(self, row: bytes, path: str) -> Json:
        attributes, _, name = row.partition(b"\t")
        mode, _, object_, size = attributes.split()
        text = path_text(name)
        whole = f"{path}/{text}" if path else text
        length = None if size == b"-" else int(size)
        return {"name": text, "path": whole, "kind": KINDS[mode], "size": length, "object": object_.decode()}

    def resolve_tree(self, _info: Any, path: str = "", at: str = "", **_: Any) -> Json:
        entries = self.entries(at, path)
        return {"tree": at, "path": path, "total": len(entries), "endCursor": None, "entries": entries}

    def resolve_file(self, _info: Any, path: str, at: str = "", offset: int = 0, **_: Any) -> Json:
        self.asked.append(path)
        content = self.git("cat-file", "blob", f"{at}:{path_bytes(path).decode(errors='surrogateescape')}")
        data = base64.b64encode(content[offset : offset + 1000]).decode()
        return {
            "tree": at,
            "path": path,
            "kind": "FILE",
            "size": len(content),
            "object": "",
            "binary": False,
            "offset": offset,
            "data": data,
        }


def session_with_snapshots(files: Repository, world: World) -> Json:
    """With two snapshots, which have most in common."""
    record = RecordMaker()
    record.open()
    some = {b"a": b"", b"a-b": b"x" * 2500, b"a.d/deep/er": b"\xff\0", b"back\\slash \xc3\xa4": b"1"}
    (files.folder / "run.sh").write_text("#!/bin/sh\n")
    (files.folder / "run.sh").chmod(0o755)
    files.link("link", "a.d/deep")
    for more in ({}, {b"a": b"changed"}):
        taken = SnapshotTaken(command_id=None, tree=files.tree(some | more), files_changed=1)
        record.add(SNAPSHOTS, taken)
    record.on(world, world.add_project("deck", "/repository"))
    made = world.sessions[-1]
    made["tree"], made["file"] = files.resolve_tree, files.resolve_file
    return made
