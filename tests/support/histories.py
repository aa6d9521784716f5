"""Random histories: streams of every kind that begin as they must and go on as they please, interleaved."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st
from tests.support.session_work import a_work

from quarterdeck.domain.command import (
    ChangedFile,
    CommandBackgrounded,
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandResized,
    CommandSignalled,
    CommandStarted,
    CommandTypistChanged,
    EndReason,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import (
    LoginFailed,
    LoginSucceeded,
    RoleGranted,
    RoleRevoked,
    TokenIssued,
    TokenKind,
    TokenRevoked,
    UserRegistered,
)
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.persona import (
    NetworkChange,
    PersonaDefined,
    PersonaRetired,
    PersonaRevised,
    PersonaSettings,
    SessionPersona,
)
from quarterdeck.domain.project import (
    MemberAdded,
    MemberRemoved,
    ProjectArchived,
    ProjectCreated,
    ProjectSettings,
    ProjectSettingsChanged,
    Role,
)
from quarterdeck.domain.session_events import (
    Limit,
    SessionAdopted,
    SessionClosed,
    SessionCloseRequested,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskAssigned,
    TaskBlocked,
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskCreated,
    TaskEdited,
    TaskLink,
    TaskLinked,
    TaskProgressNoted,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
    TaskUnlinked,
    TaskWorkNoted,
)
from quarterdeck.domain.task_fields import Priority, TaskChanges, TaskFields

SOMEBODY = UUID(int=1)
TEXTS = st.sampled_from(["", "ls -la", "a\tb\n\\N \\. \\", "naïve 🙂", "nul\0 and \\u0000", 'quo"te'])
USERS = st.sampled_from([UUID(int=1), UUID(int=2)])
TERMINALS = st.none() | st.builds(Terminal, columns=st.integers(1, 1000))

TIMES = st.sampled_from([datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, 0, 0, 0, 5, tzinfo=UTC)])
LET_GO = st.sampled_from([TaskStatus.OPEN, TaskStatus.BLOCKED])
WORKS = st.builds(a_work, session_id=st.sampled_from([UUID(int=1), UUID(int=2)]), reason=TEXTS)
LINKS = st.builds(TaskLink, kind=st.sampled_from(LinkKind), target=st.sampled_from(["a", "b"]))
WORDS = st.lists(TEXTS, max_size=3).map(tuple)
FIELDS = st.builds(
    TaskFields,
    title=TEXTS,
    body=TEXTS,
    labels=WORDS,
    priority=st.sampled_from(Priority),
    estimate=st.integers(0, 10_000),
    dependencies=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    acceptance=WORDS,
)
CHANGES = st.builds(
    TaskChanges,
    title=st.none() | TEXTS,
    body=st.none() | TEXTS,
    labels=st.none() | WORDS,
    estimate=st.none() | st.integers(0, 10_000),
)

LIMITS = st.builds(LimitsAsked, cpus=st.none() | st.floats(0.5, 4), memory_bytes=st.none() | st.integers(2**24, 2**50))
NETWORKS = st.none() | st.lists(st.builds(NetworkRule, host=TEXTS, port=st.integers(1, 443)), max_size=2).map(tuple)
PERSONA_SETTINGS = st.builds(PersonaSettings, description=TEXTS, limits=LIMITS, network=NETWORKS)

BEGINNINGS: list[tuple[st.SearchStrategy[Event], st.SearchStrategy[Event]]] = [
    (
        st.builds(
            ProjectCreated,
            name=TEXTS,
            repository=TEXTS,
            default_branch=TEXTS,
            owner_id=USERS,
            settings=st.builds(ProjectSettings),
        ),
        st.one_of(
            st.builds(ProjectSettingsChanged, settings=st.builds(ProjectSettings, max_sessions=st.integers(1, 100))),
            st.builds(MemberAdded, user_id=USERS, role=st.sampled_from(Role)),
            st.builds(MemberRemoved, user_id=USERS),
            st.builds(ProjectArchived),
        ),
    ),
    (
        st.builds(PersonaDefined, project_id=USERS, name=TEXTS, revision=st.just(1), settings=PERSONA_SETTINGS),
        st.one_of(
            st.builds(PersonaDefined, project_id=USERS, name=TEXTS, revision=st.just(2), settings=PERSONA_SETTINGS),
            st.builds(
                PersonaRevised,
                revision=st.integers(2, 100),
                description=st.none() | TEXTS,
                limits=st.none() | LIMITS,
                network=st.none() | st.builds(NetworkChange, rules=NETWORKS),
            ),
            st.builds(PersonaRetired),
        ),
    ),
    (
        st.builds(
            SessionOpened,
            project_id=USERS,
            owner_id=USERS,
            ref=TEXTS,
            title=TEXTS,
            persona=st.none()
            | st.builds(SessionPersona, persona_id=USERS, name=TEXTS, revision=st.integers(1, 9), limits=LIMITS),
        ),
        st.one_of(
            st.builds(
                SessionProvisioned,
                worker_id=TEXTS,
                jail_driver=TEXTS,
                workspace_kind=TEXTS,
                base_commit=TEXTS,
                limits=st.lists(st.builds(Limit, name=TEXTS, asked=TEXTS, enforced_by=TEXTS), max_size=2).map(tuple),
            ),
            st.builds(SessionProvisioningFailed, reason=TEXTS, next_step=TEXTS),
            st.builds(SessionAdopted, worker_id=TEXTS, rebuilt=st.booleans(), detail=TEXTS),
            st.builds(SessionCloseRequested),
            st.builds(SessionLost, reason=TEXTS),
            st.builds(SessionClosed, detail=TEXTS),
        ),
    ),
    (
        st.builds(CommandRequested, session_id=USERS, project_id=USERS, text=TEXTS, terminal=TERMINALS),
        st.one_of(
            st.builds(CommandRefused, reason=TEXTS, next_step=TEXTS),
            st.builds(CommandStarted, worker_id=TEXTS, tree_before=TEXTS),
            st.builds(CommandBackgrounded),
            st.builds(CommandResized, terminal=st.builds(Terminal, rows=st.integers(1, 1000))),
            st.builds(CommandSignalled, signal=TEXTS),
            st.builds(CommandTypistChanged),
            st.builds(CommandCancelRequested),
            st.builds(CommandLost, reason=TEXTS),
            st.builds(
                CommandFinished,
                exit_code=st.none() | st.integers(0, 255),
                signal=st.none() | TEXTS,
                reason=st.sampled_from(EndReason),
                wall_ms=st.integers(0, 2**50),
                cpu_ms=st.integers(0, 2**50),
                peak_memory_bytes=st.integers(0, 2**50),
                output_bytes=st.integers(0, 2**50),
                output_sha256=TEXTS,
                tree_before=TEXTS,
                tree_after=TEXTS,
                files_changed=st.lists(st.builds(ChangedFile, path=TEXTS, status=TEXTS), max_size=2).map(tuple),
            ),
        ),
    ),
    (
        st.builds(TaskCreated, project_id=USERS, number=st.integers(1, 9), fields=FIELDS),
        st.one_of(
            st.builds(TaskEdited, revision=st.integers(2, 9), changes=CHANGES),
            st.builds(
                TaskClaimed,
                number=st.integers(1, 9),
                user_id=USERS,
                session_id=st.none() | USERS,
                expires_at=TIMES,
                status=st.sampled_from([TaskStatus.CLAIMED, TaskStatus.IN_PROGRESS]),
                forced=st.booleans(),
            ),
            st.builds(TaskClaimRenewed, number=st.integers(1, 9), expires_at=TIMES),
            st.builds(TaskReleased, number=st.integers(1, 9), status=LET_GO, owner_id=st.none() | USERS, reason=TEXTS),
            st.builds(TaskClaimExpired, number=st.integers(1, 9), status=LET_GO, owner_id=st.none() | USERS),
            st.builds(TaskAssigned, owner_id=st.none() | USERS),
            st.builds(TaskProgressNoted, text=TEXTS),
            st.builds(TaskStatusChanged, status=st.sampled_from(TaskStatus), owner_id=st.none() | USERS, reason=TEXTS),
            st.builds(TaskBlocked, reason=TEXTS),
            st.builds(TaskLinked, link=LINKS),
            st.builds(TaskUnlinked, link=LINKS),
            st.builds(TaskWorkNoted, work=WORKS),
        ),
    ),
    (
        st.builds(UserRegistered, name=TEXTS),
        st.one_of(st.builds(RoleGranted, role=TEXTS), st.builds(RoleRevoked, role=TEXTS)),
    ),
    (
        st.builds(
            TokenIssued,
            user_id=USERS,
            name=TEXTS,
            kind=st.sampled_from(TokenKind),
            scopes=st.lists(TEXTS, max_size=3).map(tuple),
            secret_sha256=st.just("0"),
            expires_at=st.none() | st.just(datetime(2030, 1, 1, tzinfo=UTC)),
        ),
        st.one_of(
            st.builds(TokenRevoked, reason=TEXTS),
            st.builds(LoginSucceeded, issued_token_id=USERS),
            st.builds(LoginFailed, reason=TEXTS),
        ),
    ),
]


@dataclass(frozen=True)
class Chapter:
    """The next event of a stream, which is told by its number."""

    stream: int
    event: Event


@st.composite
def histories(draw: st.DrawFn) -> list[Chapter]:
    streams: list[list[Chapter]] = []
    for number in range(draw(st.integers(1, 5))):
        beginning, rest = draw(st.sampled_from(BEGINNINGS))
        events = [draw(beginning), *draw(st.lists(rest, max_size=6))]
        streams.append([Chapter(number, event) for event in events])
    order = draw(st.permutations([number for number, stream in enumerate(streams) for _ in stream]))
    return [streams[number].pop(0) for number in order]
