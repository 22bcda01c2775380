"""The facts of the repository as rule tables, and the SQL on them, made once per test run."""

import os
from pathlib import Path

import pytest

from .cases import DESTINATIONS
from .rows import TABLE_NAMES, RuleTables, load_tables
from .sql_engine import (
    CLAUSES,
    REGIME,
    SCENARIOS,
    STATUS,
    Program,
    SqlRun,
    compile_program,
    run_sql,
)
from .sql_rows import read_embedded_rows
from .test_known_outcomes import EVERYTHING_KNOWN

SOURCES = Path(__file__).resolve().parents[2] / "pipelines" / "sources"
OTHER_SOURCES = {
    "chip_specs": "chip_specs",
    "chip_metric_bounds": "chip_specs",
    "scenarios": "scenarios",
}


@pytest.fixture(scope="session")
def facts_paths() -> dict[str, Path]:
    """Name the file of each table in the embedded registries."""
    return {
        name: SOURCES / OTHER_SOURCES.get(name, "export_controls") / "data" / f"{name}.csv"
        for name in TABLE_NAMES
    }


@pytest.fixture(scope="session")
def rule_tables(facts_paths: dict[str, Path]) -> RuleTables:
    """Read the embedded registries of export controls, chips and scenarios."""
    return load_tables(facts_paths["policy_events"].parent, facts_paths)


@pytest.fixture(scope="session")
def program(pytestconfig: pytest.Config) -> Program:
    """Compile the models of status, regimes and reasoning once.

    dbt's files stay in pytest's cache, so that the next session parses only what has changed; each
    worker of a parallel session has its own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = pytestconfig.cache.mkdir(f"policy_sql_{worker}")
    return compile_program(folder, (STATUS, REGIME, CLAUSES, SCENARIOS))


@pytest.fixture(scope="session")
def real_run(program: Program) -> SqlRun:
    """Run the SQL on the facts as coded, everything known, for the destinations that tests ask."""
    rows = read_embedded_rows()
    rows["countries"] = [
        row for row in rows["countries"] if row["country_code"] in (*DESTINATIONS, "US")
    ]
    return run_sql(program, rows, EVERYTHING_KNOWN)
