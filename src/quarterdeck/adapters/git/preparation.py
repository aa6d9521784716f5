"""Making a session's workspace: from the newest state of the mirror to folders that a jail can use."""

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import msgspec

from quarterdeck.adapters.disks.disks import SessionDisks
from quarterdeck.adapters.git import records, refs
from quarterdeck.adapters.git.checkouts import Checkouts
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.measure import measured
from quarterdeck.adapters.git.mirror_state import MirrorState
from quarterdeck.adapters.git.mirrors import Mirrors
from quarterdeck.adapters.git.notes import notes
from quarterdeck.adapters.git.records import Record
from quarterdeck.adapters.git.refs import Version
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.session_git import write_session_git
from quarterdeck.adapters.git.sources import Source
from quarterdeck.adapters.git.trees import FINISHED, make_store, remember_checkout
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.quota import WorkspaceQuota


@dataclass(frozen=True, kw_only=True)
class Preparation:
    layout: Layout
    mirrors: Mirrors
    checkouts: Checkouts
    author: tuple[str, str]
    overlay: bool
    quota: WorkspaceQuota | None
    disks: SessionDisks
    may_mount: bool
    """Whether this host lets us use them."""

    def prepare(
        self, session_id: UUID, project_id: UUID, source: Source, ref: str, commit: str | None
    ) -> PreparedWorkspace:
        """The caller holds the session's lock. What an earlier try left behind is made anew."""
        state, version = self._pinned(project_id, source, ref, commit) or self._version(project_id, source, ref)
        make_store(self.layout.store(session_id), self.layout.mirror(project_id) / "objects")
        # the session may have been here before, and elsewhere since
        (self.layout.store(session_id) / FINISHED).unlink(missing_ok=True)
        remove_layers(self.layout, self.disks, session_id)
        session = self.layout.session(session_id)
        session.mkdir(exist_ok=True)
        self.layout.give(session, mode=0o700)
        make = self._overlay if self.overlay else self._clone
        return make(session_id, project_id, state, version)

    def _pinned(
        self, project_id: UUID, source: Source, ref: str, commit: str | None
    ) -> tuple[MirrorState, Version] | None:
        """That commit on the branch that `ref` names, if it is here; the repository need not be asked again."""
        last = self.mirrors.last(project_id, source) if commit else None
        if commit is None or last is None:
            return None
        mirror = self.layout.mirror(project_id)
        wanted, named = refs.find_version(last, mirror, commit), refs.find_version(last, mirror, ref)
        if wanted is None:
            raise refs.unknown(last, commit)
        return last, replace(named, commit=wanted.commit, tree=wanted.tree) if named else wanted

    def _version(self, project_id: UUID, source: Source, ref: str) -> tuple[MirrorState, Version]:
        mirror = self.layout.mirror(project_id)
        last = self.mirrors.last(project_id, source)
        # a commit stands for the same files for ever
        if last and (known := refs.find_version(last, mirror, ref)) and not known.moves:
            return last, known
        try:
            state = self.mirrors.current(project_id, source)
        except UnavailableError as error:
            if last and (stale := refs.find_version(last, mirror, ref)):
                next_step = f"{error.next_step} Or start from the last known commit, {stale.commit}."
                raise UnavailableError(error.message, next_step.strip()) from error
            raise
        version = refs.find_version(state, mirror, ref)
        if version is None:
            raise refs.unknown(state, ref)
        return state, version

    def _overlay(self, session_id: UUID, project_id: UUID, state: MirrorState, version: Version) -> PreparedWorkspace:
        place = self._disk(session_id)
        layers = place or self.layout.session(session_id)
        with self.checkouts.use(project_id, version.commit) as said:
            for name in ("upper", "work"):
                (layers / name).mkdir()
                self.layout.give(layers / name, mode=0o700)
            write_session_git(self.layout, layers / "upper", state, version, self.author)
            # from here on the record keeps the checkout in use
            record = self._record_of(project_id, version, "overlay", said)
            return self._save(session_id, msgspec.structs.replace(record, disk=place is not None))

    def _disk(self, session_id: UUID) -> Path | None:
        """Where the session's own disk is mounted, if it has one."""
        if self.quota is None or not self.may_mount or not self.disks.make(session_id, self.quota):
            return None
        return self.disks.place(session_id)

    def _clone(self, session_id: UUID, project_id: UUID, state: MirrorState, version: Version) -> PreparedWorkspace:
        upper = self.layout.session(session_id) / "upper"
        mirror = self.layout.mirror(project_id)
        entries = self.checkouts.write(upper, mirror, version.commit)
        write_session_git(self.layout, upper, state, version, self.author)
        self.layout.give(upper, mode=0o700)
        remember_checkout(self.layout.store(session_id), upper, entries)
        record = self._record_of(project_id, version, "clone", notes(upper, entries))
        if self.quota is not None:
            whole = measured(upper)
            record = msgspec.structs.replace(record, base=(whole.size, whole.files))
        return self._save(session_id, record)

    def _record_of(self, project_id: UUID, version: Version, kind: str, said: tuple[str, ...]) -> Record:
        return Record(
            project_id=project_id,
            kind=kind,
            base_commit=version.commit,
            tree=version.tree,
            notes=said,
            quota=self.quota,
        )

    def _save(self, session_id: UUID, record: Record) -> PreparedWorkspace:
        records.save(self.layout, session_id, record)
        return records.workspace(self.layout, session_id, record)


def remove_copy(layout: Layout, disks: SessionDisks, session_id: UUID) -> None:
    """Removes the session's disk, what belongs to the workspace from its folder, and that if nothing else is in it."""
    remove_layers(layout, disks, session_id)
    with contextlib.suppress(OSError):
        os.rmdir(layout.session(session_id))


def remove_layers(layout: Layout, disks: SessionDisks, session_id: UUID) -> None:
    """Leaves the session's folder, in which its jail may be in the making already."""
    disks.remove(session_id)
    for name in ("upper", "work"):
        remove_tree(layout.session(session_id) / name)
