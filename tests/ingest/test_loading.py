"""Loading is append-only and repeatable: what was loaded before is not touched again."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.base.files import TEMPORARY_MARK, remove_leftovers
from pipelines.contracts.load import load_contracts
from pipelines.ingest.ingest import SourceLoads, ingest_all
from tests.small_project.builder import SmallProject


def ingest(project: SmallProject) -> dict[str, SourceLoads]:
    """Load both sources; returns what became of each."""
    loads = ingest_all(load_contracts(project.settings.sources_dir), project.settings)
    return {item.contract.source_id: item for item in loads}


def list_data(project: SmallProject) -> dict[str, int]:
    """Return all files under `data` with the moment of their last change."""
    folder = project.settings.warehouse_dir / "data"
    return {
        p.relative_to(folder).as_posix(): p.stat().st_mtime_ns
        for p in folder.rglob("*")
        if p.is_file()
    }


def get_raw_path(project: SmallProject, loads: SourceLoads) -> Path:
    """Return the one raw file of the quotes."""
    ((_, file),) = loads.list_files("quotes")
    return project.settings.warehouse_dir / file


def test_second_load_touches_no_file(small_project: SmallProject) -> None:
    ingest(small_project)
    before = list_data(small_project)
    assert [loads.loaded_now for loads in ingest(small_project).values()] == [0, 0]
    assert list_data(small_project) == before


def test_changed_document_adds_files_and_changes_none(small_project: SmallProject) -> None:
    ingest(small_project)
    before = list_data(small_project)
    small_project.change_quote("q01", usd_per_hour_p50="2.05")
    ingest(small_project)
    after = list_data(small_project)
    assert before.items() <= after.items()
    # the bytes, their record, the rows, and the record of loading them
    assert sorted(name.split("/")[0] for name in after.keys() - before.keys()) == [
        "archive",
        "archive",
        "loads",
        "raw",
    ]


def test_days_are_read_in_the_declared_order(small_project: SmallProject) -> None:
    # 1/4/2023 is January 4th: the contract declares %m/%d/%Y
    path = get_raw_path(small_project, ingest(small_project)["quotes"])
    query = "select quoted_on::varchar from read_parquet(?) where quote_id = 'q01'"
    assert duckdb.execute(query, [str(path)]).fetchone() == ("2023-01-04",)


def test_missing_cells_stay_null(small_project: SmallProject) -> None:
    path = get_raw_path(small_project, ingest(small_project)["quotes"])
    query = "select remark, published_on from read_parquet(?) where quote_id = 'q10'"
    assert duckdb.execute(query, [str(path)]).fetchone() == (None, None)


def test_every_row_carries_its_document(small_project: SmallProject) -> None:
    loads = ingest(small_project)["quotes"]
    query = "select distinct document_sha256, document_origin from read_parquet(?)"
    found = duckdb.execute(query, [str(get_raw_path(small_project, loads))]).fetchall()
    assert found == [(loads.current[0].sha256, "embedded")]


def test_what_only_people_read_of_a_parser_loads_nothing_again(
    small_project: SmallProject,
) -> None:
    ingest(small_project)
    parser = small_project.settings.sources_dir / "quotes" / "parser.py"
    text = parser.read_text(encoding="utf-8")
    parser.write_text("# a remark\n" + text, encoding="utf-8")
    assert ingest(small_project)["quotes"].loaded_now == 0
    parser.write_text(text + "\nLIMIT = 3\n", encoding="utf-8")
    assert ingest(small_project)["quotes"].loaded_now == 1


def test_quarantined_row_is_known_to_nobody(small_project: SmallProject) -> None:
    # chip-x has no name, so its row is bad; what refers to it is bad as well, here and elsewhere
    contract = small_project.get_contract_path("chips")
    small_project.replace_text(
        contract, "      is_datacenter:",
        "      made_of: {type: VARCHAR, references: chip, description: Chip inside.}\n"
        "      is_datacenter:",
    )  # fmt: skip
    small_project.replace_text(
        contract, "fresh_for_days:", "max_rejected_share: 0.9\nfresh_for_days:"
    )
    path = small_project.get_data_path("chips")
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    assert header == "chip_id,chip_name,is_datacenter"
    bad = ["chip-x,,true,", "chip-y,Y,true,chip-x", "chip-z,Z,true,chip-y"]
    lines = [f"{header},made_of", *(f"{row}," for row in rows), *bad, "chip-w,W,true,chip-w"]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    small_project.change_quote("q01", chip_id="chip-z")
    small_project.change_quote("q02", chip_id="chip-w")
    loads = ingest(small_project)
    ((_, file),) = loads["chips"].list_files("chips")
    known = duckdb.execute(
        "select chip_id from read_parquet(?) order by 1",
        [str(small_project.settings.warehouse_dir / file)],
    ).fetchall()
    assert [row[0] for row in known] == ["chip-a", "chip-b", "chip-c", "chip-w"]
    (counts,) = loads["quotes"].current[0].tables
    assert (counts.rows_accepted, counts.rows_quarantined) == (9, 1)


def test_new_id_frees_a_quarantined_row(small_project: SmallProject) -> None:
    small_project.change_quote("q05", chip_id="chip-d")
    assert ingest(small_project)["quotes"].current[0].tables[0].rows_quarantined == 1
    chips = small_project.get_data_path("chips")
    chips.write_text(chips.read_text() + "chip-d,Chip D,true\n")
    table = ingest(small_project)["quotes"].current[0].tables[0]
    assert (table.rows_accepted, table.rows_quarantined) == (10, 0)


def test_changed_contract_loads_the_same_bytes_again(small_project: SmallProject) -> None:
    first = ingest(small_project)["quotes"]
    small_project.replace_text(
        small_project.get_contract_path(),
        "usd_per_hour_p95: {type: DOUBLE, unit: usd_per_hour, min: 0,",
        "usd_per_hour_p95: {type: DOUBLE, unit: usd_per_hour, min: 0, max: 3.7,",
    )
    second = ingest(small_project)["quotes"]
    assert second.current[0].sha256 == first.current[0].sha256
    assert second.current[0].loader != first.current[0].loader
    assert second.current[0].tables[0].rows_quarantined == 1  # q07, 4.00


def test_raw_file_without_a_record_does_not_count(small_project: SmallProject) -> None:
    # the record is written last: without it the document is loaded again
    loads = ingest(small_project)["quotes"]
    (record,) = (small_project.settings.loads_dir / "quotes").glob("*.json")
    record.unlink()
    again = ingest(small_project)["quotes"]
    assert again.loaded_now == 1
    assert record.exists()
    # a row keeps the second in which it was loaded, so that the bytes of the file may differ
    (before,), (after,) = loads.current[0].tables, again.current[0].tables
    assert after == replace(before, sha256=after.sha256)


def test_leftovers_of_a_killed_writer_are_removed(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / f"x.parquet{TEMPORARY_MARK}123").write_bytes(b"half")
    (tmp_path / "raw" / "x.parquet").write_bytes(b"whole")
    assert remove_leftovers(tmp_path) == 1
    assert [p.name for p in (tmp_path / "raw").iterdir()] == ["x.parquet"]


def test_unexpected_column_is_reported_and_not_loaded(small_project: SmallProject) -> None:
    small_project.write_quotes([row | {"colour": "red"} for row in small_project.read_quotes()])
    loads = ingest(small_project)["quotes"]
    assert loads.current[0].tables[0].unexpected_columns == ["colour"]
    names = duckdb.execute(
        "select name from parquet_schema(?)", [str(get_raw_path(small_project, loads))]
    ).fetchall()
    assert ("colour",) not in names


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_do_not_matter(small_project: SmallProject, ending: str) -> None:
    path = small_project.get_data_path()
    path.write_bytes(path.read_bytes().replace(b"\n", ending.encode()))
    assert ingest(small_project)["quotes"].current[0].tables[0].rows_accepted == 10


def test_keys_that_share_a_hash_are_no_duplicates(small_project: SmallProject) -> None:
    # two texts with one hash in the engine, read backwards; true repeats are found beside them
    first, second = "0252s-10302202-q", "5252s-10802202-q"
    hashes = "select hash(reverse(?)) = hash(reverse(?))"
    assert duckdb.execute(hashes, [first, second]).fetchone() == (True,)
    quotes = small_project.get_data_path("quotes")
    small_project.replace_text(quotes, "q01", first)
    small_project.replace_text(quotes, "q02", second)
    table = ingest(small_project)["quotes"].current[0].tables[0]
    assert (table.rows_accepted, table.rows_quarantined) == (10, 0)
    small_project.replace_text(quotes, "q03", second)
    table = ingest(small_project)["quotes"].current[0].tables[0]
    assert (table.rows_accepted, table.rows_quarantined) == (8, 2)
