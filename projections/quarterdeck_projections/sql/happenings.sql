-- What people want to know of who were away, from the events in (after, upto]. `facts` is read for a few topics alone.
INSERT INTO {schema}.happenings (position, project_id, kind, happened_at, actor_kind, actor_id, subject_id)
SELECT position, project_id, kind, recorded_at, actor_kind, actor_id, stream_id
FROM log.events, LATERAL (SELECT CASE
    WHEN payload IS NULL THEN NULL
    WHEN topic = 'SessionOpened' THEN 'session_opened'
    WHEN topic = 'SessionClosed' THEN 'session_closed'
    WHEN topic IN ('SessionLost', 'SessionProvisioningFailed') THEN 'session_lost'
    WHEN topic IN ('CommandLost', 'CommandRefused') THEN 'command_failed'
    WHEN topic = 'CommandFinished' THEN
        CASE WHEN convert_from(payload, 'UTF8')::json ->> 'exit_code' IS DISTINCT FROM '0'
            AND convert_from(payload, 'UTF8')::json ->> 'reason' <> 'cancelled' THEN 'command_failed' END
    WHEN topic = 'TaskCreated' THEN 'task_created'
    WHEN topic = 'TaskStatusChanged' THEN
        CASE WHEN convert_from(payload, 'UTF8')::json ->> 'status' = 'done' THEN 'task_finished' END
    WHEN topic = 'TaskBlocked' THEN 'task_blocked'
    WHEN topic = 'TaskConflictFound' THEN 'task_conflict'
    WHEN topic = 'AlertRaised' THEN 'alert_raised'
    WHEN topic = 'BudgetExhausted' THEN 'budget_exhausted'
    WHEN topic = 'NetworkAccessDecided' THEN
        CASE WHEN convert_from(payload, 'UTF8')::json ->> 'verdict' = 'refused' THEN 'network_refused' END
    END AS kind) AS told
WHERE position > %(after)s AND position <= %(upto)s AND project_id IS NOT NULL AND kind IS NOT NULL
