"""The installation itself: its log, projections and workers."""
