"""What a build keeps of the one before, and when it begins with nothing."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.build.kept import FINGERPRINTS, forget_build, get_note_path, keep_build
from pipelines.build.register import open_build, start_build

DAY = date(2026, 11, 1)
# what every build begins with
BEGUN = {"raw.build_kept_outlooks", "raw.build_parameters", "raw.carried_fingerprints"}
MANIFEST = {
    "nodes": {
        name: {
            "resource_type": kind,
            "schema": "intermediate",
            "name": name,
            "config": {"materialized": materialized},
        }
        for name, kind, materialized in (
            ("settled", "model", "incremental"),
            ("whole", "model", "table"),
            ("seen", "model", "view"),
            ("a_test", "test", "test"),
        )
    }
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a warehouse whose first build was begun, filled and published by code `a`."""
    settings = Settings(warehouse_dir=tmp_path)
    assert not start_build(settings, [], DAY, "a")
    connection = open_build(settings)
    connection.execute(
        f"""
        create schema intermediate;
        create schema marts;
        create table intermediate.settled as select 1 as x;
        create table intermediate.whole as select 1 as x;
        create view intermediate.seen as select * from intermediate.whole;
        create table marts.dim as select 1 as x;
        create table {FINGERPRINTS} as
        select 'offers' as input, date '2026-10-01' as month_start, 7::hugeint as fingerprint
        """
    )
    connection.close()
    keep_build(settings, "a", MANIFEST)
    return settings


def list_relations(settings: Settings) -> set[str]:
    """Return schema and name of everything in the build file."""
    with duckdb.connect(str(settings.build_path)) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
    return {name for (name,) in found}


def read_carried(settings: Settings) -> list[tuple]:
    """Return the fingerprints that the build has got from the one before."""
    with duckdb.connect(str(settings.build_path)) as connection:
        return connection.execute("from raw.carried_fingerprints").fetchall()


def test_build_keeps_tables_of_incremental_models_and_their_fingerprints(
    settings: Settings,
) -> None:
    assert start_build(settings, [], DAY, "a")
    assert list_relations(settings) == {
        "intermediate.settled",
        *BEGUN,
    }
    assert read_carried(settings) == [("offers", date(2026, 10, 1), 7)]


def begin_with_other_code(settings: Settings) -> bool:
    """The SQL may have changed: its tables are no longer what it would make."""
    return start_build(settings, [], DAY, "b")


def begin_with_another_engine(settings: Settings) -> bool:
    """Functions may give other values, and hashes do."""
    path = get_note_path(settings)
    note = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(note | {"engine": "0.0.1"}), encoding="utf-8")
    return start_build(settings, [], DAY, "a")


def begin_after_a_run_that_did_not_publish(settings: Settings) -> bool:
    """The run before began a build, and failed or was killed."""
    assert start_build(settings, [], DAY, "a")
    return start_build(settings, [], DAY, "a")


def begin_on_request(settings: Settings) -> bool:
    """`run --rebuild`."""
    forget_build(settings)
    return start_build(settings, [], DAY, "a")


def begin_without_the_file(settings: Settings) -> bool:
    """A what-if deletes its build file in the end; the note stays."""
    settings.build_path.unlink()
    return start_build(settings, [], DAY, "a")


@pytest.mark.parametrize(
    "begin",
    [
        begin_with_other_code,
        begin_with_another_engine,
        begin_after_a_run_that_did_not_publish,
        begin_on_request,
        begin_without_the_file,
    ],
)
def test_build_begins_with_nothing(settings: Settings, begin) -> None:
    assert not begin(settings)
    assert list_relations(settings) == BEGUN
    assert read_carried(settings) == []


def test_build_file_that_somebody_else_wrote_to_is_not_carried_on(settings: Settings) -> None:
    with duckdb.connect(str(settings.build_path)) as connection:
        connection.execute("insert into intermediate.settled values (2)")
    assert not start_build(settings, [], DAY, "a")
    assert list_relations(settings) == BEGUN


def test_build_file_with_a_log_of_somebody_else_is_not_carried_on(settings: Settings) -> None:
    settings.build_path.with_name(f"{settings.build_path.name}.wal").write_bytes(b"")
    assert not start_build(settings, [], DAY, "a")
