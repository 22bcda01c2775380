"""The repository's own facts, built whole: what is published, and what holds of all of it."""

import csv
import json
from datetime import date

import duckdb
import pytest

from pipelines.base.sql import quote_name
from pipelines.build.models import read_manifest, run_dbt
from pipelines.contracts.load import load_contracts
from pipelines.pages.page import Table
from pipelines.pages.report import SECTIONS, make_report
from pipelines.release.content import combine_hashes, hash_content, list_marts
from pipelines.run.pipeline import run_pipeline
from pipelines.run.state import Run
from tests.conftest import EARLIER_DAY, RealWarehouse


def list_columns(warehouse: RealWarehouse, column: str) -> list[str]:
    """Return the marts of the earlier day's release that have a column."""
    found = warehouse.query_earlier(
        "select table_name from duckdb_columns() where schema_name = 'marts' "
        f"and column_name = '{column}' order by 1"
    )
    return [table for (table,) in found]


def test_release_is_published_with_no_failed_check(real_warehouse: RealWarehouse) -> None:
    assert real_warehouse.current.status == "published"
    assert real_warehouse.current.manifest.checks["failed"] == 0
    assert (
        real_warehouse.query(
            "select check_name from meta.quality_result where not passed and severity = 'error'"
        )
        == []
    )


def test_no_mart_is_empty_today(real_warehouse: RealWarehouse) -> None:
    assert real_warehouse.current.manifest.empty_tables == []


def test_every_mart_of_the_project_is_published(real_warehouse: RealWarehouse) -> None:
    manifest = read_manifest(real_warehouse.settings)
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    }
    assert set(real_warehouse.current.manifest.rows) == marts


def test_published_columns_are_described(real_warehouse: RealWarehouse) -> None:
    assert (
        real_warehouse.query(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name in ('marts', 'meta', 'bridges') and coalesce(comment, '') = ''"
        )
        == []
    )


def test_every_column_of_every_model_is_described(real_warehouse: RealWarehouse) -> None:
    manifest = read_manifest(real_warehouse.settings)
    described = {
        (node["schema"], node["alias"], column)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for column in node["columns"]
    }
    built = real_warehouse.query_build(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name in ('staging', 'intermediate', 'marts', 'bridges', 'bi')"
    )
    assert sorted(set(built) - described) == []
    assert sorted(described - set(built)) == []


def test_bridges_have_the_types_that_they_promise(real_warehouse: RealWarehouse) -> None:
    manifest = read_manifest(real_warehouse.settings)
    promised = {
        (node["name"], column["name"], column["data_type"].upper())
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "bridges"
        for column in node["columns"].values()
    }
    shipped = real_warehouse.query(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'bridges'"
    )
    assert promised == set(shipped)
    assert len(promised) > 100


def test_every_embedded_row_is_accounted_for(real_warehouse: RealWarehouse) -> None:
    counted = {
        (source, table): (read, total)
        for source, table, read, total in real_warehouse.query(
            "select source_id, table_name, rows_read, "
            "rows_accepted + rows_quarantined + rows_left_out from meta.document"
        )
    }
    found = {}
    for contract in load_contracts(real_warehouse.settings.sources_dir):
        for table in contract.tables:
            path = contract.folder / "data" / table.file_name
            if contract.kind == "connector" and not path.exists():
                continue  # the table comes from live documents only
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = sum(1 for _ in csv.reader(lines)) - 1
            found[contract.source_id, table.table] = (rows, rows)
    assert counted == found


def test_no_document_of_the_repository_is_refused(real_warehouse: RealWarehouse) -> None:
    assert (
        real_warehouse.query("select address, reason from meta.document where status = 'refused'")
        == []
    )


def test_every_fact_table_can_be_followed_to_documents(real_warehouse: RealWarehouse) -> None:
    followed = {table for (table,) in real_warehouse.query("select table_name from meta.lineage")}
    facts = {name for name in real_warehouse.current.manifest.rows if name.startswith("fct_")}
    assert facts - followed == set()
    archive = real_warehouse.settings.archive_dir / "documents"
    for (sha256,) in real_warehouse.query("select distinct sha256 from meta.lineage"):
        assert (archive / sha256[:2] / sha256).exists()


def test_as_of_release_stands_beside_the_current_one(real_warehouse: RealWarehouse) -> None:
    settings = real_warehouse.settings
    assert real_warehouse.earlier.path == (
        settings.as_of_dir / EARLIER_DAY.isoformat() / "compute_balance.duckdb"
    )
    ((shown,),) = real_warehouse.query("select release_id from meta.release")
    assert shown == real_warehouse.current.manifest.release_id


def test_no_staging_row_is_known_later_than_the_as_of_day(real_warehouse: RealWarehouse) -> None:
    views = real_warehouse.query_build(
        "select table_name from duckdb_columns() where schema_name = 'staging' "
        "and column_name = 'known_on'"
    )
    assert len(views) > 50
    union = " union all ".join(
        f"select '{view}' as view, count(*) filter (known_on > date '{EARLIER_DAY}') as late, "
        f"count(*) filter (known_on is null) as undated from staging.{quote_name(view)}"
        for (view,) in views
    )
    late = real_warehouse.query_build(f"select * from ({union}) where late > 0 or undated > 0")
    assert late == []


