"""The conductor: hands out work from the log, and sweeps up what nobody does."""
