"""Machines that share a store: one goes on from the other, and none loses what it has."""

import shutil
import time
from pathlib import Path

import pytest

from pipelines.base.errors import LockHeld, StoreConflict, StoreFault
from pipelines.base.files import format_json, hash_bytes, hash_file, write_bytes, write_json
from pipelines.cli.status import collect_status
from pipelines.release.publish import read_current_id
from pipelines.run.alerts import find_events
from pipelines.run.pipeline import hold_run
from pipelines.run.reports import read_last_run
from pipelines.run.state import start_run
from pipelines.store import sync
from pipelines.store.head import HEAD, read_head
from pipelines.store.lease import LEASE, Lease
from pipelines.store.s3 import S3Place, open_bucket
from pipelines.store.snapshots import get_object_key, list_snapshots
from pipelines.store.sync import list_shared
from pipelines.upkeep.backup import back_up, restore
from pipelines.upkeep.doctor import examine
from pipelines.upkeep.repair import find_damage
from tests.cli.conftest import Command
from tests.small_project.builder import SmallProject
from tests.store.conftest import Bucket, share


@pytest.fixture
def first(published: SmallProject, bucket: Bucket) -> SmallProject:
    """Give a machine with a release, which its store has."""
    project = share(published, bucket)
    assert project.run().status == "unchanged"
    assert any("put" in line for line in project.lines)
    return project


@pytest.fixture
def fresh(first: SmallProject, bucket: Bucket, tmp_path: Path) -> SmallProject:
    """Give a machine with the same sources, and nothing in its warehouse."""
    project = share(first.copy_to(tmp_path / "fresh"), bucket)
    shutil.rmtree(project.settings.warehouse_dir)
    return project


def read_shared(project: SmallProject) -> dict[str, bytes]:
    """Return the files that machines share, but for the reports of runs."""
    root = project.settings.warehouse_dir
    names = {p.relative_to(root).as_posix(): p for p in list_shared(project.settings)}
    return {n: p.read_bytes() for n, p in names.items() if not n.startswith("data/runs/")}


def test_fresh_machine_goes_on_from_the_store(
    first: SmallProject, fresh: SmallProject, bucket: Bucket
) -> None:
    outcome = fresh.run()
    assert outcome.status == "unchanged"
    assert outcome.manifest.release_id == read_current_id(first.settings)
    assert read_shared(fresh) == read_shared(first)
    assert hash_file(fresh.settings.current_path) == hash_file(first.settings.current_path)
    assert find_damage(fresh.settings) == []
    # what the one publishes the other goes on from, and the other way round
    fresh.change_quote("q05", usd_per_hour_p50="2.50")
    first.change_quote("q05", usd_per_hour_p50="2.50")
    published = fresh.run()
    assert published.status == "published"
    again = first.run()
    assert (again.status, again.manifest.release_id) == ("unchanged", published.manifest.release_id)
    assert read_shared(fresh) == read_shared(first)
    assert first.query("select release_id from meta.release") == [(published.manifest.release_id,)]


def test_files_are_shared_before_there_is_a_release(
    small_project: SmallProject, bucket: Bucket, tmp_path: Path, call: Command
) -> None:
    other = share(small_project.copy_to(tmp_path / "other"), bucket)
    note_something(share(small_project, bucket), "one")
    assert "put 1 new contents" in call(small_project, "store", "sync").output
    brought = call(other, "store", "sync").output
    assert "brought 1 files" in brought and "current release" not in brought
    assert read_shared(other) == read_shared(small_project)
    assert other.settings.warehouse_dir.exists() and read_current_id(other.settings) is None


def test_second_writer_is_refused_by_name_and_nothing_fails(
    first: SmallProject, fresh: SmallProject, bucket: Bucket, call: Command
) -> None:
    fresh.run()
    reported = read_last_run(fresh.settings)
    with hold_run(start_run(first.settings, None)):
        with pytest.raises(LockHeld, match=r"another run writes to this store \(process \d+ on "):
            fresh.run()
        refused = call(fresh, "run")
        assert (refused.code, bucket.open().has(LEASE)) == (75, True)
    assert read_last_run(fresh.settings) == reported
    assert not bucket.open().has(LEASE)
    assert fresh.run().status == "unchanged"


def test_what_a_writer_puts_that_was_taken_over_is_refused(
    first: SmallProject, fresh: SmallProject, bucket: Bucket
) -> None:
    place = bucket.open()
    slow = start_run(first.settings, None)
    with hold_run(slow):
        # as if it had been silent for so long that the other one took its lease over
        place.delete(LEASE)
        assert fresh.run().status == "unchanged"
        note_something(fresh, "quick")
        fresh.run()
        seen = place.read(HEAD)
        note_something(first, "slow")
    assert slow.store_fault and "another machine has written to this store" in slow.store_fault
    assert place.read(HEAD) == seen
    assert [event.key for event in find_events(slow)] == ["store"]


def note_something(project: SmallProject, text: str) -> None:
    """Change a file that machines share, without a run."""
    write_json(project.settings.warehouse_dir / "data" / "alerts.json", [text])


def test_lease_is_renewed_and_taken_over_only_when_it_is_old(bucket: Bucket) -> None:
    place = bucket.open()
    lost = {"token": "t", "host": "elsewhere", "pid": 1, "purpose": "run", "since": "then"}
    place.write(LEASE, format_json(lost))
    with pytest.raises(LockHeld, match="process 1 on elsewhere, run, since then UTC"):
        Lease(place, "run", 3600.0).take()
    time.sleep(1.1)  # the server tells whole seconds
    mine = Lease(place, "run", 0.3)
    mine.take()
    taken = place.read(LEASE)
    time.sleep(0.5)
    renewed = place.read(LEASE)
    assert taken and renewed and b'"renewed": 0' in taken and b'"renewed": 0' not in renewed
    mine.give_back()
    assert not place.has(LEASE)


