"""Kept outlooks, as a build reads them: what earlier releases said of quarters that lay ahead.

They are no input of the present figures: a build scores those whose quarters have been counted
since. Writing them belongs in `release/outlooks.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text

VIEW = "raw.build_kept_outlooks"
# what is kept of a row of fct_outlook
OUTLOOK_COLUMNS = {
    "scenario_id": "VARCHAR",
    "growth_scenario_id": "VARCHAR",
    "quarter_start": "DATE",
    "region_id": "VARCHAR",
    "workload_id": "VARCHAR",
    "access": "VARCHAR",
    "measure": "VARCHAR",
    "yardstick": "VARCHAR",
    "unit": "VARCHAR",
    "value_p05": "DOUBLE",
    "value_p25": "DOUBLE",
    "value_p50": "DOUBLE",
    "value_p75": "DOUBLE",
    "value_p95": "DOUBLE",
    "orders_p05": "DOUBLE",
    "orders_p50": "DOUBLE",
    "orders_p95": "DOUBLE",
    "rule_p05": "DOUBLE",
    "rule_p50": "DOUBLE",
    "rule_p95": "DOUBLE",
    "origin_quarter": "DATE",
    "known_to": "DATE",
}
# which outlook it is: named by its day and the hash of its table
KEPT_COLUMNS = {
    "outlook_id": "VARCHAR",
    "content_hash": "VARCHAR",
    "release_id": "VARCHAR",
    "as_of": "DATE",
    "made_on": "DATE",
} | OUTLOOK_COLUMNS


def get_outlooks_dir(settings: Settings) -> Path:
    """Return the folder with one Parquet file per kept outlook; no run removes any."""
    return settings.warehouse_dir / "outlooks"


def list_kept_outlooks(settings: Settings, as_of: date) -> list[Path]:
    """Return the kept outlooks of releases up to a day, oldest first; their names begin with it."""
    return [
        path
        for path in sorted(get_outlooks_dir(settings).glob("*.parquet"))
        if date.fromisoformat(path.name[:10]) <= as_of
    ]


def create_kept_view(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: date
) -> None:
    """Create the view of a build over the kept outlooks of releases up to its day.

    One row per outlook and row of its fct_outlook; empty with the same columns where none is kept.
    """
    rows = select_named(list_kept_outlooks(settings, as_of), KEPT_COLUMNS)
    connection.execute(f"create view {VIEW} as {rows}")


def select_named(files: list[Path], columns: dict[str, str]) -> str:
    """Return a query over Parquet files that gives the columns in their types.

    A column that a file was written without is null in its rows; without files there are no rows.
    """
    listed = ", ".join(
        f"{quote_name(name)}::{type_} as {quote_name(name)}" for name, type_ in columns.items()
    )
    nulls = ", ".join(f"null::{type_} as {quote_name(name)}" for name, type_ in columns.items())
    rows = f"select {nulls} where false"
    if files:
        paths = ", ".join(quote_text(str(path.resolve())) for path in files)
        rows += f" union all by name select * from read_parquet([{paths}], union_by_name = true)"
    return f"select {listed} from ({rows})"
