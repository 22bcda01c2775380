"""A revised upstream of the chip counts moves supply: its newest vintage is followed downstream."""

import shutil
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pytest

from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import get_target_dir, read_manifest
from tests.conftest import RealWarehouse

STATED = "stg_epoch_chip_counts__chip_shipments_quarterly"
ENDS = ("fct_chip_shipments", "fct_installed_base")
FIGURES = ("units_p05", "units_p50", "units_p95", "h100e_p05", "h100e_p50", "h100e_p95")


def find_models_between(manifest: dict, start: str, ends: tuple[str, ...]) -> list[dict]:
    """Return the models from one to others, each after those that it reads."""
    models = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    ids = {node["name"]: unique_id for unique_id, node in models.items()}

    def walk(names: tuple[str, ...], edges: str) -> set[str]:
        found: set[str] = set()
        left = [ids[name] for name in names]
        while left:
            unique_id = left.pop()
            if unique_id in models and unique_id not in found:
                found.add(unique_id)
                left += manifest[edges].get(unique_id, [])
        return found

    chain = (walk((start,), "child_map") & walk(ends, "parent_map")) - {ids[start]}
    needs = {i: [p for p in models[i]["depends_on"]["nodes"] if p in chain] for i in chain}
    return [models[i] for i in TopologicalSorter(needs).static_order()]


def replace_relation(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, query: str
) -> None:
    """Put a table made by a query in the place of a table or view."""
    connection.execute(f"create table {schema}.made_anew as {query}")
    (kind,) = connection.execute(
        "select table_type from information_schema.tables where table_catalog = current_database() "
        "and table_schema = ? and table_name = ?",
        [schema, name],
    ).fetchone() or ("",)
    connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {schema}.{quote_name(name)}")
    connection.execute(f"alter table {schema}.made_anew rename to {quote_name(name)}")


@pytest.fixture(scope="module")
def revised(
    real_warehouse: RealWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give the models behind the installed base, made again from a doubled state of NVIDIA.

    The release's own build is attached as `build` and read where nothing is made again.
    """
    manifest = read_manifest(real_warehouse.settings)
    compiled = get_target_dir(real_warehouse.settings) / "compiled" / "compute_balance"
    # compiled SQL names the database by the file's stem
    path: Path = tmp_path_factory.mktemp("revised") / real_warehouse.current_build.name
    shutil.copyfile(real_warehouse.current_build, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"attach {quote_text(str(real_warehouse.current_build))} as build (read_only)"
        )
        doubled = ", ".join(f"2 * {figure} as {figure}" for figure in FIGURES)
        connection.execute(
            f"create table staging.doubled as select * replace ({doubled}, "
            f"known_on + 1 as known_on) from staging.{STATED} where vendor = 'nvidia' "
            f"union all from staging.{STATED} where vendor <> 'nvidia'"
        )
        replace_relation(connection, "staging", STATED, "from staging.doubled")
        for node in find_models_between(manifest, STATED, ENDS):
            query = (compiled / node["original_file_path"]).read_text(encoding="utf-8")
            replace_relation(connection, node["schema"], node["name"], query)
        yield connection


def compare(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    """Return the revised figure over that of the release, by vendor."""
    rows = connection.execute(
        f"select vendor, a.figure / b.figure from ({query.format('')}) as a "
        f"inner join ({query.format('build.')}) as b using (vendor) where b.figure > 0"
    ).fetchall()
    return dict(rows)


def test_doubled_state_doubles_the_shipments_of_its_vendor(
    revised: duckdb.DuckDBPyConnection,
) -> None:
    ratios = compare(
        revised,
        "select vendor, sum(h100e_8bit_p50) as figure from {0}marts.fct_chip_shipments "
        "inner join build.marts.dim_chip using (chip_id) group by vendor",
    )
    assert ratios["nvidia"] == pytest.approx(2, rel=0.02)
    assert ratios["google"] == pytest.approx(1)


def test_doubled_state_moves_what_is_installed(revised: duckdb.DuckDBPyConnection) -> None:
    ratios = compare(
        revised,
        "select vendor, sum(units_closing) as figure from {0}marts.fct_installed_base "
        "inner join build.marts.dim_chip using (chip_id) "
        "where quarter_start = (select max(quarter_start) from build.marts.fct_installed_base) "
        "group by vendor",
    )
    assert 1.3 < ratios["nvidia"] < 2.05
    assert ratios["google"] == pytest.approx(1, rel=0.01)
