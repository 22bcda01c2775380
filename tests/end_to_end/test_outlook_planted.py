"""What becomes known after an origin changes nothing that is told from it.

The models of the record are run anew, as they were compiled, on the tables of the real build with
later facts planted in them. Tables that are not remade are read from the build.
"""

from pathlib import Path

import duckdb
import pytest

from tests.conftest import RealWarehouse

# the models between facts and the points of the record, in their order
MODELS = (
    "series_growth",
    "packaging_growth",
    "revenue_growth",
    "origin_rates",
    "trends",
    "walks",
    "record_paths",
    "record_points",
)
# quarters after this one are changed, and statements after its last day added
LAST_KNOWN = "2024-10-01"
PLANTED = {
    "intermediate.int_outlook__series_deliveries": f"""
        select * replace (
            h100e_8bit * case when quarter_start > date '{LAST_KNOWN}' then 3 else 1 end
            as h100e_8bit
        )
    """,
    "intermediate.int_outlook__cohorts": f"""
        select * replace (
            nominal_h100e * case when cohort_quarter > date '{LAST_KNOWN}' then 3 else 1 end
            as nominal_h100e
        )
    """,
    "intermediate.int_outlook__packaging_statements": f"""
        select * replace (
            wafers_per_year
            * case when known_on >= date '{LAST_KNOWN}' + interval 3 month then 3 else 1 end
            as wafers_per_year
        )
    """,
    "staging.stg_company_financials__vendor_revenue_quarterly": f"""
        select * replace (
            revenue_usd_m
            * case when known_on >= date '{LAST_KNOWN}' + interval 3 month then 3 else 1 end
            as revenue_usd_m
        )
    """,
}


@pytest.fixture(scope="module")
def told(real_warehouse: RealWarehouse) -> list[tuple]:
    """Give per origin how many points were told, and how many of them the planted facts moved."""
    compiled = real_warehouse.settings.build_dir / "dbt" / "compiled" / "compute_balance"
    folder = compiled / "models" / "intermediate" / "outlook"
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{real_warehouse.current_build}' as compute_balance (read_only)"
        )
        remade: dict[str, str] = {}
        for place, (name, query) in enumerate(PLANTED.items()):
            schema, table = name.split(".")
            connection.execute(
                f"create table memory.main.planted_{place} as {query} "
                f"from compute_balance.{schema}.{table}"
            )
            remade[f'"compute_balance"."{schema}"."{table}"'] = f"memory.main.planted_{place}"
        for model in MODELS:
            _remake(connection, folder / f"int_outlook__{model}.sql", remade)
        return connection.execute(
            """
            select
                origins.origin_quarter <= $1::date as was_known, count(*),
                count(*) filter (where before.points <> after.points)
            from compute_balance.intermediate.int_outlook__record_points as before
            inner join memory.main.int_outlook__record_points as after
                using (origin_id, measure, region_id, vendor, rule, step)
            inner join compute_balance.intermediate.int_outlook__origins as origins
                using (origin_id)
            -- the drifts of the stock are read from what was counted, which is changed later on
            where rule not in ('stock_drift', 'stock_last_four')
            group by all order by all
            """,
            [LAST_KNOWN],
        ).fetchall()


def _remake(connection: duckdb.DuckDBPyConnection, path: Path, remade: dict[str, str]) -> None:
    """Run a compiled model on what was remade so far, and add it to that."""
    sql = path.read_text(encoding="utf-8")
    for name, place in remade.items():
        sql = sql.replace(name, place)
    connection.execute(f"create table memory.main.{path.stem} as {sql}")
    remade[f'"compute_balance"."intermediate"."{path.stem}"'] = f"memory.main.{path.stem}"


def test_a_later_fact_changes_no_earlier_outlook(told: list[tuple]) -> None:
    (later, earlier) = told
    assert earlier[0] is True
    assert earlier[1] > 1000
    assert earlier[2] == 0
    # and the planted facts are no small thing: all that is told after them moves
    assert later[2] > 0.9 * later[1] > 0
