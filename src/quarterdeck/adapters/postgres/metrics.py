"""What a role that appends to the log counts. Once for each commit, whatever the number of appends in it."""

from prometheus_client import Counter, Histogram

COMMIT_SECONDS = Histogram(
    "quarterdeck_log_commit_seconds",
    "Time to commit the appends that waited, all in one transaction.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
COMMITTED_APPENDS = Counter("quarterdeck_log_appends", "Appends that were answered, conflicts included.")
