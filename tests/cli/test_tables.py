"""What is printed: plain and whole where it is piped, fitted and bold on a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from pipelines.cli.tables import print_table, show_progress
from pipelines.run.progress import Counter

LONG = "word " * 60


def test_piped_tables_are_plain_and_lose_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "count"], [("[red]a", 1200), (LONG.strip(), None)])
    first, rule, row, long = capsys.readouterr().out.splitlines()
    assert first.split() == ["name", "count"]
    assert set(rule) == {"-", " "}
    # square brackets are text, and numbers stand to the right under their heading
    assert row.startswith("[red]a ") and row.endswith("1,200")
    assert len(row) == len(first)
    assert long.startswith(LONG.strip())


def test_a_table_without_rows_has_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "count"], [])
    assert capsys.readouterr().out.splitlines()[0] == "name  count"


def run_on_terminal(work: Callable[[], None], width: int) -> str:
    """Return what a piece of work writes to a terminal, in a process of its own."""
    process, descriptor = pty.fork()
    if process == 0:
        os.environ.update({"COLUMNS": str(width), "TERM": "xterm"})
        try:
            work()
            sys.stdout.flush()
        finally:
            os._exit(0)
    written = b""
    try:
        while part := os.read(descriptor, 4096):
            written += part
    except OSError:  # the terminal is gone with its process
        pass
    os.close(descriptor)
    os.waitpid(process, 0)
    return written.decode()


def use_the_terminal() -> None:
    """Write to the terminal again, where the test runner had taken its place."""
    sys.stdout, sys.stderr = (
        open(number, "w", closefd=False)  # noqa: SIM115
        for number in (1, 2)
    )


def test_tables_fit_a_terminal_and_have_bold_headings() -> None:
    def work() -> None:
        use_the_terminal()
        print_table(["name", "remark"], [("a", LONG)])

    text = run_on_terminal(work, 60)
    assert "\x1b[1m" in text
    lines = text.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert max(map(len, lines)) <= 60
    assert text.count("word") == 60


def test_a_terminal_shows_the_stage_that_goes_on() -> None:
    def work() -> None:
        use_the_terminal()
        with show_progress(is_quiet=False) as tell:
            tell("models ...")
            tell("  [50] models done")

    text = run_on_terminal(work, 60)
    assert "[50] models done" in text
    assert "models ..." not in text


def test_a_terminal_shows_a_bar_with_rows_and_rates() -> None:
    def work() -> None:
        use_the_terminal()
        with show_progress(is_quiet=False) as tell:
            tell("ingest ...")
            counter = Counter(tell, "ingest", "sources", 4, milestone=1000)
            counter.add(rows=1200)
            counter.add(rows=300)

    text = run_on_terminal(work, 100)
    assert "1,500 rows, " in text
    assert "rows/s" in text
    assert "━" in text


def test_piped_counts_are_told_at_milestones(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(is_quiet=False) as tell:
        counter = Counter(tell, "models", "models and tests done", 3, milestone=2)
        for _ in range(3):
            counter.add()
    assert capsys.readouterr().err == "  2 of 3 models and tests done\n"


def test_piped_progress_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(is_quiet=False) as tell:
        tell("models ...")
    assert capsys.readouterr().err == "models ...\n"
    with show_progress(is_quiet=True) as tell:
        tell("models ...")
    assert capsys.readouterr().err == ""


def test_starting_the_command_line_does_not_load_what_draws_tables() -> None:
    loaded = "import sys, pipelines.cli; print('rich' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert shown.stdout == "False\n", shown.stdout + shown.stderr
