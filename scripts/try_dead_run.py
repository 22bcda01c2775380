"""Whether a run that died with the service frees the queue: tried with a real daemon and kill -9.

    python scripts/try_dead_run.py --folder FOLDER

On a small project in an empty folder: the daemon starts and launches a run, which waits for the
warehouse's lock. Daemon, code server and the run's process are killed together, as a power cut
would. The daemon starts again: it should end the dead run, and launch it once more. Printed is how
many seconds after the second start the dead run was ended, and the next one began and ended well.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import dagster as dg

from pipelines.assets.home import prepare_home
from pipelines.assets.launcher import find_worker
from pipelines.base.settings import PROJECT_DIR
from pipelines.release.lock import hold_lock
from tests.small_project.builder import SmallProject, build_project

COMMAND = Path(sys.executable).with_name("compute-balance")
PATIENCE_S = 600.0


def start_daemon(project: SmallProject) -> subprocess.Popen[bytes]:
    """Start the daemon in a group of processes, so that all of it can be killed at once."""
    log = (project.root / "daemon.log").open("ab")
    return subprocess.Popen(
        [str(COMMAND), "dagster", "daemon"],
        cwd=PROJECT_DIR,
        env=project.get_environment(),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def launch(project: SmallProject, wait_s: int) -> None:
    """Ask for a whole run, as a person does on the command line."""
    config = f'{{"resources": {{"warehouse_run": {{"config": {{"wait_s": {wait_s}}}}}}}}}'
    words = ["dagster", "job", "launch", "-j", "full_pipeline", "--config-json", config]
    subprocess.run(
        [str(COMMAND), *words],
        cwd=PROJECT_DIR,
        env=project.get_environment(),
        check=True,
        capture_output=True,
    )


def wait_for(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, number: int
) -> dg.DagsterRun:
    """Return a run, counted from the oldest, once it has a status.

    Raises:
        TimeoutError: it has another one for too long.
    """
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        runs = list(reversed(instance.get_runs()))
        if len(runs) > number and runs[number].status == status:
            return runs[number]
        time.sleep(0.5)
    raise TimeoutError(f"run {number} is not {status.value} after {PATIENCE_S:.0f} s")


def kill_all(daemon: subprocess.Popen[bytes], pid: int) -> None:
    """Kill the daemon, its code server and the process of a run, all with SIGKILL."""
    os.killpg(daemon.pid, signal.SIGKILL)
    daemon.wait()
    # the code server may have put it into a group by itself
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Try it and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    project = build_project(parser.parse_args().folder / "small")
    os.environ.update(project.get_environment())
    os.environ["DAGSTER_HOME"] = str(prepare_home(project.settings, {}))
    with dg.DagsterInstance.get() as instance:
        daemon = start_daemon(project)
        with hold_lock(project.settings.lock_path, "a trial"):
            launch(project, wait_s=900)
            dead = wait_for(instance, dg.DagsterRunStatus.STARTED, 0)
            worker = find_worker(instance, dead.run_id)
            while worker is None:
                time.sleep(0.5)
                worker = find_worker(instance, dead.run_id)
            kill_all(daemon, worker.pid)
        print(f"killed the daemon and process {worker.pid} of run {dead.run_id}")
        began = time.monotonic()
        daemon = start_daemon(project)
        try:
            wait_for(instance, dg.DagsterRunStatus.FAILURE, 0)
            print(f"the dead run ended {time.monotonic() - began:.0f} s after the second start")
            wait_for(instance, dg.DagsterRunStatus.STARTED, 1)
            print(f"the next run began {time.monotonic() - began:.0f} s after the second start")
            wait_for(instance, dg.DagsterRunStatus.SUCCESS, 1)
            print(f"the next run ended well after {time.monotonic() - began:.0f} s")
        finally:
            daemon.terminate()
            daemon.wait(60)


if __name__ == "__main__":
    main()
