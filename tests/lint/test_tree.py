"""The tree itself: no foreign hosts or paths, small files, and documents whose commands exist."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from pipelines.base.settings import PROJECT_DIR
from pipelines.cli import cli

# folders that hold what is installed, built or cached
SKIPPED = {".git", ".venv", "__pycache__", "node_modules", ".pytest_cache", ".ruff_cache"}
SKIPPED |= {".hypothesis", ".mypy_cache", "compute_balance.egg-info", "logs", "target", ".github"}
# what a run writes below `warehouse/`; the rest of that folder belongs to the repository
RUN_FOLDERS = {"as_of", "build", "data", "releases", "latest", "dagster", "docs", "hand", "status"}
RUN_FOLDERS |= {"damaged"}
TEXT_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".txt", ".in", ".lock", ".json"}
MAX_LINES = 400
# files that may be longer, as patterns, with the reason
LONG_FILES = {
    "requirements*.lock": "written by the resolver: every package with its hashes",
    "dbt/models/staging/*/_*__sources.yml": "generated from the contracts",
    "dbt/models/staging/*/_*__staging.yml": "generated from the contracts",
    "dbt/published_contract.yml": "data: every published table with its columns",
    "pipelines/sources/*/corrections.yml": "data: one entry per upstream error",
    "pipelines/sources/*/data/*": "data",
    "tests/snapshots/*": "generated list of assets, checks and schedules",
    "tests/policy/known_outcomes.csv": "data: outcomes worked out by hand",
}
MAX_MODEL_LINES = 200
# models that still hold more than one idea; none may join them
LONG_MODELS = {
    "int_balance__counterfactual_flows",
    "int_balance__flow_effects",
    "int_balance__needs",
    "int_balance__policy_impacts",
    "int_balance__sensitivity",
    "int_balance__walk",
    "int_policy__item_outcomes",
    "int_policy__rule_book",
    "int_shipments__shipment_draws",
}
# written in parts, so that this file does not hold them itself
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry.np" + "mjs", "index" + "-url")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|root|home|Users)/\w")


@cache
def list_files() -> tuple[Path, ...]:
    """Return every file of the repository that people or commands keep in it."""
    found = []
    for path in PROJECT_DIR.rglob("*"):
        parts = path.relative_to(PROJECT_DIR).parts
        if SKIPPED & set(parts) or (parts[0] == "warehouse" and RUN_FOLDERS & set(parts[1:2])):
            continue
        if path.is_file() and path.suffix not in (".duckdb", ".wal", ".pyc", ".zip", ".lock-shm"):
            found.append(path)
    return tuple(sorted(found))


def name(path: Path) -> str:
    """Return a path inside the repository as text."""
    return path.relative_to(PROJECT_DIR).as_posix()


@cache
def read(path: Path) -> str:
    """Return a file's text; bytes that are no UTF-8 are replaced."""
    return path.read_text(encoding="utf-8", errors="replace")


def is_long_by_permission(path: Path) -> bool:
    """Tell whether a file may be longer than others."""
    return any(path.relative_to(PROJECT_DIR).match(pattern) for pattern in LONG_FILES)