def test_no_mart_row_rests_on_what_became_known_later(real_warehouse: RealWarehouse) -> None:
    marts = list_columns(real_warehouse, "known_on")
    assert {"fct_chip_shipments", "fct_rental_price", "fct_entity_listing"} <= set(marts)
    late = {
        mart: count
        for mart in marts
        for (count,) in real_warehouse.query_earlier(
            f"select count(*) from marts.{mart} where known_on > date '{EARLIER_DAY}'"
        )
        if count
    }
    assert late == {}


def test_no_mart_row_names_a_policy_announced_later(real_warehouse: RealWarehouse) -> None:
    assert (
        real_warehouse.query_earlier(
            f"select policy_id from marts.dim_policy where announced_on > date '{EARLIER_DAY}'"
        )
        == []
    )
    known = "select policy_id from marts.dim_policy"
    for mart in list_columns(real_warehouse, "policy_id"):
        assert (
            real_warehouse.query_earlier(
                f"select distinct policy_id from marts.{mart} "
                f"where policy_id is not null and policy_id not in ({known})"
            )
            == []
        ), mart
    # scenarios are judgements of today and may name rules that came later
    judged = {"dim_scenario", "fct_policy_impact"}
    for mart in set(list_columns(real_warehouse, "policy_ids")) - judged:
        assert (
            real_warehouse.query_earlier(
                "select distinct trim(one) from ("
                f"select unnest(string_split(policy_ids, ',')) as one from marts.{mart}) "
                f"where trim(one) not in ({known})"
            )
            == []
        ), mart


def test_earlier_day_knows_less_than_today(real_warehouse: RealWarehouse) -> None:
    today, earlier = (o.manifest.rows for o in (real_warehouse.current, real_warehouse.earlier))
    assert 0 < earlier["dim_policy"] < today["dim_policy"]
    assert earlier["fct_entity_listing"] < today["fct_entity_listing"]
    assert earlier["fct_rental_price"] < today["fct_rental_price"]


def test_earlier_day_says_which_tables_are_empty(real_warehouse: RealWarehouse) -> None:
    manifest = real_warehouse.earlier.manifest
    empty = sorted(name for name, rows in manifest.rows.items() if rows == 0)
    assert sorted(manifest.empty_tables) == empty
    ((stated,),) = real_warehouse.query_earlier("select empty_tables from meta.release")
    assert sorted((stated or "").split(", ") if stated else []) == empty


def test_second_run_ends_at_once(real_warehouse: RealWarehouse) -> None:
    lines: list[str] = []
    outcome = run_pipeline(real_warehouse.settings, progress=lines.append)
    assert outcome.status == "unchanged"
    assert [line for line in lines if line.endswith(" ...")] == ["ingest ..."]


def test_other_folder_and_another_build_before_give_the_same_content(
    real_warehouse: RealWarehouse, second_build: Run
) -> None:
    with duckdb.connect(str(second_build.settings.build_path)) as connection:
        ((carried,),) = connection.execute(
            "select count(*) from raw.carried_fingerprints where input = 'offers'"
        ).fetchall()
        marts = list_marts(read_manifest(second_build.settings), connection, "compute_balance")
        hashes = hash_content(connection, "compute_balance", marts)
    assert carried > 0
    first = real_warehouse.current.manifest
    differing = [n for n, h in first.table_hashes.items() if hashes.get(n) != h]
    assert differing == []
    assert combine_hashes(hashes) == first.content_hash


@pytest.mark.parametrize("mart", ["fct_chip_shipments", "fct_rental_price"])
def test_published_quantiles_are_in_order(real_warehouse: RealWarehouse, mart: str) -> None:
    names = [
        name
        for (name,) in real_warehouse.query(
            f"select column_name from duckdb_columns() where table_name = '{mart}' "
            "and schema_name = 'marts'"
        )
    ]
    pairs = [
        (low, high)
        for lower, upper in (("p05", "p50"), ("p50", "p95"), ("p25", "p50"), ("p50", "p75"))
        for low in names
        if low.endswith(lower) and (high := low.removesuffix(lower) + upper) in names
    ]
    assert len(pairs) >= 2
    for low, high in pairs:
        ((wrong,),) = real_warehouse.query(
            f"select count(*) from marts.{mart} where {low} > {high}"
        )
        assert wrong == 0, (low, high)


def test_manifest_names_the_days_between_which_it_holds(real_warehouse: RealWarehouse) -> None:
    manifest = real_warehouse.current.manifest
    assert manifest.next_change_on > manifest.as_of
    folder = real_warehouse.settings.releases_dir / manifest.release_id
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert date.fromisoformat(content["next_change_on"]) == manifest.next_change_on


def test_unit_tests_of_all_models_pass(real_warehouse: RealWarehouse) -> None:
    # they read no data, but take types of columns from the tables of a build
    results = run_dbt(real_warehouse.settings, ["test", "--select", "test_type:unit"])
    manifest = read_manifest(real_warehouse.settings)
    assert len(results) == len(manifest["unit_tests"]) > 40
    assert {result.status for result in results} == {"pass"}


def test_report_covers_every_region_of_the_last_counted_quarter(
    real_warehouse: RealWarehouse,
) -> None:
    page = make_report(real_warehouse.current.path)
    ((newest,),) = real_warehouse.query(
        "select max(quarter_label) from marts.dim_quarter join marts.fct_compute_supply "
        "using (quarter_start) where not is_nowcast"
    )
    assert page.title == f"The balance in {newest}"
    tables = [block for block in page.blocks if isinstance(block, Table)]
    assert {row[0] for row in tables[0].rows} == {"US", "CN", "ROW", "WORLD"}
    assert len(tables) == len(SECTIONS)
