"""Every kind of damage is found by name, mended from what is kept, and loses nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.archive.documents import Archive
from pipelines.base.files import write_json
from pipelines.base.settings import Settings
from pipelines.release.lock import get_holder_path
from pipelines.release.manifest import list_releases, read_manifest_file
from pipelines.release.publish import get_wal_path, read_current_id
from pipelines.release.whole import find_damaged_files
from pipelines.upkeep.repair import find_damage, repair
from scripts.campaign.world import World, list_archived, read_published
from scripts.campaign_damage import cut, empty, flip, remove, replace

LIVE = "data/archive/records/quotes/quotes-*.json"
# kind of the finding, pattern of the file that is damaged, how, and what becomes whole again
DAMAGES: dict[str, tuple[str, str, Callable[[Path], None]]] = {
    "archived bytes altered": ("document", "data/archive/documents/*/*", flip),
    "record of a fetched document cut": ("record", LIVE, cut),
    "record of a fetched document gone": ("record", LIVE, remove),
    "sightings replaced": ("note", "data/archive/sightings/quotes/quotes.json", replace),
    "second copy of withdrawals emptied": ("note", "data/archive/withdrawn/quotes.json~", empty),
    "raw rows altered": ("raw", "data/raw/quotes/quotes/*.parquet", flip),
    "quarantined rows gone": ("raw", "data/quarantine/quotes/quotes/*.parquet", remove),
    "load record cut": ("load", "data/loads/quotes/*.json", cut),
    "kept contract replaced": ("contract", "data/contracts/quotes.yml", replace),
    "report of a run emptied": ("plain_note", "data/runs/*.json", empty),
    "list of whole files cut": ("plain_note", "build/whole_files.json", cut),
    "manifest cut": ("release", "releases/*/manifest.json", cut),
    "manifest altered": ("release", "releases/*/manifest.json", flip),
    "digests of a release altered": ("release", "releases/*/SHA256SUMS", flip),
    "digests of a release emptied": ("release", "releases/*/SHA256SUMS", empty),
    "table of a release cut": ("release", "releases/*/marts/dim_chip.parquet", cut),
    "open edition altered": ("release", "releases/*/open/compute_balance_open.duckdb", flip),
    "published file altered": ("published", "compute_balance.duckdb", flip),
    "published file gone": ("published", "compute_balance.duckdb", remove),
    "note of what is published cut": ("published", "current.json", cut),
}


def pick(settings: Settings, pattern: str) -> Path:
    """Return the last file of a pattern below the warehouse."""
    return sorted(settings.warehouse_dir.glob(pattern))[-1]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named_and_mended(world: World, damage: str) -> None:
    kind, pattern, spoil = DAMAGES[damage]
    settings = world.project.settings
    before = list_archived(world.project)
    path = pick(settings, pattern)
    spoil(path)
    assert kind in {finding.kind for finding in find_damage(settings)}
    told: list[str] = []
    left = repair(settings, told.append)
    assert told
    assert [finding for finding in left if finding.kind != "document"] == []
    assert read_published(world.project)[1] == world.content_hash
    assert before <= list_archived(world.project) | {path.name}


def test_whole_warehouse_has_no_findings_and_repair_changes_nothing(world: World) -> None:
    root = world.project.settings.warehouse_dir
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    told: list[str] = []
    assert repair(world.project.settings, told.append) == []
    after = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    assert told == []
    assert {path for path in before if after.get(path) != before[path]} == set()


def test_run_mends_a_lost_record_by_itself_and_keeps_the_document_in_use(world: World) -> None:
    remove(pick(world.project.settings, "data/loads/../archive/records/quotes/quotes-*.json"))
    world.project.run()
    assert read_published(world.project)[1] == world.content_hash
    assert find_damage(world.project.settings) == []


def test_withdrawn_document_stays_withdrawn_though_the_list_is_lost(world: World) -> None:
    settings = world.project.settings
    archive = Archive(settings.archive_dir)
    before = archive.list_withdrawn("quotes")
    remove(settings.archive_dir / "withdrawn" / "quotes.json")
    assert archive.list_withdrawn("quotes") == before != {}


def test_database_of_a_release_comes_back_from_the_published_file(world: World) -> None:
    settings = world.project.settings
    folder = settings.releases_dir / str(read_current_id(settings))
    flip(folder / "compute_balance.duckdb")
    assert find_damaged_files(folder) == ["compute_balance.duckdb"]
    assert repair(settings) == []
    assert find_damaged_files(folder) == []


def test_release_beyond_mending_is_set_aside_and_an_older_one_is_published(world: World) -> None:
    settings = world.project.settings
    newest, older = (manifest.release_id for manifest in list_releases(settings.releases_dir))
    for path in (settings.current_path, settings.releases_dir / newest / "compute_balance.duckdb"):
        flip(path)
    told: list[str] = []
    assert repair(settings, told.append) == []
    assert f"set aside: damaged/releases/{newest}" in told
    assert read_published(world.project)[0] == older
    # what was lost is what the inputs give again
    assert world.project.run().status == "published"
    assert read_published(world.project)[1] == world.content_hash


def test_rows_of_a_client_do_not_stay_beside_the_published_file(world: World) -> None:
    settings = world.project.settings
    get_wal_path(settings).write_bytes(b"what a client left")
    (finding,) = find_damage(settings)
    assert (finding.kind, finding.file) == ("published", "compute_balance.duckdb.wal")
    assert repair(settings) == []
    assert not get_wal_path(settings).exists()


def test_kept_outlook_that_is_lost_is_named_until_a_backup_brings_it(world: World) -> None:
    settings = world.project.settings
    path = pick(settings, "outlooks/*.parquet")
    kept = path.with_name("elsewhere")
    shutil.copyfile(path, kept)
    flip(path)
    (left,) = repair(settings)
    assert (left.kind, left.file) == ("outlook", f"outlooks/{path.name}")
    assert "backup" in left.advice
    # no build reads what was altered
    assert not path.exists()
    kept.rename(path)
    assert find_damage(settings) == []


def test_note_of_a_killed_run_is_found_and_removed(world: World) -> None:
    settings = world.project.settings
    path = get_holder_path(settings.lock_path)
    write_json(path, {"pid": 1, "began": "-", "host": "-", "purpose": "run", "since": "then"})
    (finding,) = find_damage(settings)
    assert finding.kind == "dead_run"
    assert repair(settings) == []
    assert not path.exists()


def test_manifest_rebuilt_from_the_database_says_the_same(world: World) -> None:
    settings = world.project.settings
    folder = settings.releases_dir / str(read_current_id(settings))
    before = read_manifest_file(folder)
    cut(folder / "manifest.json")
    assert repair(settings) == []
    after = read_manifest_file(folder)
    assert before and after
    same = ("release_id", "created_at", "as_of", "content_hash", "rows", "keys", "run_id", "checks")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert all(before.table_hashes[name] == found for name, found in after.table_hashes.items())
    # it trusts nothing that it cannot know
    assert after.fingerprint == ""
