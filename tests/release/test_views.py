"""A mart that is a view: published as one, hashed by its query, exported with its rows."""

from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import ReleaseError
from pipelines.release.content import Mart
from pipelines.release.database import order_views
from pipelines.run.pipeline import run_pipeline
from tests.small_project.builder import SmallProject

VIEW = """{{ config(materialized='view') }}

-- prices with the name of the chip
select
    prices.quarter_start,
    prices.chip_id,
    chips.chip_name,
    prices.usd_per_hour_p50,
from {{ ref('fct_chip_price') }} as prices
inner join {{ ref('dim_chip') }} as chips using (chip_id)
"""
DESCRIPTION = """version: 2

models:
  - name: fct_named_price
    description: One row per quarter and chip, with its name.
    config: {contract: {enforced: true}, materialized: view}
    columns:
      - {name: quarter_start, data_type: date, description: First day of the quarter.}
      - {name: chip_id, data_type: varchar, description: Chip.}
      - {name: chip_name, data_type: varchar, description: Name of the chip.}
      - {name: usd_per_hour_p50, data_type: double, description: "Median rent. Unit, usd per hour."}
    data_tests:
      - unique_key: {columns: [quarter_start, chip_id]}
"""


@pytest.fixture
def project(small_project: SmallProject) -> SmallProject:
    """Give the small project with a view among its marts, not run yet."""
    folder = small_project.settings.dbt_dir / "models" / "marts" / "prices"
    (folder / "fct_named_price.sql").write_text(VIEW)
    (folder / "_named__marts.yml").write_text(DESCRIPTION)
    return small_project


def test_the_view_is_published_as_a_view_with_its_words(project: SmallProject) -> None:
    project.run()
    kinds = project.query(
        "select table_type from information_schema.tables where table_name = 'fct_named_price'"
    )
    assert kinds == [("VIEW",)]
    assert project.query("select count(*) from marts.fct_named_price") == [(7,)]
    comments = project.query(
        "select comment from duckdb_views() where view_name = 'fct_named_price'"
    )
    assert comments == [("One row per quarter and chip, with its name.",)]


def test_it_answers_when_the_file_is_attached_under_another_name(
    project: SmallProject, tmp_path: Path
) -> None:
    project.run()
    moved = tmp_path / "other.duckdb"
    moved.write_bytes(project.settings.current_path.read_bytes())
    assert project.query("select count(*) from marts.fct_named_price", moved) == [(7,)]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{moved}' as warehouse (read_only)")
        found = connection.execute("select count(*) from warehouse.marts.fct_named_price")
        assert found.fetchone() == (7,)


def test_its_rows_are_exported(project: SmallProject) -> None:
    project.run()
    (folder,) = project.settings.releases_dir.iterdir()
    path = folder / "marts" / "fct_named_price.parquet"
    (names,) = duckdb.execute(
        "select count(distinct chip_name) from read_parquet(?)", [str(path)]
    ).fetchone()
    assert names == 3


def test_another_query_is_another_content_and_a_comment_is_none(project: SmallProject) -> None:
    path = project.settings.dbt_dir / "models" / "marts" / "prices" / "fct_named_price.sql"
    first = project.run().manifest.content_hash
    project.replace_text(path, "-- prices with the name of the chip", "-- prices, named")
    assert project.run().manifest.content_hash == first
    project.replace_text(path, "inner join {{ ref('dim_chip')", "left join {{ ref('dim_chip')")
    assert project.run().manifest.content_hash != first


def test_a_view_over_what_is_not_published_is_refused(project: SmallProject) -> None:
    path = project.settings.dbt_dir / "models" / "marts" / "prices" / "fct_named_price.sql"
    project.replace_text(path, "ref('dim_chip')", "ref('int_reference__chips')")
    with pytest.raises(ReleaseError, match="a view among the marts can read marts only"):
        run_pipeline(project.settings, None, False, [], project.lines.append)


def make_view(name: str, *read: str) -> Mart:
    """Make a view that selects from marts."""
    query = " union all ".join(f'select * from "marts"."{mart}"' for mart in read)
    return Mart(name, ("chip_id",), ("chip_id",), query)


def test_a_view_is_copied_after_the_views_that_it_reads() -> None:
    marts = [
        make_view("fct_a", "fct_b", "fct_table"),
        make_view("fct_b", "fct_c"),
        make_view("fct_c", "fct_table"),
        Mart("fct_table", ("chip_id",), ("chip_id",)),
    ]
    assert [mart.name for mart in order_views(marts)] == ["fct_c", "fct_b", "fct_a"]


def test_views_that_read_each_other_are_refused() -> None:
    marts = [make_view("fct_a", "fct_b"), make_view("fct_b", "fct_a")]
    with pytest.raises(ReleaseError, match="in a circle: fct_a, fct_b"):
        order_views(marts)
