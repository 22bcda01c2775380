"""A finished build of the repository's facts, and everything that was broken in it on purpose."""

from pathlib import Path

import pytest

from pipelines.run.state import Run
from tests.quality.breaks import Finding
from tests.quality.page import find_all, make_build


@pytest.fixture(scope="session")
def finished_build(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Build the tables of the repository's facts once."""
    return make_build(tmp_path_factory.mktemp("quality") / "warehouse")


@pytest.fixture(scope="session")
def findings(finished_build: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """Do every break once; by its title."""
    folder: Path = tmp_path_factory.mktemp("breaks")
    return {finding.item.title: finding for finding in find_all(finished_build, folder)}
