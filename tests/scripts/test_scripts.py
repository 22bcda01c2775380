"""The scripts in a short form: each runs to its end and says what it measures."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from pipelines.archive.documents import Archive
from pipelines.base.settings import PROJECT_DIR
from pipelines.build.keys import name_relation
from pipelines.build.models import read_manifest
from scripts.benchmark_history import archive_day, measure_run
from scripts.benchmark_run import copy_raw
from scripts.check_clients import Reading, compare
from scripts.compare_engines import compare_files
from scripts.generate_quotes import generate_quotes
from scripts.try_days import draw_days, list_month_ends, spread, try_day
from scripts.write_live_sources import PAGE
from scripts.write_live_sources import main as write_live_sources
from tests.conftest import RealWarehouse
from tests.small_project.builder import SmallProject


def run_script(name: str, *arguments: str, project: SmallProject | None = None) -> str:
    """Run a script as a person does, on a small project if one is given; returns its output."""
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.{name}", *arguments],
        cwd=PROJECT_DIR,
        env=project.get_environment() if project else os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_earlier_day_is_tried_and_its_failed_checks_are_told(
    published: SmallProject, tmp_path: Path
) -> None:
    manifest = read_manifest(published.settings)
    found = try_day(published.settings, date(2023, 12, 19), manifest)
    assert (found["day"], found["outcome"], found["failed"]) == ("2023-12-19", "passed", {})
    # a price that no expectation lets through
    suite = published.settings.expectations_dir / "marts_fct_chip_price.yml"
    published.replace_text(suite, "max_value: 50", "max_value: 2.3")
    found = try_day(published.settings, date(2023, 12, 19), manifest)
    assert found["outcome"] == "failed"
    assert list(found["failed"]) == ["marts_fct_chip_price.rent_is_plausible"]


def test_days_to_try_spread_from_the_first() -> None:
    days = list_month_ends(date(2019, 1, 31), date(2026, 10, 31))
    assert (len(days), days[1], days[-1]) == (94, date(2019, 2, 28), date(2026, 10, 31))
    assert sorted(spread(days)) == days
    # the first six lie more than a year apart
    first = sorted(spread(days)[:6])
    assert min((b - a).days for a, b in pairwise(first)) > 365
    drawn = draw_days(date(2019, 1, 31), date(2026, 10, 31), 20, 1)
    assert drawn == draw_days(date(2019, 1, 31), date(2026, 10, 31), 20, 1)
    assert len(set(drawn)) == 20


def test_every_script_is_run_by_a_test() -> None:
    texts = [path.read_text("utf-8") for path in (PROJECT_DIR / "tests").rglob("test_*.py")]
    names = [path.stem for path in (PROJECT_DIR / "scripts").glob("*.py")]
    assert len(names) >= 8
    missing = [
        name
        for name in names
        if not any(f"scripts.{name} import" in t or f'run_script("{name}"' in t for t in texts)
    ]
    assert missing == []


def test_a_run_is_measured_beside_its_own_sql(small_project: SmallProject) -> None:
    shown = run_script("benchmark_run", "--draws", "10", project=small_project)
    lines = {line[:22].strip(): line[22:].split() for line in shown.splitlines()[1:]}
    assert list(lines) == [
        "cold", "warm", "unchanged", "SQL alone", "SQL and tests", "start-up",
        "warm without start-up",
    ]  # fmt: skip
    assert lines["SQL alone"][3] == "1.00"


def test_sql_alone_finds_all_that_a_build_gives_to_models(published: SmallProject) -> None:
    relations = (
        "select table_name from information_schema.tables where table_schema = 'raw' order by all"
    )
    with duckdb.connect(":memory:") as connection:
        copy_raw(published.settings.build_path, connection)
        copied = connection.execute(relations).fetchall()
    assert ("carried_fingerprints",) in copied
    assert copied == published.query(relations, published.settings.build_path)


def test_sql_alone_makes_each_model_under_the_name_that_others_read(
    real_warehouse: RealWarehouse,
) -> None:
    nodes = read_manifest(real_warehouse.settings)["nodes"].values()
    made = [name_relation(node) for node in nodes if node["resource_type"] == "model"]
    built = real_warehouse.query_build(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema not in ('raw', 'meta')"
    )
    assert sorted(name.replace('"', "") for name in made) == sorted(name for (name,) in built)


def test_a_stepped_clock_is_tried(tmp_path: Path) -> None:
    shown = run_script("campaign_clock", "--folder", str(tmp_path / "campaign"), "--count", "1")
    assert "before -3456000 s: 1 MachineFault: the clock of this machine says 2024-05-06" in shown
    assert "tried 1, survived 1, lost 0, unclear 0" in shown


def test_two_engines_are_held_against_each_other(published: SmallProject, tmp_path: Path) -> None:
    one, other = published.settings.build_path, tmp_path / "other.duckdb"
    shutil.copyfile(one, other)
    shown = run_script("compare_engines", str(one), str(other))
    assert re.fullmatch(r"(\d) of \1 tables agree\n", shown)

    def change(statement: str) -> list[str]:
        with duckdb.connect(str(other)) as connection:
            connection.execute(statement)
        return [t.table for t in compare_files(one, other, "marts") if not t.is_none]

    # the sixth digit of a number is free, the third is not
    table = "marts.fct_chip_price"
    assert change(f"update {table} set usd_per_hour_p50 = usd_per_hour_p50 * (1 + 1e-6)") == []
    assert change(f"update {table} set usd_per_hour_p50 = usd_per_hour_p50 * 1.01") == [
        "fct_chip_price"
    ]
    assert "dim_chip" in change("update marts.dim_chip set chip_name = chip_name || 'x'")


def test_one_more_day_of_a_catalogue_is_measured() -> None:
    shown = run_script("benchmark_history", "--days", "3", "--offers", "40")
    assert re.search(r"^all 3 days at once: [\d.]+ s$", shown, re.MULTILINE)
    assert re.search(r"^all days anew: [\d.]+ s, \d+ times one more day$", shown, re.MULTILINE)


def test_a_whole_run_with_a_catalogue_is_measured(
    published: SmallProject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in published.get_environment().items():
        monkeypatch.setenv(name, value)
    archive_day(Archive(published.settings.archive_dir), 5, 0, tmp_path)
    content = measure_run(published.settings, "one more day", "--rebuild")
    name, *figures = re.split(r" {2,}", capsys.readouterr().out.strip())
    assert name == "one more day"
    assert len(figures) == 5 and all(float(figure) >= 0 for figure in figures)
    assert published.query("select content_hash from meta.release") == [(content,)]


def test_loading_is_measured_beside_the_engine_s_copy() -> None:
    shown = run_script("benchmark_loading", "--rows", "20000", "--rounds", "1")
    rows = {line.split()[0]: line.split()[1] for line in shown.splitlines()[2:5]}
    assert rows == {"load": "20,000", "copy": "20,000", "pandas": "20,000"}
    assert re.search(r"against COPY: [\d.]+ by the clock, [\d.]+ by processor time$", shown)


def test_clients_are_compared_with_the_project_s_own(published_once: SmallProject) -> None:
    shown = run_script("check_clients", str(published_once.settings.current_path), "--versions")
    assert shown.splitlines()[0] == "2 marts, 10 rows"
    own = Reading("own", {"marts.dim_chip": [3, 12345]})
    assert compare(Reading("1.1.3", {"marts.dim_chip": [3, 12345]}), own) is None
    assert compare(Reading("1.1.3", {"marts.dim_chip": [3, 54321]}), own) == (
        "marts.dim_chip: 3 rows, or other values; expected 3"
    )
    assert compare(Reading("1.1.3", {}), own) == "sees 0 tables instead of 1"
    assert compare(Reading("1.1.3", {}, "could not be installed"), own) == "could not be installed"


@pytest.mark.parametrize("bad_every", [0, 10])
def test_quotes_are_the_same_for_the_same_arguments(tmp_path: Path, bad_every: int) -> None:
    texts = []
    for name in ("one", "other"):
        generate_quotes(tmp_path / name, 100, offers_per_day=20, bad_every=bad_every)
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert len(texts[0].splitlines()) == 101


def test_days_of_a_schedule_end_right_or_with_a_reason(tmp_path: Path) -> None:
    folder = str(tmp_path / "quarter")
    shown = run_script("simulate_quarter", "--folder", folder, "--count", "4")
    assert re.search(r"^tried 7, survived 7, lost 0, unclear 0;", shown, re.MULTILINE), shown


def test_page_of_live_sources_is_what_the_contracts_say(tmp_path: Path) -> None:
    assert write_live_sources(True) == 0
    copy = tmp_path / PAGE.name
    copy.write_text(PAGE.read_text("utf-8").replace("| daily |", "| hourly |"), encoding="utf-8")
    assert write_live_sources(True, copy) == 1
    assert write_live_sources(False, copy) == 0
    assert copy.read_text("utf-8") == PAGE.read_text("utf-8")
