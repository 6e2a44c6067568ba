# Two commands for everybody: `make run` and `make test`. Each does its own set-up, inside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests wait as often as they compute: two processes more than there are processors.
TESTERS ?= $(or $(shell nproc 2>/dev/null | awk '{print $$1 + 2}'),auto)

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check format bench docs lock clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## install everything into .venv; the other commands do so by themselves

run: $(READY) ## poll the partners of sources.toml, publish their topics, serve them until Ctrl-C
	@exec $(BIN)/aggregator run

demo: $(READY) ## the same on three invented partner sites on this machine; needs no network
	@exec $(BIN)/aggregator demo

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal $(ARGS)

check: $(READY) ## formatter, linter, types, import contracts and tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

format: $(READY) ## let the formatter and the linter's safe fixes write
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(READY) ## measure speed and memory, an hour long, and write docs/performance.md; PARTS="start quiet", ARGS=--quick
	$(BIN)/python -m bench $(PARTS) $(ARGS)

docs: $(READY) ## write the keys of sources.toml into docs/ (the tests check that they are current)
	$(BIN)/python -m aggregator.sources_docs docs

lock: ## renew requirements/*.txt (needs uv: https://docs.astral.sh/uv/)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    --group build -o requirements/build.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    --group dev -o requirements/dev.txt pyproject.toml

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY): requirements/build.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'aggregator needs Python 3.11 or newer; name one with: make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	    || { echo 'Python lacks its venv module; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once, about a minute) ...' >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/build.txt
	@$(PIP) install --require-hashes --only-binary :all: --no-binary feedgen --no-build-isolation --use-pep517 -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q aggregator
	@touch $(READY)
