"""Publish many times under many readers, each of which asks whether it saw one release whole.

A reader opens the published file again and again, as a client does: what `meta.release` says of
the content and what the tables hold must belong together. Publishing goes through the rollback of
releases, which puts a file in place as a run does and takes milliseconds.

    .venv/bin/python -m scripts.campaign_readers --folder FOLDER [--count 1000]
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from pipelines.base.settings import now_utc
from pipelines.release.lock import hold_lock
from pipelines.release.manifest import list_releases
from pipelines.release.publish import roll_back
from pipelines.release.whole import DATABASE_FILE
from scripts.campaign.verdict import Tally, begin
from scripts.campaign.world import make_world, serve_quotes
from tests.small_project.builder import SmallProject, build_project

READERS = 20
QUESTION = """
    select release_id, (select bit_xor(hash(t)) from marts.fct_chip_price as t) from meta.release
"""


def read_on(
    path: Path, right: dict[str, int], ending: Event, answers: multiprocessing.Queue
) -> None:
    """Open and ask until told to end; puts how often it asked and what was wrong."""
    asked, wrong = 0, []
    while not ending.is_set():
        try:
            with duckdb.connect(str(path), read_only=True) as connection:
                release_id, found = connection.execute(QUESTION).fetchall()[0]
            if right.get(release_id) != found:
                wrong.append(f"release {release_id} with rows of another one")
        except duckdb.Error as error:
            wrong.append(str(error).splitlines()[0])
        asked += 1
    answers.put((asked, wrong))


def publish_under_readers(project: SmallProject, count: int, readers: int, tally: Tally) -> int:
    """Publish so many times under so many readers; returns how many questions were asked."""
    settings = project.settings
    ids = [manifest.release_id for manifest in list_releases(settings.releases_dir)]
    right = {}
    for release_id in ids:
        database = settings.releases_dir / release_id / DATABASE_FILE
        with duckdb.connect(str(database), read_only=True) as connection:
            right[release_id] = connection.execute(QUESTION).fetchall()[0][1]
    context = multiprocessing.get_context("spawn")
    ending, answers = context.Event(), context.Queue()
    processes = [
        context.Process(target=read_on, args=(settings.current_path, right, ending, answers))
        for _ in range(readers)
    ]
    for process in processes:
        process.start()
    for number in range(count):
        with hold_lock(settings.lock_path, "campaign of readers"):
            roll_back(settings, ids[number % len(ids)], now_utc())
    ending.set()
    found = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    for number, (asked, wrong) in enumerate(found):
        tally.add(f"reader {number} asked {asked} times", wrong[:3], [])
    return sum(asked for asked, _ in found)


def main() -> None:
    """Read the arguments, publish under readers, print the tally."""
    arguments, tally = begin(__doc__, count=1000)
    rows = build_project(arguments.folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        project = make_world(arguments.folder / "world", arguments.folder / "logs", url).project
    asked = publish_under_readers(project, arguments.count, READERS, tally)
    print(f"{arguments.count} publications, {asked} questions")
    tally.print_end()


if __name__ == "__main__":
    main()
