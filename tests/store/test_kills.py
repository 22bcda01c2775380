"""A run that is killed while it puts or brings: readers have a whole release, the next run ends."""

import shutil
import time
from pathlib import Path

import pytest

from pipelines.base.files import hash_file
from pipelines.release.publish import read_current_id
from pipelines.store.check import check_store
from pipelines.store.head import read_head
from pipelines.upkeep.repair import find_damage
from scripts.campaign.door import start
from tests.small_project.builder import SmallProject
from tests.store.conftest import Bucket, share

WAIT_S = 60.0


def count_objects(bucket: Bucket) -> int:
    """Return how many objects the server holds for a bucket, as it knows itself."""
    from moto.s3.models import s3_backends

    (backends,) = (account["aws"] for account in s3_backends.values())
    return len(list(backends.buckets[bucket.name].keys))


@pytest.mark.parametrize("objects", [3, 25, 58])
def test_run_that_is_killed_while_it_puts_leaves_a_whole_release(
    published: SmallProject, bucket: Bucket, tmp_path: Path, objects: int
) -> None:
    project = share(published, bucket)
    running = start(project, tmp_path / "logs", "run")
    ends_at = time.monotonic() + WAIT_S
    while count_objects(bucket) < objects and running.is_alive():
        assert time.monotonic() < ends_at
    running.kill()
    assert running.wait().code == -9
    place = bucket.open()
    # everything comes before the note of what is current
    assert read_head(place) is None
    # the lease of a process that died on this machine holds nobody up
    assert project.run().status == "unchanged"
    head = read_head(place)
    assert head and head.note.release_id == read_current_id(project.settings)
    assert check_store(project.settings, place, head) == []


def test_run_that_is_killed_while_it_brings_is_made_up_for(
    published: SmallProject, bucket: Bucket, tmp_path: Path
) -> None:
    share(published, bucket).run()
    fresh = share(published.copy_to(tmp_path / "fresh"), bucket)
    root = fresh.settings.warehouse_dir
    shutil.rmtree(root)
    for staged in (1, 30):
        running = start(fresh, tmp_path / "logs", "run")
        ends_at = time.monotonic() + WAIT_S
        while sum(1 for path in root.rglob("*") if path.is_file()) < staged + 2:
            assert time.monotonic() < ends_at
        running.kill()
        assert running.wait().code == -9
        assert not fresh.settings.current_path.exists()
    assert fresh.run().status == "unchanged"
    assert hash_file(fresh.settings.current_path) == hash_file(published.settings.current_path)
    assert find_damage(fresh.settings) == []
    assert not list(root.glob("*.writing-*"))
