"""Every row has one fate, and every row of a mart leads back to documents and publishers."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.answers.backing import read_backing
from pipelines.answers.trace import trace_row
from pipelines.base.errors import ReleaseError
from pipelines.contracts.load import load_contracts
from pipelines.ingest.ingest import ingest_all
from pipelines.quality.accounting import account_for, count_file_rows, list_reasons
from pipelines.run.state import Run
from tests.small_project.builder import SmallProject

KEY = ["quarter_start", "chip_id"]


def trace(project: SmallProject, *values: str):
    """Trace a row of the small project's prices."""
    return trace_row(project.settings, "fct_chip_price", KEY, list(values))


def test_row_of_a_mart_leads_to_its_raw_rows_and_document(published: SmallProject) -> None:
    found = trace(published, "2023-10-01", "chip-a")
    # the two quotes of chip-a in the fourth quarter of 2023
    first = found.evidence[0]
    quotes = [row[first.columns.index("quote_id")] for row in first.rows]
    assert quotes == ["q08", "q09"]
    assert first.address == "quotes/data/quotes.csv"
    assert first.publisher == "list price service"
    assert first.licence == "CC0"
    assert len(first.sha256) == 64
    published_on = [str(row[first.columns.index("published_on")]) for row in first.rows]
    assert published_on == ["2023-12-18", "2023-12-22"]


def test_key_may_be_given_by_name(published: SmallProject) -> None:
    found = trace(published, "chip_id=chip-c", "quarter_start=2023-07-01")
    assert found.row["quotes"] == 1


def test_unknown_row_shows_what_a_key_looks_like(published: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="quarter_start=2023-01-01 chip_id=chip-a"):
        trace(published, "2019-01-01", "chip-a")
    with pytest.raises(ReleaseError, match="has no column colour; its key is quarter_start"):
        trace(published, "colour=red")


def test_key_that_fits_several_rows_says_what_is_missing(published: SmallProject) -> None:
    with pytest.raises(ReleaseError, match=r"more than one row.*say quarter_start as well.*chip-a"):
        trace(published, "chip_id=chip-a")


def test_value_beyond_the_key_and_second_value_are_refused(published: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="3 values for a key of 2: quarter_start, chip_id"):
        trace(published, "2023-10-01", "chip-a", "chip-b")
    with pytest.raises(ReleaseError, match="two values for chip_id: chip-a and chip-b"):
        trace(published, "2023-10-01", "chip-a", "chip_id=chip-b")


def test_release_of_an_older_version_is_told_apart_from_a_fault() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema meta")
        connection.execute("create table meta.release as select '1.2.0' as contract_version")
        with pytest.raises(ReleaseError, match=r"version 1\.2\.0 of the contract and has no br"):
            read_backing(connection, "fct_rental_offer", ["offer_id"], {"offer_id": "q1"})


def test_trace_command_prints_publisher_and_address(published: SmallProject) -> None:
    done = published.command("source", "trace", "fct_chip_price", "2023-10-01", "chip-a")
    assert done.returncode == 0, done.stderr
    for words in ("quotes/data/quotes.csv", "list price service", "CC0", "q08", "2023-12-22"):
        assert words in done.stdout


def test_trace_of_an_unknown_mart_names_the_known(published: SmallProject) -> None:
    done = published.command("source", "trace", "fct_nothing", "1")
    assert done.returncode == 2
    assert "known are: dim_chip, fct_chip_price" in done.stderr


def test_every_row_has_one_fate(small_project: SmallProject) -> None:
    # q03 is refused (5 % above 95 %), the other nine of ten are taken as found
    small_project.change_quote("q03", usd_per_hour_p05="9")
    done = small_project.command("source", "accounting", "--json", "--reasons")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    fates = {item["table"]: item for item in content["tables"]}
    quotes = fates["quotes"]
    assert (quotes["rows_in_file"], quotes["as_found"], quotes["quarantined"]) == (10, 9, 1)
    (reason,) = content["reasons"]
    assert reason["fate"] == "quarantined"
    assert "not in order" in reason["reason"]


def test_lost_row_breaks_the_accounting(small_project: SmallProject) -> None:
    settings = small_project.settings
    loaded = ingest_all(load_contracts(settings.sources_dir), settings)
    quotes = next(loads for loads in loaded if loads.contract.source_id == "quotes")
    path = small_project.get_data_path()
    path.write_text(path.read_text(encoding="utf-8") + "q11,chip-a\n", encoding="utf-8")
    (fates,) = account_for(quotes, settings.warehouse_dir)
    assert fates.problem == "11 rows in the file, 10 accounted for"


def test_refused_document_is_told(small_project: SmallProject) -> None:
    settings = small_project.settings
    loaded = ingest_all(load_contracts(settings.sources_dir), settings)
    quotes = next(loads for loads in loaded if loads.contract.source_id == "quotes")
    refused = replace(quotes.current[0], status="refused", reason="found a web page", tables=[])
    (fates,) = account_for(replace(quotes, current=[], refused=[refused]), settings.warehouse_dir)
    assert fates.problem == "refused: found a web page"


def test_rows_are_counted_as_records_and_not_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,remark\n1,"two\nlines"\n2,one\n', encoding="utf-8")
    assert count_file_rows(path) == 2


def test_all_rows_of_the_repository_are_accounted_for(second_build: Run) -> None:
    root = second_build.settings.warehouse_dir
    fates = [item for loads in second_build.sources for item in account_for(loads, root)]
    assert [item for item in fates if item.problem] == []
    assert sum(item.rows_in_file for item in fates) == sum(item.accounted for item in fates)
    reasons = [item for loads in second_build.sources for item in list_reasons(loads, root)]
    assert all(item.reason for item in reasons)
    for fate in ("corrected", "unverified", "left out", "quarantined"):
        name = fate.replace(" ", "_")
        rows = {(r.source_id, r.table, r.row) for r in reasons if r.fate == fate}
        counted = sum(getattr(item, name) for item in fates)
        # an unverified row may have been corrected as well; it counts as unverified
        assert len(rows) >= counted if fate == "corrected" else len(rows) == counted, fate
