"""What has outlived its time goes; what anything still needs stays, whatever its age."""

import os
import time
from pathlib import Path

from pipelines.archive.documents import Archive
from pipelines.base.settings import Settings
from pipelines.release.manifest import list_releases
from pipelines.release.publish import keep_release, read_current_id
from pipelines.upkeep.housekeeping import housekeep, tidy_up
from pipelines.upkeep.repair import find_damage
from scripts.campaign.world import World, read_published

DAY_S = 86_400


def let_grow_old(folder: Path, days: int) -> None:
    """Give every file and folder below a folder an age."""
    then = time.time() - days * DAY_S
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            os.utime(path, (then, then))


def list_all(folder: Path) -> set[Path]:
    """Return all files below a folder but the lock."""
    return {path for path in folder.rglob("*") if path.is_file() and "run." not in path.name}


def test_nothing_goes_while_it_is_young(world: World) -> None:
    assert housekeep(world.project.settings) == []


def test_dry_run_removes_nothing_and_the_real_one_what_it_said(world: World) -> None:
    settings = world.project.settings
    let_grow_old(settings.warehouse_dir, 1000)
    before = list_all(settings.warehouse_dir)
    planned = housekeep(settings, is_dry=True)
    assert list_all(settings.warehouse_dir) == before
    assert {item.path for item in housekeep(settings)} == {item.path for item in planned}
    assert not any(item.path.exists() for item in planned)
    kinds = {item.kind for item in planned}
    # the rows of the price before, its document, the build of an earlier day, reports of runs
    assert {"load", "raw", "record", "document", "as_of", "run_report"} <= kinds
    assert housekeep(settings) == []


def test_what_is_published_cited_or_kept_survives_any_age(world: World) -> None:
    settings = world.project.settings
    (kept_outlook,) = (settings.warehouse_dir / "outlooks").glob("*.parquet")
    let_grow_old(settings.warehouse_dir, 10_000)
    cited = {d["sha256"] for m in list_releases(settings.releases_dir) for d in m.documents}
    housekeep(settings)
    archive = Archive(settings.archive_dir)
    assert all(archive.check(sha256) for sha256 in cited)
    assert kept_outlook.exists()
    assert find_damage(settings) == []
    world.project.run()
    assert read_published(world.project)[1] == world.content_hash


def test_releases_go_by_number_and_age_but_for_the_held_and_the_current(world: World) -> None:
    few = world.project.settings.model_copy(update={"keep_releases": 1})
    newest, first = (m.release_id for m in list_releases(few.releases_dir))
    # the world holds its first release
    assert [item for item in tidy_up(few) if item.kind == "release"] == []
    keep_release(few, first, None)
    assert [item.path.name for item in tidy_up(few) if item.kind == "release"] == [first]
    assert [m.release_id for m in list_releases(few.releases_dir)] == [newest]
    assert read_current_id(few) == newest


def test_source_that_is_not_right_keeps_everything(world: World) -> None:
    settings: Settings = world.project.settings
    let_grow_old(settings.warehouse_dir, 1000)
    path = world.project.get_contract_path()
    path.write_text(path.read_text("utf-8").replace("type: VARCHAR", "type: VARCHAT"), "utf-8")
    gone = {item.path for item in housekeep(settings)}
    assert not any("quotes" in str(path.relative_to(settings.warehouse_dir)) for path in gone)
