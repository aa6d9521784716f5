"""The settings, each named once. `docs/reference/settings.md` is made from this module."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings

from quarterdeck.config.values import (
    GIB,
    MIB,
    CheckpointKey,
    Directory,
    DnsServer,
    KeptDays,
    LogFormat,
    LogLevel,
    Names,
    NatsUrl,
    Networks,
    ObjectStoreUrl,
    OtlpEndpoint,
    OtlpHeaders,
    Port,
    PostgresUrl,
    SigningKey,
    SmtpUrl,
    Uid,
    WorkerName,
    WrittenLimits,
    default_data_dir,
    default_worker_id,
    most_of_the_memory,
)


class General(BaseSettings):
    """Where things are kept, and what is said about them."""

    data_dir: Directory = Field(
        default_factory=default_data_dir,
        description="Folder of everything that is kept.",
        examples=["`/var/lib/quarterdeck` for root, else the user's data folder"],
    )
    development: bool = Field(
        default=False, description="For work on Quarterdeck itself: GraphiQL, introspection, suggestions in errors."
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="Least important kind of log line that is written.")
    log_format: LogFormat = Field(default=LogFormat.JSON, description="Form of the roles' log lines.")


class Listening(BaseSettings):
    """The gateway's address."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address that the gateway listens on.")
    port: Port = Field(default=7777, description="Port that the gateway listens on.")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+$",
        description="Address that clients use, where it is another than the one listened on (behind a proxy).",
    )
    preview_host: str = Field(
        default="",
        pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)?$",
        description="Host below which previews of sessions' ports have their addresses, as `*.` that host leads here; "
        "with its port where that is not the scheme's own.",
        examples=["`localhost` with the port of the API"],
    )
    allowed_origins: Names = Field(
        default=(),
        description="Further web origins whose pages may use the API, separated by commas.",
    )
    trusted_documents_only: bool = Field(
        default=False, description="Take no GraphQL documents but those of Quarterdeck's own clients."
    )


class Services(BaseSettings):
    """PostgreSQL, NATS and the object store. `quarterdeck up` starts its own where no URL is given."""

    database_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL, as the role that may only add to the log."
    )
    database_owner_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL, as the owner of the tables, for migrations. Default: QD_DATABASE_URL."
    )
    database_projector_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL, as the owner of the read models. Default: QD_DATABASE_OWNER_URL."
    )
    nats_url: NatsUrl | None = Field(
        default=None, description="NATS with JetStream; several servers of a cluster separated by commas."
    )
    object_store_url: ObjectStoreUrl | None = Field(
        default=None,
        description="Where snapshots are kept: `file:///folder`, `s3://bucket/prefix`, `gs://…` or `az://…`; "
        "`?endpoint=…&region=…&access_key_id=…&secret_access_key=…` may follow, else the provider's variables count. "
        "Default: the folder `objects` of the data directory.",
    )
    checkpoint_store_url: ObjectStoreUrl | None = Field(
        default=None,
        description="Where signed checkpoints of the log are kept, written as QD_OBJECT_STORE_URL. Best on another "
        "machine than the log. Default: the folder `checkpoints` of the data directory.",
    )
    checkpoint_key: CheckpointKey | None = Field(
        default=None,
        description="What the conductor signs checkpoints with, as `quarterdeck checkpoint-key` makes it: an Ed25519 "
        "private key, 32 bytes in base64; after a comma the key before it, which vouches for it. `quarterdeck up` "
        "has one of its own.",
    )


class Users(BaseSettings):
    """Whom parts run as when root starts them. An ordinary user's parts all run as that user."""

    run_as: str | None = Field(
        default=None,
        description="User of PostgreSQL, NATS, gateway, projector and conductor. "
        "Default: `quarterdeck` if there is one, else `nobody`.",
    )
    jail_uid: Uid = Field(default=64100, description="User id of everything in jails; needs no passwd entry.")


class Worker(BaseSettings):
    """This host's worker."""

    worker_id: WorkerName = Field(
        default_factory=default_worker_id,
        description="Name of this host's worker; never two at once with the same.",
        examples=["the host's name"],
    )
    worker_capacity: PositiveInt = Field(default=50, description="Sessions that this worker takes at most.")
    snapshot_bytes: NonNegativeInt = Field(
        default=0,
        description="Bytes of snapshots that the object store keeps for one project: beyond it, those of the sessions "
        "that ended first are removed. 0: all are kept.",
    )
    default_limits: WrittenLimits = Field(
        default_factory=most_of_the_memory,
        description="Limits of a session for which neither its project nor who opens it asks for any, "
        "such as `memory=4G, cpus=2`.",
        examples=["`memory=` three quarters of the host's"],
    )
    max_limits: WrittenLimits = Field(
        default="", description="Limits that no session here goes beyond, written in the same way."
    )
    docker_host: str | None = Field(
        default=None,
        pattern=r"^unix://",
        description="Socket of the Docker daemon on this host, for projects whose jails are containers. "
        "Default: `DOCKER_HOST`, else `unix:///var/run/docker.sock`.",
    )
    docker_build_network: str = Field(
        default="none",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        description="Docker network that images are built in from a repository's Dockerfile, where the project's "
        "sessions may connect anywhere. "
        "What such a file runs is not trusted: any other than `none` lets it reach what that network reaches.",
    )


