"""Two runs at once, and readers that have the published file open while it is replaced."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipelines.base.errors import LockHeld
from pipelines.release.lock import hold_lock, is_held
from tests.small_project.builder import SmallProject, build_project

# answers a question from one open connection whenever it gets a line
READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    rows = connection.execute("select usd_per_hour_p50 from marts.fct_chip_price "
                              "where chip_id = 'chip-c' and quotes = 1 "
                              "and quarter_start = '2024-01-01'").fetchall()
    print(rows[0][0], flush=True)
"""


def open_reader(project: SmallProject) -> subprocess.Popen[str]:
    """Start a process that holds the published file open."""
    return subprocess.Popen(
        [sys.executable, "-c", READER, str(project.settings.current_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(reader: subprocess.Popen[str]) -> float:
    """Ask a reader for the price of chip-c in 2024 Q1."""
    reader.stdin.write("?\n")
    reader.stdin.flush()
    return float(reader.stdout.readline())


def test_reader_keeps_its_answers_and_a_new_one_sees_the_release(published: SmallProject) -> None:
    old = open_reader(published)
    try:
        assert ask(old) == 3.1
        published.change_quote("q10", usd_per_hour_p50="3.30")
        assert published.run().status == "published"
        assert ask(old) == 3.1
        new = open_reader(published)
        assert ask(new) == 3.3
        new.communicate(timeout=30)
    finally:
        old.communicate(timeout=30)


@dataclass(frozen=True)
class StoppedRun:
    """A run that stands still in the middle, its lock held, and the project it works on."""

    project: SmallProject
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoppedRun]:
    project = build_project(tmp_path_factory.mktemp("stopped") / "small")
    process = project.start("run")
    for line in process.stderr:
        if line.startswith("models ..."):
            break
    process.send_signal(signal.SIGSTOP)
    yield StoppedRun(project, process)
    process.kill()
    process.communicate(timeout=60)


def test_second_run_exits_with_75_and_says_who_holds_the_lock(stopped: StoppedRun) -> None:
    second = stopped.project.command("run")
    assert second.returncode == 75
    assert re.search(
        rf"LockHeld: .*another run holds the lock \(process {stopped.process.pid} on \S+, run \S+ "
        r"as of \d{4}-\d\d-\d\d, since .* UTC\); wait for it to end, or stop that process",
        second.stderr,
    )
    assert "Traceback" not in second.stderr


def test_status_says_that_a_run_is_under_way(stopped: StoppedRun) -> None:
    shown = stopped.project.command("status").stdout
    assert f"running   process {stopped.process.pid} on " in shown


def test_rollback_is_refused_while_a_run_is_under_way(stopped: StoppedRun) -> None:
    assert stopped.project.command("release", "rollback", "--yes").returncode == 75


def test_first_run_is_not_disturbed_by_those_that_were_refused(stopped: StoppedRun) -> None:
    assert stopped.project.command("run").returncode == 75
    stopped.process.send_signal(signal.SIGCONT)
    stopped.process.communicate(timeout=120)
    assert stopped.process.returncode == 0
    assert stopped.project.query("select count(*) from marts.fct_chip_price") == [(7,)]


def test_lock_dies_with_its_process(small_project: SmallProject) -> None:
    process = small_project.start("run")
    for line in process.stderr:
        if line.startswith("models ..."):
            break
    assert is_held(small_project.settings.lock_path)
    process.kill()
    process.communicate(timeout=60)
    assert not is_held(small_project.settings.lock_path)
    assert small_project.run().status == "published"


def test_lock_is_free_after_a_failure(small_project: SmallProject) -> None:
    path = small_project.settings.lock_path
    with pytest.raises(ZeroDivisionError), hold_lock(path, "a test"):
        assert is_held(path)
        raise ZeroDivisionError
    assert not is_held(path)


def test_lock_cannot_be_taken_twice_in_one_process(small_project: SmallProject) -> None:
    path = small_project.settings.lock_path
    with (
        hold_lock(path, "the first"),
        pytest.raises(LockHeld, match="the first, since"),
        hold_lock(path, "the second"),
    ):
        pass
