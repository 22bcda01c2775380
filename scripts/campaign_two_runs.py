"""Start two runs on one warehouse at once, many times; one in three with the lock file removed.

Exactly one content may be published, readers must see a whole release, whoever does not run must
say why (exit code 75, or that the lock was removed), and the next run must complete.

    .venv/bin/python -m scripts.campaign_two_runs --folder FOLDER [--count 100]
"""

from __future__ import annotations

import random
import time

from scripts.campaign.door import start
from scripts.campaign.verdict import (
    Tally,
    begin,
    judge_documents,
    judge_next_run,
    judge_published,
    name_unclear,
)
from scripts.campaign.world import list_archived, make_world, serve_quotes
from scripts.campaign_kills import PRICES, learn_contents
from tests.small_project.builder import SmallProject, build_project


def run_twice(
    project: SmallProject, contents: dict[str, str], waits: list[float], tally: Tally, nth: int = 3
) -> None:
    """Start a second run so many seconds after a first one, once for each wait.

    Args:
        project: has a release.
        contents: the content hash that each price of the quote gives.
        waits: seconds between the two.
        tally: takes what became of each trial.
        nth: in each so manieth trial the lock file is removed in between.
    """
    logs = project.root.parent / "logs"
    for number, wait in enumerate(waits):
        price, is_removed = PRICES[(number + 1) % 2], number % nth == nth - 1
        project.change_quote("q05", usd_per_hour_p50=price)
        before = list_archived(project)
        first = start(project, logs / "first", "run")
        time.sleep(wait)
        if is_removed:
            project.settings.lock_path.unlink(missing_ok=True)
        second = start(project, logs / "second", "run")
        ended = [first.wait(), second.wait()]
        unclear = [line for done in ended for line in name_unclear(done, "run")]
        codes = sorted(done.code for done in ended)
        if codes[0] != 0 and not is_removed:
            unclear.append(f"neither run ended well: {codes}")
        if not set(codes) <= {0, 75, 1 if is_removed else 0}:
            unclear.append(f"exit codes {codes}: {[done.sentence for done in ended]}")
        lost = judge_published(project, set(contents.values()))
        lost += judge_documents(project, before)
        more_lost, more_unclear = judge_next_run(project, logs / "next", contents[price])
        name = f"{number}{' without its lock file' if is_removed else ''}: {codes}"
        tally.add(name, lost + more_lost, unclear + more_unclear)


def main() -> None:
    """Read the arguments, run two at once, print the tally."""
    arguments, tally = begin(__doc__, count=100)
    folder, chance = arguments.folder, random.Random(arguments.seed)
    rows = build_project(folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        project = make_world(folder / "world", folder / "logs", url).project
        contents, seconds = learn_contents(project, folder / "logs" / "learn")
        whole = sum(seconds.values())
        waits = [chance.uniform(0.0, whole) for _ in range(arguments.count)]
        run_twice(project, contents, waits, tally)
    tally.print_end()


if __name__ == "__main__":
    main()
