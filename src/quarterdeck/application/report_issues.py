"""Reports on their way: a period's issue is made when it is due, composed for each recipient, and concluded.

Safe to run beside another conductor's, and to be killed anywhere: each step is one append at the versions that it was
decided on, with ids that the report and the period make.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, Message
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.reports import Rendered, ReportBook
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.report_contents import Edition, ReportContents
from quarterdeck.application.streams import DELIVERY, REPORT, REPORT_ISSUE
from quarterdeck.domain import report, report_issue
from quarterdeck.domain.delivery import (
    Channel,
    DeliveryAsked,
    Destination,
    EndedDelivery,
    delivery_id,
)
from quarterdeck.domain.errors import ForbiddenError, UnavailableError
from quarterdeck.domain.report import NoReport, Report
from quarterdeck.domain.report_issue import NoIssue, OpenIssue, ReportPrepared
from quarterdeck.domain.report_period import Period

logger = structlog.get_logger(__name__)

ABOUT = "report"
"""What deliveries of reports are about."""


def issue_writes(
    report_id: UUID, known: Report, version: int, period: Period, *, missed: int = 0, asked_by: UUID | None = None
) -> list[StreamWrite]:
    """Of the report, its issue, and a delivery for each recipient: all or none."""
    issue_id = report.issue_id(report_id, period, known.asked + 1 if asked_by else 0)
    prepared = ReportPrepared(
        report_id=report_id,
        name=known.name,
        project_id=known.project_id,
        period=period,
        schedule=known.schedule,
        recipients=known.settings.recipients,
        missed=missed,
        asked_by=asked_by,
    )
    issued = report.issue(known, issue_id, period, asked=asked_by is not None)
    asked = [
        DeliveryAsked(about=ABOUT, source_id=issue_id, destination=each.destination) for each in prepared.recipients
    ]
    return [
        StreamWrite(stream_id=report_id, expected_version=version, events=issued),
        StreamWrite(stream_id=issue_id, expected_version=0, events=(prepared,)),
        *(
            StreamWrite(stream_id=delivery_id(issue_id, each.destination), expected_version=0, events=(each,))
            for each in asked
        ),
    ]


@dataclass(frozen=True)
class ReportIssues:
    journal: Journal
    clock: Clock
    book: ReportBook
    contents: ReportContents

    async def once(self) -> None:
        """Makes the issues that are due, and concludes those whose deliveries have ended."""
        for report_id in await self.book.due(self.clock.now()):
            await self.issue(report_id)
        for issue_id in await self.book.concluded():
            await self.conclude(issue_id)

    async def issue(self, report_id: UUID) -> None:
        """The one that is due by the log, if there is one."""
        stream = await self.journal.read(REPORT, report_id)
        found = report.due(stream.state, self.clock.now())
        if found is None or isinstance(stream.state, NoReport):
            return
        writes = issue_writes(report_id, stream.state, stream.version, found.period, missed=found.missed)
        if not isinstance((await self.journal.read(REPORT_ISSUE, writes[1].stream_id)).state, NoIssue):
            # a report of this name was removed and set up again after it had sent this period's
            writes = writes[:1]
        try:
            await self.journal.append(writes, stream.events[-1])
        except ConcurrencyError:
            return
        logger.info("a report is due", report=str(report_id), period=str(found.period), missed=found.missed)

    async def conclude(self, issue_id: UUID) -> None:
        state = (await self.journal.read(REPORT_ISSUE, issue_id)).state
        if not isinstance(state, OpenIssue):
            return
        ended = [
            (await self.journal.read(DELIVERY, delivery_id(issue_id, each.destination))).state
            for each in state.prepared.recipients
        ]
        arrived = [each.arrived for each in ended if isinstance(each, EndedDelivery)]
        decide = partial(report_issue.conclude, arrived=arrived.count(True), failed=arrived.count(False))
        await self.journal.decide(REPORT_ISSUE, issue_id, decide)

    async def compose(self, delivery_id: UUID, asked: LoggedEvent) -> Message:
        """The report as its recipient may see it at this moment. Raises DeliveryFailedError where they may not."""
        assert isinstance(asked.event, DeliveryAsked)
        prepared = await self._prepared(asked.event.source_id)
        user_id = await self._recipient(prepared, asked.event.destination)
        edition = Edition(
            name=prepared.name,
            project_id=prepared.project_id,
            schedule=prepared.schedule,
            period=prepared.period,
            missed=prepared.missed,
        )
        try:
            await self.contents.source.wait_for(asked.position)
            rendered = await self.contents.rendered(edition, user_id)
        except ForbiddenError as error:
            raise DeliveryFailedError(error.message, error.next_step, permanent=True) from error
        except UnavailableError as error:
            raise DeliveryFailedError("The figures cannot be read now.", error.message) from error
        return _message(delivery_id, asked.event.destination, prepared, rendered)

    async def _prepared(self, issue_id: UUID) -> ReportPrepared:
        state = (await self.journal.read(REPORT_ISSUE, issue_id)).state
        if isinstance(state, NoIssue):
            raise DeliveryFailedError("What is to be reported is not known any more.", permanent=True)
        return state.prepared

    async def _recipient(self, prepared: ReportPrepared, destination: Destination) -> UUID:
        """For whom it is. Whoever is not among the report's recipients any more gets nothing."""
        state = (await self.journal.read(REPORT, prepared.report_id)).state
        if isinstance(state, NoReport) or state.removed:
            raise DeliveryFailedError("The report was removed.", permanent=True)
        found = next((each for each in state.settings.recipients if each.destination == destination), None)
        if found is None:
            raise DeliveryFailedError("This recipient was taken out of the report.", permanent=True)
        return found.user_id


def _message(delivery_id: UUID, destination: Destination, prepared: ReportPrepared, rendered: Rendered) -> Message:
    match destination.channel:
        case Channel.MAIL:
            mail = Mail(
                delivery_id=delivery_id,
                to=destination.address,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                images=rendered.images,
                attachments=rendered.sheets,
                thread=str(prepared.report_id),
            )
            return Message(mail=mail)
        case Channel.WEBHOOK:
            return Message(payload=rendered.payload)
        case Channel.FOLDER:
            # reports of several projects may go into the same folder under the same name
            stem = f"{prepared.name}-{prepared.report_id.hex[-8:]}-{prepared.period.first}"
            named = {f"{stem}.html": rendered.page.encode(), f"{stem}.json": rendered.payload}
            return Message(files=named | {f"{stem}-{each.name}": each.content for each in rendered.sheets})
