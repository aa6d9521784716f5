-- Erasing by a record: the application may have erased what a logged PayloadErased event names, and nothing else.

-- every row that there is holds it
ALTER TABLE log.events DROP CONSTRAINT events_payload_or_erased,
    ADD CONSTRAINT events_payload_or_erased CHECK (payload IS NOT NULL OR erased_at IS NOT NULL) NOT VALID;

-- A payload without these fields: texts become [erased], lists and objects empty. A dot leads into an object. A NUL in
-- other fields becomes U+FFFD, as jsonb holds none.
CREATE FUNCTION log.tombstone(payload bytea, fields text[]) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    document jsonb := regexp_replace(convert_from(payload, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g');
    field text;
    path text[];
BEGIN
    FOREACH field IN ARRAY fields LOOP
        path := string_to_array(field, '.');
        document := CASE jsonb_typeof(document #> path)
            WHEN 'string' THEN jsonb_set(document, path, '"[erased]"')
            WHEN 'array' THEN jsonb_set(document, path, '[]')
            WHEN 'object' THEN jsonb_set(document, path, '{}')
            ELSE document END;
    END LOOP;
    RETURN convert_to(document::text, 'UTF8');
END $$;

-- What a logged erasure says of an event.
CREATE FUNCTION log.erasure_of(erasure bigint, at_position bigint) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT item FROM log.events, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'events') AS item
    WHERE position = erasure AND topic = 'PayloadErased' AND position > at_position
        AND (item ->> 'position')::bigint = at_position
$$;

-- The setting names the row, and the erasure where what stands there afterwards is that one's to say.
CREATE OR REPLACE FUNCTION log.refuse_update() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    expected log.events := OLD;
    erasing text[] := string_to_array(current_setting('quarterdeck.erasing', true), ':');
BEGIN
    expected.payload := NEW.payload;
    expected.erased_at := NEW.erased_at;
    IF NEW IS DISTINCT FROM expected OR NEW.erased_at IS NULL
        OR erasing[1] IS DISTINCT FROM OLD.position::text
        OR NEW.payload IS NOT NULL AND encode(sha256(NEW.payload), 'hex')
            IS DISTINCT FROM log.erasure_of(erasing[2]::bigint, OLD.position) ->> 'sha256' THEN
        RAISE EXCEPTION 'the log is append-only: UPDATE on log.events is refused'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- Does to the events what the erasure at a position says. How many it changed; done again, none.
CREATE FUNCTION log.carry_out(erasure bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    item jsonb;
    wanted text[];
    before log.events;
    after bytea;
    changed integer := 0;
BEGIN
    FOR item IN SELECT jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'events')
        FROM log.events WHERE position = erasure AND topic = 'PayloadErased' LOOP
        SELECT * INTO STRICT before FROM log.events
            WHERE position = (item ->> 'position')::bigint AND position < erasure;
        IF before.topic IN ('PayloadErased', 'CheckpointSigned', 'SigningKeyIntroduced') THEN
            RAISE EXCEPTION 'a % is not erased', before.topic USING ERRCODE = 'insufficient_privilege';
        END IF;
        wanted := ARRAY(SELECT jsonb_array_elements_text(item -> 'fields'));
        after := CASE WHEN cardinality(wanted) > 0 THEN log.tombstone(before.payload, wanted) END;
        -- gone, or nothing of these fields is left
        CONTINUE WHEN before.payload IS NULL OR after = before.payload;
        IF after IS NOT NULL AND encode(sha256(after), 'hex') <> item ->> 'sha256' THEN
            RAISE EXCEPTION 'erasure % is not about event % as it is now', erasure, before.position;
        END IF;
        PERFORM set_config('quarterdeck.erasing', before.position || ':' || erasure, true);
        UPDATE log.events SET payload = after, erased_at = now() WHERE position = before.position;
        PERFORM set_config('quarterdeck.erasing', '', true);
        changed := changed + 1;
    END LOOP;
    RETURN changed;
END $$;

-- Puts a piece of a transcript in the place of one that a logged erasure has a part of.
CREATE FUNCTION log.replace_piece(erasure bigint, command uuid, at_sequence bigint, at_part integer, by_codec smallint,
    by_data bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE log.transcript_pieces SET codec = by_codec, data = by_data
    WHERE command_id = command AND sequence = at_sequence AND part = at_part AND EXISTS (
        SELECT FROM log.events, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'output') AS item
        WHERE position = erasure AND topic = 'PayloadErased' AND (item ->> 'command_id')::uuid = command
            AND end_offset >= (item ->> 'first')::bigint
    );
    RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION log.tombstone(bytea, text[]), log.erasure_of(bigint, bigint), log.carry_out(bigint),
    log.replace_piece(bigint, uuid, bigint, integer, smallint, bytea) FROM PUBLIC;
