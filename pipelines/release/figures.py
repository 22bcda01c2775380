"""The balance's figures side by side: of two releases, or of a scenario and the baseline.

Counting which rows of which marts differ belongs in `diff.py`.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.release.diff import OpenRelease, connect

BALANCE = "fct_compute_balance"
MEASURES = ("supply_h100e_p50", "demand_h100e_p50", "gap_h100e_p50", "shortage_probability")


@dataclass(frozen=True)
class FigureChange:
    """One balance of all chips on two sides; medians in H100 equivalents, probability 0 to 1.

    `before` and `after` follow `MEASURES`; None where that side has no figure.
    """

    quarter_start: date
    region_id: str
    workload_id: str
    before: tuple[float | None, ...]
    after: tuple[float | None, ...]


def compare_releases(first: OpenRelease, second: OpenRelease) -> list[FigureChange]:
    """Return the baseline's balances that differ between two releases.

    Of each year the last quarter stands, and the newest of all; newest first. A release without
    the mart has no figures to compare.
    """
    if any(BALANCE not in item.manifest.rows for item in (first, second)):
        return []
    connection = connect(first, second)
    try:
        return _compare(connection, "before", "baseline", "after", "baseline")
    finally:
        connection.close()


def compare_scenario(database: Path, scenario_id: str) -> list[FigureChange]:
    """Return the balances that differ between the baseline and a scenario of one release."""
    with duckdb.connect(str(database), read_only=True) as connection:
        name = database.stem
        return _compare(connection, name, "baseline", name, scenario_id)


def _compare(
    connection: duckdb.DuckDBPyConnection, first: str, scenario: str, second: str, other: str
) -> list[FigureChange]:
    def write_side(database: str) -> str:
        return (
            "select quarter_start, region_id, workload_id, "
            f"{', '.join(MEASURES)} from {database}.marts.{BALANCE} "
            "where access = 'all' and scenario_id = ?"
        )

    before = ", ".join(f"b.{measure}" for measure in MEASURES)
    after = ", ".join(f"a.{measure}" for measure in MEASURES)
    differs = " or ".join(f"a.{m} is distinct from b.{m}" for m in MEASURES)
    rows = connection.execute(
        f"with b as ({write_side(first)}), a as ({write_side(second)}), "
        "newest as (select max(quarter_start) as quarter_start from a) "
        f"select quarter_start, region_id, workload_id, [{before}], [{after}] "
        "from b full join a using (quarter_start, region_id, workload_id) "
        f"where ({differs}) and (month(quarter_start) = 10 "
        "or quarter_start = (select quarter_start from newest)) "
        "order by quarter_start desc, region_id, workload_id",
        [scenario, other],
    ).fetchall()
    return [
        FigureChange(quarter_start, region_id, workload_id, tuple(on_first), tuple(on_other))
        for quarter_start, region_id, workload_id, on_first, on_other in rows
    ]
