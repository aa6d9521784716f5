-- Output of commands: batches of whole frames in pieces that are read at once, and a head per command whose sequence
-- is the fencing token.

CREATE TABLE log.transcript_heads (
    command_id uuid    PRIMARY KEY,
    sequence   bigint  NOT NULL,
    frames     bigint  NOT NULL,
    "offset"   bigint  NOT NULL,
    encoded    bigint  NOT NULL,
    complete   boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE log.transcript_pieces (
    command_id uuid     NOT NULL,
    sequence   bigint   NOT NULL,
    part       integer  NOT NULL,
    end_offset bigint   NOT NULL,
    codec      smallint NOT NULL,
    data       bytea    NOT NULL,
    PRIMARY KEY (command_id, sequence, part)
);

-- compressed by us, or not worth it
ALTER TABLE log.transcript_pieces ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE INDEX transcript_pieces_offset_idx ON log.transcript_pieces (command_id, end_offset, sequence, part);
