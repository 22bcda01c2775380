"""Each tracker's format is read by the contract alone, from a sample as if it had been fetched."""

from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract, load_contracts
from pipelines.ingest.trial import try_source

FOLDER = Settings().sources_dir / "rental_trackers"
EXPECTED = {
    "gpurentalprices.zip": (
        "tracker_offers",
        "observed_on::varchar, provider_as_written, price_usd_per_hour, min_chip_count",
        [
            ("2026-01-05", "runpod", 2.5, None),
            ("2026-01-05", "aws", 9.0, 8),
            ("2026-01-12", "runpod", 2.25, None),
            ("2026-01-12", "aws", 9.0, 8),
        ],
    ),
    "fenggg.json": (
        "tracker_prices",
        "observed_on::varchar, chip_as_written, price_usd_per_hour",
        [("2026-01-05", "H100 SXM 80GB", 1.5), ("2026-01-06", "H100 SXM 80GB", 1.25)],
    ),
    "observations.csv": (
        "tracker_observations",
        "observed_on::varchar, chip_count, price_median_usd_per_hour",
        [("2026-01-05", 8.0, 21.5)],
    ),
    "aws.csv": (
        "tracker_aws_prices",
        "read_at, machine_price_usd_per_hour",
        [("2026-01-05T18:00:00", 98.32), ("2026-01-06", None)],
    ),
    "silicon_index.csv": (
        "tracker_index",
        "observed_on::varchar, hyperscaler_h100, neocloud_mi300x",
        [("2026-01-05", 7.5, 2.25)],
    ),
    "polls_gh200.jsonl": (
        "tracker_polls",
        "chip_as_written, price_low_usd_per_hour, price_high_usd_per_hour, offer_count",
        [("GH200_96GB", 1.25, 2.0, 3)],
    ),
    "gcp_pricing.yml": (
        "tracker_gcp_prices",
        "instance_type, region, a100_count, machine_price_usd_per_hour, "
        "month_price_three_years_usd",
        [
            ("big-gpu-2g", "here-east1", 2, 8.5, 2170.0),
            ("big-gpu-2g", "here-west4", 2, 9.25, None),
            ("small-standard-1", "here-east1", None, 0.0625, None),
        ],
    ),
    "cloud_list.csv": (
        "tracker_cloud_list",
        "chip_count, processors_as_written, spot_price_usd_per_hour, instance_type",
        [(8.0, "96", None, "big.8"), (1.0, "4-6", 2.0, None)],
    ),
}


@pytest.mark.parametrize("sample", EXPECTED)
def test_tracker_is_read_by_contract(sample: str, tmp_path: Path) -> None:
    name, columns, rows = EXPECTED[sample]
    settings = Settings(warehouse_dir=tmp_path)
    contract = load_contract(FOLDER / "contract.yml")
    loads = try_source(
        load_contracts(settings.sources_dir), contract, settings, FOLDER / "samples" / sample
    )
    (current,) = loads.current
    (table,) = [table for table in current.tables if table.rows_read]
    assert (table.table, table.rows_quarantined) == (name, 0)
    path = tmp_path / table.file
    found = duckdb.sql(f"select {columns} from read_parquet('{path}') order by document_row")
    assert found.fetchall() == rows
