"""Alerts as people meet them: rules, acknowledging, silences, and trying a rule's way out."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from quarterdeck.application.access import ADMIN, no_project, permitted
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock, Ids
from quarterdeck.application.requests import IdempotencyKey, Outcome, context_of, perform
from quarterdeck.application.streams import ALERT, ALERT_NOTICE, ALERT_RULE, PROJECT, SILENCE, Aggregate
from quarterdeck.domain import alert, alert_rule, project, silence
from quarterdeck.domain.alert import AlertState, FiringAlert, no_alert
from quarterdeck.domain.alert_notice import AlertNoticeMade, NoticeKind, NoticeState
from quarterdeck.domain.alert_rule import RuleSettings, RuleState
from quarterdeck.domain.delivery import DeliveryAsked, delivery_id
from quarterdeck.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.project import Role
from quarterdeck.domain.silence import Matcher, SilenceSet, SilenceState

NOTICE = "alert notice"
"""What deliveries of notices are about."""


@dataclass(frozen=True)
class Alerts:
    """Rules of a project are its owners'; acknowledging and silences its developers'; the server's are its admins'."""

    log: EventLog
    clock: Clock
    ids: Ids

    async def set_rule(
        self,
        caller: Caller,
        project_id: UUID | None,
        name: str,
        settings: RuleSettings,
        key: IdempotencyKey | None = None,
    ) -> Outcome[RuleState]:
        await self.permit(caller, project_id, Role.OWNER, no_project(), writes=True)
        decide = partial(alert_rule.put, project_id=project_id, name=name, settings=settings)
        return await perform(
            self.log,
            ALERT_RULE,
            alert_rule.rule_id(project_id, name),
            decide,
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def remove_rule(self, caller: Caller, rule_id: UUID, key: IdempotencyKey | None = None) -> Outcome[RuleState]:
        project_id = await self._project_of(caller, ALERT_RULE, rule_id, Role.OWNER, no_rule())
        return await perform(
            self.log,
            ALERT_RULE,
            rule_id,
            alert_rule.remove,
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def send_test(self, caller: Caller, rule_id: UUID, key: IdempotencyKey | None = None) -> Outcome[NoticeState]:
        """To every place that the rule tells."""
        project_id = await self._project_of(caller, ALERT_RULE, rule_id, Role.OWNER, no_rule())
        known = alert_rule.existing((await ALERT_RULE.load(self.log, rule_id)).state)
        if not known.settings.destinations:
            raise InvalidInputError("This rule tells nobody.", "Set --mail or --webhook.", field="ruleId")
        notice_id = self.ids.new()
        made = AlertNoticeMade(rule_id=rule_id, project_id=project_id, number=0, kind=NoticeKind.TEST)
        return await perform(
            self.log,
            ALERT_NOTICE,
            notice_id,
            lambda _: (made,),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
            also=deliveries(notice_id, known.settings, project_id),
            new=True,
        )

    async def acknowledge(
        self, caller: Caller, alert_id: UUID, note: str, key: IdempotencyKey | None = None
    ) -> Outcome[AlertState]:
        rule_id = _rule_of((await ALERT.load(self.log, alert_id)).state)
        project_id = await self._project_of(caller, ALERT_RULE, rule_id, Role.DEVELOPER, no_alert())
        return await perform(
            self.log,
            ALERT,
            alert_id,
            partial(alert.acknowledge, user_id=caller.user_id, note=note),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def set_silence(
        self,
        caller: Caller,
        project_id: UUID | None,
        matcher: Matcher,
        until: datetime,
        reason: str,
        key: IdempotencyKey | None = None,
    ) -> Outcome[SilenceState]:
        await self.permit(caller, project_id, Role.DEVELOPER, no_project(), writes=True)
        told = SilenceSet(
            project_id=project_id, matcher=matcher, until=until, reason=reason.strip(), user_id=caller.user_id
        )
        return await perform(
            self.log,
            SILENCE,
            self.ids.new(),
            lambda state: silence.put(state, told, self.clock.now()),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
            new=True,
        )

    async def end_silence(
        self, caller: Caller, silence_id: UUID, key: IdempotencyKey | None = None
    ) -> Outcome[SilenceState]:
        state = (await SILENCE.load(self.log, silence_id)).state
        project_id = silence.existing(state).told.project_id
        missing = NotFoundError("There is no such silence.", "List them with `qd alert silences`.")
        await self.permit(caller, project_id, Role.DEVELOPER, missing)
        return await perform(
            self.log,
            SILENCE,
            silence_id,
            silence.end,
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def permit(
        self, caller: Caller, project_id: UUID | None, role: Role, missing: NotFoundError, *, writes: bool = False
    ) -> None:
        """Raises where the caller has not that role in the project, or is not admin where it is the server's."""
        if project_id is None:
            if ADMIN not in caller.roles:
                raise (
                    ForbiddenError("Alerts of the whole server are for its admins.", "Name a project.")
                    if writes
                    else missing
                )
            return
        home = permitted(caller, (await PROJECT.load(self.log, project_id)).state, role, missing)
        if writes:
            project.usable(home)

    async def _project_of(
        self,
        caller: Caller,
        aggregate: Aggregate[RuleState, alert_rule.AlertRuleEvent],
        rule_id: UUID,
        role: Role,
        missing: NotFoundError,
    ) -> UUID | None:
        state = (await aggregate.load(self.log, rule_id)).state
        if isinstance(state, alert_rule.NoRule):
            raise missing
        await self.permit(caller, state.project_id, role, missing)
        return state.project_id


def deliveries(notice_id: UUID, settings: RuleSettings, project_id: UUID | None) -> list[StreamWrite]:
    """Of a notice, to every place that its rule tells."""
    return [
        StreamWrite(
            stream_id=delivery_id(notice_id, each),
            expected_version=0,
            events=(DeliveryAsked(about=NOTICE, source_id=notice_id, destination=each),),
            project_id=project_id,
        )
        for each in settings.destinations
    ]


def no_rule() -> NotFoundError:
    return NotFoundError("There is no such alert rule.", "List them with `qd alert rule list`.")


def _rule_of(state: AlertState) -> UUID:
    if isinstance(state, FiringAlert):
        return state.raised.rule_id
    if isinstance(state, alert.EndedAlert) and state.raised is not None:
        return state.raised.rule_id
    raise no_alert()
