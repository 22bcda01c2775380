"""A warehouse with one of every kind of file, made once, to be damaged in copies."""

from pathlib import Path

import pytest

from scripts.campaign.world import World, copy_world, make_world, serve_quotes
from tests.small_project.builder import build_project


@pytest.fixture(scope="session")
def world_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Make the world of the campaigns once."""
    folder = tmp_path_factory.mktemp("world")
    rows = build_project(folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        return make_world(folder / "small", folder / "logs", url)


@pytest.fixture
def world(world_once: World, tmp_path: Path) -> World:
    """Give a copy of the world, to be damaged freely."""
    return copy_world(world_once, tmp_path / "small")
