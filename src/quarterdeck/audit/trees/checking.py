"""The files in a bundle, checked as they stream by: each object against its name, each tree against what it names."""

from dataclasses import dataclass, field
from itertools import islice
from typing import Self

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import contents
from quarterdeck.audit.bundle.container import BundleError, Member
from quarterdeck.audit.bundle.contents import Manifest
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.trees.index import Index
from quarterdeck.audit.trees.named import names_in
from quarterdeck.audit.trees.objects import SUBMODULE, inner
from quarterdeck.audit.trees.records import Assembly, Whole


@dataclass
class Files:
    """To be entered."""

    named: dict[str, int] = field(default_factory=dict[str, int])
    """Trees that the rows name, and the position where each is named first."""
    manifest: Manifest | None = None
    objects: int = 0
    size: int = 0
    """Bytes of the files, each counted once."""
    whole: int = 0
    """Of the named trees, those that are here with all that is in them."""
    _members: int = 0
    _first_wrong: str = ""
    _index: Index = field(default_factory=Index)
    _assembly: Assembly = field(default_factory=Assembly)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.__exit__()

    @property
    def missing(self) -> dict[str, str]:
        """Trees that were not there when it was exported, and why."""
        return {each.tree: each.why for each in self.manifest.missing} if self.manifest else {}

    def take_row(self, row: RawEvent) -> None:
        for name in names_in(row):
            self.named.setdefault(name, row.position)

    def take(self, member: Member) -> None:
        """Raises BundleError for what no bundle has."""
        if self.manifest is not None:
            raise BundleError(f"The bundle's member {member.name[:80]!r} comes after the list of its files.")
        if member.name == Manifest.NAME:
            self._end(contents.manifest(member))
            return
        for found in self._assembly.take(self._members, member):
            self.objects += 1
            self.size += found.size if found.kind == "blob" else 0
            self._keep(found)
        self._members += 1

    def finding(self) -> Finding | None:
        """At the end: the first named tree that is neither here nor told to be missing."""
        missing = self.missing
        for tree, position in self.named.items():
            if self._has(tree):
                self.whole += 1
            elif tree not in missing:
                why = self._first_wrong or "it is not in the bundle, which does not say why"
                detail = f"snapshot {tree[:64]} is not what its name says: {why}"
                return Finding(position=position, fault=Fault.CHANGED_SNAPSHOT, detail=detail)
        return None

    def _end(self, manifest: Manifest) -> None:
        if not self._assembly.between or manifest.objects != self.objects:
            raise BundleError("The bundle is not whole: files are missing in it.", "Export it again.")
        self.manifest = manifest

    def _keep(self, found: Whole) -> None:
        wrong = "" if found.good else f"{found.kind} {found.name} has other content"
        if not wrong and found.kind == "tree":
            wrong = self._lacking(found)
        if wrong:
            self._first_wrong = self._first_wrong or wrong
        else:
            self._index.add(found.name)

    def _lacking(self, tree: Whole) -> str:
        try:
            lacking = (
                each for each in inner(tree.content) if each.mode != SUBMODULE and not self._index.has(each.name)
            )
            first = next(islice(lacking, 1), None)
        except ValueError:
            return f"tree {tree.name} cannot be read"
        return f"tree {tree.name} names {first.name.hex()}, which is not before it" if first else ""

    def _has(self, tree: str) -> bool:
        try:
            return tree in self._index
        except ValueError:
            return False
