"""The command line as processes, which can be killed, limited and starved.

A campaign imports the large packages once, so that a command costs what it does and not its
imports. Elsewhere a command is started anew: a process with threads must not fork and go on.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.base.settings import PROJECT_DIR
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
# the name of an error and what it says, as the command line prints it
_SENTENCE = re.compile(r"[A-Z]\w+: \S")
# this process, once it has imported what its forks need
_FORKS: list[int] = []


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
        lines = [line for line in self.errors.splitlines() if _SENTENCE.match(line)]
        return (lines[-1] if lines else "")[:300]


@dataclass(frozen=True)
class Started:
    """A command that goes on: its process and where its output goes."""

    pid: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        """End the process at once, with no chance to tidy up."""
        os.kill(self.pid, signal.SIGKILL)

    def is_alive(self) -> bool:
        """Tell whether the command goes on; its end can be waited for all the same."""
        if self.process:
            return self.process.poll() is None
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found is None

    def read_errors(self) -> str:
        """Return what the command has said so far."""
        return (self.folder / "errors").read_text(encoding="utf-8", errors="replace")

    def wait(self, seconds: float = WAIT_S) -> Done:
        """Wait for the end and return it; a command that outlives the wait is killed."""
        deadline = time.monotonic() + seconds
        while (code := self._poll()) is None:
            if time.monotonic() > deadline:
                self.kill()
                deadline = float("inf")
            time.sleep(0.02)
        output = (self.folder / "output").read_text(encoding="utf-8", errors="replace")
        return Done(code, output, self.read_errors())

    def _poll(self) -> int | None:
        if self.process:
            return self.process.poll()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None


def import_heavy() -> None:
    """Import what a run needs, once for all commands, which are forks from here on."""
    for name in HEAVY:
        importlib.import_module(name)
    _FORKS.append(os.getpid())


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
    if os.getpid() not in _FORKS:
        with (folder / "output").open("ab") as output, (folder / "errors").open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.cli", *arguments],
                cwd=PROJECT_DIR,
                env=project.get_environment(),
                stdout=output,
                stderr=errors,
                preexec_fn=before,
            )
        return Started(process.pid, folder, process)
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
