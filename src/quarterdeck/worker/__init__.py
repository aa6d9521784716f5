"""The worker: keeps the sessions of one host, runs their commands, and records what they print."""
