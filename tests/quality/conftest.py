"""Everything that was broken on purpose in a finished build of the repository's facts."""

from pathlib import Path

import pytest

from pipelines.run.state import Run
from tests.quality.breaks import Finding
from tests.quality.page import find_all


@pytest.fixture(scope="session")
def findings(second_build: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """Do every break once; by its title."""
    folder: Path = tmp_path_factory.mktemp("breaks")
    return {finding.item.title: finding for finding in find_all(second_build, folder)}
