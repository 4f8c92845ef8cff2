# Needs python3 (3.11 or later) with venv, git and make; everything else is put into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := $(wildcard constraints.txt)
PIP := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check $(CONSTRAINTS:%=-c %)
DEPENDS := pyproject.toml $(CONSTRAINTS)
# The Aegra server, which a test starts, needs Python 3.12 or later.
NEWER ?= python3.12
PORT ?= 2024

.DEFAULT_GOAL := help
.PHONY: help demo chat serve test test-served test-aegra check eval bench clean

help:
	@echo "make demo    a session on the sample shop, shown step by step"
	@echo "make chat    talk to the sample shop in the terminal"
	@echo "make serve   the sample shop's chat page, console and API on this machine, with sample sign-ins"
	@echo "make test    the tests, but for those of the next two"
	@echo "make test-served  the tests in a browser and on a running LangGraph server"
	@echo "make test-aegra   the server on Aegra with PostgreSQL and Redis; wants NEWER=python3.12 or later"
	@echo "make check   lint, format, types, import rules, contents of the wheel"
	@echo "make eval    the cases of the sample shop through the bot: is everyone served as before?"
	@echo "make bench   speed and memory on this machine"
	@echo "make clean   remove the environment and everything built"

demo: $(VENV)/.local
	@$(BIN)/hybrid-agent demo

chat: $(VENV)/.local
	@$(BIN)/hybrid-agent chat

serve: $(VENV)/.serve
	@$(BIN)/hybrid-agent serve --port $(PORT)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup

test-served: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -m served -n 2 --dist loadgroup

test-aegra: $(VENV)/.dev $(VENV)/.aegra
	@$(BIN)/python -m pytest -q -m aegra tests/test_aegra.py

check: $(VENV)/.dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_architecture.py

eval: $(VENV)/.evals
	@$(BIN)/hybrid-agent eval

bench: $(VENV)/.local
	@$(BIN)/hybrid-agent bench

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.local: $(DEPENDS) | $(BIN)/python
	@echo "Installing what the bot needs ..."
	@$(PIP) -e '.[local]'
	@touch $@

$(VENV)/.evals: $(DEPENDS) | $(BIN)/python
	@echo "Installing what the eval suite needs ..."
	@$(PIP) -e '.[evals,local]'
	@touch $@ $(VENV)/.local

$(VENV)/.serve: $(DEPENDS) | $(BIN)/python
	@echo "Installing what the server needs ..."
	@$(PIP) -e '.[serve]'
	@touch $@ $(VENV)/.local

$(VENV)/.dev: $(DEPENDS) | $(BIN)/python
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[all,dev]'
	@touch $@ $(VENV)/.evals $(VENV)/.local $(VENV)/.serve

$(VENV)/.aegra: $(DEPENDS) deploy/aegra/requirements.txt | $(BIN)/python
	@echo "Installing Aegra ..."
	@$(NEWER) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || \
		{ echo "Aegra needs Python 3.12 or later: make test-aegra NEWER=python3.13" >&2; exit 1; }
	@$(NEWER) -m venv $(VENV)/aegra
	@$(PIP:$(BIN)/%=$(VENV)/aegra/bin/%) -e '.[local,postgres,server]' -r deploy/aegra/requirements.txt
	@touch $@
