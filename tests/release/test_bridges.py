"""Bridges ship with a release: as views of its own tables where they can be, else as tables."""

from pathlib import Path

import duckdb
import pytest

from pipelines.answers.trace import trace_row
from pipelines.base.settings import PROJECT_DIR
from tests.small_project.builder import SmallProject

# the mean of a quarter's quotes, each with the same weight; the quotes are counted by a model
TABLE = """
select
    quote_id,
    date_trunc('quarter', quoted_on)::date as quarter_start,
    chip_id,
from {{ ref('stg_quotes__quotes') }}
"""
VIEW = """
select
    prices.quarter_start,
    prices.chip_id,
    'price' as step,
    'quotes__quotes' as input_table,
    quotes.quote_id as input_key,
    1.0 / count(*) over (partition by prices.quarter_start, prices.chip_id) as weight,
from {{ published('fct_chip_price') }} as prices
inner join {{ published('brg_quarter_quote') }} as quotes
    on
        prices.quarter_start = quotes.quarter_start
        and prices.chip_id = quotes.chip_id
"""
DESCRIPTIONS = """
version: 2
models:
  - name: brg_chip_price
    description: One row per quarter, chip and quote behind the price.
    columns:
      - {name: weight, description: Part of the quote. Unit share.}
"""


@pytest.fixture
def with_bridges(small_project: SmallProject) -> SmallProject:
    """Publish the small project with one bridge of each kind."""
    dbt_dir = small_project.settings.dbt_dir
    folder = dbt_dir / "models" / "bridges" / "prices"
    folder.mkdir(parents=True)
    # by name the view comes before the table that it reads
    (folder / "brg_chip_price.sql").write_text(VIEW)
    (folder / "brg_quarter_quote.sql").write_text(TABLE)
    (folder / "_bridges.yml").write_text(DESCRIPTIONS)
    macros = PROJECT_DIR / "dbt" / "macros" / "published.sql"
    (dbt_dir / "macros" / "published.sql").write_text(macros.read_text())
    project_file = dbt_dir / "dbt_project.yml"
    project_file.write_text(
        project_file.read_text()
        + "    bridges:\n      +schema: bridges\n      +materialized: view\n"
        + "      +persist_docs: {relation: true, columns: true}\n"
    )
    small_project.run()
    return small_project


def test_bridge_ships_as_a_view_if_all_that_it_reads_ships(with_bridges: SmallProject) -> None:
    assert with_bridges.query(
        "select table_name, table_type from information_schema.tables "
        "where table_schema = 'bridges' order by all"
    ) == [("brg_chip_price", "VIEW"), ("brg_quarter_quote", "BASE TABLE")]
    assert with_bridges.query(
        "select comment from duckdb_views() where schema_name = 'bridges'"
    ) == [("One row per quarter, chip and quote behind the price.",)]


def test_views_answer_under_any_name_of_the_file(
    with_bridges: SmallProject, tmp_path: Path
) -> None:
    copy = tmp_path / "other.duckdb"
    copy.write_bytes(with_bridges.settings.current_path.read_bytes())
    query = "select sum(weight) from {}bridges.brg_chip_price"
    (expected,) = with_bridges.query(query.format(""))
    assert expected[0] > 1
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as elsewhere (read_only)")
        assert connection.execute(query.format("elsewhere.")).fetchone() == expected


def test_trace_leads_to_the_rows_that_a_bridge_names_and_no_others(
    with_bridges: SmallProject,
) -> None:
    key = ["quarter_start", "chip_id"]
    found = trace_row(with_bridges.settings, "fct_chip_price", key, ["2023-10-01", "chip-a"])
    (evidence,) = found.evidence
    assert evidence.figure == "price"
    # the two quotes of chip-a in the fourth quarter of 2023
    assert [row[evidence.columns.index("quote_id")] for row in evidence.rows] == ["q08", "q09"]
    assert with_bridges.query(
        "select weight from bridges.brg_chip_price "
        "where quarter_start = date '2023-10-01' and chip_id = 'chip-a'"
    ) == [(0.5,), (0.5,)]