def test_no_package_registry_host_in_the_tree() -> None:
    wrong = [
        f"{name(path)}: {host}"
        for path in list_files()
        for host in REGISTRY_HOSTS
        if host in read(path)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_path_of_one_machine_in_the_tree() -> None:
    wrong = [
        f"{name(path)}: {found.group()}"
        for path in list_files()
        if path.name != Path(__file__).name and (found := MACHINE_PATH.search(read(path)))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_path_outside_the_repository_in_the_tree() -> None:
    outside = "../" + "shared"
    assert [name(path) for path in list_files() if outside in read(path)] == []


def test_files_stay_small() -> None:
    wrong = [
        f"{name(path)}: {lines} lines"
        for path in list_files()
        if (path.suffix in TEXT_SUFFIXES or path.name == "Makefile")
        and not is_long_by_permission(path)
        and (lines := len(read(path).splitlines())) > MAX_LINES
    ]
    assert not wrong, "\n".join(wrong)


def test_models_stay_small() -> None:
    long = {
        path.stem: lines
        for path in list_files()
        if path.is_relative_to(PROJECT_DIR / "dbt" / "models")
        and path.suffix == ".sql"
        and (lines := len(read(path).splitlines())) > MAX_MODEL_LINES
    }
    wrong = [f"{model}: {lines} lines" for model, lines in long.items() if model not in LONG_MODELS]
    assert not wrong, "\n".join(wrong)


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [name(path) for path in list_files() if path.name in drawers] == []


def test_no_print_outside_the_command_line() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    finished = subprocess.run(
        [str(ruff), "check", "--select", "T20", "--no-cache", "pipelines"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout


def list_documents() -> list[Path]:
    """Return the documents of the repository: those on top, and all of `docs/`."""
    return [*sorted(PROJECT_DIR.glob("*.md")), *sorted((PROJECT_DIR / "docs").rglob("*.md"))]


def list_commands() -> list[tuple[str, str]]:
    """Return the command lines in code blocks of README and docs, each with its file."""
    found = []
    for path in list_documents():
        for block in re.findall(r"^ *```\w*\n(.*?)^ *```", read(path), re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                command = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
                command = command.replace("python -m pipelines.cli", "compute-balance")
                if re.match(r"(?:make|compute-balance)(?: |$)", command):
                    found.append((name(path), command.split("#")[0].split("|")[0].strip()))
    return found


def find_problem(command: str) -> str | None:
    """Return what is wrong with a command line of a document; None if it can be run."""
    if command.startswith(("compute-balance dbt", "compute-balance dagster")):
        return None  # what follows is dbt's, or Dagster's
    program, *words = re.findall(r"\"[^\"]*\"|'[^']*'|\S+", command)
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", read(PROJECT_DIR / "Makefile"), re.MULTILINE)
        marks = re.findall(r":= \$\(VENV\)(/\S+)", read(PROJECT_DIR / "Makefile"))
        targets += [f".venv{mark}" for mark in marks]
        unknown = [w for w in words if "=" not in w and not w.startswith("-") and w not in targets]
        return f"no target {unknown}" if unknown else None
    at: click.Command = cli
    while isinstance(at, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in at.commands:
            return f"no command {words[0]}"
        at = at.commands[words.pop(0)]
    options = {o for p in at.params for o in p.opts} | {"--help", "-h", "--version"}
    unknown = [w.split("=")[0] for w in words if w.startswith("-")]
    unknown = [w for w in unknown if w not in options]
    return f"no option {unknown}" if unknown else None


@pytest.mark.parametrize(("document", "command"), list_commands())
def test_commands_in_documents_exist(document: str, command: str) -> None:
    assert find_problem(command) is None, f"{document}: {command}"


def test_links_between_documents_lead_somewhere() -> None:
    wrong = [
        f"{name(path)}: {target}"
        for path in list_documents()
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", read(path))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not wrong, "\n".join(wrong)


def test_files_that_documents_name_exist() -> None:
    """A path in code style with a folder known here is a file or a folder, or a pattern of some."""
    folders = "dbt|docs|expectations|pipelines|scripts|tests"
    pages = [PROJECT_DIR / "CONTRIBUTING.md", *(PROJECT_DIR / "docs" / "how-to").glob("*.md")]
    wrong = []
    for path in pages:
        for target in re.findall(rf"`((?:{folders})/[^` ]*)`", read(path)):
            pattern = re.sub(r"\b(?:AREA|ID|MART|SOURCE)\b", "*", target).replace("...", "*")
            if not any(PROJECT_DIR.glob(pattern.rstrip("/"))):
                wrong.append(f"{name(path)}: {target}")
    assert not wrong, "\n".join(wrong)


def test_readme_names_the_two_commands() -> None:
    commands = [command for document, command in list_commands() if document == "README.md"]
    assert {"make warehouse", "make test"} <= set(commands)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("make lunch", "no target ['lunch']"),
        ("compute-balance walk", "no command walk"),
        ("compute-balance run --quickly", "no option ['--quickly']"),
        ("compute-balance release diff 2023-12-19 current --table dim_chip", None),
    ],
)
def test_wrong_commands_would_be_noticed(command: str, problem: str | None) -> None:
    assert find_problem(command) == problem
