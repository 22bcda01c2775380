"""Going back to an earlier release, comparing releases, and removing old ones."""

import shutil
from dataclasses import replace

import duckdb
import pytest

from pipelines.base.errors import ReleaseError
from pipelines.base.settings import now_utc
from pipelines.release.diff import OpenRelease, diff_releases, diff_rows, open_release
from pipelines.release.hold import hold_release, resume
from pipelines.release.manifest import list_releases
from pipelines.release.publish import (
    complete_publication,
    find_release,
    read_current_id,
    read_rollback,
    roll_back,
)
from pipelines.run.held import find_held
from pipelines.run.pipeline import run_pipeline
from pipelines.run.stages import publish_build
from pipelines.run.state import start_run
from tests.small_project.builder import SmallProject


def publish_change(project: SmallProject, price: str) -> str:
    """Publish another price of q05 (2023 Q2, chip-a); returns the id of the release."""
    project.change_quote("q05", usd_per_hour_p50=price)
    outcome = project.run()
    assert outcome.status == "published"
    return outcome.manifest.release_id


@pytest.fixture(scope="module")
def three_once(
    published_once: SmallProject, tmp_path_factory: pytest.TempPathFactory
) -> SmallProject:
    """Publish three releases once: 2.40, 2.50 and 2.55 for chip-a in 2023 Q2."""
    project = published_once.copy_to(tmp_path_factory.mktemp("three") / "small")
    publish_change(project, "2.50")
    publish_change(project, "2.55")
    return project


@pytest.fixture
def three(three_once: SmallProject, tmp_path) -> SmallProject:
    """Give a project with three releases, to be changed freely."""
    return three_once.copy_to(tmp_path / "small")


def list_ids(project: SmallProject) -> list[str]:
    """Return the ids of the kept releases, oldest first."""
    return [m.release_id for m in list_releases(project.settings.releases_dir)][::-1]


def read_price(project: SmallProject) -> float:
    """Return the published price of chip-a in 2023 Q2."""
    ((price,),) = project.query(
        "select usd_per_hour_p50 from marts.fct_chip_price "
        "where quarter_start = '2023-04-01' and chip_id = 'chip-a'"
    )
    return price


def test_rollback_restores_the_release_before(three: SmallProject) -> None:
    restored = roll_back(three.settings, None, now_utc())
    assert restored.release_id == list_ids(three)[1] == read_current_id(three.settings)
    assert read_price(three) == 2.5


def test_rollback_to_a_named_release(three: SmallProject) -> None:
    first = list_ids(three)[0]
    roll_back(three.settings, first, now_utc())
    assert read_price(three) == 2.4


def test_withdrawn_release_is_not_published_again(three: SmallProject) -> None:
    _, second, third = list_ids(three)
    roll_back(three.settings, None, now_utc())
    outcome = three.run()
    assert outcome.status == "unchanged"
    assert outcome.message == (
        f"nothing changed since release {third}, which was rolled back; the current release is "
        f"{second}"
    )
    assert read_price(three) == 2.5


def test_releases_withdrawn_one_after_the_other_stay_withdrawn(three: SmallProject) -> None:
    roll_back(three.settings, None, now_utc())
    roll_back(three.settings, None, now_utc())
    assert read_price(three) == 2.4
    three.run()
    assert read_price(three) == 2.4


def test_changed_inputs_end_a_rollback(three: SmallProject) -> None:
    roll_back(three.settings, None, now_utc())
    assert read_rollback(three.settings) is not None
    publish_change(three, "2.58")
    assert read_price(three) == 2.58
    assert read_rollback(three.settings) is None


def test_held_release_stays_whatever_changes(three: SmallProject) -> None:
    roll_back(three.settings, None, now_utc())
    hold = hold_release(three.settings, "kim", "the prices of May are wrong", now_utc())
    three.change_quote("q05", usd_per_hour_p50="2.60")
    for rebuild in (False, True):
        outcome = run_pipeline(three.settings, rebuild=rebuild)
        assert (outcome.status, outcome.manifest.release_id) == ("unchanged", hold.release_id)
        assert "is held by kim" in outcome.message
        assert "the prices of May are wrong" in outcome.message
    assert (read_price(three), len(list_ids(three))) == (2.5, 3)
    run = start_run(three.settings, None)
    with pytest.raises(ReleaseError, match=r"nothing was published: release .* is held by kim"):
        publish_build(run)
    assert resume(three.settings) == hold
    assert find_held(run) is None


def test_nothing_published_cannot_be_held(small_project: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="nothing can be held"):
        hold_release(small_project.settings, "kim", "too early", now_utc())


def test_rollback_keeps_what_it_did(three: SmallProject) -> None:
    _, second, third = list_ids(three)
    at = now_utc()
    roll_back(three.settings, None, at)
    noted = read_rollback(three.settings)
    assert (noted["from"], noted["to"], noted["at"]) == (third, second, str(at))


