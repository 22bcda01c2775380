# Two commands matter: `make warehouse` and `make test`. Everything runs from .venv, which is made
# from the hashed lock files on first use, and again when they change: what a run needs for all
# targets, what tests and lint need beside it for those. The package itself is installed in place.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUNTIME := $(VENV)/.installed
TOOLS := $(VENV)/.installed-dev
PACKAGE := $(VENV)/.installed-package
BROWSER := $(VENV)/.installed-browser
SPARK_VENV := .venv-spark
SPARK := $(SPARK_VENV)/.installed
POSTGRES := $(VENV)/.installed-postgres
BIN := $(VENV)/bin
RUN := $(BIN)/compute-balance
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --generate-hashes --no-strip-extras --no-header --python-version 3.11 --upgrade
export GX_ANALYTICS_ENABLED := false
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: warehouse spark test test-spark test-browser test-postgres lint hooks ui benchmark lock clean generate help

help:                ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -e 's/:.*##/:/' -e 's/^/  make /'

warehouse: $(PACKAGE)  ## build, audit and publish the warehouse from the embedded data
	@$(RUN) run

spark: $(SPARK)      ## set up Apache Spark in .venv-spark, for `compute-balance run --engine spark`

test: $(TOOLS) $(PACKAGE)  ## run the whole test suite
	@$(BIN)/python -m pytest

test-spark: $(TOOLS) $(PACKAGE) $(SPARK)  ## build on both engines and hold one against the other
	@$(BIN)/python -m pytest -n 0 tests/spark

test-browser: $(BROWSER) $(PACKAGE)  ## look at every kind of page in Debian's Chromium, on a desktop and a phone
	@test -f warehouse/compute_balance.duckdb || $(RUN) run
	@$(RUN) docs
	@$(BIN)/python -m pytest tests/browser

test-postgres: $(TOOLS) $(POSTGRES) $(PACKAGE)  ## try Dagster on a real PostgreSQL server of Debian's package
	@$(BIN)/python -m pytest tests/postgres

lint: $(TOOLS) $(PACKAGE)  ## check Python style and types, and SQL style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 dbt/models/intermediate dbt/models/marts dbt/models/bridges dbt/models/bi dbt/tests

hooks: $(TOOLS)      ## run the checks of lint before every commit
	@$(BIN)/pre-commit install

ui: $(PACKAGE)       ## open Dagster's web interface on http://localhost:3000
	@$(RUN) dagster dev

generate: $(PACKAGE)  ## write the files that are derived from the contracts
	@$(RUN) source generate

benchmark: $(PACKAGE)  ## measure loading and a new day of prices; a quarter of an hour, fetches dlt
	@$(BIN)/python scripts/benchmark_loading.py --rows 1000000 --dlt
	@$(BIN)/python scripts/benchmark_loading.py --rows 10000000 --memory 1GB --rounds 2
	@$(BIN)/python scripts/benchmark_history.py --days 120 --offers 3000
	@$(BIN)/python scripts/benchmark_history.py --days 1400 --offers 3600 --runs --memory 4GB

lock:                ## renew the lock files (needs uv)
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) requirements-dev.in --constraint requirements.lock -o requirements-dev.lock
	$(LOCK) requirements-spark.in -o requirements-spark.lock
	$(LOCK) requirements-postgres.in --constraint requirements.lock -o requirements-postgres.lock
	$(LOCK) requirements-browser.in --constraint requirements.lock --constraint requirements-dev.lock -o requirements-browser.lock

clean:               ## remove builds, releases, loaded data and caches; keeps .venv
	rm -rf warehouse/*.duckdb warehouse/as_of warehouse/what_if warehouse/build warehouse/data warehouse/releases warehouse/latest \
		warehouse/dagster warehouse/docs warehouse/status warehouse/hand warehouse/*.json warehouse/*.lock dbt/target dbt/logs .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed and was not found"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@touch $(RUNTIME)

$(PACKAGE): $(RUNTIME) pyproject.toml requirements.in requirements-dev.in
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(PACKAGE)

$(TOOLS): $(RUNTIME) requirements-dev.lock
	@echo "adding what tests and lint need to $(VENV)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $(TOOLS)

$(SPARK): requirements-spark.lock
	@command -v java >/dev/null || test -n "$$JAVA_HOME" || { \
		echo "Apache Spark needs Java 17; on Debian: apt install openjdk-17-jre-headless"; exit 1; }
	@echo "setting up $(SPARK_VENV) (half a gigabyte)"
	@$(PYTHON) -m venv --clear $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $(SPARK)

$(POSTGRES): $(RUNTIME) requirements-postgres.lock
	@echo "adding what Dagster needs for PostgreSQL to $(VENV)"
	@$(PIP) --require-hashes -r requirements-postgres.lock
	@touch $(POSTGRES)

$(BROWSER): $(TOOLS) requirements-browser.lock
	@echo "adding what the browser test needs to $(VENV)"
	@$(PIP) --require-hashes -r requirements-browser.lock
	@touch $(BROWSER)