class Egress(BaseSettings):
    """The network of sessions whose project has a network list."""

    egress_private_networks: Networks = Field(
        default=(),
        description="Private networks that a network list may name hosts of, such as a company's mirror; "
        "in CIDR form, separated by commas.",
    )
    egress_dns: DnsServer = Field(
        default="",
        description="DNS server that names are resolved by, as `address` or `address:port`. "
        "Default: as this host resolves them.",
    )


class Delivery(BaseSettings):
    """Alerts and reports that leave the house: [Delivery](../guide/operating/delivery.md)."""

    smtp_url: SmtpUrl | None = Field(
        default=None,
        description="Mail server: `smtps://user:password@host:465`, `smtp://user:password@host:587` with STARTTLS, or "
        "`smtp://host:25?tls=none` for a relay without either. Default: no mail is sent.",
    )
    mail_from: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)?$",
        description="Address that mail comes from.",
    )
    webhook_networks: Networks = Field(
        default=(),
        description="Networks of this host (`127.0.0.0/8`) or private ones that webhooks may lead to, also without "
        "TLS; in CIDR form, separated by commas. Default: webhooks lead to the internet, with TLS.",
    )
    signing_key: SigningKey | None = Field(
        default=None,
        description="Key that the secrets of webhooks are derived from, the same for all roles. "
        "Default: `quarterdeck up` makes one in the data directory.",
    )
    report_dir: Directory | None = Field(
        default=None,
        description="Folder of the conductor's host below which reports are written. "
        "Default: the folder `reports` of the data directory.",
    )


class Telemetry(BaseSettings):
    """Traces and metrics: [Telemetry](../guide/operating/telemetry.md)."""

    otlp_endpoint: OtlpEndpoint | None = Field(
        default=None,
        description="OpenTelemetry collector that traces are sent to, as OTLP over HTTP, such as "
        "`http://127.0.0.1:4318`; `qd` takes it from its own environment. Default: no traces.",
    )
    otlp_headers: OtlpHeaders | None = Field(
        default=None, description="Headers for the collector, as `name=value`, separated by commas."
    )
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1.0,
        description="Share of the traces that begin here that is recorded; a caller's decision counts first.",
    )
    metrics_port: Annotated[int, Field(ge=1, le=65533)] | None = Field(
        default=None,
        description="Port at which a worker tells its metrics to Prometheus; the conductor does so at the next one, "
        "the projector at the one after that. Default: they tell none. The gateway's are at its own `/metrics`.",
    )
    metrics_host: str = Field(
        default="127.0.0.1", min_length=1, description="Address of these ports. Who reaches them needs no token."
    )


class UsageKept(BaseSettings):
    """How long [usage](../guide/usage.md#how-long-it-is-kept) is kept. The log stays."""

    usage_facts_days: KeptDays = Field(
        default=0, description="Days that single facts of usage are kept, 30 at least; 0: for ever."
    )
    usage_sums_days: KeptDays = Field(
        default=0,
        description="Days that their sums by hour and day are kept, as long as the facts at least; 0: for ever.",
    )


class Limits(BaseSettings):
    """What one caller can ask for, and how much is held for one."""

    limit_requests_per_second: PositiveInt = Field(
        default=1000, description="HTTP requests of one token in a second, on average."
    )
    limit_requests_burst: PositiveInt = Field(default=2000, description="HTTP requests of one token at once.")
    limit_body_bytes: PositiveInt = Field(default=2 * MIB, description="Size of a request's body.")
    limit_json_depth: PositiveInt = Field(default=32, description="Nesting of a request's JSON.")
    limit_query_bytes: PositiveInt = Field(default=100_000, description="Size of a GraphQL document.")
    limit_query_tokens: PositiveInt = Field(default=2_000, description="Tokens of a GraphQL document.")
    limit_query_depth: PositiveInt = Field(default=15, description="Nesting of fields in a GraphQL document.")
    limit_query_aliases: PositiveInt = Field(default=30, description="Aliases in a GraphQL document.")
    limit_query_directives: PositiveInt = Field(default=20, description="Directives in a GraphQL document.")
    limit_query_cost: PositiveInt = Field(
        default=20_000, description="Fields that a GraphQL document can give, counting lists by their page size."
    )
    limit_page_size: PositiveInt = Field(default=500, description="Entries of one page of a list.")
    limit_sockets_per_token: PositiveInt = Field(default=50, description="WebSockets of one token.")
    limit_subscriptions_per_socket: PositiveInt = Field(default=100, description="Subscriptions on one WebSocket.")
    limit_frame_bytes: PositiveInt = Field(default=2 * MIB, description="Size of a WebSocket message received.")
    limit_init_seconds: PositiveFloat = Field(
        default=5.0, description="Time that a WebSocket has to say who it is (`connection_init`)."
    )
    limit_send_seconds: PositiveFloat = Field(
        default=15.0, description="Time that a client has to take what is sent to it, before it is cut off."
    )
    limit_waiting_sessions: PositiveInt = Field(
        default=1000, description="Sessions of one project that wait for a place; another one is refused."
    )
    limit_output_bytes: PositiveInt = Field(default=8 * GIB, description="Output of one command.")
