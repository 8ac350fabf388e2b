# Plain `make` lists what can be done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test check format chaos bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed ## build .venv with everything that running, testing and checking needs

$(VENV)/.installed: requirements.txt requirements-dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: install ## a shop, a QuickBooks company and eight kinds of sync errors to fix (ONCE=1: walk it without a person)
	@$(BIN)/python -m tests.demo $(if $(ONCE),--once)

demo-reset: install ## start the demo over
	@$(BIN)/python -m tests.demo --reset

test: install ## all tests; says what it left out where Chromium or PostgreSQL is missing
	$(BIN)/python -m pytest

check: install ## lint, types, arrows, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run

format: install ## let ruff put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was built
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache
