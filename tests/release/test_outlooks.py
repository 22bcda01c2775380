"""Outlooks of releases are kept once, never changed, and read back up to a build's day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.build.kept_outlooks import (
    OUTLOOK_COLUMNS,
    VIEW,
    create_kept_view,
    get_outlooks_dir,
)
from pipelines.release.manifest import Manifest, write_manifest
from pipelines.release.outlooks import MART, keep_outlooks

HASH = "0123456789abcdef0123"
MANIFEST = Manifest(
    release_id="20260501T000000Z-aaaa",
    created_at=datetime(2026, 5, 1, tzinfo=UTC),
    as_of=date(2026, 5, 1),
    code_version="x",
    contract_version="1.6.0",
    content_hash="a",
    fingerprint="a",
    next_change_on=None,
    run_id="a",
    rows={MART: 1},
    table_hashes={MART: HASH},
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(warehouse_dir=tmp_path)
    write_release(settings, MANIFEST, 10)
    return settings


def write_release(settings: Settings, manifest: Manifest, value: float) -> None:
    folder = settings.releases_dir / manifest.release_id
    (folder / "marts").mkdir(parents=True)
    columns = ", ".join(
        f"{value}::DOUBLE as {name}" if type_ == "DOUBLE" else f"null::{type_} as {name}"
        for name, type_ in OUTLOOK_COLUMNS.items()
    )
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {columns}) to '{folder}/marts/{MART}.parquet'")
    write_manifest(folder, manifest)


def read_kept(settings: Settings, as_of: date) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        create_kept_view(connection, settings, as_of)
        return connection.execute(
            f"select release_id, made_on, value_p50 from {VIEW} order by all"
        ).fetchall()


def test_an_outlook_is_kept_with_its_day_and_read_back(settings: Settings) -> None:
    (path,) = keep_outlooks(settings)
    assert path.name == "2026-05-01-0123456789abcdef.parquet"
    assert read_kept(settings, date(2026, 5, 1)) == [
        ("20260501T000000Z-aaaa", date(2026, 5, 1), 10.0)
    ]


def test_a_build_of_an_earlier_day_reads_no_later_outlook(settings: Settings) -> None:
    keep_outlooks(settings)
    assert read_kept(settings, date(2026, 4, 30)) == []


def test_what_is_kept_is_never_written_again(settings: Settings) -> None:
    (path,) = keep_outlooks(settings)
    before = path.read_bytes()
    # the same outlook in a later release keeps the day on which it was first said
    later = replace(
        MANIFEST, release_id="20260601T000000Z-bbbb", created_at=datetime(2026, 6, 1, tzinfo=UTC)
    )
    write_release(settings, later, 99)
    assert keep_outlooks(settings) == []
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o222 == 0


def test_another_outlook_is_kept_beside_it(settings: Settings) -> None:
    keep_outlooks(settings)
    other = replace(
        MANIFEST,
        release_id="20260601T000000Z-bbbb",
        as_of=date(2026, 6, 1),
        table_hashes={MART: "f" * 20},
    )
    write_release(settings, other, 20)
    assert len(keep_outlooks(settings)) == 1
    assert len(read_kept(settings, date(2026, 6, 1))) == 2


def test_a_kept_outlook_outlives_its_release(settings: Settings) -> None:
    keep_outlooks(settings)
    for path in sorted(settings.releases_dir.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert keep_outlooks(settings) == []
    assert len(list(get_outlooks_dir(settings).iterdir())) == 1


def test_an_outlook_of_before_a_column_is_read_with_nothing_in_it(settings: Settings) -> None:
    (path,) = (settings.releases_dir / MANIFEST.release_id).rglob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * exclude (orders_p05, orders_p50, orders_p95) from '{path}') "
            f"to '{path}.old' (format parquet)"
        )
    path.with_name(f"{path.name}.old").replace(path)
    keep_outlooks(settings)
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        create_kept_view(connection, settings, date(2026, 5, 1))
        assert connection.execute(f"select value_p50, orders_p50 from {VIEW}").fetchall() == [
            (10.0, None)
        ]


def test_a_release_without_an_outlook_keeps_none(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path)
    write_release(settings, replace(MANIFEST, rows={MART: 0}), 0)
    assert keep_outlooks(settings) == []
    assert read_kept(settings, date(2026, 5, 1)) == []
