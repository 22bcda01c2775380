"""Tracing a few rows of each price mart, and reading what they lead to."""

from typing import Any

from pipelines.answers.trace import Trace, trace_row
from tests.conftest import RealWarehouse

EXACT = 1e-9
# four significant digits
ROUNDED = 6e-4
# months that the index lets pass between two readings, as cited
GAP = "index-max-gap"
KEYS = {
    "fct_rental_offer": ["offer_id"],
    "fct_rental_price": ["month_start", "region_id", "chip_id", "provider_type", "commitment"],
    "fct_rental_price_index": ["month_start", "region_id", "chip_id", "commitment"],
    "fct_rental_index_drift": ["month_start", "region_id", "chip_id", "commitment"],
    "fct_rental_price_review": ["offer_key", "read_month"],
    "fct_published_rental_index": ["quote_id"],
    "fct_contract_rent": ["rent_id"],
    "fct_hardware_price": ["price_id"],
    "fct_gpu_hour_cost": ["quarter_start", "region_id", "chip_id"],
    "fct_scarcity_premium": ["quarter_start", "region_id", "chip_id"],
    "fct_rental_payback": ["quarter_start", "region_id", "chip_id"],
    "fct_scarcity_episode": ["region_id", "chip_id", "began_quarter"],
    "fct_scarcity_beside_load": ["quarter_start", "region_id", "chip_id"],
    "fct_price_event_study": ["event_id", "region_id", "chip_id", "commitment", "window_days"],
}


def trace_some(
    warehouse: RealWarehouse, table: str, where: str = "true", count: int = 3
) -> list[Trace]:
    """Trace a few rows of a mart, spread over it but the same in every build of the same facts."""
    key = KEYS[table]
    spread = " || ".join(f"{column}::varchar" for column in key)
    rows = warehouse.query(
        f"select {', '.join(key)} from marts.{table} where {where} "
        f"order by hash({spread}) limit {count}"
    )
    assert len(rows) == count, f"{table} has {len(rows)} rows where {where}"
    return [trace_row(warehouse.settings, table, key, [str(v) for v in row]) for row in rows]


def fetch(warehouse: RealWarehouse, found: Trace, table: str) -> list[dict[str, Any]]:
    """Return the rows of a mart to which a trace points."""
    rows = []
    for step in found.steps:
        if step.table == table:
            where = " and ".join(f"{name} = '{value}'" for name, value in step.key.items())
            columns = [c for (c, *_) in warehouse.query(f"describe marts.{table}")]
            (row,) = warehouse.query(f"select * from marts.{table} where {where}")
            rows.append(dict(zip(columns, row, strict=True)))
    return rows


def list_cells(found: Trace, figure: str, raw_table: str | None = None) -> list[dict[str, Any]]:
    """Return the raw rows behind a figure, by column."""
    return [
        dict(zip(item.columns, row, strict=True))
        for item in found.evidence
        if item.figure == figure and raw_table in (None, item.raw_table)
        for row in item.rows
    ]


def list_ids(found: Trace, figure: str) -> list[str]:
    """Return the ids of the quotes behind a figure, sorted; doubles stay."""
    return sorted(get_id(cells) for cells in list_cells(found, figure))


def get_id(cells: dict[str, Any]) -> str:
    """Return the id of a quote, or of a row of Chinese prices."""
    return cells["quote_id"] if "quote_id" in cells else cells["row_id"]
