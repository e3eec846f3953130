# `make` lists the targets. Everything is installed into .venv from hashed pins.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
SITE ?= sites/demo
PERIOD ?= 2024-12
HOME_DIR ?= $(or $(MOTCUA_HOME),var)
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
DEMO := sites/demo/exports/.generated

export PYTHONUTF8 := 1
# Compiled modules are kept: a dbt or Airflow process that compiles them anew starts in twice the time.
unexport PYTHONDONTWRITEBYTECODE
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

.PHONY: help month-end test airflow bench docs lint lint-python lint-sql setup secrets lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  Variables of month-end: SITE=$(SITE) PERIOD=$(PERIOD) MOTCUA_HOME=$(HOME_DIR)"

# Exit code 4 says that some files were refused and the rest was published: for units that send
# wrong files this is a good run, and the demo has such units.
month-end: $(VENV)/.run $(DEMO) ## Run a month through the Airflow DAG, in one process
	@code=0; $(BIN)/python -m dags.local --site $(SITE) --period $(PERIOD) --home $(HOME_DIR) || code=$$?; \
	if [ $$code -eq 4 ]; then exit 0; fi; exit $$code

test: lint ## Run the linters and all tests
	$(BIN)/python -m pytest

airflow: $(VENV)/.run $(DEMO) ## Start Airflow on this machine (PORT=8080)
	@MOTCUA_SITE=$(SITE) exec $(BIN)/python -m dags.serve --home $(HOME_DIR) --port $(PORT)

bench: $(VENV)/.run ## Time a build against the hand-written limit, as a ratio
	@$(BIN)/python -m benchmarks.bench

docs: $(VENV)/.run ## Write docs/dictionary, and the models as one page (MOTCUA_HOME/docs)
	@$(BIN)/motcua dictionary --home $(HOME_DIR) --html $(HOME_DIR)/docs/models.html

lint: $(VENV)/.test ## Check style and types of Python and SQL
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint-python lint-sql

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql:
	@mkdir -p $(VENV)/lint
	MOTCUA_BUILD_DB=$(VENV)/lint/new.duckdb MOTCUA_WORK_DB=$(VENV)/lint/work.duckdb \
	MOTCUA_CODE=. PYTHONPATH=. $(BIN)/sqlfluff lint dbt_project/models dbt_project/tests

setup: $(VENV)/.test ## Install all that running and testing need

secrets: ## Make the secrets of docker-compose.yml, once
	@$(PYTHON) deploy/make_secrets.py deploy/secrets

lock: $(VENV)/.test ## Write the requirements files anew from the .in files
	@for set in dev setup; do $(BIN)/uv pip compile $(LOCK_OPTIONS) requirements-$$set.in -o requirements-$$set.txt; done
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) --constraint requirements-dev.txt requirements.in -o requirements.txt

clean: ## Delete the environment, caches and demo exports; MOTCUA_HOME stays
	rm -rf $(VENV) sites/demo/exports .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

LOCK_OPTIONS := --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --no-header

$(DEMO): $(wildcard samples/*.py) | $(VENV)/.run
	@$(BIN)/motcua samples --site sites/demo --out sites/demo/exports
	@touch $@

# uv installs in a quarter of pip's time; where it cannot reach the package index (pip has settings
# of its own for mirrors and proxies), pip does it.
define install
	@echo "Installing $(1) ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
	|| $(BIN)/python -m pip install --quiet --require-hashes -r $(1)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation -e .
	@touch $@
endef

$(VENV)/.run: requirements.txt pyproject.toml $(VENV)/.uv
	$(call install,requirements.txt)

$(VENV)/.test: requirements-dev.txt pyproject.toml $(VENV)/.uv
	$(call install,requirements-dev.txt)

$(VENV)/.uv: requirements-setup.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	|| { echo "Python 3.11 is needed; found: $$($(PYTHON) --version). Give another one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null \
	|| { [ "$$(id -u)" = 0 ] && echo "Installing python3-venv ..." && apt-get update -qq && apt-get install -qq -y python3-venv > /dev/null; } \
	|| { echo "This Python cannot make virtual environments. On Debian: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
