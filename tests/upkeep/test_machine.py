"""What the machine does to a command: no room, a read-only folder, a clock gone back, no lock."""

import errno
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import LockHeld, MachineFault
from pipelines.base.faults import describe_fault, estimate_room, require_room
from pipelines.base.settings import PROJECT_DIR, today_utc
from pipelines.release.lock import hold_lock, is_held, require_lock
from pipelines.release.manifest import list_releases, read_manifest_file, write_manifest
from pipelines.release.publish import read_current_id
from pipelines.release.whole import find_damaged_files
from pipelines.upkeep.repair import accept_clock, find_damage, repair
from scripts.campaign.door import call
from scripts.campaign.world import World, read_published
from scripts.campaign_full_disk import limit_files


def test_run_without_room_ends_with_a_sentence_and_the_next_one_publishes(
    world: World, tmp_path: Path
) -> None:
    world.project.change_quote("q05", usd_per_hour_p50="2.60")
    done = call(world.project, tmp_path / "logs", "run", before=partial(limit_files, 200_000))
    assert done.code == 1
    assert not done.has_traceback
    assert "compute-balance housekeeping" in done.errors
    assert read_published(world.project)[1] == world.content_hash
    assert world.project.run().status == "published"


def test_room_is_asked_for_before_anything_is_built(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.project.settings
    needed = estimate_room(settings)
    assert needed > settings.current_path.stat().st_size
    require_room(settings)
    monkeypatch.setattr("pipelines.base.faults.estimate_room", lambda _: 10**18)
    with pytest.raises(MachineFault, match="a run needs at least"):
        require_room(settings)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "not allowed to write"),
        (PermissionError(errno.EACCES, "Permission denied"), "not allowed to write"),
        (duckdb.IOException("IO Error: No space left on device"), "the disk is full"),
        (duckdb.IOException("Could not set lock on file"), "another program holds the file open"),
        (duckdb.SerializationException("no such field"), "compute-balance doctor"),
        (MemoryError(), "memory is full"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "compute-balance doctor"),
    ],
)
def test_fault_of_the_machine_says_what_to_do(world: World, error: Exception, said: str) -> None:
    told = describe_fault(error, world.project.settings)
    assert said in told
    assert "\n" not in told


def move_release_days(world: World, days: int) -> str:
    """Let the current release be of another day, as a wrong clock would have made it."""
    settings = world.project.settings
    folder = settings.releases_dir / str(read_current_id(settings))
    manifest = read_manifest_file(folder)
    assert manifest
    later = manifest.as_of + timedelta(days=days)
    write_manifest(folder, type(manifest)(**vars(manifest) | {"as_of": later}))
    return manifest.release_id


def test_clock_behind_the_current_release_stops_a_run_and_says_both_ways_out(world: World) -> None:
    release_id = move_release_days(world, 365)
    world.project.change_quote("q05", usd_per_hour_p50="2.60")
    with pytest.raises(MachineFault, match="repair --clock") as refused:
        world.project.run()
    assert str(today_utc()) in str(refused.value)
    settings = world.project.settings
    assert "clock" in {finding.kind for finding in find_damage(settings)}
    # the clock was wrong then: the next run publishes over that release, and stands first
    assert accept_clock(settings) == release_id
    outcome = world.project.run()
    assert outcome.status == "published"
    assert list_releases(settings.releases_dir)[0].release_id == outcome.manifest.release_id
    assert accept_clock(settings) is None


def test_release_made_last_stands_first_whatever_its_id(world: World) -> None:
    settings = world.project.settings
    newest, first = list_releases(settings.releases_dir)
    folder = settings.releases_dir / newest.release_id
    renamed = folder.with_name("20010101T000000Z-00000000")
    write_manifest(folder, type(newest)(**vars(newest) | {"release_id": renamed.name}))
    folder.rename(renamed)
    assert [m.release_id for m in list_releases(settings.releases_dir)] == [
        renamed.name,
        first.release_id,
    ]


def test_run_whose_lock_file_was_removed_publishes_nothing(world: World) -> None:
    path = world.project.settings.lock_path
    with hold_lock(path, "a run"):
        require_lock(path)
        path.unlink()
        with pytest.raises(MachineFault, match="the lock file was removed"):
            require_lock(path)
        path.touch()
        with pytest.raises(MachineFault, match="the lock file was removed"):
            require_lock(path)


HOLDER = """
import sys
from pathlib import Path
from pipelines.release.lock import hold_lock
with hold_lock(Path(sys.argv[1]), "a run"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_lock_file_removed_lets_no_second_run_in(world: World) -> None:
    path = world.project.settings.lock_path
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdout and first.stdout.readline() == b"held\n"
    path.unlink()
    assert is_held(path)
    with pytest.raises(LockHeld, match=f"process {first.pid} on"), hold_lock(path, "another"):
        pass
    # a process that is gone holds nothing, whatever its note says
    first.kill()
    first.communicate(timeout=30)
    with hold_lock(path, "another"):
        pass


def test_repair_leaves_what_it_mended_as_it_was_written(world: World) -> None:
    settings = world.project.settings
    folder = settings.releases_dir / str(read_current_id(settings))
    (folder / "README.md").write_bytes(b"")
    assert repair(settings) == []
    assert find_damaged_files(folder) == []
