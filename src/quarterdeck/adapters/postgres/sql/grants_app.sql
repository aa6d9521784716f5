GRANT USAGE ON SCHEMA log TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA log TO {role};
-- by column: only log.erase() sets erased_at, so a row cannot arrive without its payload
GRANT INSERT (position, digest, payload, stream_id, version, topic, schema_version, payload_digest,
    recorded_at, correlation_id, actor_kind, actor_id, causation_id, project_id, session_id, traceparent) ON log.events TO {role};
GRANT UPDATE (position, digest) ON log.head TO {role};
GRANT INSERT, UPDATE ON log.transcript_heads, log.workers, log.cursors TO {role};
GRANT INSERT ON log.transcript_pieces TO {role};
-- these change only what a logged PayloadErased event names
GRANT EXECUTE ON FUNCTION log.tombstone(bytea, text[]), log.carry_out(bigint),
    log.replace_piece(bigint, uuid, bigint, integer, smallint, bytea) TO {role};
