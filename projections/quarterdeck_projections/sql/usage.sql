-- The facts of usage and their roll-ups: hypertable and continuous aggregates where TimescaleDB is in this database,
-- partitions by month and tables kept by a trigger where it is not. Names, columns and answers are the same.

CREATE OR REPLACE FUNCTION read.usage_engine() RETURNS text LANGUAGE sql STABLE AS $$
    -- the Apache edition has neither continuous aggregates nor compression
    SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
        AND current_setting('timescaledb.license', true) = 'timescale' THEN 'timescaledb' ELSE 'plain' END
$$;

-- For how many days facts, and what they sum up to, are kept; 0: for ever. The projector writes it.
CREATE TABLE IF NOT EXISTS read.usage_retention (facts_days integer NOT NULL, sums_days integer NOT NULL);
INSERT INTO read.usage_retention SELECT 0, 0 WHERE NOT EXISTS (SELECT FROM read.usage_retention);

-- Since when that is now: whole days, so that a bucket is there or is not.
CREATE OR REPLACE FUNCTION read.usage_edge(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN days = 0 THEN '-infinity' ELSE date_trunc('day', now() - make_interval(days => days), 'UTC') END
$$;

-- Facts are answered from `facts_from` on, their sums from `sums_from` on, on every kind of database, whenever the room
-- is given back. Nothing before `closed_from` is changed any more: facts are gone that its sums were made of.
CREATE OR REPLACE FUNCTION read.usage_make_edges(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I.usage_edges (facts_from timestamptz NOT NULL,
        sums_from timestamptz NOT NULL, closed_from timestamptz NOT NULL)', target);
    -- tables that are made anew are filled with what is still kept; the first ones begin with all there is
    EXECUTE format('INSERT INTO %I.usage_edges SELECT read.usage_edge(facts_days), read.usage_edge(sums_days),
        read.usage_edge(sums_days) FROM read.usage_retention WHERE NOT EXISTS (SELECT FROM %I.usage_edges)',
        target, target);
END $$;

-- It has all that facts are asked for, so that they are answered without the rows, which lie a page apart: ten million
-- facts of twenty projects, read row by row, take five times as long.
CREATE OR REPLACE FUNCTION read.usage_index(target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT indexrelid::regclass AS name, indnatts > indnkeyatts AS whole FROM pg_index
        WHERE indrelid = format('%I.usage_facts', target)::regclass AND indpred IS NULL LOOP
        IF old.whole THEN
            RETURN;
        END IF;
        EXECUTE format('DROP INDEX %s', old.name);
    END LOOP;
    EXECUTE format('CREATE INDEX ON %I.usage_facts (project_id, measure, at)
        INCLUDE (value, user_id, persona, session_id, task_id, provider, model, detail)', target);
END $$;

-- Calls of models in the order in which they are listed, one fact of each, with what they are chosen by.
CREATE OR REPLACE FUNCTION read.usage_calls_index(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE INDEX IF NOT EXISTS usage_facts_calls ON %I.usage_facts (project_id, position)
        INCLUDE (at, user_id, persona, session_id, task_id, provider, model, detail) WHERE measure = ''model_calls''',
        target);
END $$;

-- Makes the tables in a schema that has none, of the kind that this database can have now.
CREATE OR REPLACE FUNCTION read.usage_make(target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    timescale boolean := read.usage_engine() = 'timescaledb';
    -- compared byte by byte, which is several times as quick as by a language's rules
    cells text := 'project_id uuid NOT NULL, measure text COLLATE "C" NOT NULL, user_id uuid,
        persona text COLLATE "C" NOT NULL, provider text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL,
        detail text COLLATE "C" NOT NULL';
    dimensions text := 'project_id, measure, user_id, persona, provider, model, detail';
    rollup text;
BEGIN
    PERFORM read.usage_make_edges(target);
    EXECUTE format('CREATE TABLE %I.usage_facts (at timestamptz NOT NULL, position bigint NOT NULL, value bigint,
        %s, session_id uuid, task_id uuid, price text NOT NULL) %s', target, cells,
        CASE WHEN timescale THEN '' ELSE 'PARTITION BY RANGE (at)' END);
    PERFORM read.usage_index(target);
    PERFORM read.usage_calls_index(target);
    IF timescale THEN
        PERFORM read.usage_make_timescale(target, dimensions);
        RETURN;
    END IF;
    FOREACH rollup IN ARRAY ARRAY['usage_hourly', 'usage_daily'] LOOP
        EXECUTE format('CREATE TABLE %I.%I (bucket timestamptz NOT NULL, %s, count bigint NOT NULL,
            known bigint NOT NULL, total numeric, lowest bigint, highest bigint,
            CONSTRAINT %I UNIQUE NULLS NOT DISTINCT (project_id, measure, bucket, user_id, persona, provider, model, detail)
            ) WITH (fillfactor = 80)', target, rollup, cells, rollup || '_cell_key');
    END LOOP;
    EXECUTE format('CREATE TRIGGER roll_up AFTER INSERT ON %I.usage_facts REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION read.usage_roll_up()', target);
END $$;

-- The statement that adds what a source of facts sums up to. A day is made of its hours, so that facts are grouped once.
CREATE OR REPLACE FUNCTION read.usage_rolling(target text, source text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('WITH hours AS MATERIALIZED (
        SELECT date_trunc(''hour'', at, ''UTC'') AS bucket, project_id, measure, user_id, persona, provider, model,
            detail, count(*) AS count, count(value) AS known, sum(value) AS total, min(value) AS lowest,
            max(value) AS highest
        FROM %s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ), hourly AS (
        INSERT INTO %I.usage_hourly AS old
            (bucket, project_id, measure, user_id, persona, provider, model, detail, count, known, total, lowest, highest)
        SELECT * FROM hours
        ON CONFLICT (project_id, measure, bucket, user_id, persona, provider, model, detail) DO UPDATE SET
            count = old.count + EXCLUDED.count, known = old.known + EXCLUDED.known,
            total = coalesce(old.total + EXCLUDED.total, old.total, EXCLUDED.total),
            lowest = least(old.lowest, EXCLUDED.lowest), highest = greatest(old.highest, EXCLUDED.highest)
    )
    INSERT INTO %I.usage_daily AS old
        (bucket, project_id, measure, user_id, persona, provider, model, detail, count, known, total, lowest, highest)
    SELECT date_trunc(''day'', bucket, ''UTC''), project_id, measure, user_id, persona, provider, model, detail,
        sum(count), sum(known), sum(total), min(lowest), max(highest)
    FROM hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (project_id, measure, bucket, user_id, persona, provider, model, detail) DO UPDATE SET
        count = old.count + EXCLUDED.count, known = old.known + EXCLUDED.known,
        total = coalesce(old.total + EXCLUDED.total, old.total, EXCLUDED.total),
        lowest = least(old.lowest, EXCLUDED.lowest), highest = greatest(old.highest, EXCLUDED.highest)',
        source, target, target)
$$;

CREATE OR REPLACE FUNCTION read.usage_roll_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE read.usage_rolling(TG_TABLE_SCHEMA, 'fresh');
    RETURN NULL;
END $$;

-- Sums facts up that are not kept themselves. On plain PostgreSQL: elsewhere sums are made of facts that are there.
CREATE OR REPLACE FUNCTION read.usage_sum(target text, facts json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE read.usage_rolling(target, 'json_to_recordset($1) AS passing(at timestamptz, value bigint, project_id uuid,
        measure text, user_id uuid, persona text, provider text, model text, detail text)') USING facts;
END $$;

CREATE OR REPLACE FUNCTION read.usage_make_timescale(target text, dimensions text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    facts text := format('%I.usage_facts', target);
BEGIN
    EXECUTE format('SELECT create_hypertable(%L, ''at'', chunk_time_interval => interval ''7 days'',
        create_default_indexes => false)', facts);
    EXECUTE format('CREATE MATERIALIZED VIEW %I.usage_hourly
        WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
        SELECT time_bucket(''1 hour'', at) AS bucket, %s, count(*) AS count, count(value) AS known,
            sum(value) AS total, min(value) AS lowest, max(value) AS highest
        FROM %s GROUP BY 1, %s WITH NO DATA', target, dimensions, facts, dimensions);
    EXECUTE format('CREATE MATERIALIZED VIEW %I.usage_daily
        WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
        SELECT time_bucket(''1 day'', bucket) AS bucket, %s, sum(count)::bigint AS count, sum(known)::bigint AS known,
            sum(total) AS total, min(lowest) AS lowest, max(highest) AS highest
        FROM %I.usage_hourly GROUP BY 1, %s WITH NO DATA', target, dimensions, target, dimensions);
    EXECUTE format('ALTER TABLE %s SET (timescaledb.compress, timescaledb.compress_segmentby = ''project_id, measure'',
        timescaledb.compress_orderby = ''at'')', facts);
    PERFORM read.usage_policies(target);
    EXECUTE format('SELECT add_compression_policy(%L, interval ''30 days'')', facts);
END $$;

-- What may still be told of (8 days, more than domain.usage.PAST) is summed up when it is asked for, so that it is seen at
-- once; what changes before that, such as prices, is seen after the next refresh. None goes back to where facts are gone:
-- it would take the sums away that were made of them.
CREATE OR REPLACE FUNCTION read.usage_policies(target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rollup text;
    since timestamptz;
    back interval;
BEGIN
    EXECUTE format('SELECT closed_from FROM %I.usage_edges', target) INTO since;
    IF isfinite(since) THEN
        back := make_interval(days => greatest(9, floor(extract(epoch FROM now() - since) / 86400)::integer));
    END IF;
    FOREACH rollup IN ARRAY ARRAY['usage_hourly', 'usage_daily'] LOOP
        EXECUTE format('SELECT remove_continuous_aggregate_policy(%L, if_exists => true)',
            format('%I.%I', target, rollup));
        EXECUTE format('SELECT add_continuous_aggregate_policy(%L, start_offset => %L::interval,
            end_offset => interval ''8 days'', schedule_interval => interval ''10 minutes'')',
            format('%I.%I', target, rollup), back);
    END LOOP;
END $$;

-- Gives back the room of facts before one time and of sums before another. What facts there have to be summed up is.
CREATE OR REPLACE FUNCTION read.usage_expire(target text, facts timestamptz, sums timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    part record;
    rollup text;
    timescale boolean := (SELECT relkind FROM pg_class WHERE oid = format('%I.usage_facts', target)::regclass) <> 'p';
BEGIN
    -- whoever writes waits here, or is waited for
    EXECUTE format('UPDATE %I.usage_edges SET facts_from = greatest(facts_from, $1),
        sums_from = greatest(sums_from, $2), closed_from = greatest(closed_from, facts_from, $1)', target)
        USING facts, sums;
    IF timescale THEN
        EXECUTE format('SELECT drop_chunks(%L, older_than => $1)', format('%I.usage_facts', target)) USING facts;
        FOREACH rollup IN ARRAY ARRAY['usage_hourly', 'usage_daily'] LOOP
            EXECUTE format('SELECT drop_chunks(%L, older_than => $1)', format('%I.%I', target, rollup)) USING sums;
        END LOOP;
        PERFORM read.usage_policies(target);
        RETURN;
    END IF;
    FOR part IN SELECT relname AS name, to_date(right(relname, 7), 'YYYY_MM') AS month
        FROM pg_inherits JOIN pg_class ON oid = inhrelid
        WHERE inhparent = format('%I.usage_facts', target)::regclass LOOP
        IF (part.month + interval '1 month') AT TIME ZONE 'UTC' <= facts THEN
            EXECUTE format('DROP TABLE %I.%I', target, part.name);
        END IF;
    END LOOP;
    FOREACH rollup IN ARRAY ARRAY['usage_hourly', 'usage_daily'] LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE bucket < $1', target, rollup) USING sums;
    END LOOP;
END $$;

-- Room for facts between two times, as far as they are kept; since when they are, and since when they are summed up.
DROP FUNCTION IF EXISTS read.usage_ready(text, timestamptz, timestamptz);
CREATE FUNCTION read.usage_ready(target text, since timestamptz, until timestamptz, OUT kept timestamptz,
    OUT closed timestamptz, OUT sums_alone boolean) LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz;
    name text;
BEGIN
    sums_alone := (SELECT relkind FROM pg_class WHERE oid = format('%I.usage_facts', target)::regclass) = 'p';
    EXECUTE format('SELECT facts_from, closed_from FROM %I.usage_edges FOR SHARE', target) INTO kept, closed;
    month := date_trunc('month', greatest(since, kept), 'UTC');
    kept := nullif(kept, '-infinity');
    closed := nullif(closed, '-infinity');
    IF NOT sums_alone THEN
        RETURN;
    END IF;
    WHILE month <= until LOOP
        name := 'usage_facts_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(format('%I.%I', target, name)) IS NULL THEN
            EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.usage_facts FOR VALUES FROM (%L) TO (%L)',
                target, name, target, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
        month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
END $$;

-- Takes every fact of a project and measure away, and what was summed up of them; but for what is closed.
CREATE OR REPLACE FUNCTION read.usage_clear(target text, of_project uuid, of_measure text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    relation text;
    since timestamptz;
BEGIN
    EXECUTE format('SELECT closed_from FROM %I.usage_edges', target) INTO since;
    FOREACH relation IN ARRAY ARRAY['usage_facts', 'usage_hourly', 'usage_daily'] LOOP
        -- continuous aggregates are views, which follow by themselves
        IF (SELECT relkind FROM pg_class WHERE oid = format('%I.%I', target, relation)::regclass) <> 'v' THEN
            EXECUTE format('DELETE FROM %I.%I WHERE project_id = $1 AND measure = $2 AND %I >= $3', target, relation,
                CASE relation WHEN 'usage_facts' THEN 'at' ELSE 'bucket' END) USING of_project, of_measure, since;
        END IF;
    END LOOP;
END $$;

-- Puts the tables of one schema in the place of those of another.
CREATE OR REPLACE FUNCTION read.usage_replace(fresh text, target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part regclass;
    rollup text;
    facts regclass := format('%I.usage_facts', fresh)::regclass;
BEGIN
    EXECUTE format('DROP TABLE %I.usage_edges', target);
    EXECUTE format('ALTER TABLE %I.usage_edges SET SCHEMA %I', fresh, target);
    EXECUTE format('DROP TABLE %I.usage_facts CASCADE', target);
    EXECUTE format('DROP TABLE IF EXISTS %I.usage_hourly, %I.usage_daily', target, target);
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON oid = inhrelid
        WHERE inhparent = facts AND relnamespace = fresh::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET SCHEMA %I', part, target);
    END LOOP;
    EXECUTE format('ALTER TABLE %I.usage_facts SET SCHEMA %I', fresh, target);
    FOREACH rollup IN ARRAY ARRAY['usage_hourly', 'usage_daily'] LOOP
        IF (SELECT relkind FROM pg_class WHERE oid = format('%I.%I', fresh, rollup)::regclass) = 'v' THEN
            EXECUTE format('ALTER MATERIALIZED VIEW %I.%I SET SCHEMA %I', fresh, rollup, target);
        ELSE
            EXECUTE format('ALTER TABLE %I.%I SET SCHEMA %I', fresh, rollup, target);
        END IF;
    END LOOP;
END $$;
