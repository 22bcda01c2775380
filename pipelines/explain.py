"""From a figure of the balance down to what it rests on, read from a published release alone.

Nothing is computed here that the release does not hold: the walk multiplies out in its own marts.
Printing belongs in `cli/explain.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.answers import BASELINE, UnknownNameError, fetch_rows, suggest
from pipelines.errors import ReleaseError

ACCESSES = ("all", "merchant")
# what names the rest of the world and the world in everyday words, beside their own names
REGION_WORDS = {"china": "CN", "usa": "US", "america": "US", "rest": "ROW"}
# rows of long lists that are shown; the release holds the others
SHOWN_INPUTS = 8
_QUARTER = re.compile(r"^(\d{4})[ -]?[qQ]([1-4])$")


@dataclass(frozen=True)
class BalanceAnswer:
    """A figure of the balance with everything behind it; every list holds rows by column name.

    `figure` is the published row, `steps` the walk on the central path, `parts` its chips by owner
    and origin, `chips` what stands there, `arrivals` what came in the year to the quarter, `runs`
    the published training runs behind observed demand, `assumptions` the rows of the registry that
    the steps read. `inputs` is None where the release holds no sensitivity. `premiums` say what
    prices tell of scarcity there and then.
    """

    release: dict
    region: dict
    quarter: dict
    workload: dict
    access: str
    figure: dict
    steps: list[dict]
    parts: list[dict]
    chips: list[dict]
    arrivals: list[dict]
    runs: list[dict]
    assumptions: list[dict]
    sources: list[dict]
    inputs: list[dict] | None
    premiums: list[dict]
    price_index: list[dict]
    notes: list[str]


def find_region(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the region with a code or name.

    Raises:
        UnknownNameError: no region is called so; the message lists them.
    """
    rows = fetch_rows(
        connection,
        "select region_id, region_name from marts.dim_region where region_id = upper($1) "
        "or lower(region_name) = lower($1)",
        [REGION_WORDS.get(name.lower(), name)],
    )
    if rows:
        return rows[0]
    known = [row["region_id"] for row in fetch_rows(connection, "from marts.dim_region", [])]
    raise UnknownNameError(f"unknown region {name!r}; regions are {', '.join(sorted(known))}")


