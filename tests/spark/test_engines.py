"""Both engines build the same tables: `make test-spark`, which sets Spark up where it is missing.

`make test` does without: there the texts for Spark are looked at, but not carried out.
"""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import BuildFailed
from pipelines.base.settings import Settings
from pipelines.run.pipeline import run_pipeline
from scripts.compare_engines import compare_files
from tests.small_project.builder import SmallProject

# a fixed day of the repository's own facts, and as few draws as its balances need
DAY, DRAWS = date(2026, 11, 29), 200


def test_a_small_project_is_the_same_on_both(published: SmallProject, tmp_path: Path) -> None:
    one = tmp_path / "duckdb.duckdb"
    one.write_bytes(published.settings.build_path.read_bytes())
    first = published.query("select content_hash from meta.release")
    outcome = run_pipeline(published.settings, master="local[1]")
    assert outcome.status == "published"
    for schema in ("intermediate", "marts"):
        found = compare_files(one, published.settings.build_path, schema)
        assert [table for table in found if not table.is_none] == []
        assert sum(table.rows for table in found) > 0
    assert published.query("select content_hash from meta.release") == first
    # nothing of it is carried on from
    assert not (published.settings.build_dir / "kept.json").exists()


def test_a_model_that_fails_on_spark_is_named(published: SmallProject) -> None:
    path = next(published.settings.dbt_dir.rglob("dim_chip.sql"))
    published.replace_text(path, "select\n", "select\n    'x'::integer as nothing,\n")
    with pytest.raises(BuildFailed, match="dim_chip"):
        run_pipeline(published.settings, master="local[1]")


def test_every_table_of_the_warehouse_is_the_same_on_both(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path / "warehouse", draws=DRAWS)
    run_pipeline(settings, DAY)
    one = tmp_path / "duckdb.duckdb"
    one.write_bytes(settings.build_path.read_bytes())
    run_pipeline(settings, DAY, master="local[2]")
    for schema in ("intermediate", "marts"):
        found = compare_files(one, settings.build_path, schema)
        assert [table for table in found if not table.is_none] == []
    with duckdb.connect(str(one), read_only=True) as connection:
        assert connection.execute("from raw.build_parameters").fetchall()[0][1] == DRAWS
