"""Reading what stands behind one figure of the balance from a release, table by table.

A case holds `region`, `quarter` (its first day), `workload` and `access`; every list holds rows by
column name. What the rows mean together belongs in `explain.py`.
"""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.answers.chip import fetch_rows
from pipelines.base.rows import fetch_row

# rows of a long list that are read; the release holds the others
SHOWN_INPUTS = 8


def _bind(query: str, case: dict) -> dict:
    """Return the values that a query names; the engine refuses values that it does not need."""
    return {name: value for name, value in case.items() if f"${name}" in query}


def read_case(connection: duckdb.DuckDBPyConnection, query: str, case: dict) -> list[dict]:
    """Run a query with those values of a case that it names."""
    return fetch_rows(connection, query, _bind(query, case))


def read_one(connection: duckdb.DuckDBPyConnection, query: str, case: dict) -> dict:
    """Return the one row of a query, or an empty one."""
    return next(iter(read_case(connection, query, case)), {})


def read_parts(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return the chips of the region by owner and origin; those of all regions for the world."""
    return read_case(
        connection,
        """
        select * exclude (quarter_start, workload_id) from marts.fct_balance_walk_part
        where $region in (region_id, 'WORLD') and quarter_start = $quarter
          and workload_id = $workload
        order by region_id, deployed_h100e desc, owner, origin
        """,
        case,
    )


def read_chips(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return what stands there by chip and origin: units x ratio adds up to `deployed`."""
    return read_case(
        connection,
        """
        with stock as (
            select chip_id, origin, sum(units_closing) as units,
                   string_agg(distinct owner_type, ',' order by owner_type) as owner_types
            from marts.fct_installed_base
            where $region in (region_id, 'WORLD') and quarter_start = $quarter
            group by chip_id, origin
        ),
        measured as (
            select stock.*, dim_chip.chip_name,
                   case when $workload = 'inference' then dim_chip.h100e_inference
                        else dim_chip.h100e_training end as h100e_per_unit,
                   dim_chip.equivalence_basis
            from stock inner join marts.dim_chip using (chip_id)
        )
        select chip_id, origin, owner_types, units, h100e_per_unit,
               units * h100e_per_unit as h100e, equivalence_basis
        from measured where units > 0 order by h100e desc nulls last, chip_id, origin
        """,
        case,
    )


def read_arrivals(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return deliveries of the four quarters up to this one, each with its own interval."""
    return read_case(
        connection,
        """
        select quarter_start, region_id, chip_id, owner_type, origin,
               units_p05, units_p50, units_p95, is_nowcast
        from marts.fct_chip_arrivals
        where $region in (region_id, 'WORLD') and units_p95 > 0
          and quarter_start > $quarter - interval 1 year and quarter_start <= $quarter
        order by quarter_start desc, region_id, h100e_8bit_p50 desc nulls last, chip_id,
                 owner_type, origin
        """,
        case,
    )


def read_runs(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return the runs that the observed demand of the quarter is a mean of.

    A quarter after the coverage of the list rests on the last four quarters of it.
    """
    return read_case(
        connection,
        """
        with behind as (
            select input_key, weight from bridges.brg_compute_demand
            where region_id = $region and quarter_start = $quarter and workload_id = $workload
              and input_table = 'fct_training_run_quarter'
        )
        select runs.model_id, runs.model_name, runs.developer, runs.region_id, runs.started_on,
               runs.ended_on, any_value(runs.training_flop) as training_flop,
               sum(runs.h100e order by runs.quarter_start) as h100e_quarters,
               count(*) as quarters, any_value(behind.weight) as weight,
               any_value(runs.source_url) as source_url
        from behind
        inner join marts.fct_training_run_quarter as runs
            on behind.input_key = concat(
                'model_id=', runs.model_id, '|quarter_start=', runs.quarter_start
            )
        group by runs.model_id, runs.model_name, runs.developer, runs.region_id,
                 runs.started_on, runs.ended_on
        order by h100e_quarters desc, runs.model_id
        """,
        case,
    )


def read_points(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return the points between which the curves of inference demand are read.

    Each with its curve, the id of the published volume or assumption, and its weight on the
    logarithmic scale of the curve; none for training.
    """
    return read_case(
        connection,
        """
        select step as curve, input_key as point_id,
               input_table = 'token_volumes__token_volumes' as is_published, weight
        from bridges.brg_compute_demand
        where region_id = $region and quarter_start = $quarter and workload_id = $workload
          and component = 'tokens'
        group by all
        order by curve, weight desc, point_id
        """,
        case,
    )


def read_assumptions(connection: duckdb.DuckDBPyConnection, steps: list[dict]) -> list[dict]:
    """Return the rows of the registry that the steps read, in the order of the steps."""
    used: dict[str, list[str]] = {}
    for step in steps:
        for assumption_id in (step["assumption_ids"] or "").split(","):
            if assumption_id:
                used.setdefault(assumption_id, []).append(step["step"])
    rows = fetch_rows(
        connection,
        "select assumption_id, parameter, applies_to, value_low, value_central, value_high, unit, "
        "reasoning, evidence, confidence, source_url from meta.assumption "
        "where assumption_id in (select unnest($ids::varchar[]))",
        {"ids": list(used)},
    )
    found = {row["assumption_id"]: row for row in rows}
    return [
        {**found[name], "steps": list(dict.fromkeys(where))}
        for name, where in used.items()
        if name in found
    ]


def read_sources(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """Return the sources behind the balance with the documents and days of what was read."""
    return fetch_rows(
        connection,
        """
        select source.source_id, source.title, source.publisher, source.attribution,
               source.newest_known_on, source.freshness,
               string_agg(
                   document.address || ' of ' || coalesce(document.document_on::varchar, 'no day')
                   || ' (' || left(lineage.sha256, 12) || ')', ', ' order by document.address
               ) as documents
        from meta.lineage as lineage
        inner join meta.source as source using (source_id)
        left join meta.document as document
            on document.sha256 = lineage.sha256 and document.source_id = lineage.source_id
            and document.table_name = lineage.raw_table
        where lineage.table_name = 'fct_balance_walk'
        group by all order by source.source_id
        """,
        [],
    )


def read_inputs(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict] | None:
    """Return the inputs that move the gap most; None where the release holds no sensitivity."""
    held = fetch_row(
        connection,
        "select count(*) from duckdb_tables() where schema_name = 'marts' "
        "and table_name = 'fct_balance_sensitivity'",
    )
    if not held[0]:
        return None
    return read_case(
        connection,
        f"""
        select input, rank_correlation, swing_h100e from marts.fct_balance_sensitivity
        where region_id = $region and quarter_start = $quarter and workload_id = $workload
        order by abs(rank_correlation) desc nulls last, input limit {SHOWN_INPUTS}
        """,
        case,
    )


def read_premiums(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return price over cost of the chips of the region, and how that agrees with the load."""
    return read_case(
        connection,
        """
        select premium.chip_id, premium.price_region_id, premium.price_usd, premium.cost_usd_p50,
               premium.premium_p05, premium.premium_p50, premium.premium_p95, premium.providers,
               premium.is_chained, premium.is_thin, beside.price_sign, beside.quantity_sign,
               beside.agreement
        from marts.fct_scarcity_premium as premium
        left join marts.fct_scarcity_beside_load as beside
            using (quarter_start, region_id, chip_id)
        where premium.region_id = $region and premium.quarter_start = $quarter
        order by premium.is_thin, premium.providers desc, premium.chip_id
        """,
        case,
    )


def read_price_index(
    connection: duckdb.DuckDBPyConnection, premiums: list[dict], until: date
) -> list[dict]:
    """Return the newest reading in the quarter of the index that goes with each premium."""
    pairs = [f"{row['price_region_id']}|{row['chip_id']}" for row in premiums]
    return fetch_rows(
        connection,
        """
        select chip_id, region_id, commitment, month_start, index_value, series_start, change_pct,
               providers, is_thin
        from marts.fct_rental_price_index
        where region_id || '|' || chip_id in (select unnest($pairs::varchar[]))
          and month_start <= $until and month_start > $until - interval 3 month
        qualify row_number() over (
            partition by chip_id, region_id, commitment order by month_start desc
        ) = 1
        order by chip_id, commitment
        """,
        {"pairs": pairs, "until": until},
    )
