# Needs python3 (3.11 or later) and git only. Everything else goes into .venv.

# The system's where that will do: distributions build theirs with profiles, and all here takes a fifth less of a processor
# by it than by one that was built without, as pyenv builds them (docs/adr/0064-the-systems-python-first.md).
SYSTEM_PYTHON := /usr/bin/python3
PYTHON ?= $(shell $(SYSTEM_PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $(SYSTEM_PYTHON) || echo python3)
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help up down test bench lint fmt tools

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

up: $(VENV)/.installed ## Start everything and keep it running (DETACH=1: in the background)
	@$(BIN)/python -P -m quarterdeck.web_client || echo "Starting without it." >&2
	@exec $(BIN)/quarterdeck up $(if $(DETACH),--detach) $(ARGS)

down: $(VENV)/.installed ## Stop what runs
	@$(BIN)/quarterdeck down $(ARGS)

test: $(VENV)/.tox ## Run all tests
	@mkdir -p -m 755 .tox && chmod 755 .tox # jails run as another user, who must reach bubblewrap in it
	@$(BIN)/tox run-parallel --parallel all --parallel-no-spinner $(ARGS)

bench: $(VENV)/.development ## Measure, and write benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.development ## Check style, types and import directions
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(BIN)/python

fmt: $(VENV)/.development ## Put the code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

$(VENV)/.made:
	@command -v git >/dev/null || { echo "make: git is needed and not on PATH; install it." >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is needed and not on PATH; install Python 3.11 or later, or name it: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $$($(PYTHON) --version) is too old; Python 3.11 or later is needed: make PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "make: $(PYTHON) cannot make a virtual environment; install its venv module (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@# as root the roles run as a user who may not write here: each start would compile them anew
	@$(BIN)/python -m compileall -q src schema projections cli
	@touch $@

$(VENV)/.tox: $(VENV)/.made constraints.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt tox tox-uv
	@touch $@

$(VENV)/.development: $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --group dev
	@touch $@
