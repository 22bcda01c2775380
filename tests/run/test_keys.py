"""Keys are tested by a run itself, as dbt would; and how tables come into being."""

import duckdb
import pytest

from pipelines.base.errors import BuildFailed
from pipelines.build.keys import list_key_queries
from pipelines.build.models import read_manifest, run_dbt
from tests.small_project.builder import SmallProject

DIM_CHIP = "models/marts/reference/dim_chip.sql"


def test_a_run_asks_of_keys_what_dbt_asks(published: SmallProject) -> None:
    marts = published.settings.dbt_dir / "models/marts/_marts.yml"
    published.replace_text(
        marts,
        "unique_key: {columns: [chip_id]}",
        "unique_key: {columns: [chip_id], config: {where: \"chip_id <> 'chip-b'\"}}",
    )
    run_dbt(published.settings, ["test", "--select", "test_name:unique_key"])
    manifest = read_manifest(published.settings)
    asked = {
        unique_id: " ".join(query.split())
        for unique_id, query in list_key_queries(manifest).items()
    }
    database = f'"{published.settings.build_path.stem}".'
    by_dbt = {
        unique_id: " ".join(node["compiled_code"].replace(database, "").split())
        for unique_id, node in manifest["nodes"].items()
        if unique_id in asked
    }
    assert len(asked) == 2
    assert asked == by_dbt


def test_keys_are_checks_of_the_release(published: SmallProject) -> None:
    found = published.query(
        "select check_name from meta.quality_result "
        "where kind = 'dbt' and passed and check_name like 'unique_key%' order by all"
    )
    assert found == [
        ("unique_key_dim_chip_chip_id",),
        ("unique_key_fct_chip_price_quarter_start__chip_id",),
    ]


def test_a_model_that_fails_over_a_doubled_key_tells_the_key(published: SmallProject) -> None:
    chips = published.settings.dbt_dir / DIM_CHIP
    chips.write_text(chips.read_text("utf-8") + "union all\n" + chips.read_text("utf-8"), "utf-8")
    prices = published.settings.dbt_dir / "models/marts/prices/fct_chip_price.sql"
    one = "(select chip_name from {{ ref('dim_chip') }} where chip_id = 'chip-a')"
    text = prices.read_text("utf-8").replace(
        "    quotes,", f"    quotes + 0 * len({one}) as quotes,"
    )
    prices.write_text(text, "utf-8")
    with pytest.raises(BuildFailed, match=r"(?s)model fct_chip_price: .*unique_key_dim_chip"):
        published.run()


def test_by_hand_a_relation_is_replaced_or_stays_as_it_was(published: SmallProject) -> None:
    model = published.settings.dbt_dir / DIM_CHIP
    text = model.read_text("utf-8")

    def ask(query: str) -> list[tuple]:
        with duckdb.connect(str(published.settings.build_path)) as connection:
            return connection.execute(query).fetchall()

    before = ask("from marts.dim_chip order by all")
    kinds = "select table_type from information_schema.tables where table_name = 'dim_chip'"
    for kind, found in (("table", "BASE TABLE"), ("view", "VIEW"), ("table", "BASE TABLE")):
        model.write_text(f"{{{{ config(materialized='{kind}') }}}}\n{text}", "utf-8")
        run_dbt(published.settings, ["run", "--select", "dim_chip"])
        assert ask(kinds) == [(found,)]
        assert ask("from marts.dim_chip order by all") == before
    model.write_text(text.replace("chip_id", "error('no') as chip_id", 1), "utf-8")
    with pytest.raises(BuildFailed, match="no"):
        run_dbt(published.settings, ["run", "--select", "dim_chip"])
    assert ask("from marts.dim_chip order by all") == before
