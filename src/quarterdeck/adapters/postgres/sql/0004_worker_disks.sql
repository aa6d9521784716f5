-- How much room a worker's disk has, as it said when it renewed its lease.

ALTER TABLE log.workers ADD COLUMN disk_bytes bigint, ADD COLUMN disk_free bigint;
