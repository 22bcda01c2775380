"""The publisher's tables of clusters, models and hardware: their parsers on the samples."""

from datetime import date, datetime
from functools import cache

import pytest

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.parsed import ParsedRows
from pipelines.ingest.parsers import load_parser

SOURCES = Settings().sources_dir
TABLES = {
    "epoch_gpu_clusters": ("gpu_clusters", "clusters_stated"),
    "epoch_models": ("notable_ai_models", "models_stated"),
    "epoch_ml_hardware": ("ml_hardware", "hardware_stated"),
}


@cache
def get_contract(source: str) -> Contract:
    return load_contract(SOURCES / source / "contract.yml")


def get_sample(source: str) -> bytes:
    return (SOURCES / source / "samples" / f"{TABLES[source][0]}.csv").read_bytes()


def read(source: str, content: bytes) -> ParsedRows:
    document = Document(
        source_id=source,
        document=TABLES[source][0],
        sha256="0" * 64,
        origin="live",
        address=f"https://epoch.example/{TABLES[source][0]}.csv",
        media="csv",
        document_on=date(2026, 11, 1),
        fetched_at=datetime(2026, 11, 1),
    )
    parsed = load_parser(get_contract(source))(document, content)[TABLES[source][1]]
    assert isinstance(parsed, ParsedRows)
    return parsed


@pytest.mark.parametrize("source", TABLES)
def test_columns_are_those_of_the_contract(source: str) -> None:
    parsed = read(source, get_sample(source))
    columns = get_contract(source).get_table(TABLES[source][1]).columns
    assert set(parsed.rows.column_names) - {"document_row"} == set(columns)
    assert not parsed.broken
    assert {row["stated_on"] for row in parsed.rows.to_pylist()} == {"2026-11-01"}


@pytest.mark.parametrize(
    ("source", "header"),
    [
        ("epoch_gpu_clusters", "First Operational Date"),
        ("epoch_models", "Training compute (FLOP)"),
        ("epoch_ml_hardware", "TDP (W)"),
    ],
)
def test_missing_column_is_refused(source: str, header: str) -> None:
    changed = get_sample(source).replace(header.encode(), b"Something else")
    with pytest.raises(DocumentFault) as caught:
        read(source, changed)
    assert f"missing column {header}; found " in str(caught.value)


@pytest.mark.parametrize("source", TABLES)
def test_bytes_that_are_no_text_are_refused(source: str) -> None:
    with pytest.raises(DocumentFault, match="found no UTF-8"):
        read(source, get_sample(source) + b"\xff\xfe")


def test_clusters_of_one_name_are_numbered() -> None:
    rows = read("epoch_gpu_clusters", get_sample("epoch_gpu_clusters")).rows.to_pylist()
    assert [(row["cluster_name"], row["name_number"]) for row in rows] == [
        ("Example Hall 1", "1"),
        ("Anonymized Chinese System", "1"),
        ("Anonymized Chinese System", "2"),
    ]
    assert [row["is_possible_duplicate"] for row in rows] == ["false", "false", "true"]
    assert (rows[0]["h100e"], rows[1]["chip_count"]) == ("1000.5", None)


def test_copy_through_a_spreadsheet_is_read_alike() -> None:
    sample = get_sample("epoch_gpu_clusters").decode()
    spreadsheet = sample.replace("2024-03-01", "3/1/2024").replace("True", "TRUE")
    spreadsheet = spreadsheet.replace("Example Hall 1", '"""Example Hall 1"""')
    assert spreadsheet != sample
    assert read("epoch_gpu_clusters", spreadsheet.encode()).rows.equals(
        read("epoch_gpu_clusters", sample.encode()).rows
    )


def test_model_tables_are_read_under_their_earlier_headers() -> None:
    sample = get_sample("epoch_models").decode()
    earlier = sample.replace("Country (of organization)", "Country (from Organization)")
    earlier = earlier.replace("Hardware utilization (MFU)", "Hardware utilization")
    assert earlier != sample
    rows = read("epoch_models", earlier.encode()).rows
    assert rows.equals(read("epoch_models", sample.encode()).rows)
    first = rows.to_pylist()[0]
    assert (first["country_as_written"], first["hardware_utilisation"]) == ("Canada", "0.4")


def test_model_name_over_two_lines_stands_on_one() -> None:
    changed = get_sample("epoch_models").replace(b"Example-2", b'"Example\nTwo"')
    rows = read("epoch_models", changed).rows.to_pylist()
    assert [row["model_name"] for row in rows] == ["Example-1", "Example Two"]


def test_memory_is_read_under_its_earlier_header() -> None:
    sample = get_sample("epoch_ml_hardware")
    earlier = sample.replace(b"Memory (bytes)", b"Memory size per board (Byte)")
    (row,) = read("epoch_ml_hardware", earlier).rows.to_pylist()
    assert (row["memory_bytes"], row["fp8_flops"]) == ("80000000000.0", "1.8e+15")