def test_store_out_of_reach_lets_the_local_release_stand(
    first: SmallProject,
    fresh: SmallProject,
    bucket: Bucket,
    call: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    first.change_quote("q05", usd_per_hour_p50="2.50")
    done = call(first, "run")
    assert done.code == 5
    assert "published" in done.output and "out of reach" in done.errors
    report = read_last_run(first.settings)
    assert report and (report["status"], report["release_id"]) == (
        "published", read_current_id(first.settings),
    )  # fmt: skip
    assert "out of reach" in report["store_fault"]
    assert "out of reach" in call(first, "status").output
    assert [f["kind"] for f in examine(first.settings)["findings"]] == ["store"]
    # a machine that has nothing does not begin from nothing behind the store's back
    with pytest.raises(StoreFault, match=r"no release in .* to go on from, so nothing was done"):
        fresh.run()
    assert not fresh.settings.current_path.exists()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.endpoint)
    assert first.run().run.store_fault is None
    store = collect_status(first.settings)["store"]
    assert store["fault"] is None and store["snapshot"] == list_snapshots(bucket.open())[-1]
    head = read_head(bucket.open())
    assert head and head.note.release_id == read_current_id(first.settings)


def test_folders_that_went_apart_are_not_mixed(
    first: SmallProject, fresh: SmallProject, bucket: Bucket, call: Command
) -> None:
    fresh.run()
    note_something(first, "one")
    note_something(fresh, "another")
    assert call(fresh, "store", "sync").code == 0
    seen, mine = bucket.open().read(HEAD), read_shared(first)
    with pytest.raises(StoreConflict, match=r"have both gone on since snapshot 0000000\d.*alerts"):
        first.run()
    assert (bucket.open().read(HEAD), read_shared(first)) == (seen, mine)
    assert call(first, "store", "sync").code == 5


def test_damaged_content_is_found_named_and_put_again(
    first: SmallProject, fresh: SmallProject, bucket: Bucket, call: Command
) -> None:
    place = bucket.open()
    document = next(iter(first.settings.archive_dir.glob("documents/*/*")))
    key = get_object_key(document.name)
    place.write(key, b"altered")
    with pytest.raises(StoreFault, match=f"{key}: was altered .* store check --mend"):
        fresh.run()
    assert not fresh.settings.archive_dir.exists()
    found = call(first, "store", "check")
    assert (found.code, found.output.count("LEFT")) == (1, 1)
    assert key in found.output
    assert call(fresh, "store", "check", "--mend").code == 1  # has nothing to mend it from
    assert call(first, "store", "check", "--mend").code == 0
    assert call(first, "store", "check", "--json").output.strip() == "[]"
    assert fresh.run().status == "unchanged"


def test_document_that_was_lost_or_damaged_here_comes_back(
    first: SmallProject, bucket: Bucket
) -> None:
    before = read_shared(first)
    lost, damaged = sorted(first.settings.archive_dir.glob("documents/*/*"))[:2]
    lost.unlink()
    damaged.chmod(0o644)
    damaged.write_bytes(b"altered")
    first.run()
    assert read_shared(first) == before
    assert find_damage(first.settings) == []


def test_backups_and_stores_come_back_from_a_bucket(
    first: SmallProject, bucket: Bucket, tmp_path: Path, call: Command
) -> None:
    root = first.settings.warehouse_dir
    settings = first.settings.model_copy(update={"store": ""})
    for address in (bucket.address, f"s3://{bucket.name}/backups"):
        if address != bucket.address:
            assert call(first, "backup", address).code == 0
            assert back_up(settings, first_place(bucket, "backups")).added_bytes < 50_000
        elsewhere = settings.model_copy(update={"warehouse_dir": tmp_path / address[-5:]})
        restore(elsewhere, first_place(bucket, address.rpartition("/")[2]))
        assert read_current_id(elsewhere) == read_current_id(settings)
        assert hash_file(elsewhere.current_path) == hash_file(settings.current_path)
        assert find_damage(elsewhere) == []
    refused = call(first, "backup", bucket.address)
    assert (refused.code, "is the store of a warehouse" in refused.errors) == (2, True)
    assert root.exists()


def first_place(bucket: Bucket, prefix: str) -> S3Place:
    """Return another prefix of the bucket."""
    return open_bucket(f"s3://{bucket.name}/{prefix}")


def test_old_lists_and_what_only_they_name_go(
    first: SmallProject, fresh: SmallProject, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "SLACK", 1)
    place = bucket.open()
    first.settings = first.settings.model_copy(update={"keep_releases": 2})
    old = first.settings.releases_dir / "old" / "README.md"
    write_bytes(old, b"a release that goes")
    note_something(first, "before")
    first.run()
    assert place.has("releases/old/README.md")
    shutil.rmtree(old.parent)
    for number in range(3):
        note_something(first, f"{number}")
        first.run()
    assert len(list_snapshots(place)) == 3
    assert not place.has("releases/old/README.md")
    texts = [format_json([text]) for text in ("before", "0", "1", "2")]
    kept = [place.has(get_object_key(hash_bytes(text))) for text in texts]
    assert kept == [False, True, True, True]
    assert fresh.run().status == "unchanged"
    assert read_shared(fresh) == read_shared(first)
