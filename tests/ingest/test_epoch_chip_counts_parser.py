"""The parser of the chip counts on its sample: three rows of every file of the upstream."""

import io
import zipfile
from datetime import date, datetime

import pyarrow as pa
import pytest

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.parsers import Parser, load_parser

# of three rows per file the sum over an owner's chips is another than in the whole repository
SUM_METHOD = "sum_of_owner_chip_medians"
FOLDER = Settings().sources_dir / "epoch_chip_counts"
SAMPLE = (FOLDER / "samples" / "repository.zip").read_bytes()
DOCUMENT = Document(
    source_id="epoch_chip_counts",
    document="repository",
    sha256="0" * 64,
    origin="live",
    address="https://epoch.example/main.zip",
    media="zip",
    document_on=date(2026, 5, 1),
    fetched_at=datetime(2026, 5, 1),
)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(FOLDER / "contract.yml")


@pytest.fixture(scope="module")
def parse(contract: Contract) -> Parser:
    return load_parser(contract)


@pytest.fixture(scope="module")
def shipments(parse: Parser) -> dict[str, dict]:
    rows = parse(DOCUMENT, SAMPLE)["chip_shipments_quarterly"].to_pylist()
    return {row["shipment_id"]: row for row in rows}


def change_sample(path: str, change) -> bytes:
    """Return the sample with one file changed; `change` may return None to leave it out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(path):
                content = change(content)
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def test_every_row_of_the_sample_is_read(parse: Parser) -> None:
    # 116 rows in 39 files, 71 of them running totals; three sums for NVIDIA's owner Other join
    tables = parse(DOCUMENT, SAMPLE)
    assert tables["chip_shipments_quarterly"].num_rows == 116 - 71 + 3
    assert tables["chip_cumulative_stated"].num_rows == 71


def test_columns_are_those_of_the_contract(parse: Parser, contract: Contract) -> None:
    for name, rows in parse(DOCUMENT, SAMPLE).items():
        assert set(rows.column_names) == set(contract.get_table(name).columns)
        assert set(rows.schema.types) == {pa.string()}


def test_figures_are_those_of_the_file(shipments: dict[str, dict]) -> None:
    # nvidia_calendar_quarter_chip_timelines.csv, first line: A100 in 1/1/2022 to 3/31/2022
    row = shipments["nvidia-a100-all-cq-2022-03-31"]
    assert (row["units_p5"], row["units_p50"], row["units_p95"]) == ("163481", "212120", "276445")
    assert (row["h100e_p5"], row["h100e_p50"], row["h100e_p95"]) == ("51547", "66883", "87166")
    assert (row["period_start"], row["period_end"]) == ("2022-01-01", "2022-03-31")


def test_open_quarter_is_marked_by_word_or_by_column(shipments: dict[str, dict]) -> None:
    # the first says so in its note, the second has `checked` in the column Incomplete
    assert shipments["nvidia-b300-all-cq-2026-03-31"]["is_incomplete"] == "True"
    oracle = shipments["nvidia-b300-oracle-cq-2026-03-31-by-owner-chip"]
    assert oracle["is_incomplete"] == "True"
    assert shipments["nvidia-a100-all-cq-2022-03-31"]["is_incomplete"] == "False"


def test_owner_other_is_the_sum_of_its_chips_and_says_so(shipments: dict[str, dict]) -> None:
    row = shipments["nvidia-all-other-cq-2022-03-31-by-owner"]
    part = shipments["nvidia-a100-other-cq-2022-03-31-by-owner-chip"]
    assert row["units_p50"] == part["units_p50"] == "64788"
    assert (row["units_p5"], row["method"]) == (None, "sum_of_owner_chip_medians")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1/4/2022", "2022-01-04"),  # the upstream writes the month first
        ("12/31/25", "2025-12-31"),
        ("2022-04-01", "2022-04-01"),
    ],
)
def test_days_are_read_month_first(parse: Parser, written: str, day: str) -> None:
    path = "csv_export/nvidia_calendar_quarter_chip_timelines.csv"
    changed = change_sample(path, lambda b: b.replace(b"1/1/2022", written.encode()))
    rows = parse(DOCUMENT, changed)["chip_shipments_quarterly"].to_pylist()
    assert day in {row["period_start"] for row in rows if row["source_url"].endswith(path)}


@pytest.mark.parametrize("written", ["31/3/2022", "March 31", "", "2022-13-01"])
def test_day_in_another_form_refuses_the_document(parse: Parser, written: str) -> None:
    changed = change_sample(
        "csv_export/nvidia_calendar_quarter_chip_timelines.csv",
        lambda b: b.replace(b"3/31/2022", written.encode()),
    )
    with pytest.raises(DocumentFault) as caught:
        parse(DOCUMENT, changed)
    assert f"day {written!r}; expected 2022-03-31, 3/31/2022 or 3/31/22" in str(caught.value)


def test_broken_archive_is_refused(parse: Parser) -> None:
    with pytest.raises(DocumentFault, match=r"main\.zip: no ZIP archive"):
        parse(DOCUMENT, SAMPLE[: len(SAMPLE) // 2])


def test_missing_file_is_refused(parse: Parser) -> None:
    changed = change_sample("csv_export/amd_chip_timelines.csv", lambda _: None)
    with pytest.raises(DocumentFault, match=r"missing csv_export/amd_chip_timelines\.csv;"):
        parse(DOCUMENT, changed)


def test_missing_column_is_refused(parse: Parser) -> None:
    changed = change_sample(
        "owners_csv_export/amd_owners_quarters.csv", lambda b: b.replace(b"Owner", b"Buyer", 1)
    )
    with pytest.raises(DocumentFault, match=r"amd_owners_quarters\.csv: missing column Owner"):
        parse(DOCUMENT, changed)


def test_missing_figure_column_is_refused(parse: Parser) -> None:
    changed = change_sample(
        "csv_export/amd_chip_timelines.csv",
        lambda b: b.replace(b"Number of Units (5th percentile)", b"Units low", 1),
    )
    with pytest.raises(DocumentFault, match=r"missing column 'number of units \(5th percentile\)'"):
        parse(DOCUMENT, changed)


def test_unknown_label_goes_on_to_be_quarantined(parse: Parser) -> None:
    path = "csv_export/amd_chip_timelines.csv"
    changed = change_sample(path, lambda b: b.replace(b",Instinct MI250X", b",MI999"))
    rows = parse(DOCUMENT, changed)["chip_shipments_quarterly"].to_pylist()
    unknown = [row["chip_id"] for row in rows if row["chip_label"] == "MI999"]
    assert unknown and set(unknown) == {"MI999"}


def test_a_repeated_state_is_no_news(parse: Parser) -> None:
    # the sample repeats figures of the kept vintages, and was fetched long after them
    for rows in parse(DOCUMENT, SAMPLE).values():
        stated = [row for row in rows.to_pylist() if row["method"] != SUM_METHOD]
        assert stated and max(row["published_on"] for row in stated) <= "2026-04-22"


def test_a_changed_figure_is_new_on_the_day_of_the_document(parse: Parser) -> None:
    changed = change_sample(
        "csv_export/nvidia_calendar_quarter_chip_timelines.csv",
        lambda b: b.replace(b"212,120", b"424,240").replace(b"212120", b"424240"),
    )
    rows = parse(DOCUMENT, changed)["chip_shipments_quarterly"].to_pylist()
    new = [row for row in rows if row["published_on"] == "2026-05-01"]
    new = [row for row in new if row["method"] != SUM_METHOD]
    assert [row["shipment_id"] for row in new] == ["nvidia-a100-all-cq-2022-03-31"]
    assert new[0]["units_p50"] == "424240"
