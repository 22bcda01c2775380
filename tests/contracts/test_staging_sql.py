"""Generated staging SQL, run on DuckDB: which document and which rows an as-of day sees."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract, load_contracts
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import generate_staging, write_generated, write_staging_sql
from tests.small_project.builder import SmallProject

EMBEDDED, LIVE_MAY, LIVE_JUNE = "e" * 64, "m" * 64, "j" * 64


def make_contract(mode: str, **table_fields: object) -> Contract:
    """Return a contract of one table of prices by key, in a document mode."""
    columns = {
        "price_id": {"type": "VARCHAR", "description": "Id.", "required": True},
        "usd": {"type": "DOUBLE", "unit": "usd", "description": "Price.", "rename": "price_usd"},
        "known": {"type": "DATE", "description": "Day known."},
    }
    fields = {
        "table": "prices",
        "description": "One row per price.",
        "key": ["price_id"],
        "provenance": False,
        "known_on": "known",
        "document_mode": mode,
        "columns": columns,
    }
    return Contract(
        source_id="shop",
        title="Shop",
        area="prices",
        kind="registry",
        description="Prices.",
        cadence="irregular",
        fresh_for_days=1,
        embedded_on=date(2024, 4, 1),
        publishers=[
            {"name": "s", "licence": "own", "attribution": "s", "redistribution": "allowed"}
        ],
        tables=[Table(**(fields | table_fields))],
        folder=".",
    )


# document, its origin and day, then: row, price_id, usd, known, verified
ROWS = [
    (EMBEDDED, "embedded", "2024-04-01", 1, "a", 1.0, "2024-01-10", True),
    (EMBEDDED, "embedded", "2024-04-01", 2, "b", 2.0, "2024-03-20", True),
    (EMBEDDED, "embedded", "2024-04-01", 3, "c", 3.0, "2024-01-15", False),
    (LIVE_MAY, "live", "2024-05-01", 1, "a", 1.5, "2024-04-20", True),
    (LIVE_JUNE, "live", "2024-06-01", 1, "a", 1.7, "2024-05-20", True),
    (LIVE_JUNE, "live", "2024-06-01", 2, "d", 4.0, "2024-05-25", True),
]


def stage(contract: Contract, as_of: str) -> list[tuple]:
    """Run the staging model of the contract's table over `ROWS` as of a day."""
    sql = write_staging_sql(contract, contract.tables[0])
    sql = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"raw_\1_\2", sql)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "create table raw_shop_prices (document_sha256 varchar, document_origin varchar, "
            "document_on date, document_row bigint, price_id varchar, usd double, known date, "
            "is_verified boolean, correction_ids varchar)"
        )
        connection.executemany(
            "insert into raw_shop_prices values (?, ?, ?, ?, ?, ?, ?, ?, null)", ROWS
        )
        connection.execute("create table raw_build_parameters as select ?::date as as_of", [as_of])
        found = connection.execute(sql.strip())
        names = [column[0] for column in found.description]
        assert names[:3] == ["price_id", "price_usd", "known"]
        return sorted((row[0], row[1], str(row[4])) for row in found.fetchall())


def test_snapshot_takes_the_newest_document_whole() -> None:
    # the document of June holds a and d; b, which only the embedded one had, is gone
    assert stage(make_contract("snapshot"), "2024-07-01") == [
        ("a", 1.7, "2024-05-20"),
        ("d", 4.0, "2024-05-25"),
    ]


def test_snapshot_of_an_earlier_day_takes_the_document_of_that_day() -> None:
    assert stage(make_contract("snapshot"), "2024-05-15") == [("a", 1.5, "2024-04-20")]


def test_snapshot_before_any_document_reads_the_embedded_rows_known_by_then() -> None:
    assert stage(make_contract("snapshot"), "2024-02-01") == [("a", 1.0, "2024-01-10")]


def test_revision_takes_the_latest_known_row_per_key() -> None:
    contract = make_contract("revision")
    assert stage(contract, "2024-05-22") == [("a", 1.7, "2024-05-20"), ("b", 2.0, "2024-03-20")]
    assert stage(contract, "2024-05-19") == [("a", 1.5, "2024-04-20"), ("b", 2.0, "2024-03-20")]


