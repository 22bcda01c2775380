"""The facts of the repository as rule tables, read once per test run."""

from pathlib import Path

import pytest

from .rows import TABLE_NAMES, RuleTables, load_tables

SOURCES = Path(__file__).resolve().parents[2] / "pipelines" / "sources"
OTHER_SOURCES = {"chip_specs": "chip_specs", "scenarios": "scenarios"}


@pytest.fixture(scope="session")
def facts_paths() -> dict[str, Path]:
    """Name the file of each table in the embedded registries."""
    return {
        name: SOURCES / OTHER_SOURCES.get(name, "export_controls") / "data" / f"{name}.csv"
        for name in TABLE_NAMES
    }


@pytest.fixture(scope="session")
def rule_tables(facts_paths: dict[str, Path]) -> RuleTables:
    """Read the embedded registries of export controls, chips and scenarios."""
    return load_tables(
        facts_paths["policy_events"].parent,
        chip_specs=facts_paths["chip_specs"],
        scenarios=facts_paths["scenarios"],
    )
