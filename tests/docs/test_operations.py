"""The runbook and the files of `deploy/`: commands exist, units are right."""

import configparser
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
SERVICE_KEYS = {"User", "WorkingDirectory", "EnvironmentFile", "ExecStart"}


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """Copy the units of systemd, with programs that are on every machine."""
    found = []
    for unit in sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]):
        text = unit.read_text(encoding="utf-8")
        text = re.sub(rf"{INSTALLED}/\.venv/bin/compute-balance", "/bin/true", text)
        found.append(tmp_path / unit.name)
        found[-1].write_text(text.replace(INSTALLED, str(PROJECT_DIR)), "utf-8")
    return found


def test_units_of_systemd_say_what_a_unit_must(units: list[Path]) -> None:
    wanted = {
        ".service": {"Unit": {"Description"}, "Install": {"WantedBy"}, "Service": SERVICE_KEYS},
        ".timer": {"Unit": {"Description"}, "Install": {"WantedBy"}, "Timer": {"OnCalendar"}},
    }
    assert len(units) == 4
    for unit in units:
        parser = configparser.RawConfigParser(strict=True)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(unit, encoding="utf-8")
        parts = wanted[unit.suffix]
        assert set(parser.sections()) == set(parts), unit.name
        missing = {name for name, keys in parts.items() if keys - set(parser[name])}
        assert missing == set(), unit.name
        assert INSTALLED not in unit.read_text(encoding="utf-8")
    # a container has no systemd, which knows more than the names of keys
    if program := shutil.which("systemd-analyze"):
        finished = subprocess.run(
            [program, "verify", *map(str, units)], capture_output=True, text=True, check=False
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
