"""Filings, benchmark results and customs answers: read from their samples into raw rows."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract, load_contracts
from pipelines.ingest.parsed import ParsedRows
from pipelines.ingest.parsers import load_parser
from pipelines.ingest.trial import try_source

SOURCES = Settings().sources_dir


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(warehouse_dir=tmp_path)


def load(settings: Settings, source: str, file: Path) -> list[dict]:
    """Load a file as if it had been fetched, and return the accepted rows of its one table."""
    contract = load_contract(SOURCES / source / "contract.yml")
    loads = try_source(load_contracts(SOURCES), contract, settings, file)
    (current,) = loads.current
    (table,) = current.tables
    assert table.rows_quarantined == 0
    path = settings.warehouse_dir / table.file
    found = duckdb.sql(f"select * from read_parquet('{path}') order by document_row")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def parse(source: str, content: bytes) -> ParsedRows:
    contract = load_contract(SOURCES / source / "contract.yml")
    document = Document(
        source_id=source,
        document=contract.addresses[0].document,
        sha256="0" * 64,
        origin="live",
        address=f"https://{source}.example/answer.json",
        media="json",
        document_on=date(2026, 11, 1),
        fetched_at=datetime(2026, 11, 1),
    )
    (parsed,) = load_parser(contract)(document, content).values()
    assert isinstance(parsed, ParsedRows)
    return parsed


def test_filings_of_one_period_stand_side_by_side(settings: Settings) -> None:
    rows = load(
        settings, "sec_company_facts", SOURCES / "sec_company_facts" / "samples" / "nvidia.json"
    )
    assert [(row["concept"], row["value_usd"], str(row["filed_on"])) for row in rows] == [
        ("Revenues", 1.5e9, "2025-03-01"),
        ("Revenues", 1.49e9, "2026-03-01"),
        ("PaymentsToAcquireProductiveAssets", 2.5e8, "2025-03-01"),
    ]


def test_answer_without_accounting_facts_is_refused() -> None:
    with pytest.raises(DocumentFault, match="found no facts of us-gaap"):
        parse("sec_company_facts", b'{"cik": 1, "facts": {"dei": {}}}')


def test_amount_of_another_shape_costs_its_own_row() -> None:
    sample = (SOURCES / "sec_company_facts" / "samples" / "nvidia.json").read_bytes()
    parsed = parse("sec_company_facts", sample.replace(b'"USD": [\n', b'"USD": [7,\n', 1))
    assert parsed.rows.num_rows == 3
    (broken,) = parsed.broken
    assert (broken.place, broken.field_name) == (1, "Revenues")


def test_inference_results_are_read_by_contract(settings: Settings) -> None:
    rows = load(
        settings, "mlperf_inference", SOURCES / "mlperf_inference" / "samples" / "v6.0.json"
    )
    assert [(row["result_value"], row["result_unit"]) for row in rows] == [
        (12345.5, "Tokens/s"),
        (2.25, "Latency (ms)"),
    ]
    assert (rows[0]["accelerator_count"], rows[1]["accelerators_per_node"]) == (16, None)


def test_earlier_round_has_no_total_of_accelerators(settings: Settings, tmp_path: Path) -> None:
    sample = (SOURCES / "mlperf_inference" / "samples" / "v6.0.json").read_text()
    file = tmp_path / "v5.1.json"
    file.write_text(sample.replace('"Total Accelerators": 16, ', "").replace("6.0", "5.1"))
    assert load(settings, "mlperf_inference", file)[0]["accelerator_count"] is None


def test_trade_is_read_by_contract(settings: Settings) -> None:
    (row,) = load(settings, "un_comtrade", SOURCES / "un_comtrade" / "samples" / "circuits.json")
    assert (row["reporter_as_written"], row["value_usd"], row["quantity"]) == (
        "CHN",
        1250000000.5,
        None,
    )


def test_months_of_imports_are_read(settings: Settings) -> None:
    rows = load(
        settings, "us_census_imports", SOURCES / "us_census_imports" / "samples" / "circuits.json"
    )
    assert [(str(row["month_start"]), row["value_usd"]) for row in rows] == [
        ("2024-01-01", 100000.0),
        ("2024-02-01", 250000.0),
    ]


@pytest.mark.parametrize("content", [b"[]", b"{}", b'[["GEN_VAL_MO", "time"]]', b"<html>"])
def test_answer_without_header_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentFault, match="expected"):
        parse("us_census_imports", content)


def test_short_line_costs_its_own_row() -> None:
    sample = (SOURCES / "us_census_imports" / "samples" / "circuits.json").read_bytes()
    parsed = parse("us_census_imports", sample.replace(b'["100000",', b"["))
    assert parsed.rows.num_rows == 1
    assert [broken.place for broken in parsed.broken] == [1]
