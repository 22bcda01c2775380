"""Running commands in this process, and a release for those about rules, made once."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR
from pipelines.cli import main
from tests.policy.small_release import write_release
from tests.small_project.builder import SmallProject


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str


Command = Callable[..., Ended]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run a command on a project in this process, through the door that the script uses."""

    def run_command(project: SmallProject, *arguments: str) -> Ended:
        for name, value in project.get_environment().items():
            if name.startswith("COMPUTE_BALANCE_"):
                monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["compute-balance", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capfd.readouterr()
        code = ended.value.code
        return Ended(0 if code is None else int(code), output, errors)

    return run_command


@dataclass(frozen=True)
class PolicyDesk:
    """A warehouse with the small release and a copy of the registry of reviews."""

    release_path: Path
    reviews_path: Path
    run: Callable[..., Ended]


@pytest.fixture(scope="session")
def policy_release(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Write the small release once; dbt's files are shared with the tests of the rules."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    path = tmp_path_factory.mktemp("policy") / "compute_balance.duckdb"
    write_release(path, pytestconfig.cache.mkdir(f"policy_sql_{worker}"))
    return path


@pytest.fixture
def desk(
    policy_release: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> PolicyDesk:
    """Give a warehouse of its own to a test, and a way to run commands on it."""
    warehouse, sources = tmp_path / "warehouse", tmp_path / "sources"
    warehouse.mkdir()
    shutil.copyfile(policy_release, warehouse / policy_release.name)
    shutil.copytree(
        PROJECT_DIR / "pipelines" / "sources" / "policy_watch", sources / "policy_watch"
    )
    monkeypatch.setenv("COMPUTE_BALANCE_WAREHOUSE_DIR", str(warehouse))
    monkeypatch.setenv("COMPUTE_BALANCE_SOURCES_DIR", str(sources))

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["compute-balance", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capfd.readouterr()
        return Ended(int(ended.value.code or 0), output, errors)

    reviews = sources / "policy_watch" / "data" / "policy_reviews.csv"
    return PolicyDesk(warehouse / policy_release.name, reviews, run)
