"""Launching runs, and telling whether the process of a run still lives.

Dagster's own launcher starts a process for each run and forgets it when the service ends. A run
whose process died with the service would then stand "in progress" for ever, and the queue lets no
other run pass. This one can be asked for the health of a run, so that the monitor of the daemon
ends such a run at its next look. `pipelines/dagster.yaml` names the class.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.events import EngineEventData  # has no public name
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.dagster_run import DagsterRun

PROCESSES = Path("/proc")
# how much later than its first event a process may seem to have begun, in seconds
CLOCK_TOLERANCE_S = 5.0


@dataclass(frozen=True)
class Worker:
    """The process of a run, as the run's own events tell: `seen_at` is a time of the epoch."""

    pid: int
    seen_at: float


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's launcher for one machine, with a look at the process of each run."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Say that runs can be asked after."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Tell whether the process that a run named last is there and is still the same one.

        A run that has named none yet counts as running; how long it may take to start is a bound
        of the monitor.
        """
        worker = find_worker(self._instance, run.run_id)
        if worker is None or is_alive(worker):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(
            WorkerStatus.FAILED, f"process {worker.pid} of the run has ended without a word"
        )

    def get_run_worker_debug_info(
        self, run: DagsterRun, include_container_logs: bool | None = True
    ) -> str | None:
        """Return what became of the process, for the message of the failed run."""
        worker = find_worker(self._instance, run.run_id)
        if worker is None:
            return "No process has named itself for this run."
        state = "is still there" if is_alive(worker) else "has ended without a word"
        return f"Process {worker.pid} of the run {state}. Nothing was published by it."


def find_worker(instance: dg.DagsterInstance, run_id: str) -> Worker | None:
    """Return the process that a run named last in its events; None if it has named none."""
    events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    for event in reversed(events):
        data = event.get_dagster_event().event_specific_data
        pid = data.metadata.get("pid") if isinstance(data, EngineEventData) else None
        if pid is not None and str(pid.value).isdigit():
            return Worker(int(str(pid.value)), event.timestamp)
    return None


def is_alive(worker: Worker) -> bool:
    """Tell whether a process is there, is no remnant, and had begun when it was seen.

    A number is given out again after a restart of the machine; a process that began later than
    the event is another one. Where the system does not tell when a process began, its number
    decides.
    """
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        fields = (
            (PROCESSES / str(worker.pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
        )
        boot = next(
            float(line.split()[1])
            for line in (PROCESSES / "stat").read_text("utf-8").splitlines()
            if line.startswith("btime ")
        )
    except (OSError, StopIteration):
        return True
    # of /proc/PID/stat after the name: the state is first, ticks since the start are twentieth
    began_at = boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return fields[0] != "Z" and began_at <= worker.seen_at + CLOCK_TOLERANCE_S
