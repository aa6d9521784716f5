"""The gateway's own state: what all requests and sockets of this process share."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from quarterdeck.application.browser_logins import BrowserLogins
from quarterdeck.application.log_tree import LogTree
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.system import Ids
from quarterdeck.application.readings import Readings
from quarterdeck.config import Settings
from quarterdeck.gateway.auth import Authenticator
from quarterdeck.gateway.credentials import Credentials
from quarterdeck.gateway.documents import Documents
from quarterdeck.gateway.execution import Engine
from quarterdeck.gateway.origins import Origins
from quarterdeck.gateway.output import Outputs
from quarterdeck.gateway.parts import Parts
from quarterdeck.gateway.preview.addresses import PreviewAddresses
from quarterdeck.gateway.rates import Rates
from quarterdeck.gateway.stalls import Stalls
from quarterdeck.gateway.tail import LogTail
from quarterdeck.web_client.places import login_link
from quarterdeck_schema.context import RequestContext, Services
from quarterdeck_schema.documents import load_manifest
from quarterdeck_schema.schema import executable


@dataclass(frozen=True, kw_only=True)
class Gateway:
    settings: Settings
    services: Services
    engine: Engine
    authenticator: Authenticator
    credentials: Credentials
    origins: Origins
    rates: Rates
    tail: LogTail
    stalls: Stalls
    ids: Ids

    def context(self, caller: Caller | None, correlation_id: UUID) -> RequestContext:
        return RequestContext(services=self.services, correlation_id=correlation_id, known_caller=caller)


def make_gateway(parts: Parts) -> Gateway:
    settings = parts.settings
    tail = LogTail(parts.log, parts.rows)
    outputs = Outputs(parts.live, parts.transcripts, parts.log)
    authenticator = Authenticator(parts.identity)
    origins = Origins(settings.url, settings.allowed_origins)
    tail.listen(outputs.heard)
    tail.listen(authenticator.heard)
    schema = executable()
    documents = Documents(
        schema,
        settings,
        development=settings.development,
        trusted=load_manifest(),
        trusted_only=settings.trusted_documents_only,
    )
    return Gateway(
        settings=settings,
        services=_services(parts, outputs, tail),
        engine=Engine(schema=schema, documents=documents, development=settings.development),
        authenticator=authenticator,
        credentials=Credentials(settings, origins),
        origins=origins,
        rates=Rates(settings.limit_requests_per_second, settings.limit_requests_burst),
        tail=tail,
        stalls=Stalls(settings.limit_send_seconds),
        ids=parts.ids,
    )


def _services(parts: Parts, outputs: Outputs, tail: LogTail) -> Services:
    return Services(
        log=parts.log,
        rows=parts.rows,
        tree=LogTree(parts.rows),
        transcripts=parts.transcripts,
        erasing=parts.erasing,
        reads=parts.reads,
        projects=parts.projects,
        personas=parts.personas,
        sessions=parts.sessions,
        commands=parts.commands,
        tasks=parts.tasks,
        task_starts=parts.task_starts,
        task_files=parts.task_files,
        snapshots=parts.snapshots,
        file_writes=parts.file_writes,
        comparisons=parts.comparisons,
        exports=parts.exports,
        checkpoints=parts.checkpoints,
        workers=parts.workers,
        usage=parts.usage,
        budgets=parts.budgets,
        reservations=parts.reservations,
        alerts=parts.alerts,
        webhook_secrets=parts.webhook_secrets,
        reports=parts.reports,
        readings=Readings(parts.log),
        previews=parts.previews,
        preview_link=PreviewAddresses(parts.settings).link,
        browser_logins=BrowserLogins(parts.identity),
        login_link=partial(login_link, parts.settings.url),
        identity=parts.identity,
        output=outputs,
        events=tail,
        page_size=parts.settings.limit_page_size,
    )
