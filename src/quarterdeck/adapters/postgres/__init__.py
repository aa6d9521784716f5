"""The log, transcripts, worker leases and cursors in PostgreSQL."""
