"""From a figure of the balance down to what it rests on, read from a published release alone.

Nothing is computed here that the release does not hold: the walk multiplies out in its own marts.
Reading belongs in `balance_rows.py`, printing in `cli/explain.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.answers.balance_rows import (
    read_arrivals,
    read_assumptions,
    read_chips,
    read_inputs,
    read_one,
    read_parts,
    read_points,
    read_premiums,
    read_price_index,
    read_runs,
    read_sources,
)
from pipelines.answers.query import BASELINE, UnknownNameError, fetch_rows, suggest
from pipelines.base.errors import ReleaseError

ACCESSES = ("all", "merchant")
# what names the rest of the world and the world in everyday words, beside their own names
REGION_WORDS = {"china": "CN", "usa": "US", "america": "US", "rest": "ROW"}
_QUARTER = re.compile(r"^(\d{4})[ -]?[qQ]([1-4])$")


@dataclass(frozen=True)
class BalanceAnswer:
    """A figure of the balance with everything behind it; every list holds rows by column name.

    `figure` is the published row, `steps` the walk on the central path, `parts` its chips by owner
    and origin, `chips` what stands there, `arrivals` what came in the year to the quarter, `runs`
    the published training runs behind observed demand, `points` those between which the curves
    behind tokens are read, `assumptions` the rows of the registry that the steps read. `inputs` is
    None where the release holds no sensitivity. `premiums` say what prices tell of scarcity there
    and then.
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
    points: list[dict]
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
    quarters = fetch_rows(
        connection, "from marts.dim_quarter where is_balance_quarter order by quarter_start", []
    )
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
        figure = read_one(
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
        release = read_one(connection, "from meta.release", {})
        if not steps:
            raise ReleaseError(
                f"the release as of {release['as_of']} knows no supply and no demand of "
                f"{workload_row['workload_id']} in {region_row['region_id']} for "
                f"{quarter_row['quarter_label']}; the public knew none on that day"
            )
        premiums = read_premiums(connection, case)
        return BalanceAnswer(
            release,
            region_row,
            quarter_row,
            workload_row,
            access,
            figure,
            steps,
            read_parts(connection, case),
            read_chips(connection, case),
            read_arrivals(connection, case),
            read_runs(connection, case),
            read_points(connection, case),
            read_assumptions(connection, steps),
            read_sources(connection),
            read_inputs(connection, case),
            premiums,
            read_price_index(connection, premiums, quarter_row["quarter_end"]),
            _list_notes(figure, steps),
        )


def _list_notes(figure: dict, steps: list[dict]) -> list[str]:
    """Return what a reader must know of this figure before using it."""
    central = {step["step"]: step["value"] for step in steps if step["section"] == "balance"}
    notes = []
    if figure.get("supply_h100e_p50") is None:
        notes.append(
            "no interval is published: an input was observed on "
            f"{figure.get('draws_used') or 0} draws, too few for one"
        )
    if "supply" not in central:
        notes.append("no supply is known for this quarter")
    if "demand" not in central:
        notes.append("nobody observed a demand for this work here, so there is no coverage")
    if figure.get("printable_note"):
        notes.append(f"not for print: {figure['printable_note']}")
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
