"""Prices of the repository's own facts: published points come out, and each leads to its quotes."""

import csv
from pathlib import Path

import pytest

from pipelines.answers.trace import Trace, trace_row
from tests.conftest import RealWarehouse

POINTS_FILE = Path(__file__).parent / "published_points.csv"
POINTS = list(csv.DictReader(POINTS_FILE.open(encoding="utf-8")))
PRICE_KEY = ["month_start", "region_id", "chip_id", "provider_type", "commitment"]
INDEX_KEY = ["month_start", "region_id", "chip_id", "commitment"]


@pytest.mark.parametrize("point", POINTS, ids=[point["point_id"] for point in POINTS])
def test_published_point_comes_out(real_warehouse: RealWarehouse, point: dict) -> None:
    ((found,),) = real_warehouse.query(point["query"])
    expected, tolerance = float(point["expected"]), float(point["tolerance_pct"]) / 100
    assert found == pytest.approx(expected, rel=tolerance)


def test_index_of_2026_rises_while_the_list_of_2025_stood_still(
    real_warehouse: RealWarehouse,
) -> None:
    index = dict(
        real_warehouse.query(
            "select commitment || year(month_start), 100 * (max_by(index_value, month_start) / "
            "min_by(index_value, month_start) - 1) from marts.fct_rental_price_index "
            "where chip_id = 'nvidia-h100-sxm' and region_id = 'WORLD' "
            "and year(month_start) >= 2026 group by all"
        )
    )
    # list prices +12 percent in eight months, spot +48
    assert index["on_demand2026"] > 5
    assert index["spot2026"] > 25


def trace(warehouse: RealWarehouse, table: str, key: list[str], row: tuple) -> Trace:
    """Walk a row of the current release back to its quotes."""
    return trace_row(warehouse.settings, table, key, [str(value) for value in row])


def test_rental_prices_lead_to_exactly_their_quotes(real_warehouse: RealWarehouse) -> None:
    rows = real_warehouse.query(
        f"select {', '.join(PRICE_KEY)}, quotes from marts.fct_rental_price "
        "order by hash(month_start, chip_id, region_id, provider_type, commitment) limit 12"
    )
    # whatever source gives rents, the tests ask it and no list
    sources_of_rents = {
        source_id
        for (source_id,) in real_warehouse.query(
            "select source_id from meta.lineage where table_name = 'fct_rental_price' and rows > 0"
        )
    }
    for *row, quotes in rows:
        found = trace(real_warehouse, "fct_rental_price", PRICE_KEY, tuple(row))
        behind = [item for item in found.evidence if item.figure == "rent"]
        assert sum(len(item.rows) for item in behind) == quotes, row
        for item in behind:
            assert item.source_id in sources_of_rents
            assert all(cited[item.columns.index("source_publisher")] for cited in item.rows)


def test_index_values_lead_to_the_readings_on_both_sides(real_warehouse: RealWarehouse) -> None:
    # April 2024: no list was read, the step spans the month; the first month has no step
    for month, region in (("2024-04-01", "WORLD"), ("2024-06-01", "US"), ("2023-04-01", "WORLD")):
        row = (month, region, "nvidia-h100-sxm", "on_demand")
        found = trace(real_warehouse, "fct_rental_price_index", INDEX_KEY, row)
        behind = [item for item in found.evidence if item.figure == "step of the month"]
        readings = sum(len(item.rows) for item in behind)
        assert readings >= 2 * max(1, found.row["matched_offers"]), row
        for item in behind:
            chips = {cells[item.columns.index("quote_id")] for cells in item.rows}
            assert len(chips) == len(item.rows)


def test_without_a_snapshot_the_catalogue_is_empty_and_says_so(
    real_warehouse: RealWarehouse,
) -> None:
    assert real_warehouse.query(
        "select count(*) from marts.fct_rental_offer where source_ids = 'skypilot_catalog'"
    ) == [(0,)]
    assert real_warehouse.query(
        "select newest_known_on, freshness from meta.source where source_id = 'skypilot_catalog'"
    ) == [(None, "empty")]


def test_nothing_is_deleted_and_every_exclusion_has_a_reason(
    real_warehouse: RealWarehouse,
) -> None:
    assert (
        real_warehouse.query(
            "select offer_id from marts.fct_rental_offer "
            "where is_used <> (exclusion_reason is null)"
        )
        == []
    )


def test_drift_of_the_chain_is_reported(real_warehouse: RealWarehouse) -> None:
    rows = real_warehouse.query(
        "select count(*), max(abs((100 + chained_change_pct) / (100 + direct_change_pct) - 1 "
        "- drift_pct / 100)) from marts.fct_rental_index_drift"
    )
    ((count, difference),) = rows
    assert count > 500
    assert difference < 1e-6
