"""Which figures each price mart is made of, and which rows of other marts it follows from.

One function per mart; how the rows are found is in `offers.py` and `inputs.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb

from pipelines.answers import offers
from pipelines.answers.citation import Backing
from pipelines.answers.inputs import (
    NOT_IN_PAYBACK,
    cite_assumptions,
    cite_cost,
    cite_events,
    cite_hardware,
    cite_published_index,
    split_ids,
)
from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_dicts, fetch_value
from pipelines.base.sql import quote_name

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]

QUARTER_KEY = ("quarter_start", "region_id", "chip_id")
INDEX_KEY = ("month_start", "region_id", "chip_id", "commitment")
# what releases of older versions lack
NEEDED = (("fct_rental_offer", "rate_document_row"), ("fct_gpu_hour_cost", "assumption_ids"))
# judgements by which offers are checked and steps are taken
OFFER_RULES = ["price-level-limit", "price-stale-days", "index-min-providers"]
STEP_RULES = ["index-max-gap", "price-jump-limit", "index-min-providers"]


def back_price(connection: Connection, table: str, row: Row) -> Backing | None:
    """Return all that stands behind a row of a price mart.

    Args:
        connection: a release.
        table: name of the mart.
        row: one row of it, by column.

    Returns:
        Citations by figure, and rows of marts to go on from; None where it is no price mart.

    Raises:
        ReleaseError: the release was published before the columns that a trace needs.
    """
    if table not in MARTS:
        return None
    _check_columns(connection)
    backing = Backing()
    MARTS[table](connection, backing, row)
    return backing


def _check_columns(connection: Connection) -> None:
    found = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    missing = [f"{table}.{column}" for table, column in NEEDED if (table, column) not in found]
    if missing:
        raise ReleaseError(
            f"the release has no {', '.join(missing)}, which a trace needs; it was published by an "
            "older version, run: make warehouse"
        )


def _back_offer(connection: Connection, backing: Backing, row: Row) -> None:
    offers.cite_offers(connection, backing, offers.OFFER, row)
    cite_assumptions(backing, "assumptions", OFFER_RULES)


def _back_month_rent(connection: Connection, backing: Backing, row: Row) -> None:
    offers.cite_offers(connection, backing, offers.MONTH_RENT, row)


def _back_index(connection: Connection, backing: Backing, row: Row) -> None:
    offers.cite_offers(connection, backing, offers.INDEX, row)
    cite_assumptions(backing, "assumptions", STEP_RULES)
    # the level is that of the month before, moved by the step
    bound = {name: row[name] for name in (*INDEX_KEY, "series_start")}
    earlier = fetch_value(
        connection,
        "select max(month_start) from marts.fct_rental_price_index where region_id = $region_id "
        "and chip_id = $chip_id and commitment = $commitment and series_start = $series_start "
        "and month_start < $month_start",
        bound,
    )
    if earlier is not None:
        key = {name: row[name] for name in INDEX_KEY} | {"month_start": earlier}
        backing.add_step("fct_rental_price_index", **key)


def _back_drift(connection: Connection, backing: Backing, row: Row) -> None:
    until = row["month_start"]
    months = {"after_month": until.replace(year=until.year - 1), "until_month": until}
    offers.cite_offers(connection, backing, offers.CHAINED, row, figure="chained change", **months)
    offers.cite_offers(connection, backing, offers.DIRECT, row, **months)
    cite_assumptions(backing, "assumptions", STEP_RULES)
    for month in months.values():
        key = {name: row[name] for name in INDEX_KEY} | {"month_start": month}
        backing.add_step("fct_rental_price_index", **key)


def _back_review(connection: Connection, backing: Backing, row: Row) -> None:
    offers.cite_offers(connection, backing, offers.REVIEW, row)
    backing.cite(
        "announced move", "price_events", "price_events", "event_id", split_ids(row["event_ids"])
    )
    cite_assumptions(backing, "assumptions", STEP_RULES)


def _back_published_index(connection: Connection, backing: Backing, row: Row) -> None:
    cite_published_index(backing, row)


def _back_hardware(connection: Connection, backing: Backing, row: Row) -> None:
    cite_hardware(backing, "price", [row["price_id"]])


def _back_cost(connection: Connection, backing: Backing, row: Row) -> None:
    cite_cost(connection, backing, row)


def _back_premium(connection: Connection, backing: Backing, row: Row, prefix: str = "") -> None:
    _cite_market_rent(connection, backing, row, prefix)
    cost = _get_row(connection, "fct_gpu_hour_cost", row)
    cite_cost(connection, backing, cost, prefix=f"{prefix}cost: ")
    _step_to(backing, "fct_gpu_hour_cost", row)


def _back_payback(connection: Connection, backing: Backing, row: Row) -> None:
    premium = _get_row(connection, "fct_scarcity_premium", row)
    # the list of hyperscalers stands beside the premium and is no part of the payback
    _cite_market_rent(connection, backing, premium, with_list=False)
    cost = _get_row(connection, "fct_gpu_hour_cost", row)
    cite_cost(connection, backing, cost, "cost: ", leave_out=NOT_IN_PAYBACK, with_purchases=False)
    _step_to(backing, "fct_scarcity_premium", row)
    _step_to(backing, "fct_gpu_hour_cost", row)


def _back_episode(connection: Connection, backing: Backing, row: Row) -> None:
    peak = _get_row(
        connection, "fct_scarcity_premium", row | {"quarter_start": row["peak_quarter"]}
    )
    _back_premium(connection, backing, peak, prefix="peak: ")
    # the run itself, and the quarter in which it ended
    span = ("region_id", "chip_id", "began_quarter", "last_quarter", "returned_quarter")
    quarters = connection.execute(
        "select quarter_start from marts.fct_scarcity_premium where region_id = $region_id "
        "and chip_id = $chip_id and (quarter_start between $began_quarter and $last_quarter "
        "or quarter_start = $returned_quarter) order by all",
        {name: row[name] for name in span},
    ).fetchall()
    for (quarter,) in quarters:
        _step_to(backing, "fct_scarcity_premium", row | {"quarter_start": quarter})


def _back_beside_load(connection: Connection, backing: Backing, row: Row) -> None:
    premium = _get_row(connection, "fct_scarcity_premium", row)
    _back_premium(connection, backing, premium, prefix="premium: ")
    _step_to(backing, "fct_scarcity_premium", row)
    place = {name: row[name] for name in ("quarter_start", "region_id")}
    merchant = {"access": "merchant", "scenario_id": "baseline"}
    if row["load_wanted_p50"] is not None:
        backing.add_step("fct_compute_load", **place, **merchant)
    for workload in ("training_large", "training_small", "inference"):
        if row[f"{workload}_shortage_probability"] is not None:
            backing.add_step("fct_compute_balance", **place, workload_id=workload, **merchant)


def _back_event(connection: Connection, backing: Backing, row: Row) -> None:
    offers.cite_offers(connection, backing, offers.EVENT, row)
    cite_events(connection, backing, "event", [row["event_id"]])
    cite_events(connection, backing, "other events", split_ids(row["other_event_ids"]))


def _cite_market_rent(
    connection: Connection, backing: Backing, premium: Row, prefix: str = "", with_list: bool = True
) -> None:
    """Cite the rent of a premium: its offers, and the steps of the index that moved it."""
    found = Backing()
    offers.cite_offers(connection, found, offers.QUARTER_RENT, premium)
    if premium["is_chained"]:
        months = offers.find_chain_months(connection, premium)
        index = premium | {"region_id": premium["price_region_id"], "commitment": "on_demand"}
        offers.cite_offers(connection, found, offers.CHAINED, index, figure="index steps", **months)
        cite_assumptions(found, "index steps: assumptions", STEP_RULES)
        for month in months.values():
            key = {name: index.get(name) for name in INDEX_KEY} | {"month_start": month}
            backing.add_step("fct_rental_price_index", **key)
    for citation in found.citations:
        if with_list or not citation.figure.startswith("hyperscaler list"):
            name = f"{prefix}{citation.figure}"
            backing.citations.append(replace(citation, figure=name))


def _get_row(connection: Connection, table: str, row: Row) -> Row:
    """Return the row of a mart by quarter, region and chip; it is there, as the other needs it."""
    (found,) = fetch_dicts(
        connection,
        f"select * from marts.{quote_name(table)} "
        "where quarter_start = ? and region_id = ? and chip_id = ?",
        [row[name] for name in QUARTER_KEY],
    )
    return found


def _step_to(backing: Backing, table: str, row: Row) -> None:
    backing.add_step(table, **{name: row[name] for name in QUARTER_KEY})


MARTS: dict[str, Callable[[Connection, Backing, Row], None]] = {
    "fct_rental_offer": _back_offer,
    "fct_rental_price": _back_month_rent,
    "fct_rental_price_index": _back_index,
    "fct_rental_index_drift": _back_drift,
    "fct_rental_price_review": _back_review,
    "fct_published_rental_index": _back_published_index,
    "fct_hardware_price": _back_hardware,
    "fct_gpu_hour_cost": _back_cost,
    "fct_scarcity_premium": _back_premium,
    "fct_rental_payback": _back_payback,
    "fct_scarcity_episode": _back_episode,
    "fct_scarcity_beside_load": _back_beside_load,
    "fct_price_event_study": _back_event,
}
