"""What counts is the upstream's last answer, the raw files as they were written, a good parser."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.archive.documents import Archive, Document
from pipelines.base.files import hash_bytes
from pipelines.ingest.ingest import SourceLoads
from tests.ingest.test_doors import ingest, read_rows
from tests.small_project.builder import SmallProject


def see(project: SmallProject, content: bytes, day: int, hour: int = 12) -> None:
    """Archive what the address of the quotes served on a day of May 2024."""
    moment = datetime(2024, 5, day, hour)
    document = Document(
        "quotes", "quotes", hash_bytes(content), "live", "http://127.0.0.1/quotes.csv", "csv",
        moment.date(), moment,
    )  # fmt: skip
    Archive(project.settings.archive_dir).store(content, document)


# what the upstream said last


def test_last_answer_counts_and_not_the_first_sighting(small_project: SmallProject) -> None:
    good = small_project.get_data_path().read_bytes()
    bad = good.replace(b"2.00,2.20", b"20.0,22.0")
    for day, content in ((1, good), (2, bad), (3, good)):
        see(small_project, content, day)
    assert small_project.run().status == "published"
    query = "select usd_per_hour_p50 from marts.fct_chip_price where quarter_start = '2023-01-01'"
    assert small_project.query(f"{query} and chip_id = 'chip-a'") == [(2.05,)]
    # on the day between, the address said otherwise: 20.0 and 2.10
    path = small_project.run(as_of=date(2024, 5, 2)).path
    assert small_project.query(f"{query} and chip_id = 'chip-a'", path) == [(11.05,)]


def test_withdrawn_document_is_out_of_use_until_restored(small_project: SmallProject) -> None:
    good = small_project.get_data_path().read_bytes()
    bad = good.replace(b"2.00,2.20", b"20.0,22.0")
    see(small_project, good, 1)
    see(small_project, bad, 2)
    archive = Archive(small_project.settings.archive_dir)
    archive.withdraw("quotes", hash_bytes(bad), "a slip of the upstream", datetime(2024, 5, 3))
    loads = ingest(small_project)
    assert hash_bytes(bad) not in {load.sha256 for load in loads.current}
    assert [document.sha256 for document in loads.withdrawn] == [hash_bytes(bad)]
    archive.restore("quotes", hash_bytes(bad))
    assert hash_bytes(bad) in {load.sha256 for load in ingest(small_project).current}


def test_embedded_file_that_is_gone_is_out_of_use(small_project: SmallProject) -> None:
    ingest(small_project)
    small_project.get_data_path().unlink()
    assert ingest(small_project).current == []


def test_same_bytes_embedded_and_served_both_load(small_project: SmallProject) -> None:
    (small_project.settings.sources_dir / "quotes" / "parser.py").unlink()
    see(small_project, small_project.get_data_path().read_bytes(), 1)
    loads = ingest(small_project)
    assert [(load.origin, load.tables[0].rows_accepted) for load in loads.current] == [
        ("embedded", 10), ("live", 10),
    ]  # fmt: skip


def test_row_of_tomorrow_waits_and_enters_when_its_day_comes(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2026, 3, 1)
    tomorrow = today + timedelta(days=1)
    small_project.change_quote("q10", quoted_on="3/2/2026", accessed_on="2026-02-28")
    for day, accepted, waiting in ((today, 9, 1), (tomorrow, 10, 0)):
        monkeypatch.setattr("pipelines.ingest.loader.today_utc", lambda day=day: day)
        loads = ingest(small_project)
        table = loads.current[0].tables[0]
        assert (table.rows_accepted, table.rows_waiting) == (accepted, waiting)
        assert loads.current[0].waits_until == (tomorrow if waiting else None)


# raw files are what was written


def get_raw_path(project: SmallProject, loads: SourceLoads) -> Path:
    """Return the one raw file of the quotes."""
    ((_, file),) = loads.list_files("quotes")
    return project.settings.warehouse_dir / file


@pytest.mark.parametrize("damage", ["deleted", "cut", "altered"])
def test_raw_file_that_was_touched_is_made_again(small_project: SmallProject, damage: str) -> None:
    loads = ingest(small_project)
    path = get_raw_path(small_project, loads)
    before = read_rows(small_project, loads, "quote_id, usd_per_hour_p50")
    if damage == "deleted":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    else:
        other = path.with_suffix(".other")
        duckdb.execute(
            f"copy (select * replace (usd_per_hour_p50 * 10 as usd_per_hour_p50) "
            f"from read_parquet('{path}')) to '{other}'"
        )
        other.replace(path)
    assert read_rows(small_project, ingest(small_project), "quote_id, usd_per_hour_p50") == before


def test_cut_load_record_is_made_again(small_project: SmallProject) -> None:
    ingest(small_project)
    (record,) = (small_project.settings.loads_dir / "quotes").glob("*.json")
    record.write_text(record.read_text()[:40])
    assert ingest(small_project).current[0].tables[0].rows_accepted == 10
    assert json.loads(record.read_text())["status"] == "accepted"


# parsers


@pytest.mark.parametrize(
    "body",
    [
        "raise KeyError('agency')",
        "return None",
        "return {'quotes': [1, 2]}",
        "return parse(document, content)",
        "return {'quotes': pa.table({'quote_id': ['q01']})}",
    ],
)
def test_whatever_a_parser_does_is_a_refused_document(
    small_project: SmallProject, body: str
) -> None:
    parser = small_project.settings.sources_dir / "quotes" / "parser.py"
    parser.write_text(f"import pyarrow as pa\n\n\ndef parse(document, content):\n    {body}\n")
    see(small_project, small_project.get_data_path().read_bytes(), 1)
    loads = ingest(small_project)
    assert [load.origin for load in loads.current] == ["embedded"]
    (refused,) = loads.refused
    assert refused.reason.startswith("quotes: http://127.0.0.1/quotes.csv: ")
    assert "expected" in refused.reason or "missing column" in refused.reason


def test_parser_that_cannot_be_imported_stops_its_source_alone(
    small_project: SmallProject,
) -> None:
    ingest(small_project)
    (small_project.settings.sources_dir / "quotes" / "parser.py").write_text("def parse(:\n")
    see(small_project, small_project.get_data_path().read_bytes(), 1)
    loads = ingest(small_project)
    assert "parser.py: cannot be imported: SyntaxError" in loads.fault
    assert [load.tables[0].rows_accepted for load in loads.current] == [10]