def test_append_takes_the_last_reading_of_a_row() -> None:
    # b, which no later document repeats, stays
    assert stage(make_contract("append"), "2024-07-01") == [
        ("a", 1.7, "2024-05-20"),
        ("b", 2.0, "2024-03-20"),
        ("d", 4.0, "2024-05-25"),
    ]


@pytest.mark.parametrize("mode", ["snapshot", "revision", "append"])
@pytest.mark.parametrize("as_of", ["2023-12-31", "2024-01-10", "2024-04-30", "2024-05-22"])
def test_no_mode_shows_a_row_that_became_known_later(mode: str, as_of: str) -> None:
    assert all(known_on <= as_of for _, _, known_on in stage(make_contract(mode), as_of))


@pytest.mark.parametrize("mode", ["snapshot", "revision", "append"])
def test_rows_that_were_not_verified_feed_no_model(mode: str) -> None:
    assert "c" not in [price_id for price_id, *_ in stage(make_contract(mode), "2024-03-01")]


def test_rows_become_known_with_the_row_they_belong_to() -> None:
    other = Table(
        table="rules",
        description="One row per rule.",
        key=["price_id"],
        provenance=False,
        known_on="announced",
        columns={
            "price_id": {"type": "VARCHAR", "description": "Id."},
            "announced": {"type": "DATE", "description": "Day."},
        },
    )
    own = make_contract("snapshot").tables[0].model_dump() | {
        "known_on": {"table": "rules", "key": "price_id", "column": "announced"}
    }
    contract = make_contract("snapshot")
    contract = Contract(
        **(contract.model_dump() | {"tables": [own, other.model_dump()], "folder": "."})
    )
    sql = write_staging_sql(contract, contract.tables[0])
    sql = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"raw_\1_\2", sql)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "create table raw_shop_prices as select 'e' as document_sha256, 'embedded' as "
            "document_origin, date '2024-04-01' as document_on, 1::bigint as document_row, "
            "unnest(['a', 'b']) as price_id, 1.0 as usd, date '2024-01-01' as known, "
            "true as is_verified, null::varchar as correction_ids"
        )
        connection.execute(
            "create table raw_shop_rules as select * from (values "
            "('a', date '2024-01-05', date '2024-04-01'), ('b', date '2024-06-01', date "
            "'2024-04-01')) as t (price_id, announced, document_on)"
        )
        connection.execute("create table raw_build_parameters as select date '2024-02-01' as as_of")
        assert connection.execute(f"select price_id, known_on from ({sql})").fetchall() == [
            ("a", date(2024, 1, 5))
        ]


def test_staging_never_reads_another_source(small_project: SmallProject) -> None:
    contract = load_contract(small_project.get_contract_path())
    sql = write_staging_sql(contract, contract.tables[0])
    assert "ref(" not in sql
    assert set(re.findall(r"source\('(\w+)'", sql)) == {"quotes", "build"}


def test_generated_files_of_the_repository_are_up_to_date() -> None:
    settings = Settings()
    folder = settings.dbt_dir / "models" / "staging"
    contracts = load_contracts(settings.sources_dir)
    expected = {folder / name: text for name, text in generate_staging(contracts).items()}
    found = {path: path.read_text(encoding="utf-8") for path in folder.glob("*/*")}
    differing = sorted(p.name for p in expected | found if expected.get(p) != found.get(p))
    assert differing == [], "run: compute-balance source generate"


def list_files(project: SmallProject) -> dict[Path, str]:
    """Return the staging files that the project's contracts call for."""
    folder = project.settings.dbt_dir / "models" / "staging"
    files = generate_staging(load_contracts(project.settings.sources_dir))
    return {folder / name: text for name, text in files.items()}


def test_generating_again_writes_nothing(small_project: SmallProject) -> None:
    files = list_files(small_project)
    assert write_generated(files, small_project.settings.dbt_dir / "models" / "staging") == []


def test_generating_removes_models_of_a_source_that_is_gone(small_project: SmallProject) -> None:
    folder = small_project.settings.dbt_dir / "models" / "staging"
    gone = folder / "prices" / "stg_gone__rows.sql"
    gone.write_text("select 1\n")
    assert write_generated(list_files(small_project), folder) == [gone]
    assert (folder / "_build__sources.yml").exists()
