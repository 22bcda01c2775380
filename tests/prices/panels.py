"""The models from offers to the index, run in memory on panels that a test makes up.

The SQL is that of the build; only references and macros are filled in.
"""

from datetime import date
from functools import cache

import duckdb
import yaml
from jinja2 import DictLoader, Environment

from pipelines.base.settings import PROJECT_DIR

MODELS_DIR = PROJECT_DIR / "dbt" / "models" / "intermediate" / "prices"
MACROS = (
    "aggregates",
    "assumptions",
    "changed_months",
    "event_readings",
    "joined_ids",
    "readings",
    "two_level_jevons",
    "weakest_confidence",
)
CHAIN = (
    "offer_readings",
    "offer_months",
    "offer_steps",
    "relatives",
    "index",
    "index_drift",
)
VARS = yaml.safe_load((PROJECT_DIR / "dbt" / "dbt_project.yml").read_text())["vars"]

Panel = dict[tuple[str, str], dict[int, float]]
"""Prices by offer (provider, name) and month; months count from January 2022."""


def get_month(number: int) -> date:
    """Return the first day of a month, counted from January 2022."""
    return date(2022 + number // 12, number % 12 + 1, 1)


def build_index(
    panel: Panel, max_gap: int = 6, jump_limit: float = 1e9
) -> duckdb.DuckDBPyConnection:
    """Run the models on a panel of one chip in the United States, on demand.

    Args:
        panel: the prices, each read once in its month.
        max_gap: months that a step may span.
        jump_limit: ratio above which a step waits for review.

    Returns:
        A connection in which the models stand as tables.
    """
    connection = create_inputs(max_gap, jump_limit)
    rows = [
        (f"{provider}-{name}-{month}", f"{provider}-{name}", get_month(month), provider, price)
        for (provider, name), prices in panel.items()
        for month, price in prices.items()
    ]
    connection.executemany(
        "insert into int_prices__checked_offers select $1, $2, $3, $3, 'h100', $4, 'neocloud', "
        "'US', 'on_demand', $5, false, null, 's', $3, 'reported'",
        rows,
    )
    for name in CHAIN:
        model = f"int_prices__{name}"
        connection.execute(f"create table {model} as {render(model)}")
    return connection


def create_inputs(max_gap: int = 6, jump_limit: float = 1e9) -> duckdb.DuckDBPyConnection:
    """Return a connection with the chain's inputs as empty tables, and the limits of the model."""
    connection = duckdb.connect(":memory:")
    connection.execute(
        """
        create table int_prices__checked_offers (
            offer_id varchar, offer_key varchar, observed_on date, last_observed_on date,
            chip_id varchar, provider varchar, provider_type varchar, region_id varchar,
            commitment varchar, usd_per_gpu_hour double, is_press_report boolean,
            exclusion_reason varchar, source_id varchar, known_on date, confidence varchar
        );
        create table int_prices__events (
            event_id varchar, event_kind varchar, direction varchar, date_precision varchar,
            event_date date, organisation_id varchar, segment varchar, region_id varchar,
            chip_id varchar
        );
        create table int_reference__organisation_ids (label varchar, organisation_id varchar);
        create table int_inputs__assumptions (parameter varchar, value_central double);
        """
    )
    connection.execute(
        "insert into int_inputs__assumptions values "
        "('max_months_between_matches', ?), ('price_jump_limit', ?), ('min_providers', 3)",
        [max_gap, jump_limit],
    )
    return connection


@cache
def render(model: str, is_incremental: bool = False) -> str:
    """Return the SQL of a price model with its references as plain names.

    Args:
        model: name of the model.
        is_incremental: whether the model finds its table of the build before; the SQL then begins
            with the statement of its pre-hook.
    """
    macros = "\n".join((PROJECT_DIR / "dbt" / "macros" / f"{m}.sql").read_text() for m in MACROS)
    configured: dict[str, str] = {}

    def fill_in(text: str) -> str:
        environment = Environment(
            loader=DictLoader({"model": f"{macros}\n{text}"}), extensions=["jinja2.ext.do"]
        )
        return environment.get_template("model").render(
            ref=lambda name: name,
            source=lambda source, table: f"{source}_{table}",
            var=VARS.get,
            this=model,
            is_incremental=lambda: is_incremental,
            config=lambda **options: configured.update(options) or "",
        )

    query = fill_in((MODELS_DIR / f"{model}.sql").read_text())
    if not is_incremental:
        return query
    return f"{fill_in(configured['pre_hook'])};\ninsert into {model} {query}"


def read_index(connection: duckdb.DuckDBPyConnection, region: str = "WORLD") -> dict[date, float]:
    """Return the index by month."""
    found = connection.execute(
        "select month_start, index_value from int_prices__index where region_id = ?", [region]
    )
    return dict(found.fetchall())
