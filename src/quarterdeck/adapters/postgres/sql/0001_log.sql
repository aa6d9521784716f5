-- The append-only log, its head row, and what lies beside it.
-- Columns of log.events never change their meaning: the digest chain (quarterdeck.audit.chain) covers them.

CREATE SCHEMA IF NOT EXISTS log;

CREATE TABLE log.events (
    position        bigint      NOT NULL CHECK (position > 0),
    digest          bytea       NOT NULL CHECK (octet_length(digest) = 32),
    payload         bytea,
    stream_id       uuid        NOT NULL,
    version         integer     NOT NULL CHECK (version >= 0),
    topic           text        NOT NULL,
    schema_version  integer     NOT NULL,
    payload_digest  bytea       NOT NULL CHECK (octet_length(payload_digest) = 32),
    recorded_at     timestamptz NOT NULL,
    correlation_id  uuid        NOT NULL,
    actor_kind      text        NOT NULL,
    actor_id        text        NOT NULL,
    causation_id    text,
    project_id      uuid,
    session_id      uuid,
    traceparent     text,
    erased_at       timestamptz,
    CONSTRAINT events_pkey PRIMARY KEY (position),
    CONSTRAINT events_version_key UNIQUE (stream_id, version),
    CONSTRAINT events_payload_or_erased CHECK ((payload IS NULL) = (erased_at IS NOT NULL))
) WITH (autovacuum_vacuum_insert_threshold = 100000);

CREATE INDEX events_session_idx ON log.events (session_id, position) WHERE session_id IS NOT NULL;
CREATE INDEX events_project_idx ON log.events (project_id, position) WHERE project_id IS NOT NULL;

-- The same under the names that the eventsourcing library reads by.
CREATE VIEW log.stored_events AS
    SELECT position AS notification_id, stream_id AS originator_id, version AS originator_version, topic,
        coalesce(payload, ''::bytea) AS state
    FROM log.events;

-- What a writer sends: the columns it may set, in the order of rows.py.
CREATE TYPE log.new_event AS (
    position bigint, digest bytea, payload bytea,
    stream_id uuid, version integer, topic text, schema_version integer, payload_digest bytea,
    recorded_at timestamptz, correlation_id uuid, actor_kind text, actor_id text, causation_id text,
    project_id uuid, session_id uuid, traceparent text
);

-- One row. Whoever updates it is the one writer: positions are gapless and commit in their order.
CREATE TABLE log.head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint  NOT NULL,
    digest   bytea   NOT NULL CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 10);

INSERT INTO log.head (position, digest) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON log.head
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER refuse_going_back BEFORE UPDATE ON log.head
    FOR EACH ROW WHEN (NEW.position <= OLD.position) EXECUTE FUNCTION log.refuse_change();

-- The one change there is: erase() names the row in a setting of its transaction, and only the payload goes.
CREATE FUNCTION log.refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected log.events := OLD;
BEGIN
    expected.payload := NULL;
    expected.erased_at := NEW.erased_at;
    IF NEW IS DISTINCT FROM expected
        OR current_setting('quarterdeck.erasing', true) IS DISTINCT FROM OLD.position::text THEN
        RAISE EXCEPTION 'the log is append-only: UPDATE on log.events is refused'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refuse_update BEFORE UPDATE ON log.events
    FOR EACH ROW EXECUTE FUNCTION log.refuse_update();

-- Replaces one payload by a hole; its digest stays, so the chain still verifies. True where there was a payload.
CREATE FUNCTION log.erase(at_position bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    erased boolean;
BEGIN
    PERFORM set_config('quarterdeck.erasing', at_position::text, true);
    UPDATE log.events SET payload = NULL, erased_at = now() WHERE position = at_position AND payload IS NOT NULL;
    erased := FOUND;
    PERFORM set_config('quarterdeck.erasing', '', true);
    RETURN erased;
END $$;

REVOKE ALL ON FUNCTION log.erase(bigint) FROM PUBLIC;
