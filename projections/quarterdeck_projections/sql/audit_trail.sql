-- A row of the audit trail for each event in (after, upto]. `facts` is read for the topics named here alone.
INSERT INTO {schema}.audit_trail
    (position, recorded_at, actor_kind, actor_id, topic, project_id, session_id, subject_id, summary)
SELECT position, recorded_at, actor_kind, actor_id, topic, project_id, session_id, stream_id, CASE
    WHEN payload IS NULL THEN 'erased'
    -- an escaped NUL, which text cannot hold
    WHEN position('\x5c7530303030'::bytea IN payload) > 0 THEN ''
    ELSE COALESCE(translate(left(CASE topic
        WHEN 'ProjectCreated' THEN concat_ws(' ', facts ->> 'name', facts ->> 'repository')
        WHEN 'MemberAdded' THEN concat_ws(' ', facts ->> 'user_id', facts ->> 'role')
        WHEN 'MemberRemoved' THEN facts ->> 'user_id'
        WHEN 'PersonaDefined' THEN concat_ws(' ', facts ->> 'name', facts ->> 'revision')
        WHEN 'PersonaRevised' THEN facts ->> 'revision'
        WHEN 'SessionOpened' THEN
            concat_ws(' ', facts ->> 'ref', facts -> 'persona' ->> 'name', facts ->> 'title')
        WHEN 'SessionProvisioned' THEN
            concat_ws(' ', facts ->> 'worker_id', facts ->> 'jail_driver', facts ->> 'base_commit')
        WHEN 'SessionProvisioningFailed' THEN facts ->> 'reason'
        WHEN 'SessionAdopted' THEN concat_ws(' ', facts ->> 'worker_id', facts ->> 'detail')
        WHEN 'SessionReopened' THEN concat_ws(' ', facts ->> 'worker_id', facts ->> 'reason')
        WHEN 'WorkspaceRebuilt' THEN
            concat_ws(' ', facts ->> 'from_worker_id', facts ->> 'worker_id', facts ->> 'tree', facts ->> 'taken_at')
        WHEN 'WorkSetAside' THEN concat_ws(' ', facts ->> 'worker_id', facts ->> 'detail')
        WHEN 'SessionPaused' THEN facts ->> 'reason'
        WHEN 'SessionResumed' THEN facts ->> 'detail'
        WHEN 'SessionLimitNear' THEN concat_ws(' ', facts ->> 'limit', facts ->> 'action', facts ->> 'at')
        WHEN 'WorkerStarted' THEN concat_ws(' ', facts ->> 'worker_id', facts ->> 'host')
        WHEN 'OrphanRemoved' THEN concat_ws(' ', facts ->> 'kind', facts ->> 'session_id', facts ->> 'detail')
        WHEN 'SessionLost' THEN facts ->> 'reason'
        WHEN 'SessionClosed' THEN facts ->> 'detail'
        WHEN 'CommandRequested' THEN facts ->> 'text'
        WHEN 'CommandRefused' THEN facts ->> 'reason'
        WHEN 'CommandSignalled' THEN facts ->> 'signal'
        WHEN 'CommandFinished' THEN concat_ws(' ', facts ->> 'reason', facts ->> 'exit_code', facts ->> 'signal')
        WHEN 'CommandLost' THEN facts ->> 'reason'
        WHEN 'SessionNetworkChanged' THEN facts ->> 'rules'
        WHEN 'NetworkAccessDecided' THEN
            concat_ws(' ', facts ->> 'verdict', facts ->> 'host', facts ->> 'port', facts ->> 'reason')
        WHEN 'TaskCreated' THEN concat_ws(' ', 'T-' || (facts ->> 'number'), facts #>> '{fields,title}')
        WHEN 'TaskEdited' THEN (
            SELECT string_agg(changed.key, ' ') FROM json_each_text(facts -> 'changes') AS changed
            WHERE changed.value IS NOT NULL)
        WHEN 'TaskClaimed' THEN concat_ws(' ', facts ->> 'user_id', facts ->> 'expires_at')
        WHEN 'TaskClaimRenewed' THEN facts ->> 'expires_at'
        WHEN 'TaskReleased' THEN facts ->> 'reason'
        WHEN 'TaskAssigned' THEN facts ->> 'owner_id'
        WHEN 'TaskProgressNoted' THEN facts ->> 'text'
        WHEN 'TaskStatusChanged' THEN concat_ws(' ', facts ->> 'status', facts ->> 'reason')
        WHEN 'TaskBlocked' THEN facts ->> 'reason'
        WHEN 'TaskConflictFound' THEN facts ->> 'field'
        WHEN 'TaskConflictResolved' THEN concat_ws(' ', facts ->> 'field', facts ->> 'choice')
        WHEN 'TaskSynchronized' THEN concat_ws(' ', left(facts ->> 'commit', 12), facts ->> 'read', 'read,', facts ->> 'written', 'written')
        WHEN 'TaskFilesWritten' THEN left(facts ->> 'commit', 12)
        WHEN 'TaskSyncFailed' THEN facts ->> 'message'
        WHEN 'SessionTaskFilesRead' THEN facts ->> 'problem'
        WHEN 'TaskLinked' THEN concat_ws(' ', facts #>> '{link,kind}', facts #>> '{link,target}')
        WHEN 'TaskUnlinked' THEN concat_ws(' ', facts #>> '{link,kind}', facts #>> '{link,target}')
        WHEN 'TaskWorkNoted' THEN concat_ws(' ', facts #>> '{work,session_id}', facts #>> '{work,how}')
        WHEN 'ModelUsageRecorded' THEN concat_ws(' ', facts ->> 'provider', facts ->> 'model', facts ->> 'response_id')
        WHEN 'PriceTableRevised' THEN json_array_length(facts -> 'prices') || ' prices'
        WHEN 'BudgetSet' THEN concat_ws(' ', facts #>> '{scope,covers}', facts #>> '{scope,subject}', facts ->> 'every')
        WHEN 'BudgetRevised' THEN facts ->> 'terms'
        WHEN 'BudgetExhausted' THEN facts #>> '{account,standing}'
        WHEN 'BudgetAnswered' THEN concat_ws(' ', facts ->> 'answer', facts ->> 'reason')
        WHEN 'ReservationMade' THEN concat_ws(' ', facts ->> 'request_id', facts ->> 'purpose')
        WHEN 'SessionHeld' THEN facts ->> 'reason'
        WHEN 'ReportScheduled' THEN
            concat_ws(' ', facts ->> 'name', facts #>> '{settings,schedule,cadence}', facts #>> '{settings,schedule,zone}')
        WHEN 'ReportRevised' THEN
            concat_ws(' ', facts #>> '{settings,schedule,cadence}', facts #>> '{settings,schedule,zone}')
        WHEN 'ReportIssued' THEN concat_ws(' ', facts #>> '{period,first}', facts #>> '{period,until}')
        WHEN 'ReportPrepared' THEN
            concat_ws(' ', facts ->> 'name', facts #>> '{period,first}', facts #>> '{period,until}')
        WHEN 'ReportDelivered' THEN concat_ws(' ', facts ->> 'arrived', 'arrived', facts ->> 'failed', 'failed')
        WHEN 'UserRegistered' THEN facts ->> 'name'
        WHEN 'RoleGranted' THEN facts ->> 'role'
        WHEN 'RoleRevoked' THEN facts ->> 'role'
        WHEN 'TokenIssued' THEN concat_ws(' ', facts ->> 'name', facts ->> 'scopes')
        WHEN 'TokenRevoked' THEN facts ->> 'reason'
        WHEN 'LoginFailed' THEN facts ->> 'reason'
    END, 200), E'\n\r\t', '   '), '')
    END
FROM log.events, LATERAL (SELECT convert_from(payload, 'UTF8')::json AS facts) AS parsed
WHERE position > %(after)s AND position <= %(upto)s
