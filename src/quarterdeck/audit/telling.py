"""What a check was given and what it found, as `qd audit` reads and prints it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from quarterdeck.audit.bundle.checking import BundleReport
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.chain import Head
from quarterdeck.audit.notes import VerifierKey
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.rehearse import Rehearsal
from quarterdeck.audit.verify import Report
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd


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
    if report.finding is None and bundle and bundle.header.scope is not Scope.ALL:
        qd.out.note(
            f"It holds one {bundle.header.scope.value} only, so the chain could not be checked: that nothing is "
            "missing in between is shown by a bundle of all."
        )
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
    for key in signatures.unendorsed:
        qd.out.line(f"The key {key.id} took over, and none before vouches for it.")
    if not signatures.trusted:
        qd.out.note(
            "The log's own key was believed. Note it elsewhere, and give it the next time: "
            f"qd audit verify --key {signatures.keys[-1]}"
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
        "keys": [str(key) for key in signatures.keys],
        "unendorsed": [str(key) for key in signatures.unendorsed],
        "bundle": {
            "scope": bundle.header.scope.value,
            "transcripts": bundle.transcripts,
            "output_bytes": bundle.output_bytes,
        }
        if bundle
        else None,
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