def test_first_release_has_none_before_it(published: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="no release before the current one"):
        roll_back(published.settings, None, now_utc())


def test_unknown_release_is_refused_with_the_known_ones(three: SmallProject) -> None:
    with pytest.raises(ReleaseError, match=r"'1999': found 0 that match, expected one of: 20"):
        find_release(three.settings, "1999")


def test_ambiguous_beginning_of_an_id_is_refused(three: SmallProject) -> None:
    with pytest.raises(ReleaseError, match=r"found 3 that match"):
        find_release(three.settings, "2")


def test_lost_published_file_is_put_back(three: SmallProject) -> None:
    three.settings.current_path.unlink()
    assert complete_publication(three.settings).release_id == list_ids(three)[2]
    assert read_price(three) == 2.55


def test_oldest_releases_are_removed(three: SmallProject) -> None:
    before = list_ids(three)
    three.settings = three.settings.model_copy(update={"keep_releases": 2})
    newest = publish_change(three, "2.58")
    assert list_ids(three) == [before[2], newest]


def test_current_release_is_never_removed(three: SmallProject) -> None:
    first = list_ids(three)[0]
    roll_back(three.settings, first, now_utc())
    from pipelines.release.publish import prune_releases

    three.settings = three.settings.model_copy(update={"keep_releases": 1})
    removed = prune_releases(three.settings)
    assert first not in removed
    assert first in list_ids(three)


def test_diff_counts_changed_rows_and_columns(three_once: SmallProject) -> None:
    first, second, _ = list_ids(three_once)
    settings = three_once.settings
    (change,) = diff_releases(open_release(settings, first), open_release(settings, second))
    assert (change.table, change.added, change.removed, change.changed) == (
        "fct_chip_price",
        0,
        0,
        1,
    )
    assert change.columns == "usd_per_hour_p50 (1)"


def test_diff_shows_the_values(three_once: SmallProject) -> None:
    first = open_release(three_once.settings, list_ids(three_once)[0])
    current = open_release(three_once.settings, "current")
    columns, rows = diff_rows(first, current, "fct_chip_price", 20)
    assert columns == ["quarter_start", "chip_id", "change", "before", "after"]
    assert [tuple(str(v) for v in row) for row in rows] == [
        ("2023-04-01", "chip-a", "usd_per_hour_p50", "2.4", "2.55")
    ]


def test_diff_counts_added_and_removed_rows(three: SmallProject) -> None:
    rows = [row for row in three.read_quotes() if row["quote_id"] != "q07"]
    rows.append(rows[0] | {"quote_id": "q11", "quoted_on": "4/1/2022", "chip_id": "chip-b"})
    three.write_quotes(rows)
    three.run()
    before = open_release(three.settings, list_ids(three)[-2])
    (change,) = diff_releases(before, open_release(three.settings, "current"))
    # 2023 Q3 of chip-c rested on q07 alone; 2022 Q2 of chip-b is new
    assert (change.added, change.removed, change.changed) == (1, 1, 0)


def test_diff_tells_columns_that_are_new_or_gone(three: SmallProject) -> None:
    current = open_release(three.settings, "current")
    path = current.path.with_name("wider.duckdb")
    shutil.copyfile(current.path, path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table marts.fct_chip_price add column remark varchar")
        connection.execute("alter table marts.fct_chip_price drop column usd_per_hour_p50")
    hashes = current.manifest.table_hashes | {"fct_chip_price": "other"}
    manifest = replace(current.manifest, table_hashes=hashes)
    (change,) = diff_releases(current, OpenRelease("wider", path, manifest))
    assert change.columns == "remark (new), usd_per_hour_p50 (gone)"
    assert (change.added, change.removed, change.changed) == (0, 0, 0)


def test_equal_releases_do_not_differ(three_once: SmallProject) -> None:
    current = open_release(three_once.settings, "current")
    assert diff_releases(current, current) == []


def test_diff_with_an_earlier_day(three: SmallProject) -> None:
    from datetime import date

    with pytest.raises(ReleaseError, match="no build as of 2023-12-19 is kept; make one with"):
        open_release(three.settings, "2023-12-19")
    three.run(as_of=date(2023, 12, 19))
    earlier = open_release(three.settings, "2023-12-19")
    (change,) = diff_releases(earlier, open_release(three.settings, "current"))
    # 2024 Q1 is added; 2023 Q4 has its second quote
    assert (change.added, change.removed, change.changed) == (1, 0, 1)


def test_nothing_published_is_said(small_project: SmallProject) -> None:
    with pytest.raises(ReleaseError, match="nothing is published yet; run: make warehouse"):
        open_release(small_project.settings, "current")


def test_release_folder_without_manifest_does_not_count(three: SmallProject) -> None:
    stray = three.settings.releases_dir / "30000101T000000Z-00000000"
    shutil.copytree(three.settings.releases_dir / list_ids(three)[0], stray)
    (stray / "manifest.json").unlink()
    assert stray.name not in list_ids(three)
    assert three.run().status == "unchanged"
