"""Composing notices: what a delivery of one says, read from the log when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.alerts import Notice, NoticedAlert, NoticeWriter
from quarterdeck.application.ports.delivery import DeliveryFailedError, Message
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.streams import ALERT, ALERT_RULE, PROJECT, USER
from quarterdeck.domain.alert import AlertRaised, AlertResolved
from quarterdeck.domain.alert_notice import AlertNoticeMade
from quarterdeck.domain.alert_rule import NoRule
from quarterdeck.domain.delivery import DeliveryAsked
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project


@dataclass(frozen=True)
class AlertNotices:
    journal: Journal
    writer: NoticeWriter

    async def compose(self, delivery_id: UUID, asked: LoggedEvent) -> Message:
        """As things stand now: an alert that is over by now is shown so."""
        assert isinstance(asked.event, DeliveryAsked)
        made, made_at = await self._made(asked.event.source_id)
        rule = (await self.journal.read(ALERT_RULE, made.rule_id)).state
        if isinstance(rule, NoRule):
            raise DeliveryFailedError("The rule of this notice is gone.", permanent=True)
        quiet = rule.settings.quiet_hours
        return self.writer.write(
            Notice(
                delivery_id=delivery_id,
                destination=asked.event.destination,
                made=made,
                made_at=made_at,
                rule=rule.name,
                description=rule.settings.description,
                severity=rule.settings.severity,
                project=await self._project(rule.project_id),
                project_id=rule.project_id,
                quiet_zone=quiet.zone if quiet else "",
                alerts=await self._alerts(made),
            )
        )

    async def _made(self, notice_id: UUID) -> tuple[AlertNoticeMade, datetime]:
        for each in await patiently(lambda: self.journal.log.load(notice_id)):
            if isinstance(each.event, AlertNoticeMade):
                return each.event, each.envelope.recorded_at
        raise DeliveryFailedError("What this notice says was erased.", permanent=True)

    async def _project(self, project_id: UUID | None) -> str:
        if project_id is None:
            return ""
        home = (await self.journal.read(PROJECT, project_id)).state
        return home.name if isinstance(home, Project) else ""

    async def _alerts(self, made: AlertNoticeMade) -> Sequence[NoticedAlert]:
        over = set(made.resolved)
        wanted = [
            *((each, "raised") for each in made.raised),
            *((each, "resolved") for each in made.resolved if each not in made.raised),
            *((each, "repeated") for each in made.repeated),
        ]
        found = [await self._alert(each, "resolved" if each in over else what) for each, what in wanted]
        return [each for each in found if each is not None]

    async def _alert(self, alert_id: UUID, what: str) -> NoticedAlert | None:
        stream = await self.journal.read(ALERT, alert_id)
        raised = [each for each in stream.events if isinstance(each.event, AlertRaised)]
        ended = [each.envelope.recorded_at for each in stream.events if isinstance(each.event, AlertResolved)]
        if not raised:
            return None
        event = raised[-1].event
        assert isinstance(event, AlertRaised)
        return NoticedAlert(
            id=alert_id,
            what=what,
            raised=event,
            raised_at=raised[-1].envelope.recorded_at,
            state=stream.state,
            ended_at=ended[-1] if ended else None,
            labels={name: await self._shown(name, value) for name, value in event.labels.items()},
        )

    async def _shown(self, name: str, value: str) -> str:
        """The name of a user or a project; nothing is told as such."""
        if not value:
            return "none"
        try:
            identifier = UUID(value)
        except ValueError:
            return value
        if name == "project":
            return await self._project(identifier) or value
        user = (await self.journal.read(USER, identifier)).state if name == "user" else None
        return user.name if isinstance(user, User) else value
