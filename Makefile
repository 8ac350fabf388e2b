# Plain `make` lists what can be done. Every target installs what it needs first, and is quick when nothing changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# If the environment's Python is gone, nothing counts as done.
BROKEN := $(shell test -x $(BIN)/python || rm -f $(VENV)/.running $(VENV)/.developing)
# New keys, for the check of the documented production settings.
SECRET := import secrets; print(secrets.token_urlsafe(48))
KEY := import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())
# Further arguments for pytest: make test ARGS="tests/sync -x"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install lock doctor demo pictures demo-reset test check format chaos rehearse ci emulator-wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.developing ## build .venv with everything that running, testing and checking needs

# Installs only what the lock names, each file checked by its hash; a broken .venv is built again.
$(VENV)/.running: requirements.lock
	@$(PYTHON) deploy/environment.py install
	@mkdir -p var
	@touch $@

$(VENV)/.developing: $(VENV)/.running requirements-dev.lock
	@$(PYTHON) deploy/environment.py install --lock requirements-dev.lock
	@touch $@

lock: install ## rewrite both lock files after a change of requirements.txt or requirements-dev.txt (UPGRADE=1: newer transitive ones)
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements-dev.lock requirements-dev.txt

doctor: ## show what this machine has and what is missing
	@$(PYTHON) deploy/environment.py doctor

demo: $(VENV)/.running ## shops, QuickBooks companies and the eight sync errors to fix (ONCE=1: run through it without a person)
	@$(BIN)/python -m demo $(if $(ONCE),--once)

pictures: install ## take the README's pictures from a running demo
	@$(BIN)/python -m tests.browser.pictures

demo-reset: $(VENV)/.running ## start the demo over
	@$(BIN)/python -m demo --reset

# Whoever forbids Python to keep compiled code compiles it anew in each of the many processes that tests start.
test: export PYTHONDONTWRITEBYTECODE =
test: install ## all tests; says what it skipped if Chromium or PostgreSQL is missing
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: install ## lint, types, import contracts, templates, migrations, the documented production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run
	@set -a; . ./deploy/production.env.example; SECRET_KEY=$$($(BIN)/python -c "$(SECRET)"); TOKEN_KEYS=$$($(BIN)/python -c "$(KEY)"); \
		QBO_EMULATOR_URL=; DEMO=false; $(MANAGE) check --deploy --fail-level WARNING

bench: install ## measure against Intuit's limits and a plain loop; about half an hour (BENCH="limits loop" for some)
	@$(BIN)/python -m tests.benchmarks $(BENCH)

format: install ## format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: mutate
mutate: install ## break each safeguard in turn and check that its tests fail; about 10 minutes (ONLY="lease tokens" for some)
	@$(BIN)/python -m tests.mutation $(ONLY)

chaos: install ## kill processes, cut connections and throttle while invoices and payments are sent: make chaos SEED="1 2" INVOICES=2000 DATABASE=postgres CLOCKS="400 -400" PAID=1 (PACE=4 on a busy machine)
	$(if $(PACE),CHAOS_PACE=$(PACE)) $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(INVOICES),--invoices $(INVOICES)) $(if $(DATABASE),--database $(DATABASE)) $(if $(CLOCKS),--clocks $(CLOCKS)) $(if $(PAID),--paid)

.PHONY: simulate
simulate: install ## storms on a simulated clock and network, and every crash point: make simulate SEEDS=1-2000 (ARGS="--points --pairs 500")
	$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),1-200) $(ARGS)

rehearse: install ## restore an older dump over a shop that has gone on, and compare the books (needs PostgreSQL; INVOICES=100)
	$(BIN)/python -m tests.rehearsals $(if $(INVOICES),--invoices $(INVOICES))

.PHONY: rehearse-running
rehearse-running: install ## follow docs/running.md literally, from a clone to a rolling restart (needs PostgreSQL's programs; INVOICES=2000)
	$(BIN)/python -m tests.rehearsals.running $(if $(INVOICES),--invoices $(INVOICES))

ci: ## what the gate runs: check, all tests, PostgreSQL, the demo once
	.ci/run

emulator-wheel: install ## build the wheel of the emulator into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist ./qbo_emulator

clean: ## remove what was built
	rm -rf $(VENV) var dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
