# 清源 Qingyuan. `make run` and `make test` are all one needs; `make help` lists the rest.
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_WORKERS ?= 2
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench nightly lock clean browser

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## start everything (database, web, worker) and print the address; Ctrl-C stops it
	@exec $(BIN)/qingyuan run

test: $(DEV_STAMP) browser ## everything that has to be green: lint, types, contracts, all tests incl. browser
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadscope

lint: $(DEV_STAMP) ## ruff, import contracts, types, migrations and translations up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/qingyuan django makemigrations --check --dry-run
	$(BIN)/qingyuan translations check

fmt: $(DEV_STAMP) ## format the code, mend what ruff can mend, write catalogues and reference pages anew
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/qingyuan translations compile
	$(BIN)/qingyuan reference

bench: $(RUN_STAMP) ## how fast billing is on this machine
	$(BIN)/qingyuan bench billing --json

nightly: $(DEV_STAMP) browser ## all tests, also the long ones
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadscope --nightly

lock: $(DEV_STAMP) ## work the locks out again from pyproject.toml (needs uv)
	@scripts/lock.sh

clean: ## remove the environment and build products; the data in var/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

browser: # Chromium and a Chinese font for the browser tests
	@scripts/install-browser.sh

$(RUN_STAMP): requirements/run.lock pyproject.toml scripts/install.sh
	@scripts/install.sh $(VENV) requirements/run.lock
	@touch $@

$(DEV_STAMP): requirements/dev.lock pyproject.toml scripts/install.sh
	@scripts/install.sh $(VENV) requirements/dev.lock
	@touch $@ $(RUN_STAMP)
