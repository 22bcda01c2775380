# Two commands matter: `make warehouse` and `make test`. Everything runs from .venv, which is made
# from the hashed lock file on first use and made again when the lock changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin/compute-balance
export GX_ANALYTICS_ENABLED := false
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: warehouse test lint ui benchmark lock clean generate help

help:                ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -e 's/:.*##/:/' -e 's/^/  make /'

warehouse: $(STAMP)  ## build, audit and publish the warehouse from the embedded data
	@$(RUN) run

test: $(STAMP)       ## run the whole test suite
	@$(VENV)/bin/python -m pytest

lint: $(STAMP)       ## check Python style and types, and SQL style
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/sqlfluff lint --processes 2 dbt/models/intermediate dbt/models/marts dbt/tests

ui: $(STAMP)         ## open Dagster's web interface on http://localhost:3000
	@mkdir -p warehouse/dagster && cp pipelines/dagster.yaml warehouse/dagster/dagster.yaml
	@DAGSTER_HOME=$(CURDIR)/warehouse/dagster $(VENV)/bin/dagster dev

generate: $(STAMP)   ## write the files that are derived from the contracts
	@$(RUN) source generate

benchmark: $(STAMP)  ## measure loading and a new day of prices; a quarter of an hour, fetches dlt
	@$(VENV)/bin/python scripts/benchmark_loading.py --rows 1000000 --dlt
	@$(VENV)/bin/python scripts/benchmark_loading.py --rows 10000000 --memory 1GB --rounds 2
	@$(VENV)/bin/python scripts/benchmark_history.py --days 120 --offers 3000
	@$(VENV)/bin/python scripts/benchmark_history.py --days 1400 --offers 3600 --runs --memory 4GB

lock:                ## renew requirements.lock from requirements.in (needs uv)
	uv pip compile requirements.in --generate-hashes --no-strip-extras --no-header \
		--python-version 3.11 --upgrade -o requirements.lock

clean:               ## remove builds, releases, loaded data and caches; keeps .venv
	rm -rf warehouse/*.duckdb warehouse/as_of warehouse/what_if warehouse/build warehouse/data warehouse/releases \
		warehouse/dagster warehouse/*.json warehouse/*.lock dbt/target dbt/logs
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(STAMP): requirements.lock requirements.in pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed and was not found"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
