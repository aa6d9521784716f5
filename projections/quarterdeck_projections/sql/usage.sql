-- The facts of usage and their roll-ups: hypertable and continuous aggregates where TimescaleDB is in this database,
-- partitions by month and tables kept by a trigger where it is not. Names, columns and answers are the same.

CREATE FUNCTION read.usage_engine() RETURNS text LANGUAGE sql STABLE AS $$
    -- the Apache edition has neither continuous aggregates nor compression
    SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
        AND current_setting('timescaledb.license', true) = 'timescale' THEN 'timescaledb' ELSE 'plain' END
$$;

-- Makes the tables in a schema that has none, of the kind that this database can have now.
CREATE FUNCTION read.usage_make(target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    timescale boolean := read.usage_engine() = 'timescaledb';
    -- compared byte by byte, which is several times as quick as by a language's rules
    cells text := 'project_id uuid NOT NULL, measure text COLLATE "C" NOT NULL, user_id uuid,
        persona text COLLATE "C" NOT NULL, provider text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL,
        detail text COLLATE "C" NOT NULL';
    dimensions text := 'project_id, measure, user_id, persona, provider, model, detail';
    rollup text;
BEGIN
    EXECUTE format('CREATE TABLE %I.usage_facts (at timestamptz NOT NULL, position bigint NOT NULL, value bigint,
        %s, session_id uuid, task_id uuid, price text NOT NULL) %s', target, cells,
        CASE WHEN timescale THEN '' ELSE 'PARTITION BY RANGE (at)' END);
    EXECUTE format('CREATE INDEX ON %I.usage_facts (project_id, measure, at)', target);
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

-- A day is made of its hours, so that facts are grouped once.
CREATE FUNCTION read.usage_roll_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('WITH hours AS MATERIALIZED (
        SELECT date_trunc(''hour'', at, ''UTC'') AS bucket, project_id, measure, user_id, persona, provider, model,
            detail, count(*) AS count, count(value) AS known, sum(value) AS total, min(value) AS lowest,
            max(value) AS highest
        FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
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
        TG_TABLE_SCHEMA, TG_TABLE_SCHEMA);
    RETURN NULL;
END $$;

CREATE FUNCTION read.usage_make_timescale(target text, dimensions text) RETURNS void LANGUAGE plpgsql AS $$
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
    -- what may still be told of (8 days, more than domain.usage.PAST) is summed up when it is asked for, so that it is
    -- seen at once; what changes before that, such as prices, is seen after the next refresh
    EXECUTE format('SELECT add_continuous_aggregate_policy(%L, start_offset => NULL, end_offset => interval ''8 days'',
        schedule_interval => interval ''10 minutes'')', format('%I.usage_hourly', target));
    EXECUTE format('SELECT add_continuous_aggregate_policy(%L, start_offset => NULL, end_offset => interval ''8 days'',
        schedule_interval => interval ''10 minutes'')', format('%I.usage_daily', target));
    EXECUTE format('SELECT add_compression_policy(%L, interval ''30 days'')', facts);
END $$;

-- Room for facts between two times.
CREATE FUNCTION read.usage_ready(target text, since timestamptz, until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz := date_trunc('month', since, 'UTC');
    name text;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = format('%I.usage_facts', target)::regclass) <> 'p' THEN
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

-- Takes every fact of a project and measure away, and what was summed up of them.
CREATE FUNCTION read.usage_clear(target text, of_project uuid, of_measure text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['usage_facts', 'usage_hourly', 'usage_daily'] LOOP
        -- continuous aggregates are views, which follow by themselves
        IF (SELECT relkind FROM pg_class WHERE oid = format('%I.%I', target, relation)::regclass) <> 'v' THEN
            EXECUTE format('DELETE FROM %I.%I WHERE project_id = $1 AND measure = $2', target, relation)
                USING of_project, of_measure;
        END IF;
    END LOOP;
END $$;

-- Puts the tables of one schema in the place of those of another.
CREATE FUNCTION read.usage_replace(fresh text, target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part regclass;
    rollup text;
    facts regclass := format('%I.usage_facts', fresh)::regclass;
BEGIN
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
