"""Where `qd` keeps what it may lose: the history of what was typed, and what it knows of servers."""

import os
from pathlib import Path

import platformdirs

STATE_DIR_VARIABLE = "QD_STATE_DIR"
CACHE_DIR_VARIABLE = "QD_CACHE_DIR"


def state_dir() -> Path:
    chosen = os.environ.get(STATE_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_state_path("quarterdeck")


def cache_dir() -> Path:
    chosen = os.environ.get(CACHE_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("quarterdeck")
