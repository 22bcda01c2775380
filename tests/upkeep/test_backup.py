"""A backup brings a destroyed warehouse back whole, and nothing that is not right."""

import shutil
from pathlib import Path

import pytest

from pipelines.base.errors import BackupError
from pipelines.upkeep.backup import back_up, get_object_path, list_files, restore
from pipelines.upkeep.repair import find_damage
from scripts.campaign.door import call
from scripts.campaign.world import World, read_published
from scripts.campaign_damage import flip


def test_destroyed_warehouse_comes_back_with_the_same_content(world: World, tmp_path: Path) -> None:
    settings, target = world.project.settings, tmp_path / "backup"
    made = back_up(settings, target)
    before = {path: path.read_bytes() for path in list_files(settings) if path.is_file()}
    assert made.files == len([path for path in before if not path.is_symlink()])
    shutil.rmtree(settings.warehouse_dir)
    assert call(world.project, tmp_path / "logs", "restore", str(target)).code == 0
    assert {path: path.read_bytes() for path in list_files(settings) if path.is_file()} == before
    assert read_published(world.project)[1] == world.content_hash
    assert call(world.project, tmp_path / "logs", "status").code == 0
    assert find_damage(settings) == []
    # nothing has changed, so nothing is built again
    assert world.project.run().status == "unchanged"


def test_second_backup_writes_what_is_new_only(world: World, tmp_path: Path) -> None:
    first = back_up(world.project.settings, tmp_path / "backup")
    again = back_up(world.project.settings, tmp_path / "backup")
    # the same content twice (release and published file) is one object
    assert 0 < first.added_bytes < first.total_bytes
    assert again.added_bytes == 0
    assert again.total_bytes == first.total_bytes


def test_restore_over_a_warehouse_is_refused(world: World, tmp_path: Path) -> None:
    back_up(world.project.settings, tmp_path / "backup")
    done = call(world.project, tmp_path / "logs", "restore", str(tmp_path / "backup"))
    assert done.code == 2
    assert "holds a warehouse already" in done.sentence
    assert read_published(world.project)[1] == world.content_hash


def test_altered_backup_restores_nothing(world: World, tmp_path: Path) -> None:
    settings, target = world.project.settings, tmp_path / "backup"
    back_up(settings, target)
    (sha256,) = (
        path.name for path in (target / "objects").glob("*/*") if path.stat().st_size == 29
    )
    flip(get_object_path(target, sha256))
    elsewhere = settings.model_copy(update={"warehouse_dir": tmp_path / "elsewhere"})
    with pytest.raises(BackupError, match="was altered since it was written"):
        restore(elsewhere, target)
    assert [path.name for path in elsewhere.warehouse_dir.iterdir()] == ["run.lock"]


def test_backup_into_the_warehouse_or_among_other_files_is_refused(
    world: World, tmp_path: Path
) -> None:
    settings = world.project.settings
    with pytest.raises(BackupError, match="lies inside the warehouse"):
        back_up(settings, settings.warehouse_dir / "backup")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"-")
    with pytest.raises(BackupError, match="holds something else"):
        back_up(settings, tmp_path / "photos")
    with pytest.raises(BackupError, match="found no snapshot"):
        elsewhere = settings.model_copy(update={"warehouse_dir": tmp_path / "elsewhere"})
        restore(elsewhere, tmp_path / "photos")
