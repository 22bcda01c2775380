"""A warehouse with one of every kind of file, made once, to be damaged in copies."""

from pathlib import Path

import pytest

from pipelines.base.settings import now_utc
from pipelines.release.manifest import list_releases
from pipelines.release.open_release import write_open_edition
from pipelines.release.publish import keep_release
from scripts.campaign.world import (
    EARLIER_DAY,
    World,
    add_small_files,
    change_project,
    copy_world,
    describe_world,
    serve_quotes,
)
from tests.small_project.builder import SmallProject


@pytest.fixture(scope="session")
def world_once(published_once: SmallProject, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Make the world of the campaigns once, on what is published already."""
    project = published_once.copy_to(tmp_path_factory.mktemp("world") / "small")
    settings = project.settings
    with serve_quotes(project.read_quotes()) as url:
        change_project(project, url)
        manifest = project.run(live=True).manifest
    project.run(as_of=EARLIER_DAY)
    folder = settings.releases_dir / manifest.release_id
    write_open_edition(folder, folder / "compute_balance.duckdb")
    keep_release(settings, list_releases(settings.releases_dir)[-1].release_id, now_utc())
    add_small_files(project)
    return describe_world(project)


@pytest.fixture
def world(world_once: World, tmp_path: Path) -> World:
    """Give a copy of the world, to be damaged freely."""
    return copy_world(world_once, tmp_path / "small")
