"""Corrections mend known upstream errors, and are refused once upstream has mended them."""

import duckdb
import pytest
import yaml

from pipelines.base.errors import ContractError
from pipelines.contracts.corrections import load_corrections
from pipelines.contracts.load import load_contract, load_contracts
from pipelines.ingest.ingest import SourceLoads, ingest_all
from tests.small_project.builder import SmallProject


def write_corrections(project: SmallProject, *entries: dict) -> None:
    """Write corrections of the quotes; each entry is completed to a valid one."""
    common = {
        "id": "q01-price",
        "table": "quotes",
        "where": {"quote_id": "q01"},
        "field": "usd_per_hour_p50",
        "expect": "2.00",
        "action": "replace",
        "value": "2.05",
        "reason": "the list showed 2.05 that day",
        "provider": "list price service",
        "status": "reported",
    }
    content = {"corrections": [common | entry for entry in entries]}
    path = project.settings.sources_dir / "quotes" / "corrections.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def ingest_quotes(project: SmallProject) -> SourceLoads:
    """Load both sources and return what became of the quotes."""
    contracts = load_contracts(project.settings.sources_dir)
    by_id = {loads.contract.source_id: loads for loads in ingest_all(contracts, project.settings)}
    return by_id["quotes"]


def read_raw(project: SmallProject, loads: SourceLoads, columns: str) -> dict[str, tuple]:
    """Return columns of the loaded quotes by quote_id."""
    ((_, file),) = loads.list_files("quotes")
    rows = duckdb.execute(
        f"select quote_id, {columns} from read_parquet(?)",
        [str(project.settings.warehouse_dir / file)],
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_replace_changes_one_cell_and_notes_the_correction(small_project: SmallProject) -> None:
    write_corrections(small_project, {})
    loads = ingest_quotes(small_project)
    rows = read_raw(small_project, loads, "usd_per_hour_p50, correction_ids")
    assert rows["q01"] == (2.05, "q01-price")
    assert rows["q02"] == (2.10, None)
    assert loads.current[0].tables[0].rows_corrected == 1


def test_blank_leaves_the_cell_empty(small_project: SmallProject) -> None:
    entry = {"field": "usd_per_hour_p05", "expect": "1.90", "action": "blank", "value": None}
    write_corrections(small_project, entry)
    loads = ingest_quotes(small_project)
    assert read_raw(small_project, loads, "usd_per_hour_p05")["q01"] == (None,)


def test_left_out_row_is_not_loaded_and_is_counted(small_project: SmallProject) -> None:
    write_corrections(small_project, {"action": "leave_out", "value": None})
    loads = ingest_quotes(small_project)
    table = loads.current[0].tables[0]
    assert "q01" not in read_raw(small_project, loads, "chip_id")
    assert (table.rows_read, table.rows_accepted, table.rows_left_out) == (10, 9, 1)
    assert table.rows_quarantined == 0
    kept = duckdb.execute(
        "select field, value, reason, kind from read_parquet(?)",
        [str(small_project.settings.warehouse_dir / table.quarantine_file)],
    ).fetchall()
    assert kept == [("usd_per_hour_p50", "2.00", "the list showed 2.05 that day", "left_out")]


def test_one_correction_covers_several_rows(small_project: SmallProject) -> None:
    # five quotes are of chip-a
    write_corrections(
        small_project,
        {
            "where": {"chip_id": "chip-a"},
            "expect_rows": 5,
            "field": "remark",
            "expect": None,
            "value": "list price",
        },
    )
    rows = read_raw(small_project, ingest_quotes(small_project), "remark")
    assert sorted(k for k, v in rows.items() if v == ("list price",)) == [
        "q01",
        "q02",
        "q05",
        "q08",
        "q09",
    ]


def test_correction_expires_when_upstream_shows_another_value(small_project: SmallProject) -> None:
    write_corrections(small_project, {})
    small_project.change_quote("q01", usd_per_hour_p50="2.05")
    loads = ingest_quotes(small_project)
    assert loads.current == []
    assert loads.refused[0].reason == (
        "quotes: quotes/data/quotes.csv: correction q01-price: usd_per_hour_p50 of "
        "{'quote_id': 'q01'}: found 1 rows with ['2.05'], expected 1 with '2.00'; upstream has "
        "changed: check the figure and take the correction out"
    )


def test_correction_expires_when_the_row_count_differs(small_project: SmallProject) -> None:
    write_corrections(
        small_project,
        {"where": {"chip_id": "chip-a"}, "expect_rows": 4, "field": "remark", "expect": None},
    )
    loads = ingest_quotes(small_project)
    assert "found 5 rows with [None], expected 4 with None" in loads.refused[0].reason


def test_expired_correction_keeps_the_last_good_data(small_project: SmallProject) -> None:
    write_corrections(small_project, {})
    good = ingest_quotes(small_project).current[0]
    small_project.change_quote("q01", usd_per_hour_p50="2.05")
    loads = ingest_quotes(small_project)
    assert [load.sha256 for load in loads.current] == [good.sha256]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"field": "price"}], "corrections.0 (q01-price): found column quotes.price"),
        ([{"where": {"number": "1"}}], "corrections.0 (q01-price): found column quotes.number"),
        ([{"table": "offers"}], "corrections.0 (q01-price): found column offers.usd_per_hour_p50"),
        ([{"value": None}], "corrections.0: Value error, value goes with action 'replace'"),
        ([{"reason": "wrong"}], "corrections.0.reason: String should have at least 10 characters"),
        ([{}, {}], "corrections: two entries share an id"),
    ],
)
def test_malformed_correction_names_file_and_entry(
    small_project: SmallProject, entries: list[dict], message: str
) -> None:
    write_corrections(small_project, *entries)
    contract = load_contract(small_project.get_contract_path())
    with pytest.raises(ContractError) as caught:
        load_corrections(contract)
    assert f"{contract.folder}/corrections.yml: {message}" in str(caught.value)
