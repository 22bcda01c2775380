"""What releases promise is held against each build: tables, grain, columns and types."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.quality.published_contract import check_published_contract

CONTRACT = """
marts:
  fct_rent:
    grain: [chip_id, month_start]
    columns: {chip_id: VARCHAR, month_start: DATE, usd: DOUBLE}
meta:
  release:
    columns: {release_id: VARCHAR}
"""
KEYS = {"fct_rent": ["month_start", "chip_id"]}


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a build that keeps the contract, with a column more."""
    connection = duckdb.connect(":memory:")
    connection.execute("create schema marts; create schema meta")
    connection.execute(
        "create table marts.fct_rent (chip_id varchar, month_start date, usd double, more bigint)"
    )
    connection.execute("create table meta.release (release_id varchar)")
    yield connection
    connection.close()


@pytest.fixture
def dbt_dir(tmp_path: Path) -> Path:
    """Give a dbt project that promises two tables."""
    (tmp_path / "published_contract.yml").write_text(CONTRACT, encoding="utf-8")
    return tmp_path


def test_additions_keep_the_contract(build: duckdb.DuckDBPyConnection, dbt_dir: Path) -> None:
    checks = check_published_contract(build, dbt_dir, KEYS)
    assert [(c.table, c.passed, c.severity) for c in checks] == [
        ("marts.fct_rent", True, "error"),
        ("meta.release", True, "error"),
    ]


@pytest.mark.parametrize(
    ("change", "keys", "observed"),
    [
        ("drop table marts.fct_rent", KEYS, "the table is missing"),
        ("alter table marts.fct_rent rename usd to price", KEYS, "column usd is missing"),
        (
            "alter table marts.fct_rent alter usd type varchar",
            KEYS,
            "column usd is VARCHAR, promised is DOUBLE",
        ),
        (
            "select 1",
            {"fct_rent": ["chip_id"]},
            "the grain is ['chip_id'], promised is ['chip_id', 'month_start']",
        ),
    ],
)
def test_what_is_missing_is_named(
    build: duckdb.DuckDBPyConnection, dbt_dir: Path, change: str, keys: dict, observed: str
) -> None:
    build.execute(change)
    broken = [c for c in check_published_contract(build, dbt_dir, keys) if not c.passed]
    assert [(c.table, c.observed) for c in broken] == [("marts.fct_rent", observed)]


def test_project_without_a_promise_is_not_checked(
    build: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert check_published_contract(build, tmp_path, {}) == []
