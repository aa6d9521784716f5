"""A `Workspaces` with one repository, real or in memory, and a hand in its sessions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository, reachable_folder

from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.memory.trees import MemoryTreeReader
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.ports.control import TreeReader
from quarterdeck.application.ports.workspaces import PreparedWorkspace, Workspaces

KINDS = ("memory", "overlay", "clone")
FILES = {"README": b"read me\n", "src/a.py": b"a = 1\n", "src/b.py": b"b = 1\n"}


class World(Protocol):
    @property
    def workspaces(self) -> Workspaces: ...
    @property
    def trees(self) -> TreeReader: ...
    @property
    def source(self) -> str: ...
    def commit(self, files: dict[str, bytes]) -> None:
        """A new commit on the default branch with exactly these files."""
        ...

    def write(self, workspace: PreparedWorkspace, path: str, content: bytes) -> None: ...
    def delete(self, workspace: PreparedWorkspace, path: str) -> None: ...


@dataclass
class MemoryWorld:
    workspaces: MemoryWorkspaces
    source: str = "/repositories/demo"

    @property
    def trees(self) -> TreeReader:
        return MemoryTreeReader(self.workspaces)

    def commit(self, files: dict[str, bytes]) -> None:
        self.workspaces.put_branch(self.source, "main", files)

    def write(self, workspace: PreparedWorkspace, path: str, content: bytes) -> None:
        self.workspaces.write(workspace.session_id, path, content)

    def delete(self, workspace: PreparedWorkspace, path: str) -> None:
        self.workspaces.delete(workspace.session_id, path)


@dataclass
class GitWorld:
    workspaces: GitWorkspaces
    trees: GitTreeReader
    repository: Repository

    @property
    def source(self) -> str:
        return self.repository.path

    def commit(self, files: dict[str, bytes]) -> None:
        self.repository.git("rm", "-rq", "--ignore-unmatch", ".")
        self.repository.commit(files)

    def write(self, workspace: PreparedWorkspace, path: str, content: bytes) -> None:
        in_workspace(workspace, f"mkdir -p $(dirname {path}); printf '{content.decode()}' > {path}")

    def delete(self, workspace: PreparedWorkspace, path: str) -> None:
        in_workspace(workspace, f"rm {path}")


@asynccontextmanager
async def world_of(kind: str) -> AsyncGenerator[World, None]:
    made: World
    if kind == "memory":
        made = MemoryWorld(MemoryWorkspaces())
        made.commit(FILES)
        yield made
        return
    with reachable_folder() as folder:
        workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=kind == "overlay")
        trees = GitTreeReader(folder / "state")
        made = GitWorld(workspaces, trees, Repository(folder / "demo"))
        made.commit(FILES)
        yield made
        workspaces.close()
        trees.close()
