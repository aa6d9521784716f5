-- $1 log.new_event[]; $2, $3 the head after them; $4, $5 the head before them. Returns a row where that was the head.
-- The update waits for whoever else writes. It matches only where this statement's snapshot holds the same head, so
-- nothing was committed that the snapshot misses.
WITH moved AS (
    UPDATE log.head SET position = $2, digest = $3 WHERE position = $4 AND digest = $5 RETURNING position
), stored AS (
    INSERT INTO log.events (position, digest, payload, stream_id, version, topic, schema_version, payload_digest,
        recorded_at, correlation_id, actor_kind, actor_id, causation_id, project_id, session_id, traceparent)
    SELECT event.* FROM moved, unnest($1) AS event
)
SELECT pg_notify('quarterdeck_log', position::text) FROM moved
