"""On what terms tables may be passed on, and the edition that holds only what may be."""

import json

import duckdb
import pytest

from tests.small_project.builder import SmallProject

TERMS = (
    "select table_name, carries, source_ids, redistribution, may_be_passed_on, open_row_count "
    "from meta.table_terms where schema_name = 'marts' order by table_name"
)


@pytest.fixture(scope="module")
def restricted(
    published_once: SmallProject, tmp_path_factory: pytest.TempPathFactory
) -> SmallProject:
    """Publish with quotes that may be quoted only, and write the open edition."""
    project = published_once.copy_to(tmp_path_factory.mktemp("restricted") / "small")
    path = project.get_contract_path()
    path.write_text(
        path.read_text().replace("redistribution: allowed", "redistribution: facts_only")
    )
    finished = project.command("run", "--open", "--json")
    assert finished.returncode == 0, finished.stderr
    project.lines = [json.loads(finished.stdout)["open_path"]]
    return project


def query_open(project: SmallProject, sql: str) -> list[tuple]:
    """Ask the open edition."""
    with duckdb.connect(project.lines[0], read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_terms_follow_contracts_and_rows(
    published_once: SmallProject, restricted: SmallProject
) -> None:
    assert published_once.query(TERMS) == [
        ("dim_chip", "results", "chips", "allowed", True, 3),
        ("fct_chip_price", "rows", "quotes", "allowed", True, 7),
    ]
    assert restricted.query(TERMS) == [
        ("dim_chip", "results", "chips", "allowed", True, 3),
        ("fct_chip_price", "rows", "quotes", "facts_only", False, 0),
    ]


def test_every_publisher_behind_a_table_is_named(restricted: SmallProject) -> None:
    assert restricted.query(
        "select table_name, source_id, publisher, licence, redistribution "
        "from meta.table_publisher where schema_name = 'marts' order by table_name"
    ) == [
        ("dim_chip", "chips", "small project", "own list", "allowed"),
        ("fct_chip_price", "quotes", "list price service", "CC0", "facts_only"),
    ]


def test_release_says_its_terms_and_how_to_cite_it(restricted: SmallProject) -> None:
    ((edition, terms, citation, content_hash),) = restricted.query(
        "select edition, terms, citation, content_hash from meta.release"
    )
    assert edition == "full"
    assert "of 2 marts 1 may be" in terms
    assert content_hash[:16] in citation


def test_open_edition_holds_what_may_be_passed_on_and_nothing_else(
    restricted: SmallProject,
) -> None:
    assert query_open(restricted, "select count(*) from marts.dim_chip") == [(3,)]
    assert query_open(restricted, "select count(*) from marts.fct_chip_price") == [(0,)]
    assert query_open(restricted, "select edition from meta.release") == [("open",)]
    # rows of sources stand in the quarantine as well
    assert (
        query_open(
            restricted, "select distinct source_id from meta.quarantine where source_id = 'quotes'"
        )
        == []
    )
    comment = "select comment from duckdb_tables() where table_name = 'fct_chip_price'"
    assert query_open(restricted, comment) == restricted.query(comment)


def test_open_edition_stands_in_the_latest_folder_with_its_papers(
    restricted: SmallProject,
) -> None:
    folder = restricted.settings.warehouse_dir / "latest" / "open"
    assert (folder / "compute_balance_open.duckdb").exists()
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert "republished by anybody" in package["description"]
    rows = {resource["name"]: resource["rows"] for resource in package["resources"]}
    assert rows["marts.fct_chip_price"] == 0
    assert "SHA256SUMS" in {path.name for path in folder.iterdir()}
