"""Habits that tools hold: hooks run what lint runs, and lock files hold hashes and no addresses."""

import ast
import csv
import re
import subprocess
import sys

import pytest
import yaml

from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.load import load_contracts

LINTERS = ("ruff", "mypy", "sqlfluff")


def list_lint_commands() -> list[str]:
    """Return the commands of `make lint` as make would run them."""
    shown = subprocess.run(
        ["make", "--dry-run", "lint"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    commands = [line.strip() for line in shown.stdout.splitlines()]
    return [c for c in commands if c.startswith(tuple(f".venv/bin/{name}" for name in LINTERS))]


def list_hooks() -> list[dict]:
    """Return the hooks that run before a commit."""
    text = (PROJECT_DIR / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    return [hook for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]]


def test_hooks_run_the_commands_of_lint() -> None:
    entries = [hook["entry"] for hook in list_hooks()]
    commands = list_lint_commands()
    assert len(commands) == len(entries) == 4
    for entry, command in zip(entries, commands, strict=True):
        # a hook names the files of the commit where lint names folders
        assert command.removeprefix(entry).strip() in (
            "",
            ".",
            "dbt/models/intermediate dbt/models/marts dbt/models/bridges dbt/models/bi dbt/tests",
        )


def test_hooks_need_nothing_from_elsewhere() -> None:
    text = (PROJECT_DIR / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert [repo["repo"] for repo in yaml.safe_load(text)["repos"]] == ["local"]
    assert {hook["language"] for hook in list_hooks()} == {"system"}


def read_lock(name: str) -> dict[str, str]:
    """Return the pinned version of every package of a lock file."""
    text = (PROJECT_DIR / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", text, re.MULTILINE))


LOCKS = tuple(
    f"requirements{name}.lock" for name in ("", "-dev", "-browser", "-postgres", "-spark")
)


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_hold_a_hash_for_each_package_and_no_address(name: str) -> None:
    text = (PROJECT_DIR / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"^(?=[\w.-]+(?:\[[\w,-]+\])?==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(read_lock(name)) >= 2
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_both_sets_agree_on_what_they_share() -> None:
    run_time, tools = read_lock("requirements.lock"), read_lock("requirements-dev.lock")
    assert {n: v for n, v in tools.items() if run_time.get(n, v) != v} == {}
    # what only tests and lint need stays out of the run-time set
    assert not {"pytest", "mypy", "ruff", "sqlfluff", "hypothesis"} & set(run_time)


# required though no module imports it, and why
NOT_IMPORTED = {
    "dagster-webserver": "the interface that `make ui` opens",
    "dagster-graphql": "what that interface asks; it moves with dagster",
    "dbt-duckdb": "dbt's way to the engine; it lies in dbt's own namespace",
    "sqlalchemy": "a bound for users, see requirements.in",
    "setuptools": "builds the editable install",
}
# import name -> requirement that brings it, where the two differ
DISTRIBUTIONS = {
    "yaml": "pyyaml",
    "dbt": "dbt-core",
    "dbt-common": "dbt-core",
    "markdown-it": "markdown-it-py",
    "markupsafe": "jinja2",
    "vl-convert": "vl-convert-python",
}


def read_requirements(name: str) -> set[str]:
    """Return the packages that a file of requirements names."""
    lines = (PROJECT_DIR / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=<>~]", x)[0].lower() for x in lines if x and not x.startswith("#")}


def list_imports(*folders: str) -> set[str]:
    """Return the requirements that the modules below some folders import."""
    found: set[str] = set()
    for folder in folders:
        for path in (PROJECT_DIR / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.split(".")[0])
    own = {"pipelines", "scripts", "tests"}
    names = {name.replace("_", "-") for name in found - own - sys.stdlib_module_names}
    return {DISTRIBUTIONS.get(name, name) for name in names}


def test_what_runs_is_required_and_what_is_required_is_used() -> None:
    required = read_requirements("requirements.in")
    imported = list_imports("pipelines", "expectations")
    # what the script for the environment of Spark imports stands there, and nowhere else
    assert imported - required == read_requirements("requirements-spark.in")
    assert required - imported == set(NOT_IMPORTED)


def test_what_tests_and_scripts_import_is_required() -> None:
    files = ("requirements.in", "requirements-dev.in", "requirements-browser.in")
    required = set.union(*(read_requirements(name) for name in files))
    assert list_imports("tests", "scripts") - required == set()


def test_no_table_must_hold_the_rows_of_today() -> None:
    """A least number of rows catches a cut file; it is no count, so that a row may leave."""
    wrong = []
    for contract in load_contracts(PROJECT_DIR / "pipelines" / "sources"):
        for table in contract.tables:
            path = contract.folder / "data" / table.file_name
            if path.suffix != ".csv" or not path.exists():
                continue
            with path.open(encoding="utf-8", newline="") as file:
                rows = sum(1 for _ in csv.reader(file)) - 1
            if rows > 10 and table.min_rows > 0.9 * rows:
                wrong.append(f"{contract.source_id}.{table.table}: {table.min_rows} of {rows}")
    assert not wrong, "\n".join(wrong)


def test_changelog_of_data_is_one_table_without_repeats() -> None:
    text = (PROJECT_DIR / "docs" / "data-changelog.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == "| table | what moved | size | why |"
    assert all(line.count(" | ") == 3 for line in rows[2:])
    assert sorted(set(rows)) == sorted(rows)
