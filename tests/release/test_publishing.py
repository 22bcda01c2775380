"""What a release holds, and when a run publishes, repeats nothing, or puts a build beside."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import ComputeBalanceError, ReleaseError
from pipelines.base.files import hash_bytes
from pipelines.release.content import list_marts, sum_mart
from pipelines.release.meta_tables import META_TABLES
from pipelines.release.publish import publish_release
from pipelines.run.reports import KEPT_DAYS
from tests.small_project.builder import SmallProject, build_project

EARLIER_DAY = date(2023, 12, 19)
# worked out by hand from the ten quotes: quarter, chip, quotes, median, newest known_on
PRICES = [
    ("2023-01-01", "chip-a", 2, 2.05, "2023-02-20"),  # 2.00 and 2.10
    ("2023-01-01", "chip-b", 2, 1.1, "2023-03-15"),  # 1.00 and 1.20
    ("2023-04-01", "chip-a", 1, 2.4, "2023-05-10"),
    ("2023-04-01", "chip-b", 1, 1.3, "2023-06-12"),
    ("2023-07-01", "chip-c", 1, 3.5, "2023-07-15"),
    ("2023-10-01", "chip-a", 2, 3.1, "2023-12-22"),  # 3.00 and 3.20
    ("2024-01-01", "chip-c", 1, 3.1, "2024-03-10"),  # not dated: known on the day it was read
]


def read_prices(project: SmallProject, path: Path | None = None) -> list[tuple]:
    """Return the published prices by key."""
    return project.query(
        "select quarter_start::varchar, chip_id, quotes, usd_per_hour_p50, known_on::varchar "
        "from marts.fct_chip_price order by 1, 2",
        path,
    )


def test_published_figures_are_those_of_the_rows(published_once: SmallProject) -> None:
    assert read_prices(published_once) == PRICES


def test_release_holds_marts_and_meta_and_nothing_else(published_once: SmallProject) -> None:
    found = published_once.query(
        "select table_schema, table_name, table_type from information_schema.tables"
    )
    expected = {("marts", "dim_chip"), ("marts", "fct_chip_price")}
    expected |= {("meta", name) for name in META_TABLES}
    assert {row[:2] for row in found} == expected
    assert {row[2] for row in found} == {"BASE TABLE"}


def test_every_table_and_column_carries_its_description(published_once: SmallProject) -> None:
    missing = published_once.query(
        "select table_name, column_name from duckdb_columns() where comment is null "
        "and schema_name in ('marts', 'meta') union all "
        "select table_name, null from duckdb_tables() where comment is null"
    )
    assert missing == []


def test_file_has_the_storage_version_of_the_oldest_client(published_once: SmallProject) -> None:
    # bytes 8 to 11 name the kind of file, the next eight its version: 64 is what DuckDB 1.0 reads
    head = published_once.settings.current_path.read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert int.from_bytes(head[12:20], "little") == 64


def test_published_file_is_the_one_of_the_release_folder(published_once: SmallProject) -> None:
    settings = published_once.settings
    (folder,) = settings.releases_dir.iterdir()
    kept = (folder / "compute_balance.duckdb").read_bytes()
    assert hash_bytes(kept) == hash_bytes(settings.current_path.read_bytes())


def test_parquet_copies_hold_the_same_rows(published_once: SmallProject) -> None:
    (folder,) = published_once.settings.releases_dir.iterdir()
    path = folder / "marts" / "fct_chip_price.parquet"
    copied = duckdb.execute(
        "select quarter_start::varchar, chip_id, quotes, usd_per_hour_p50, known_on::varchar "
        "from read_parquet(?)",
        [str(path)],
    ).fetchall()
    assert copied == PRICES
    assert sorted(p.stem for p in path.parent.iterdir()) == ["dim_chip", "fct_chip_price"]


def test_manifest_says_what_the_release_is(published_once: SmallProject) -> None:
    (folder,) = published_once.settings.releases_dir.iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    ((release_id, content_hash, version),) = published_once.query(
        "select release_id, content_hash, contract_version from meta.release"
    )
    assert manifest["release_id"] == release_id == folder.name
    assert manifest["content_hash"] == content_hash
    assert manifest["contract_version"] == version
    assert manifest["rows"] == {"dim_chip": 3, "fct_chip_price": 7}
    assert manifest["keys"]["fct_chip_price"] == ["quarter_start", "chip_id"]
    assert {d["source_id"]: d["rows_accepted"] for d in manifest["documents"]} == {
        "chips": 3,
        "quotes": 10,
    }
    assert manifest["checks"]["failed"] == 0


def test_rows_can_be_followed_to_archived_bytes(published_once: SmallProject) -> None:
    found = published_once.query(
        "select source_id, raw_table, sha256, rows from meta.lineage "
        "where table_name = 'fct_chip_price'"
    )
    content = published_once.get_data_path().read_bytes()
    assert found == [("quotes", "quotes", hash_bytes(content), 10)]
    archived = published_once.settings.archive_dir / "documents"
    sha256 = found[0][2]
    assert (archived / sha256[:2] / sha256).read_bytes() == content


def test_two_folders_give_the_same_content_hash(
    published_once: SmallProject, tmp_path: Path
) -> None:
    other = build_project(tmp_path / "elsewhere")
    other.run()
    content = "select content_hash from meta.release"
    assert other.query(content) == published_once.query(content)


def test_order_of_input_rows_does_not_change_the_content(
    published_once: SmallProject, small_project: SmallProject
) -> None:
    small_project.write_quotes(small_project.read_quotes()[::-1])
    small_project.run()
    content = "select content_hash from meta.release"
    assert small_project.query(content) == published_once.query(content)


def test_unchanged_run_ends_at_once(published: SmallProject) -> None:
    before = published.settings.current_path.stat().st_mtime_ns
    outcome = published.run()
    assert outcome.status == "unchanged"
    assert outcome.message.startswith("nothing changed since release ")
    assert published.settings.current_path.stat().st_mtime_ns == before
    assert not any(line.startswith("models") for line in published.lines)


def test_unchanged_run_ends_at_once_on_a_later_day(
    published: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = published.run().manifest
    # the day before the next quarter begins: nothing becomes known until then
    day = kept.next_change_on.fromordinal(kept.next_change_on.toordinal() - 1)
    assert kept.covers(day)
    assert not kept.covers(kept.next_change_on)


@pytest.mark.parametrize("what", ["data", "model", "expectation", "contract"])
def test_any_changed_input_makes_a_new_release(published: SmallProject, what: str) -> None:
    settings = published.settings
    if what == "data":
        published.change_quote("q01", remark="list price")
    elif what == "model":
        model = settings.dbt_dir / "models" / "marts" / "reference" / "dim_chip.sql"
        model.write_text(model.read_text().rstrip() + "\nwhere chip_id is not null\n")
    elif what == "expectation":
        suite = settings.expectations_dir / "marts_fct_chip_price.yml"
        published.replace_text(suite, "max_value: 50", "max_value: 60")
    else:
        published.replace_text(published.get_contract_path(), "Ten quotes", "Ten rents")
    assert published.run().status == "published"
    assert len(list(settings.releases_dir.iterdir())) == 2


def test_other_number_of_draws_makes_a_new_release(published: SmallProject) -> None:
    published.settings = published.settings.model_copy(update={"draws": 300})
    assert published.run().status == "published"


def test_as_of_build_stands_beside_the_current_release(published: SmallProject) -> None:
    before = hash_bytes(published.settings.current_path.read_bytes())
    outcome = published.run(as_of=EARLIER_DAY)
    assert outcome.path == (
        published.settings.warehouse_dir / "as_of" / "2023-12-19" / "compute_balance.duckdb"
    )
    assert hash_bytes(published.settings.current_path.read_bytes()) == before
    assert len(list(published.settings.releases_dir.iterdir())) == 1


def test_as_of_build_knows_what_was_known_that_day(published: SmallProject) -> None:
    path = published.run(as_of=EARLIER_DAY).path
    # the second quote of 2023 Q4 became known on December 22nd, that of 2024 later still
    assert read_prices(published, path) == [
        *PRICES[:5],
        ("2023-10-01", "chip-a", 1, 3.0, "2023-12-18"),
    ]


def test_as_of_release_says_that_it_uses_todays_judgements(published: SmallProject) -> None:
    path = published.run(as_of=EARLIER_DAY).path
    query = "select as_of::varchar, uses_todays_judgements from meta.release"
    assert published.query(query, path) == [("2023-12-19", True)]
    assert published.query(query)[0][1] is False


def test_as_of_day_before_everything_is_honestly_empty(published: SmallProject) -> None:
    outcome = published.run(as_of=date(2022, 1, 1))
    assert outcome.manifest.rows == {"dim_chip": 3, "fct_chip_price": 0}
    assert outcome.manifest.empty_tables == ["fct_chip_price"]
    state = "select freshness from meta.source where source_id = 'quotes'"
    assert published.query(state, outcome.path) == [("empty",)]


def test_repeated_as_of_run_ends_at_once(published: SmallProject) -> None:
    published.run(as_of=EARLIER_DAY)
    assert published.run(as_of=EARLIER_DAY).status == "unchanged"


def test_as_of_build_is_renewed_when_inputs_change(published: SmallProject) -> None:
    published.run(as_of=EARLIER_DAY)
    published.change_quote("q05", usd_per_hour_p50="2.50")
    outcome = published.run(as_of=EARLIER_DAY)
    assert outcome.status == "published"
    assert (2.5,) in published.query(
        "select usd_per_hour_p50 from marts.fct_chip_price", outcome.path
    )


def test_day_in_the_future_is_refused(published: SmallProject) -> None:
    with pytest.raises(ComputeBalanceError, match="--as-of 2999-01-01: lies in the future"):
        published.run(as_of=date(2999, 1, 1))


def test_copy_that_differs_from_the_audited_build_is_not_published(
    published: SmallProject,
) -> None:
    settings = published.settings
    before = hash_bytes(settings.current_path.read_bytes())
    manifest = published.run().manifest
    nodes = json.loads((settings.build_dir / "dbt" / "manifest.json").read_text())
    with duckdb.connect(str(settings.build_path)) as connection:
        marts = list_marts(nodes, connection, "compute_balance")
        sums = {mart.name: sum_mart(connection, "compute_balance", mart) for mart in marts}
        connection.execute("update marts.fct_chip_price set usd_per_hour_p50 = 1.0")
    with pytest.raises(ReleaseError, match=r"marts\.fct_chip_price has .* nothing was publ"):
        publish_release(settings, marts, manifest, sums)
    assert hash_bytes(settings.current_path.read_bytes()) == before


def test_run_leaves_no_temporary_files(published_once: SmallProject) -> None:
    folder = published_once.settings.warehouse_dir
    assert [p for p in folder.rglob("*") if ".writing-" in p.name] == []


def test_run_report_is_kept(published: SmallProject) -> None:
    published.run()
    reports = sorted((published.settings.warehouse_dir / "data" / "runs").glob("*.json"))
    statuses = [json.loads(path.read_text())["status"] for path in reports]
    assert sorted(statuses) == ["published", "unchanged"]


def test_old_run_reports_are_removed(published: SmallProject) -> None:
    (report,) = (published.settings.warehouse_dir / "data" / "runs").glob("*.json")
    long_ago = report.stat().st_mtime - (KEPT_DAYS + 1) * 86_400
    os.utime(report, (long_ago, long_ago))
    published.run()
    assert not report.exists()


HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("create table if not exists meta.mine as select 1 as x")
print("open", flush=True)
sys.stdin.readline()
"""


def test_client_that_holds_the_published_file_for_writing_stops_no_command(
    published: SmallProject,
) -> None:
    path = published.settings.current_path
    assert path.stat().st_mode & 0o777 == 0o444
    path.chmod(0o644)  # a superuser may write all the same
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "open\n"
        assert published.command("status").returncode == 0
        assert published.command("release", "list").returncode == 0
        published.change_quote("q05", usd_per_hour_p50="2.50")
        assert published.run().status == "published"
    finally:
        holder.kill()
        holder.communicate(timeout=30)
    # what the client wrote is not in the release that took the file's place
    tables = published.query("select table_name from duckdb_tables() where schema_name = 'meta'")
    assert ("mine",) not in tables


def test_log_that_a_killed_client_left_reaches_no_release(published: SmallProject) -> None:
    path = published.settings.current_path
    wal = path.with_name(f"{path.name}.wal")
    wal.write_bytes(b"left by a client")
    published.run()
    assert not wal.exists()
