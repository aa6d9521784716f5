-- Which workers are alive, and how far readers of the log have come.

CREATE TABLE log.workers (
    worker_id  text        PRIMARY KEY,
    epoch      bigint      NOT NULL,
    host       text        NOT NULL,
    capacity   integer     NOT NULL,
    sessions   integer     NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE log.cursors (
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);
