"""The runbook and the files of `deploy/`: commands exist, units are right."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR
from pipelines.definitions import defs

RUNBOOK = (PROJECT_DIR / "docs" / "unattended.md").read_text(encoding="utf-8")
DEPLOY = PROJECT_DIR / "deploy"
INSTALLED = "/opt/compute-balance"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_units_of_systemd_are_right(tmp_path: Path) -> None:
    units = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
    assert len(units) == 4
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        assert INSTALLED in text or unit.suffix == ".timer"
        # the program is looked for where it would be installed
        text = re.sub(rf"{INSTALLED}/\.venv/bin/compute-balance", "/bin/true", text)
        (tmp_path / unit.name).write_text(text.replace(INSTALLED, str(PROJECT_DIR)), "utf-8")
    finished = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in finished.stderr.splitlines() if "compute-balance" in line]
    assert (finished.returncode, told) == (0, [])


def list_told_commands() -> list[str]:
    """Return the command lines of compute-balance in the files of `deploy/`, as words."""
    found = []
    for path in sorted(DEPLOY.iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                found += re.findall(r"\.venv/bin/compute-balance ([a-z][^>\"]*)", line)
    return found


def test_services_call_commands_that_exist() -> None:
    from tests.lint.test_tree import find_problem

    commands = list_told_commands()
    assert len(commands) == 6
    assert [found for c in commands if (found := find_problem(f"compute-balance {c}"))] == []


def test_schedules_and_sensors_that_are_named_exist_and_all_are_named() -> None:
    repository = defs.get_repository_def()
    schedules = {item.name for item in repository.schedule_defs}
    sensors = {item.name for item in repository.sensor_defs}
    told = re.findall(r"dagster (schedule|sensor) start ([a-z_]+)", RUNBOOK)
    assert {name for kind, name in told if kind == "schedule"} == schedules
    assert {name for kind, name in told if kind == "sensor"} == sensors - {"tell_failure"}


def test_container_file_copies_what_is_there() -> None:
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[2:-1]]
    assert copied
    assert [name for name in copied if not (PROJECT_DIR / name).exists()] == []
    targets = re.findall(r"make (\S+)", "\n".join(line for line in lines if line[:3] == "RUN"))
    assert set(targets) == {".venv/.installed", ".venv/.installed-package", "\\"} - {"\\"}
