"""Whether files of a branch that is checked out may be written: how HEAD, index and work tree have them."""

import os
from contextlib import suppress
from dataclasses import dataclass, replace

from quarterdeck.adapters.git.branches import TargetRepository
from quarterdeck.adapters.git.index_lock import Change, lock_is_taken
from quarterdeck.adapters.git.objects import object_name
from quarterdeck.adapters.git.work_tree_files import read
from quarterdeck.domain.errors import BusyError, ConflictError

_ANOTHER = "Check another branch out there, or choose one for tasks: `qd project set tasks-branch=NAME`."
_OPERATIONS = {
    "MERGE_HEAD": "A merge",
    "CHERRY_PICK_HEAD": "A cherry-pick",
    "REVERT_HEAD": "A revert",
    "BISECT_LOG": "A bisection",
    "rebase-merge": "A rebase",
    "rebase-apply": "A rebase or `git am`",
    "sequencer": "A cherry-pick or revert",
}
_NORMAL = "H"

Found = tuple[str, str]
"""Mode and content's name."""


@dataclass(frozen=True, kw_only=True)
class MainWorkTree:
    """Of somebody's repository, where HEAD is the branch. What git is asked for is asked as its owner."""

    target: TargetRepository
    branch: str

    @property
    def root(self) -> bytes:
        return self.target.source.path

    @property
    def git_dir(self) -> bytes:
        return self.root + b"/.git"

    def check_quiet(self) -> None:
        """Raises BusyError where somebody is in the middle of something that ends with a commit."""
        for name, words in _OPERATIONS.items():
            if os.path.lexists(self.git_dir + b"/" + name.encode()):
                raise BusyError(f"{words} is under way in {self.target.source.shown}.", "Finish it, or abort it.")

    def check_free(self) -> None:
        """Before anything is made that would be made in vain."""
        if os.path.lexists(self.git_dir + b"/index.lock"):
            raise lock_is_taken()

    def change(self, path: str, content: bytes, mode: str, stored: str | None = None) -> Change:
        """What is to be done. `stored`: the content's name, if the repository has it.

        Raises BusyError while the file has changes of somebody's, ConflictError where it is not to be written at all.
        """
        head, new = self.in_head(path), object_name(b"blob", content).hex()
        self._check_index(path, head)
        self._check_conversion(path, content, stored or (head[1] if head else None))
        there, old = read(self.root, path), self.content(head[1]) if head else None
        if there not in {old, content}:
            raise _edited(path, there, old)
        return Change(
            path=path,
            mode=mode,
            old=head[1] if head else None,
            old_mode=head[0] if head else "",
            new=new,
            put=there != content,
        )

    def content(self, blob: str) -> bytes:
        return self.target.run("cat-file", "blob", blob)

    def in_head(self, path: str) -> Found | None:
        out = self._literally("ls-tree", "-z", "--full-tree", "HEAD", "--", path)
        if not out:
            return None
        mode, _, blob = out.partition(b"\t")[0].decode().split(" ")
        return mode, blob

    def in_index(self, path: str, index: bytes | None = None) -> Found | None:
        """`index`: another file than the repository's."""
        entries = self._entries(path, index)
        return (entries[0][1], entries[0][2]) if len(entries) == 1 else None

    def with_index(self, index: bytes | None) -> TargetRepository:
        if index is None:
            return self.target
        git = self.target.git
        settings = {**git.settings, "GIT_INDEX_FILE": os.fsdecode(index)}
        return replace(self.target, git=replace(git, settings=settings))

    def _entries(self, path: str, index: bytes | None = None) -> list[tuple[str, str, str]]:
        """Flag, mode and content's name."""
        arguments = ("--literal-pathspecs", "ls-files", "--stage", "-v", "-z", "--full-name", "--", path)
        lines = self.with_index(index).run(*arguments).split(b"\0")[:-1]
        words = (line.partition(b"\t")[0].decode().split(" ") for line in lines)
        return [(flag, mode, blob) for flag, mode, blob, _ in words]

    def _check_index(self, path: str, head: Found | None) -> None:
        entries = self._entries(path)
        if entries and entries[0][0] != _NORMAL and len(entries) == 1:
            raise ConflictError(
                f"{path} is left out of the work tree, or git was told not to look whether it is changed.",
                f"`git sparse-checkout` or `git update-index --no-assume-unchanged {path}` make it a file as others.",
            )
        if [entry[1:] for entry in entries] != ([head] if head else []):
            raise BusyError(
                f"{path} has changes that are staged in {self.target.source.shown}.",
                "Commit them, or take them back with `git restore --staged`; the file is written then.",
            )

    def _check_conversion(self, path: str, content: bytes, stored: str | None) -> None:
        """Nothing that git would turn into something else, in a commit or at a checkout."""
        value = self._literally("check-attr", "-z", "filter", "--", path).split(b"\0")[2]
        if value in {b"unspecified", b"unset"}:
            blob = object_name(b"blob", content).hex()
            committed = self.target.run("hash-object", f"--path={path}", "--stdin", given=content).decode().strip()
            if committed == blob and (stored is None or self._checked_out(path, stored) == self.content(stored)):
                return
        raise ConflictError(
            f"git changes {path} at a checkout (a filter, line ends or an encoding), and Quarterdeck does not.",
            f"Take that away in `.gitattributes` (`{path} -text -filter -ident`) and the settings, or "
            "choose another branch: `qd project set tasks-branch=NAME`.",
        )

    def _checked_out(self, path: str, blob: str) -> bytes:
        return self.target.run("cat-file", "--filters", f"--path={path}", blob)

    def _literally(self, *arguments: str) -> bytes:
        return self.target.run("--literal-pathspecs", *arguments)


