-- What people want to know of who were away, from the events in (after, upto]. `facts` is read for a few topics alone.
INSERT INTO {schema}.happenings (position, project_id, kind, happened_at, actor_kind, actor_id, subject_id)
SELECT position, project_id, kind, recorded_at, actor_kind, actor_id, stream_id
FROM log.events, LATERAL (SELECT
    -- an escaped NUL, which text cannot hold, becomes U+FFFD
    (CASE WHEN position('\x5c7530303030'::bytea IN payload) > 0
        THEN replace(convert_from(payload, 'UTF8'), '\u0000', '\ufffd')
        ELSE convert_from(payload, 'UTF8') END)::json AS facts) AS read, LATERAL (SELECT CASE
    WHEN payload IS NULL THEN NULL
    WHEN topic = 'SessionOpened' THEN 'session_opened'
    WHEN topic = 'SessionClosed' THEN 'session_closed'
    WHEN topic IN ('SessionLost', 'SessionProvisioningFailed') THEN 'session_lost'
    WHEN topic IN ('CommandLost', 'CommandRefused') THEN 'command_failed'
    WHEN topic = 'CommandFinished' THEN
        CASE WHEN facts ->> 'exit_code' IS DISTINCT FROM '0'
            AND facts ->> 'reason' <> 'cancelled' THEN 'command_failed' END
    WHEN topic = 'TaskCreated' THEN 'task_created'
    WHEN topic = 'TaskStatusChanged' THEN
        CASE WHEN facts ->> 'status' = 'done' THEN 'task_finished' END
    WHEN topic = 'TaskBlocked' THEN 'task_blocked'
    WHEN topic = 'TaskConflictFound' THEN 'task_conflict'
    WHEN topic = 'AlertRaised' THEN 'alert_raised'
    WHEN topic = 'BudgetExhausted' THEN 'budget_exhausted'
    WHEN topic = 'NetworkAccessDecided' THEN
        CASE WHEN facts ->> 'verdict' = 'refused' THEN 'network_refused' END
    END AS kind) AS told
WHERE position > %(after)s AND position <= %(upto)s AND project_id IS NOT NULL AND kind IS NOT NULL
