"""Rules, alerts and silences right after a mutation."""

from uuid import UUID

from quarterdeck_schema.alerts.types import Alert, AlertRule, Silence, alert_of, rule_of, silence_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown


async def shown_rule(info: Info, rule_id: UUID, position: int) -> AlertRule:
    find = info.context.alert_rule
    return await shown(info, AlertRule, rule_id, find, rule_of, position=position, projection="alerts")


async def shown_alert(info: Info, alert_id: UUID, position: int) -> Alert:
    return await shown(info, Alert, alert_id, info.context.alert, alert_of, position=position, projection="alerts")


async def shown_silence(info: Info, silence_id: UUID, position: int) -> Silence:
    find = info.context.silence
    return await shown(info, Silence, silence_id, find, silence_of, position=position, projection="alerts")
