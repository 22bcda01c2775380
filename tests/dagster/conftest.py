"""Definitions of the repository and of the small project, loaded once per test run."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from pipelines.base.settings import Settings
from pipelines.definitions import build_definitions
from tests.small_project.builder import SmallProject, build_project


@dataclass
class DagsterProject:
    """A small project and its definitions, which tests launch without a daemon."""

    project: SmallProject
    definitions: dg.Definitions

    def launch(
        self,
        job: str = "full_pipeline",
        run_config: dict | None = None,
        assets: list[dg.AssetKey] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run a job, or some of its assets, in this process; a failed run is a result too."""
        return self.definitions.resolve_job_def(job).execute_in_process(
            run_config=run_config, asset_selection=assets, raise_on_error=False
        )


def load_project(project: SmallProject) -> DagsterProject:
    """Load the definitions of a small project as it stands."""
    return DagsterProject(project, build_definitions(project.settings))


@pytest.fixture(scope="session")
def repository_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the repository's own settings with a warehouse of their own."""
    return Settings(warehouse_dir=tmp_path_factory.mktemp("repository") / "warehouse")


@pytest.fixture(scope="session")
def repository_definitions(repository_settings: Settings) -> dg.Definitions:
    """Load the repository's definitions once."""
    return build_definitions(repository_settings)


@pytest.fixture(scope="session")
def repository_graph(repository_definitions: dg.Definitions) -> AssetGraph:
    """Give the repository's assets and how they depend on each other."""
    return repository_definitions.resolve_asset_graph()


@pytest.fixture
def dagster_project(small_project: SmallProject) -> DagsterProject:
    """Give a small project of which nothing has run yet."""
    return load_project(small_project)


@pytest.fixture(scope="session")
def launched_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[DagsterProject, dg.ExecuteInProcessResult]:
    """Run the whole pipeline of a small project once; tests read what came of it."""
    loaded = load_project(build_project(tmp_path_factory.mktemp("launched") / "small"))
    return loaded, loaded.launch()


@pytest.fixture
def launched(
    launched_once: tuple[DagsterProject, dg.ExecuteInProcessResult], tmp_path: Path
) -> DagsterProject:
    """Give a copy of the project that Dagster has published, to be changed freely."""
    return load_project(launched_once[0].project.copy_to(tmp_path / "small"))
