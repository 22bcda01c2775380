"""What is ahead for a region, with the simple rule and the record beside it, out of a release.

Nothing is computed here that the release does not hold; printing belongs in `cli/outlook.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.answers.balance import find_region
from pipelines.answers.query import BASELINE, UnknownNameError, fetch_rows
from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_dicts

# from what comes to what it needs
MEASURES = (
    "delivered",
    "nominal",
    "deployed",
    "powered",
    "needed_it_power",
    "live_it_power",
    "demand_wanted",
    "load_wanted",
    "coverage",
    "probability_tight",
)
# yardsticks of a plain answer; the others stand beside the asked quarter
PLAIN_YARDSTICKS = ("8bit", "it_power", "busy", "stock")
FIGURES = tuple(
    f"{name}_{point}"
    for name, points in (
        ("value", ("p05", "p25", "p50", "p75", "p95")),
        ("orders", ("p05", "p50", "p95")),
    )
    for point in points
)
_QUARTER = re.compile(r"^(\d{4})[ -]?[qQ]([1-4])$")


@dataclass(frozen=True)
class OutlookAnswer:
    """The outlook of a region; every list holds rows by column name.

    `rows` are those of fct_outlook in the 8-bit yardstick and in power, with the label of the
    quarter; `yardsticks` those of the asked quarter in the other yardsticks; `record` the score of
    the region by rule and distance; `bounds` how probable it is, by quarter, that a limit is the
    smallest outside China, with the power that chips wait for (for the world alone); `worlds` what
    is deployed and powered in each world of growth and of rules in the asked quarter, else the
    last; `notes` what must not be read into them. Where a row is to be read as unknown, it holds no
    figure of ours.
    """

    release: dict
    region: dict
    rows: list[dict]
    yardsticks: list[dict]
    record: list[dict]
    bounds: list[dict]
    worlds: list[dict]
    notes: list[str]


def answer_outlook(path: Path, region: str, quarter: str | None = None) -> OutlookAnswer:
    """Tell what may be ahead in a region.

    Args:
        path: the published file.
        region: US, CN, ROW or WORLD, or a name.
        quarter: label such as 2027Q4; by default every quarter of the outlook.

    Returns:
        Rows of the outlook with the simple rule and the record beside them.

    Raises:
        UnknownNameError: region or quarter is not known, or lies outside the outlook.
        ReleaseError: nothing is published, or the release knows nothing ahead.
    """
    if not path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    with duckdb.connect(str(path), read_only=True) as connection:
        release = fetch_rows(connection, "from meta.release", [])[0]
        region_row = find_region(connection, region)
        rows = fetch_rows(
            connection,
            f"""
            select quarters.quarter_label, outlooks.*
            from marts.fct_outlook as outlooks
            inner join marts.dim_quarter as quarters using (quarter_start)
            where outlooks.region_id = $1
              and outlooks.scenario_id = '{BASELINE}' and outlooks.growth_scenario_id = 'expected'
              and outlooks.access = 'all'
            order by list_position($2, outlooks.measure), outlooks.yardstick, workload_id,
                quarter_start
            """,
            [region_row["region_id"], list(MEASURES)],
        )
        if not rows:
            raise ReleaseError(
                f"the release as of {release['as_of']} holds no outlook; no shipments were public"
            )
        if quarter is not None:
            rows = _pick_quarter(rows, quarter)
        rows = [row if row["is_informative"] else row | dict.fromkeys(FIGURES) for row in rows]
        return OutlookAnswer(
            release,
            region_row,
            [row for row in rows if row["yardstick"] in PLAIN_YARDSTICKS],
            [row for row in rows if row["yardstick"] not in PLAIN_YARDSTICKS] if quarter else [],
            _read_record(connection, region_row["region_id"]),
            _read_bounds(connection, rows) if region_row["region_id"] == "WORLD" else [],
            _read_worlds(connection, region_row["region_id"], rows[-1]["quarter_start"]),
            _list_notes(rows),
        )


def _pick_quarter(rows: list[dict], name: str) -> list[dict]:
    """Return the rows of a quarter; the message of the error says what the outlook holds."""
    labels = sorted({row["quarter_label"] for row in rows})
    found = _QUARTER.match(name.strip())
    label = f"{found[1]}Q{found[2]}" if found else None
    picked = [row for row in rows if row["quarter_label"] == label]
    if not picked:
        raise UnknownNameError(
            f"the outlook holds no quarter {name!r}; it goes from {labels[0]} to {labels[-1]}"
        )
    return picked


def _read_record(connection: duckdb.DuckDBPyConnection, region_id: str) -> list[dict]:
    """Return the score of every rule on the stock by distance: cases, coverage, mean CRPS."""
    return fetch_dicts(
        connection,
        """
        select
            kind, measure, rule, quarters_ahead, count(*) as cases,
            avg(is_covered_90::int) as coverage_90, avg(crps_log) as crps_log,
            any_value(earliest) as first_origin, any_value(latest) as last_origin
        from (
            select
                *, min(origin_quarter) over () as earliest, max(origin_quarter) over () as latest
            from marts.fct_outlook_score
            where region_id = $1 and vendor = 'all' and measure in ('nominal', 'deployed')
        )
        group by kind, measure, rule, quarters_ahead
        order by kind, measure, quarters_ahead, crps_log
        """,
        [region_id],
    )


def _read_bounds(connection: duckdb.DuckDBPyConnection, rows: list[dict]) -> list[dict]:
    """Return the probabilities of the limits in the quarters of the rows, a quarter in a row."""
    return fetch_rows(
        connection,
        f"""
        select
            quarters.quarter_label,
            max(probability) filter (where bound = 'power') as power,
            max(probability) filter (where bound = 'money') as money,
            max(probability) filter (where bound = 'memory') as memory,
            max(probability) filter (where bound = 'packaging') as packaging,
            max(probability) filter (where bound = 'orders') as orders,
            any_value(waiting_it_power_mw_p05) as waiting_it_power_mw_p05,
            any_value(waiting_it_power_mw_p50) as waiting_it_power_mw_p50,
            any_value(waiting_it_power_mw_p95) as waiting_it_power_mw_p95
        from marts.fct_outlook_binding as bindings
        inner join marts.dim_quarter as quarters using (quarter_start)
        where bindings.scenario_id = '{BASELINE}' and bindings.growth_scenario_id = 'expected'
          and list_contains($1, quarter_start)
        group by quarters.quarter_label
        order by quarters.quarter_label
        """,
        [[row["quarter_start"] for row in rows]],
    )


def _read_worlds(
    connection: duckdb.DuckDBPyConnection, region_id: str, quarter_start: date
) -> list[dict]:
    """Return what is deployed and powered in each world in a quarter, a measure in a row."""
    return fetch_rows(
        connection,
        f"""
        select
            case when outlooks.scenario_id = '{BASELINE}' then outlooks.growth_scenario_id
                else outlooks.scenario_id end as world,
            case when outlooks.scenario_id = '{BASELINE}' then growth.title else rules.title end
                as title,
            outlooks.measure, outlooks.value_p05, outlooks.value_p50, outlooks.value_p95,
            outlooks.is_informative
        from marts.fct_outlook as outlooks
        inner join marts.dim_growth_scenario as growth using (growth_scenario_id)
        inner join marts.dim_outlook_rule_scenario as rules using (scenario_id)
        where outlooks.region_id = $1 and outlooks.quarter_start = $2
            and outlooks.yardstick = '8bit' and outlooks.measure in ('deployed', 'powered')
        order by
            outlooks.scenario_id <> '{BASELINE}', outlooks.growth_scenario_id <> 'expected', world,
            outlooks.measure
        """,
        [region_id, quarter_start],
    )


def _list_notes(rows: list[dict]) -> list[str]:
    """Return what a reader must know before using the figures."""
    notes = [
        "the rule has been tried on one boom, in hindsight: cases overlap, and no turn of the "
        "cycle is among them",
        "growth in 8-bit H100 equivalents is no growth of compute; deployed is not powered",
        "limits, demand and every world beside the expected one have no record; no world has a "
        "probability",
    ]
    if any(row["record_cases"] is None for row in rows):
        notes.append("rows without a record rest on judgement alone")
    unknown = sorted({row["measure"] for row in rows if not row["is_informative"]})
    if unknown:
        notes.append(f"read as unknown where marked: {', '.join(unknown)}")
    return notes