def find_quarter(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the quarter with a label such as 2023Q4.

    Raises:
        UnknownNameError: it is no quarter, or the release does not reach it.
    """
    quarters = fetch_rows(connection, "from marts.dim_quarter order by quarter_start", [])
    if not quarters:
        raise ReleaseError("the release holds no quarter; it is as of too early a day")
    first, last = quarters[0]["quarter_label"], quarters[-1]["quarter_label"]
    found = _QUARTER.match(name.strip())
    if not found:
        raise UnknownNameError(f"unknown quarter {name!r}; expected one such as {last}")
    label = f"{found[1]}Q{found[2]}"
    for quarter in quarters:
        if quarter["quarter_label"] == label:
            return quarter
    raise UnknownNameError(f"quarter {label} is not in the release; it holds {first} to {last}")


def find_workload(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the kind of work with an id or name.

    Raises:
        UnknownNameError: no kind of work is called so; the message suggests near names.
    """
    rows = fetch_rows(connection, "select * from marts.dim_workload order by workload_id", [])
    for row in rows:
        if name.lower() in (row["workload_id"], row["workload_name"].lower()):
            return row
    known = [row["workload_id"] for row in rows]
    hint = suggest(name, known) or f"; kinds of work are {', '.join(known)}"
    raise UnknownNameError(f"unknown kind of work {name!r}{hint}")


def answer_balance(
    path: Path, region: str, quarter: str, workload: str, access: str = "all"
) -> BalanceAnswer:
    """Explain one figure of the balance.

    Args:
        path: the published file.
        region: US, CN, ROW or WORLD, or a name.
        quarter: label such as 2023Q4.
        workload: id or name of the kind of work.
        access: `all` or `merchant`.

    Returns:
        The published figure with its walk on the central path and everything behind it.

    Raises:
        UnknownNameError: region, quarter or kind of work is not known.
        ReleaseError: nothing is published, or the release knows nothing of that quarter.
    """
    if not path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    with duckdb.connect(str(path), read_only=True) as connection:
        region_row = find_region(connection, region)
        quarter_row = find_quarter(connection, quarter)
        workload_row = find_workload(connection, workload)
        case = {
            "region": region_row["region_id"],
            "quarter": quarter_row["quarter_start"],
            "workload": workload_row["workload_id"],
            "access": access,
        }
        figure = _read_one(
            connection,
            f"""
            select * exclude (scenario_id) from marts.fct_compute_balance
            where region_id = $region and quarter_start = $quarter and workload_id = $workload
              and access = $access and scenario_id = '{BASELINE}'
            """,
            case,
        )
        steps = fetch_rows(
            connection,
            """
            select * exclude (region_id, quarter_start, workload_id, access)
            from marts.fct_balance_walk
            where region_id = $region and quarter_start = $quarter and workload_id = $workload
              and access = $access
            order by place
            """,
            case,
        )
        release = _read_one(connection, "from meta.release", {})
        if not steps:
            raise ReleaseError(
                f"the release as of {release['as_of']} knows no supply and no demand of "
                f"{workload_row['workload_id']} in {region_row['region_id']} for "
                f"{quarter_row['quarter_label']}; the public knew none on that day"
            )
        premiums = _read_premiums(connection, case)
        return BalanceAnswer(
            release,
            region_row,
            quarter_row,
            workload_row,
            access,
            figure,
            steps,
            _read_parts(connection, case),
            _read_chips(connection, case),
            _read_arrivals(connection, case),
            _read_runs(connection, case),
            _read_assumptions(connection, steps),
            _read_sources(connection),
            _read_inputs(connection, case),
            premiums,
            _read_price_index(connection, premiums, quarter_row["quarter_end"]),
            _list_notes(figure, steps),
        )


def _bind(query: str, case: dict) -> dict:
    """Return the values that a query names; the engine refuses values that it does not need."""
    return {name: value for name, value in case.items() if f"${name}" in query}


def _read(connection: duckdb.DuckDBPyConnection, query: str, case: dict) -> list[dict]:
    return fetch_rows(connection, query, _bind(query, case))


def _read_one(connection: duckdb.DuckDBPyConnection, query: str, case: dict) -> dict:
    return next(iter(_read(connection, query, case)), {})


def _read_parts(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return the chips of the region by owner and origin; those of all regions for the world."""
    return _read(
        connection,
        """
        select * exclude (quarter_start, workload_id) from marts.fct_balance_walk_part
        where $region in (region_id, 'WORLD') and quarter_start = $quarter
          and workload_id = $workload
        order by region_id, deployed_h100e desc, owner, origin
        """,
        case,
    )


def _read_chips(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return what stands there by chip and origin: units x ratio adds up to `deployed`."""
    return _read(
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


def _read_arrivals(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return deliveries of the four quarters up to this one, each with its own interval."""
    return _read(
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


def _read_runs(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return the runs that the observed demand of the quarter is a mean of.

    A quarter after the coverage of the list rests on the last four quarters of it.
    """
    if case["workload"] == "inference":
        return []
    return _read(
        connection,
        """
        with smoothing as (
            select value_central::integer // 2 as quarters_each_side
            from meta.assumption where assumption_id = 'run-smoothing'
        ),
        covered as (
            select region_id, max(quarter_start) as last_quarter
            from marts.fct_training_run_quarter group by region_id
        )
        select runs.model_id, runs.model_name, runs.developer, runs.region_id, runs.started_on,
               runs.ended_on, any_value(runs.training_flop) as training_flop,
               sum(runs.h100e order by runs.quarter_start) as h100e_quarters,
               count(*) as quarters, any_value(runs.source_url) as source_url
        from marts.fct_training_run_quarter as runs
        inner join covered using (region_id)
        cross join smoothing
        where $region in (region_id, 'WORLD')
          and runs.is_large = ($workload = 'training_large')
          and case
              when $quarter > covered.last_quarter
                  then runs.quarter_start >= covered.last_quarter - interval 9 month
              else abs(date_diff('quarter', runs.quarter_start, $quarter))
                  <= smoothing.quarters_each_side
          end
        group by runs.model_id, runs.model_name, runs.developer, runs.region_id,
                 runs.started_on, runs.ended_on
        order by h100e_quarters desc, runs.model_id
        """,
        case,
    )


def _read_assumptions(connection: duckdb.DuckDBPyConnection, steps: list[dict]) -> list[dict]:
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


def _read_sources(connection: duckdb.DuckDBPyConnection) -> list[dict]:
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


def _read_inputs(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict] | None:
    """Return the inputs that move the gap most; None where the release holds no sensitivity."""
    held = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'marts' "
        "and table_name = 'fct_balance_sensitivity'"
    ).fetchone()
    if not held[0]:
        return None
    return _read(
        connection,
        f"""
        select input, rank_correlation, swing_h100e from marts.fct_balance_sensitivity
        where region_id = $region and quarter_start = $quarter and workload_id = $workload
        order by abs(rank_correlation) desc nulls last, input limit {SHOWN_INPUTS}
        """,
        case,
    )


def _read_premiums(connection: duckdb.DuckDBPyConnection, case: dict) -> list[dict]:
    """Return price over cost of the chips of the region, and how that agrees with the load."""
    return _read(
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


def _read_price_index(
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


def _list_notes(figure: dict, steps: list[dict]) -> list[str]:
    """Return what a reader must know of this figure before using it."""
    central = {step["step"]: step["value"] for step in steps if step["section"] == "balance"}
    notes = []
    if figure.get("supply_h100e_p50") is None:
        notes.append(
            f"no interval is published: {figure.get('draws_used') or 0} draws are feasible, "
            "too few for one"
        )
    if "supply" not in central:
        notes.append("no supply is known for this quarter")
    if "demand" not in central:
        notes.append("nobody observed a demand for this work here, so there is no coverage")
    if (figure.get("infeasible_share") or 0) > 0:
        notes.append(
            f"{figure['infeasible_share']:.0%} of the draws serve more than the stock can and "
            "are left out of the interval"
        )
    load = next((step["value"] for step in steps if step["step"] == "load_served"), 0)
    if load > 1:
        notes.append(
            f"on the central path served work is {load:.2f} times the stock, so everyone is "
            "scaled down"
        )
    if figure.get("is_nowcast"):
        notes.append("supply or demand goes on beyond its data")
    if figure.get("is_provisional"):
        notes.append("not all deliveries of the quarter are counted yet")
    return notes