def work_tree_of(target: TargetRepository, branch: str) -> MainWorkTree | None:
    """None: the branch is checked out nowhere. Raises ConflictError where it is and must not be written."""
    name = f"refs/heads/{branch}"
    blocks = target.run("worktree", "list", "--porcelain").decode(errors="backslashreplace").split("\n\n")
    having = [place for place, block in enumerate(blocks) if f"branch {name}" in block.splitlines()]
    git_dir = os.fsencode(target.run("rev-parse", "--git-common-dir").decode(errors="surrogateescape").strip())
    _check_rebased(os.path.join(target.source.path, git_dir), name)
    if not having:
        return None
    if having != [0]:
        raise ConflictError(
            f"Branch {branch} is checked out in a linked work tree of the repository (`git worktree list`).", _ANOTHER
        )
    if os.path.islink(target.source.path + b"/.git") or not os.path.isdir(target.source.path + b"/.git"):
        raise ConflictError(
            f"Branch {branch} is checked out in the repository, whose git folder is elsewhere.", _ANOTHER
        )
    top = target.run("rev-parse", "--show-toplevel").rstrip(b"\n")
    if not os.path.samefile(top, target.source.path):
        raise ConflictError(f"Branch {branch} is checked out in another folder than the repository's.", _ANOTHER)
    return MainWorkTree(target=target, branch=branch)


def _check_rebased(git_dir: bytes, name: str) -> None:
    """While a branch is rebased it is checked out nowhere, and yet not to be moved."""
    folders = [git_dir]
    with suppress(FileNotFoundError):
        folders += [entry.path for entry in os.scandir(git_dir + b"/worktrees")]
    for folder in folders:
        for state in ("rebase-merge", "rebase-apply"):
            if read(folder, f"{state}/head-name") == name.encode() + b"\n":
                raise BusyError("A rebase of the branch is under way in the repository.", "Finish it, or abort it.")


def _edited(path: str, there: bytes | None, old: bytes | None) -> BusyError:
    if there is None:
        return BusyError(f"{path} is deleted in the work tree.", "Commit that, or take it back: `git restore`.")
    if old is None:
        return BusyError(
            f"{path} is in the work tree, and not in the branch.", "Commit it, or move it away; then it is written."
        )
    if there.replace(b"\r\n", b"\n") == old.replace(b"\r\n", b"\n"):
        return BusyError(
            f"{path} has other line ends in the work tree than in the branch.",
            "`core.autocrlf` may have made them: turn it off for this file (`-text` in `.gitattributes`).",
        )
    return BusyError(
        f"{path} has changes in the work tree that are not committed.",
        "Commit them; what the log has to say is written then, beside them.",
    )
