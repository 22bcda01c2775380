"""The command line as processes: each command is a process of its own, started by a fork.

The large packages are imported once, so that a command costs what it does and not its imports. A
forked process can be killed, limited and starved like any other.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.small_project.builder import SmallProject

# what a run imports late; none of them starts a thread by being imported
HEAVY = (
    "pipelines.cli",
    "pipelines.run.pipeline",
    "pipelines.quality.audit",
    "pipelines.release.write_meta",
    "dbt.cli.main",
    "dbt.adapters.duckdb.connections",
    "great_expectations",
)
WAIT_S = 300.0


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code (negative for a signal) and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def has_traceback(self) -> bool:
        """Whether a person would have seen a traceback."""
        return "Traceback (most recent call last)" in self.output + self.errors

    @property
    def sentence(self) -> str:
        """The last line of what it said went wrong, cut to what a tally can hold."""
        lines = [line for line in self.errors.splitlines() if ": " in line]
        return (lines[-1] if lines else "")[:300]


@dataclass(frozen=True)
class Started:
    """A command that goes on: its process and where its output goes."""

    pid: int
    folder: Path

    def kill(self) -> None:
        """End the process at once, with no chance to tidy up."""
        os.kill(self.pid, signal.SIGKILL)

    def read_errors(self) -> str:
        """Return what the command has said so far."""
        return (self.folder / "errors").read_text(encoding="utf-8", errors="replace")

    def wait(self, seconds: float = WAIT_S) -> Done:
        """Wait for the end and return it; a command that outlives the wait is killed."""
        deadline = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                self.kill()
                deadline = float("inf")
            time.sleep(0.02)
        output = (self.folder / "output").read_text(encoding="utf-8", errors="replace")
        return Done(os.waitstatus_to_exitcode(status), output, self.read_errors())


def import_heavy() -> None:
    """Import what a run needs, once for all commands."""
    for name in HEAVY:
        importlib.import_module(name)


def start(
    project: SmallProject,
    folder: Path,
    *arguments: str,
    before: Callable[[], None] | None = None,
) -> Started:
    """Start a command of `compute-balance` on a project.

    Args:
        project: the project; the command sees its folders by the environment.
        folder: where output and errors are written.
        arguments: the command with its options.
        before: called in the new process before the command, to limit or change it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("output", "errors"):
        (folder / name).write_bytes(b"")
    pid = os.fork()
    if pid == 0:
        _become(project, folder, arguments, before)
    return Started(pid, folder)


def _become(
    project: SmallProject,
    folder: Path,
    arguments: tuple[str, ...],
    before: Callable[[], None] | None,
) -> None:
    """Run the command in this forked process and end it; never returns."""
    code = 1
    try:
        for number, name in ((1, "output"), (2, "errors")):
            handle = os.open(folder / name, os.O_WRONLY | os.O_APPEND)
            os.dup2(handle, number)
        sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        os.environ.clear()
        os.environ.update(project.get_environment())
        sys.argv = ["compute-balance", *arguments]
        if before:
            before()
        from pipelines.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def call(
    project: SmallProject,
    folder: Path,
    *arguments: str,
    before: Callable[[], None] | None = None,
) -> Done:
    """Run a command of `compute-balance` on a project to its end."""
    return start(project, folder, *arguments, before=before).wait()
