"""Events as they are stored, for ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from tests.support.session_work import a_work

from quarterdeck.adapters.postgres import schemas
from quarterdeck.adapters.postgres.codec import decode, encode, shapes
from quarterdeck.adapters.postgres.history import EARLIER
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import ChangedFile, CommandFinished, CommandRequested, EndReason, Terminal
from quarterdeck.domain.events import EVENT_TYPES, Event
from quarterdeck.domain.identity import TokenIssued, TokenKind
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.persona import NetworkChange, PersonaDefined, PersonaRevised, PersonaSettings, SessionPersona
from quarterdeck.domain.project import ProjectCreated, ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.quota import LargestPath, QuotaExceeded, QuotaLimit
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import Limit, SessionOpened, SessionProvisioned
from quarterdeck.domain.session_task_files import GivenTask, SessionTaskFilesRead
from quarterdeck.domain.task_conflicts import Choice, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskClaimed,
    TaskCreated,
    TaskEdited,
    TaskLink,
    TaskLinked,
    TaskStatus,
    TaskWorkNoted,
)
from quarterdeck.domain.task_fields import Priority, TaskChanges, TaskFields
from quarterdeck.domain.task_file_settings import TaskFileSettings
from quarterdeck.domain.task_files import (
    KeptField,
    SyncFinding,
    SynchronizedFile,
    SynchronizedTask,
    TaskSynchronized,
)

SCHEMAS = Path(__file__).parents[3] / "schema" / "events"

EXAMPLES: list[Event] = [
    TaskConflictFound(field="labels", base=(), file=("a",), log=("b", "c"), session_id=UUID(int=4)),
    TaskConflictFound(field="estimate", base=0, file=90, log=60),
    TaskConflictResolved(field=None, choice=Choice.LOG, by_rule=True),
    TaskSynchronized(
        commit="a" * 40,
        answers=2,
        files=(SynchronizedFile(path="docs/TASKS.md", blob="b" * 40),),
        tasks=(
            SynchronizedTask(number=3, version=7, kept=(KeptField(field="dependencies", value=(1, 2)),), notes=(0, 2)),
            SynchronizedTask(number=4, version=1, kept=(KeptField(field="owner", value=None),)),
        ),
        writing=(SynchronizedFile(path="docs/TASKS.md", blob="c" * 40),),
        findings=(SyncFinding(path="docs/TASKS.md", line=3, message="No.", number=4),),
        findings_total=1,
    ),
    SessionTaskFilesRead(
        session_id=UUID(int=1),
        snapshot=4,
        tree="d" * 40,
        files=(SynchronizedFile(path="docs/TASKS.md", blob="b" * 40),),
        given=(GivenTask(title="Paint", number=5),),
    ),
    PersonaDefined(
        project_id=UUID(int=1),
        name="reviewer",
        revision=1,
        settings=PersonaSettings(limits=LimitsAsked(cpus=0.5), network=(NetworkRule(host="pypi.org"),)),
    ),
    PersonaRevised(revision=2, network=NetworkChange(rules=None)),
    PersonaRevised(revision=3, network=NetworkChange(rules=())),
    SessionOpened(
        project_id=UUID(int=1),
        owner_id=UUID(int=2),
        ref="main",
        persona=SessionPersona(
            persona_id=UUID(int=3), name="reviewer", revision=3, limits=LimitsAsked(memory_bytes=2**30)
        ),
    ),
    CommandRequested(
        session_id=UUID(int=1), project_id=UUID(int=2), text="echo 'é\0\n'", terminal=Terminal(), environment={"A": "b"}
    ),
    CommandFinished(
        exit_code=None,
        signal="KILL",
        reason=EndReason.TIMED_OUT,
        wall_ms=1,
        cpu_ms=2,
        peak_memory_bytes=2**40,
        output_bytes=2**50,
        output_sha256="ab",
        tree_before="t0",
        tree_after="t1",
        files_changed=(ChangedFile(path="a b", status="added"),),
        files_changed_total=1,
    ),
    TokenIssued(
        user_id=UUID(int=1),
        name="ci",
        kind=TokenKind.API,
        scopes=("session:read",),
        secret_sha256="cd",
        expires_at=datetime(2027, 1, 1, 12, 0, 0, 5, tzinfo=UTC),
    ),
    SessionProvisioned(
        worker_id="w1",
        jail_driver="bubblewrap",
        workspace_kind="clone",
        base_commit="c0",
        limits=(Limit(name="memory", asked="1 GiB", enforced_by=""),),
    ),
    TaskCreated(project_id=UUID(int=1), number=7, fields=TaskFields(title="é", labels=("a", "b"), dependencies=(1, 2))),
    TaskEdited(revision=2, changes=TaskChanges(estimate=0, priority=Priority.URGENT, acceptance=())),
    TaskClaimed(
        number=1,
        user_id=UUID(int=1),
        session_id=None,
        expires_at=datetime(2027, 1, 1, 12, 0, 0, 5, tzinfo=UTC),
        status=TaskStatus.CLAIMED,
    ),
    TaskLinked(link=TaskLink(kind=LinkKind.COMMIT, target="c0ffee")),
    TaskWorkNoted(work=a_work()),
    QuotaExceeded(
        command_id=UUID(int=1),
        limit=QuotaLimit.BYTES,
        allowed=2**40,
        used=2**40,
        ended=False,
        largest=(LargestPath(path="a b", bytes=2**39, files=0),),
    ),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.TOPIC)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    again: object = decode(event.TOPIC, event.SCHEMA_VERSION, encode(event))
    assert again == event


def test_a_session_provisioned_by_the_first_release_is_read_today() -> None:
    payload = b'{"worker_id":"w1","jail_driver":"bubblewrap","base_commit":"c0","limits_note":"1 GiB"}'
    assert decode("SessionProvisioned", 1, payload) == SessionProvisioned(
        worker_id="w1", jail_driver="bubblewrap", workspace_kind="overlay", base_commit="c0", limits=()
    )


def test_a_projects_settings_from_before_limits_and_network_are_read_today() -> None:
    old = b'{"jail_driver":"auto","max_sessions":3,"max_commands_per_session":16,"command_timeout_seconds":60}'
    owner = UUID(int=7)
    created = b'{"name":"n","repository":"/r","default_branch":"main","owner_id":"%s","settings":%s}'

    settings = ProjectSettings(max_sessions=3, command_timeout_seconds=60)
    assert decode("ProjectSettingsChanged", 1, b'{"settings":' + old + b"}") == ProjectSettingsChanged(
        settings=settings
    )
    assert decode("ProjectCreated", 1, created % (str(owner).encode(), old)) == ProjectCreated(
        name="n", repository="/r", default_branch="main", owner_id=owner, settings=settings
    )


def test_a_projects_settings_from_before_tasks_were_moved_at_a_close_are_read_today() -> None:
    old = b'{"settings":{"max_sessions":3,"task_files":{"enabled":true,"branch":"tasks"}}}'
    files = TaskFileSettings(enabled=True, branch="tasks")
    settings = ProjectSettings(max_sessions=3, task_files=files, task_at_close="none")
    assert decode("ProjectSettingsChanged", 5, old) == ProjectSettingsChanged(settings=settings)


@pytest.mark.parametrize("version", [1, 2])
def test_a_session_opened_before_there_were_personas_is_read_today(version: int) -> None:
    ids = UUID(int=7)
    payload = b'{"project_id":"%s","owner_id":"%s","ref":"main","title":"t"}' % ((str(ids).encode(),) * 2)

    assert decode("SessionOpened", version, payload) == SessionOpened(
        project_id=ids, owner_id=ids, ref="main", title="t"
    )


def test_a_session_reopened_before_there_were_personas_is_read_today() -> None:
    ids = UUID(int=7)
    text = '{"project_id":"%s","owner_id":"%s","ref":"r","title":"","worker_id":"w","reason":"gone"}'

    assert decode("SessionReopened", 1, (text % (ids, ids)).encode()) == SessionReopened(
        project_id=ids, owner_id=ids, ref="r", title="", worker_id="w", reason="gone"
    )


@pytest.mark.parametrize(
    ("topic", "version", "payload"),
    [
        ("SessionTeleported", 1, b'{"to":"mars"}'),
        ("SessionProvisioned", 3, b'{"later":true}'),
        ("SessionProvisioned", 0, b"{}"),
        ("CommandLost", 1, b'{"reason":7}'),
        ("CommandLost", 1, b"\xff\x00 not json"),
    ],
)
def test_what_this_release_cannot_read_is_kept_verbatim(topic: str, version: int, payload: bytes) -> None:
    assert decode(topic, version, payload) == UnknownEvent(topic=topic, payload=payload)


def test_an_erased_payload_is_a_hole() -> None:
    assert decode("CommandRequested", 1, None) == ErasedEvent(topic="CommandRequested")


def test_every_event_has_a_topic_of_its_own_and_every_earlier_version_a_shape() -> None:
    assert len(EVENT_TYPES) == len(get_args(Event))
    current = {(topic, event.SCHEMA_VERSION) for topic, event in EVENT_TYPES.items()}
    assert set(EARLIER) == {(topic, version) for topic, last in current for version in range(1, last)}


def test_a_topic_is_never_renamed_or_reused() -> None:
    assert set(EVENT_TYPES) == {
        "AlertAcknowledged",
        "AlertCleared",
        "AlertNoticeMade",
        "AlertPending",
        "AlertRaised",
        "AlertResolved",
        "AlertRuleRemoved",
        "AlertRuleSet",
        "ArchiveTakenOver",
        "CheckpointSigned",
        "BudgetAnswered",
        "BudgetCharged",
        "BudgetExhausted",
        "BudgetPeriodOpened",
        "BudgetReleased",
        "BudgetRemoved",
        "BudgetReserved",
        "BudgetRevised",
        "BudgetSet",
        "BudgetSettled",
        "BudgetTermsApplied",
        "CommandBackgrounded",
        "CommandCancelRequested",
        "CommandFinished",
        "CommandLost",
        "CommandRefused",
        "CommandRequested",
        "CommandResized",
        "CommandSignalled",
        "CommandStarted",
        "CommandTypistChanged",
        "DeliveryAsked",
        "DeliveryAttempted",
        "DeliveryFailed",
        "DeliveryGivenUp",
        "DeliverySucceeded",
        "ImageBuildFailed",
        "ImageBuildStarted",
        "ImageBuilt",
        "LoginFailed",
        "LoginSucceeded",
        "MemberAdded",
        "MemberRemoved",
        "ModelUsageRecorded",
        "NetworkAccessDecided",
        "OrphanRemoved",
        "PayloadErased",
        "PersonaDefined",
        "PersonaRetired",
        "PersonaRevised",
        "PlaceTaken",
        "PreviewEntered",
        "PreviewOpened",
        "PriceTableRevised",
        "ProjectArchived",
        "ProjectCreated",
        "ProjectRead",
        "ProjectSettingsChanged",
        "QuotaExceeded",
        "ReportDelivered",
        "ReportIssued",
        "ReportPrepared",
        "ReportRemoved",
        "ReportRevised",
        "ReportScheduled",
        "RequestAccepted",
        "ReservationMade",
        "ReservationReleased",
        "ReservationSettled",
        "RoleGranted",
        "RoleRevoked",
        "SessionAdmitted",
        "SessionAdopted",
        "SessionCloseRequested",
        "SessionClosed",
        "SessionForked",
        "SessionHeld",
        "SessionLetGo",
        "SessionLimitNear",
        "SessionLost",
        "SessionNetworkChanged",
        "SessionOpened",
        "SessionPauseRequested",
        "SessionPaused",
        "SessionProvisioned",
        "SessionProvisioningFailed",
        "SessionReopened",
        "SessionResumeRequested",
        "SessionResumed",
        "SessionTaskFilesRead",
        "SessionTaskGiven",
        "ShellsStored",
        "SilenceEnded",
        "SilenceSet",
        "SigningKeyIntroduced",
        "SnapshotTaken",
        "SnapshotsCollected",
        "SnapshotsStored",
        "TaskAssigned",
        "TaskBlocked",
        "TaskClaimExpired",
        "TaskClaimRenewed",
        "TaskClaimed",
        "TaskConflictFound",
        "TaskConflictResolved",
        "TaskCreated",
        "TaskDependenciesDeclared",
        "TaskEdited",
        "TaskFilesFollowed",
        "TaskFilesWritten",
        "TaskLinked",
        "TaskProgressNoted",
        "TaskReleased",
        "TaskStatusChanged",
        "TaskSyncFailed",
        "TaskSyncRequested",
        "TaskSynchronized",
        "TaskUnlinked",
        "TaskWorkNoted",
        "TokenIssued",
        "TokenRevoked",
        "UserRegistered",
        "WorkSetAside",
        "WorkerStarted",
        "WorkspaceDiscarded",
        "WorkspaceExported",
        "WorkspacePrepared",
        "WorkspaceRebuilt",
        "WorkspaceFileWritten",
        "WorkspaceRestoreFailed",
        "WorkspaceRestoreRequested",
        "WorkspaceRestored",
    }


def test_the_committed_json_schemas_are_current() -> None:
    committed = {path.name: path.read_text() for path in SCHEMAS.iterdir()}
    assert committed == schemas.files(), "run: python -m quarterdeck.adapters.postgres.schemas schema/events"


def test_the_command_writes_the_schemas(tmp_path: Path) -> None:
    schemas.main(tmp_path / "events")
    assert len(list((tmp_path / "events").iterdir())) == len(shapes())


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.TOPIC)
def test_a_payload_has_the_properties_that_its_schema_lists(event: Event) -> None:
    schema = msgspec.json.decode(schemas.files()[f"{event.TOPIC}.v{event.SCHEMA_VERSION}.json"])
    properties = schema["$defs"][event.TOPIC]["properties"]
    assert set(msgspec.json.decode(encode(event))) == set(properties)
