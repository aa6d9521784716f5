"""The player of `qd audit replay`: a replay on a full screen, steered by keys."""
