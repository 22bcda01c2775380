"""The parser of the SkyPilot catalogue on small files of its format, and the history they make."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.archive.documents import Archive, Document
from pipelines.base.errors import DocumentFault
from pipelines.base.files import hash_bytes
from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.contracts.load import load_contracts
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.ingest.parsers import load_parser

FOLDER = PROJECT_DIR / "pipelines" / "sources" / "skypilot_catalog"
# what a catalogue refers to: its providers and its chips, with the lists that these refer to
SOURCES = ("skypilot_catalog", "chips", "organisations", "countries")


def make_document(provider: str, content: bytes, day: int = 1) -> Document:
    """Describe a file as fetched on a day of January 2026."""
    fetched = datetime(2026, 1, day)
    return Document(
        "skypilot_catalog",
        provider,
        hash_bytes(content),
        "live",
        f"https://catalogue.example/{provider}.csv",
        "csv",
        fetched.date(),
        fetched,
    )


def read_sample(provider: str) -> bytes:
    """Return one of the samples."""
    return (FOLDER / "samples" / f"{provider}.csv").read_bytes()


def parse(provider: str, content: bytes | None = None) -> list[dict]:
    """Parse a sample, or other bytes, to rows."""
    contracts = {c.source_id: c for c in load_contracts(FOLDER.parent)}
    content = read_sample(provider) if content is None else content
    tables = load_parser(contracts["skypilot_catalog"])(make_document(provider, content), content)
    return tables["catalogue_prices"].rows.to_pylist()


def test_line_becomes_a_row_per_kind_of_price() -> None:
    found = {
        (r["region"], r["zone"], r["price_kind"]): r["price_usd_per_hour"] for r in parse("aws")
    }
    # the plan without accelerators and the missing spot price make no row
    assert found == {
        ("us-east-1", "use1-az1", "on_demand"): "96.0",
        ("us-east-1", "use1-az1", "spot"): "40.0",
        ("us-east-1", "use1-az2", "on_demand"): "96.0",
        ("us-east-1", "use1-az2", "spot"): "44.0",
        ("eu-north-1", "eun1-az1", "on_demand"): "104.0",
    }


def test_columns_are_found_by_name_in_any_order() -> None:
    columns = ("accelerator_name", "instance_type", "price_usd_per_hour")
    rows = [r for r in parse("gcp") if r["price_kind"] == "spot"]
    assert sorted(tuple(row[name] for name in columns) for row in rows) == [
        ("H100", "example-1h", "3.0"),
        ("V100", None, "0.75"),
        ("tpu-v3-8", None, "2.4"),
    ]


def test_missing_columns_are_null_and_repeated_lines_count_once() -> None:
    rows = parse("lambda")
    assert [(r["instance_type"], r["zone"], r["generation"]) for r in rows] == [
        ("gpu_1x_h100_pcie", None, None),
        ("gpu_8x_h100_sxm5", None, None),
    ]


def test_file_without_prices_is_refused() -> None:
    content = read_sample("lambda").replace(b",Price,", b",Cost,")
    with pytest.raises(DocumentFault, match=r"missing column Price; found InstanceType,"):
        parse("lambda", content)


def test_line_of_another_length_is_refused() -> None:
    with pytest.raises(DocumentFault, match="not readable as CSV"):
        parse("lambda", read_sample("lambda") + b"gpu_1x_a100,A100,1.0\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Point at a warehouse of its own with the catalogue and what it refers to."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in SOURCES:
        (sources / name).symlink_to(FOLDER.parent / name)
    return Settings(sources_dir=sources, warehouse_dir=tmp_path / "warehouse")


def ingest(settings: Settings, *snapshots: tuple[str, int, bytes]) -> SourceLoads:
    """Archive snapshots (provider, day of January 2026, bytes) and load everything."""
    archive = Archive(settings.archive_dir)
    for provider, day, content in snapshots:
        archive.store(content, make_document(provider, content, day))
    loads = ingest_all(load_contracts(settings.sources_dir), settings)
    return next(item for item in loads if item.contract.source_id == "skypilot_catalog")


def read_history(settings: Settings, loads: SourceLoads) -> list[tuple]:
    """Return the history: provider, zone, kind, price, and the days of each interval of January."""
    files = [
        str(settings.warehouse_dir / file) for file in loads.list_view_files("catalogue_prices")
    ]
    return duckdb.execute(
        "select provider, zone, price_kind, price_usd_per_hour, day(valid_from), day(valid_to), "
        "day(last_observed_on) from read_parquet(?) order by all",
        [files],
    ).fetchall()


SECOND = read_sample("aws").replace(b",40.0,us-east-1", b",50.0,us-east-1")
THIRD = b"\n".join(SECOND.splitlines()[:-1]) + b"\n"  # without eu-north-1
HISTORY = [
    # the price in Stockholm stood on two days and was gone on the fifth
    ("aws", "eun1-az1", "on_demand", 104.0, 1, 5, 3),
    ("aws", "use1-az1", "on_demand", 96.0, 1, None, 5),
    ("aws", "use1-az1", "spot", 40.0, 1, 3, 1),
    ("aws", "use1-az1", "spot", 50.0, 3, None, 5),
    ("aws", "use1-az2", "on_demand", 96.0, 1, None, 5),
    ("aws", "use1-az2", "spot", 44.0, 1, None, 5),
]


def test_snapshots_become_intervals_by_change(settings: Settings) -> None:
    snapshots = [("aws", 1, read_sample("aws")), ("aws", 3, SECOND), ("aws", 5, THIRD)]
    assert read_history(settings, ingest(settings, *snapshots)) == HISTORY


def test_day_by_day_gives_the_history_of_all_at_once(settings: Settings) -> None:
    for snapshot in (("aws", 1, read_sample("aws")), ("aws", 3, SECOND), ("aws", 5, THIRD)):
        loads = ingest(settings, snapshot)
    assert read_history(settings, loads) == HISTORY


def test_snapshot_that_comes_late_takes_its_place(settings: Settings) -> None:
    ingest(settings, ("aws", 1, read_sample("aws")), ("aws", 5, THIRD))
    assert read_history(settings, ingest(settings, ("aws", 3, SECOND))) == HISTORY


def test_providers_have_histories_of_their_own(settings: Settings) -> None:
    loads = ingest(settings, ("aws", 1, read_sample("aws")), ("lambda", 3, read_sample("lambda")))
    ends = {(row[0], row[5]) for row in read_history(settings, loads)}
    # what Lambda shows on the third day ends nothing at AWS
    assert ends == {("aws", None), ("lambda", None)}


def test_malformed_prices_are_quarantined_with_a_reason(settings: Settings) -> None:
    # of the four prices of one line 96 is no number and 40 is below zero; 104 stands
    content = read_sample("aws").replace(b",96.0,40.0,", b",free,-40.0,", 1)
    lines = content.splitlines()
    content = b"\n".join([lines[0], lines[2], *[lines[4]] * 200]) + b"\n"
    content += b"".join(lines[4].replace(b"eun1-az1", b"zone-%d" % n) + b"\n" for n in range(200))
    loads = ingest(settings, ("aws", 1, content))
    (load,) = (load for load in loads.current if load.document == "aws")
    table = load.get_table("catalogue_prices")
    assert (table.rows_read, table.rows_accepted, table.rows_quarantined) == (203, 201, 2)
    refused = duckdb.sql(
        f"select field, value from '{settings.warehouse_dir / table.quarantine_file}' order by all"
    )
    assert refused.fetchall() == [("price_usd_per_hour", "-40.0"), ("price_usd_per_hour", "free")]


def test_unchanged_bytes_count_for_every_day_on_which_they_were_seen(settings: Settings) -> None:
    for day in (1, 3, 5):
        loads = ingest(settings, ("aws", day, read_sample("aws")))
    assert {row[4:] for row in read_history(settings, loads)} == {(1, None, 5)}


def test_price_that_comes_back_opens_a_new_interval(settings: Settings) -> None:
    for day, content in ((1, read_sample("aws")), (3, SECOND), (5, read_sample("aws"))):
        loads = ingest(settings, ("aws", day, content))
    spot = [row for row in read_history(settings, loads) if row[1:3] == ("use1-az1", "spot")]
    assert [row[3:] for row in spot] == [(40.0, 1, 3, 1), (40.0, 5, None, 5), (50.0, 3, 5, 3)]


def test_of_two_snapshots_of_a_day_the_later_counts(settings: Settings, tmp_path: Path) -> None:
    snapshots = [("aws", 1, read_sample("aws")), ("aws", 3, SECOND)]
    other = Settings(warehouse_dir=tmp_path / "other")
    expected = read_history(other, ingest(other, *snapshots, ("aws", 5, SECOND + b"\n")))
    ingest(settings, *snapshots, ("aws", 5, THIRD))
    assert read_history(settings, ingest(settings, ("aws", 5, SECOND + b"\n"))) == expected
    assert expected != HISTORY


def test_nothing_new_touches_no_file_of_the_history(settings: Settings) -> None:
    ingest(settings, ("aws", 1, read_sample("aws")), ("aws", 3, SECOND))
    before = {p: p.stat().st_mtime_ns for p in settings.history_dir.rglob("*") if p.is_file()}
    ingest(settings)
    after = {p: p.stat().st_mtime_ns for p in settings.history_dir.rglob("*") if p.is_file()}
    assert before == after
    assert len(before) == 3  # state, open and closed rows


def test_build_as_of_a_day_sees_no_later_snapshot(settings: Settings) -> None:
    loads = ingest(settings, ("aws", 1, read_sample("aws")), ("aws", 3, SECOND), ("aws", 5, THIRD))
    files = [str(settings.warehouse_dir / f) for f in loads.list_view_files("catalogue_prices")]
    sql = (
        PROJECT_DIR / "dbt/models/staging/prices/stg_skypilot_catalog__catalogue_prices.sql"
    ).read_text()
    sql = sql.replace(
        "{{ source('skypilot_catalog', 'catalogue_prices') }}", f"read_parquet({files})"
    )
    sql = sql.replace("{{ source('build', 'parameters') }}", "(select date '2026-01-03' as as_of)")
    found = duckdb.sql(
        f"select zone, price_kind, price_usd_per_hour, valid_to, last_observed_on from ({sql})"
    )
    rows = found.fetchall()
    assert ("use1-az1", "spot", 40.0, date(2026, 1, 3), date(2026, 1, 1)) in rows
    # on the third day nobody knew that Stockholm would go
    assert ("eun1-az1", "on_demand", 104.0, None, date(2026, 1, 3)) in rows
    assert max(row[4] for row in rows) == date(2026, 1, 3)
