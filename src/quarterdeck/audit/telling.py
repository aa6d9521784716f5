"""What a check was given and what it found, as `qd audit` reads and prints it."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from quarterdeck.audit.bundle.checking import BundleReport
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.chain import Head
from quarterdeck.audit.inclusion.checking import Proven
from quarterdeck.audit.keyring import KeyRing
from quarterdeck.audit.notes import VerifierKey
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.rehearse import Rehearsal
from quarterdeck.audit.verify import Report
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size

MOST_MISSING = 10
"""Snapshots that are named one by one."""


def given(known_head: str | None, trusted: Sequence[str]) -> tuple[Head | None, tuple[VerifierKey, ...]]:
    """The head and the keys that the user noted. Raises UsageError."""
    return _head(known_head) if known_head else None, tuple(_key(each) for each in trusted)


def told(
    qd: Qd, report: Report, signatures: Signatures, *, as_json: bool, bundle: BundleReport | None = None
) -> ExitCode:
    """Prints what was found, and gives the exit code."""
    if as_json:
        qd.out.json(_plain(report, signatures, bundle))
    else:
        _print(qd, report, signatures, bundle)
    return ExitCode.OK if report.intact else ExitCode.CHECK_FAILED


def rehearsed(qd: Qd, found: Rehearsal, *, as_json: bool) -> ExitCode:
    """The same of a rehearsal."""
    kinds = list(found.unreadable.values())
    if as_json:
        qd.out.json(
            {
                "read": found.read,
                "erased": found.erased,
                "upcast": found.upcast,
                "unreadable": [{**asdict(each), "why": each.why.value} for each in kinds],
            }
        )
    else:
        qd.out.line(
            f"{found.read:,} events can be read, {found.upcast:,} of them in an earlier shape; "
            f"{found.erased:,} are erased."
        )
        if kinds:
            rows = [
                (f"{k.topic} v{k.schema_version}", k.why.value, f"{k.count:,}", ", ".join(map(str, k.positions)))
                for k in kinds
            ]
            qd.out.table(("EVENT", "WHY NOT", "HOW MANY", "FIRST AT"), rows, nothing="")
            qd.out.note("They stay in the log as they are; this release skips them. A later one may read them.")
    return ExitCode.OK if found.good else ExitCode.CHECK_FAILED


def _print(qd: Qd, report: Report, signatures: Signatures, bundle: BundleReport | None) -> None:
    erased = f", {report.erased:,} of them erased" if report.erased else ""
    qd.out.line(f"{report.checked:,} events are in order{erased}.")
    if bundle:
        qd.out.line(f"{bundle.transcripts:,} transcripts are what was printed, {bundle.output_bytes:,} bytes.")
        if bundle.erased_transcripts:
            qd.out.line(f"Of {bundle.erased_transcripts:,} more a part is erased, as the record of that says.")
        _print_files(qd, bundle)
    if report.finding is None and bundle and bundle.header.scope is not Scope.ALL:
        _print_proof(qd, bundle)
        return
    if report.finding is None:
        qd.out.line(f"The chain is intact. Head: {report.head.position}:{report.head.digest.hex()}")
        _print_signatures(qd, signatures)
        return
    finding = report.finding
    qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {finding.detail}.")
    qd.out.note(
        "Keep the database as it is, and compare it with a backup. A token that sees only some projects "
        "finds events missing."
    )


def _print_files(qd: Qd, bundle: BundleReport) -> None:
    files = bundle.files
    if not bundle.header.files:
        if files.named:
            qd.out.note(
                f"It names {len(files.named):,} snapshots of files and does not hold them: export --with-files does."
            )
        return
    if bundle.report.intact:
        qd.out.line(
            f"{files.whole:,} snapshots are what their names say: {files.objects:,} objects, {size(files.size)}."
        )
    for tree, why in islice(files.missing.items(), MOST_MISSING):
        qd.out.note(f"Snapshot {plain(tree[:12])} could not be exported: {plain(why)}")
    if len(files.missing) > MOST_MISSING:
        qd.out.note(f"… and {len(files.missing) - MOST_MISSING:,} more.")


def _print_proof(qd: Qd, bundle: BundleReport) -> None:
    proven, scope = bundle.proven, bundle.header.scope.value
    if proven is None:
        qd.out.note(
            f"It holds one {scope} only, and no proof that its events are in a log: no checkpoint was signed when it "
            "was exported. Export it again, or a bundle of all."
        )
        return
    checkpoint = proven.checkpoint
    qd.out.line(
        f"{proven.rows:,} of them are proven to be in the log, at their positions, by checkpoint {checkpoint.number:,} "
        f"of {checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC, which vouches for {checkpoint.head.position:,} events."
    )
    if proven.later:
        qd.out.note(f"{proven.later:,} were logged after it, and are not signed: export it again later.")
    qd.out.note(
        f"No event is missing within a stream of the {scope}. That its last commands were left out, only a bundle of "
        "all can show."
    )
    _print_keys(qd, proven.ring)


def _print_signatures(qd: Qd, signatures: Signatures) -> None:
    last = signatures.last
    if last is None:
        qd.out.note(
            "No checkpoint is signed yet. Without one nobody can see that the log's end was cut off, or all of it "
            "written anew."
        )
        return
    qd.out.line(
        f"Checkpoints with a good signature: {signatures.signed:,} in the log, {signatures.outside:,} outside of it. "
        f"The last, of {last.signed_at:%Y-%m-%d %H:%M:%S} UTC, vouches for all up to {last.head.position:,}."
    )
    _print_keys(qd, signatures.ring)


def _print_keys(qd: Qd, ring: KeyRing) -> None:
    for key in ring.unendorsed:
        qd.out.line(f"The key {key.id} took over, and none before vouches for it.")
    if not ring.trusted and ring.keys:
        qd.out.note(
            "The log's own key was believed. Note it elsewhere, and give it the next time: "
            f"qd audit verify --key {ring.keys[-1]}"
        )


def _plain(report: Report, signatures: Signatures, bundle: BundleReport | None) -> dict[str, Any]:
    finding, last = report.finding, signatures.last
    return {
        "intact": report.intact,
        "checked": report.checked,
        "erased": report.erased,
        "head": {"position": report.head.position, "digest": report.head.digest.hex()},
        "finding": {"position": finding.position, "fault": finding.fault.value, "detail": finding.detail}
        if finding
        else None,
        "checkpoints": {
            "signed": signatures.signed,
            "outside": signatures.outside,
            "last": {"position": last.head.position, "signed_at": last.signed_at.isoformat()} if last else None,
        },
        "keys": [str(key) for key in signatures.ring.keys],
        "unendorsed": [str(key) for key in signatures.ring.unendorsed],
        "bundle": {
            "scope": bundle.header.scope.value,
            "transcripts": bundle.transcripts,
            "output_bytes": bundle.output_bytes,
            "proof": _proof(bundle.proven) if bundle.proven else None,
            "erased_transcripts": bundle.erased_transcripts,
            "files": _files(bundle),
        }
        if bundle
        else None,
    }


def _files(bundle: BundleReport) -> dict[str, Any]:
    files = bundle.files
    return {
        "held": bundle.header.files,
        "named": len(files.named),
        "whole": files.whole,
        "objects": files.objects,
        "bytes": files.size,
        "missing": [{"tree": tree, "why": why} for tree, why in files.missing.items()],
    }


def _proof(proven: Proven) -> dict[str, Any]:
    checkpoint = proven.checkpoint
    return {
        "events": proven.rows,
        "later": proven.later,
        "checkpoint": {
            "number": checkpoint.number,
            "position": checkpoint.head.position,
            "signed_at": checkpoint.signed_at.isoformat(),
        },
        "keys": [str(key) for key in proven.ring.keys],
        "unendorsed": [str(key) for key in proven.ring.unendorsed],
    }


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except InvalidInputError as error:
        raise UsageError(error.message, error.next_step) from error


def _head(text: str) -> Head:
    position, _, digest = text.partition(":")
    try:
        return Head(position=int(position), digest=bytes.fromhex(digest))
    except ValueError as error:
        raise UsageError(f"{text!r} is no head.", "Give it as an earlier `qd audit verify` printed it.") from error
