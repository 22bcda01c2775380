"""Records of publishers, read by contract or parser, say what the project's own tables say."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract, load_contracts
from pipelines.ingest.ingest import SourceLoads
from pipelines.ingest.trial import list_problems, try_source

SOURCES = Settings().sources_dir


def load(source: str, folder: Path, file: Path | None = None) -> tuple[SourceLoads, str]:
    """Load a source, or one file of it, in a folder; returns its loads and its one raw file."""
    settings = Settings(warehouse_dir=folder)
    contract = load_contract(SOURCES / source / "contract.yml")
    loads = try_source(load_contracts(SOURCES), contract, settings, file)
    assert loads.refused == []
    ((_, name),) = loads.list_files(contract.tables[0].table)
    return loads, str(folder / name)


def test_shares_of_traces_are_those_of_the_observations(tmp_path: Path) -> None:
    loads, file = load("acme_trace", tmp_path)
    assert list_problems(loads, tmp_path) == []
    shares = dict(
        duckdb.execute(
            "select lower(trace), fail_gpu_time_share from read_parquet(?)", [file]
        ).fetchall()
    )
    path = SOURCES / "efficiency_observations" / "data" / "efficiency_observations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        stated = {
            row["observation_id"].removeprefix("jobstate-"): float(row["failed_job_time_pct"])
            for row in csv.DictReader(lines)
            if row["observation_id"].startswith("jobstate-")
        }
    assert stated.keys() == {"seren", "kalos", "philly", "helios"}
    assert stated == {name: pytest.approx(100 * shares[name]) for name in stated}
    # the trace of PAI does not say how jobs ended
    assert shares["pai"] is None


def test_runs_of_a_round_are_read_from_their_logs(tmp_path: Path) -> None:
    file = tmp_path / "v5.1.zip"
    shutil.copyfile(SOURCES / "mlperf_training_logs" / "samples" / "v5.1.zip", file)
    loads, raw = load("mlperf_training_logs", tmp_path / "warehouse", file)
    assert duckdb.execute(
        "select submitter_folder, system_folder, submission_benchmark, run_number, status, "
        "(run_stop_ms - run_start_ms) / 60000.0, global_batch_size from read_parquet(?) "
        "order by document_row",
        [raw],
    ).fetchall() == [
        ("Someone", "big_n64", "gpt3", 0, "success", 60.0, 2048),
        ("Someone", "big_n64", "gpt3", 1, "aborted", 10.0, 2048),
        ("Other", "small", "bert", 0, "success", pytest.approx(1.025), 48),
    ]
    # a log without an end is a bad row with its place
    problems = list_problems(loads, tmp_path / "warehouse")
    assert {(p.field, p.first_row) for p in problems} == {("status", 4), ("run_stop_ms", 4)}
