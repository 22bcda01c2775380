"""Kill runs at random moments, and see that nothing published or archived is lost.

Each trial changes a quote and starts a live run of a small warehouse against a local server; the
process is killed in one stage after the other, at a random moment of it. Readers must see a whole
release, the old one or the new; no archived document may be gone; the next run must complete and
publish the content that the changed quote gives.

    .venv/bin/python -m scripts.campaign_kills --folder FOLDER [--count 300] [--seed 1]
"""

from __future__ import annotations

import random
import re
import signal
import time
from pathlib import Path

from scripts.campaign.door import Done, Started, call, start
from scripts.campaign.verdict import (
    Tally,
    begin,
    judge_documents,
    judge_next_run,
    judge_published,
    name_unclear,
)
from scripts.campaign.world import list_archived, make_world, read_published, serve_quotes
from tests.small_project.builder import SmallProject, build_project

# the quote takes these prices in turn, so that each trial has something to publish
PRICES = ("2.50", "2.60")
STAGES = ("fetch", "ingest", "register", "models", "meta", "audit", "publish")
_ENDED = re.compile(r"^(\w+) done in ([\d.]+) s$", re.MULTILINE)


def learn_contents(project: SmallProject, logs: Path) -> tuple[dict[str, str], dict[str, float]]:
    """Return the content hash that each price gives, and the seconds of each stage of a run."""
    contents, seconds = {}, {}
    for price in (*PRICES, PRICES[0]):
        project.change_quote("q05", usd_per_hour_p50=price)
        done = call(project, logs, "run", "--live")
        seconds = {m[1]: float(m[2]) for m in _ENDED.finditer(done.errors)}
        contents[price] = read_published(project)[1]
    return contents, {stage: seconds[stage] for stage in STAGES}


def kill_in(process: Started, stage: str, wait: float) -> Done:
    """Kill a run so many seconds after it has told that a stage begins; it may end before."""
    while f"{stage} ..." not in process.read_errors() and process.is_alive():
        time.sleep(0.01)
    time.sleep(wait)
    if process.is_alive():
        process.kill()
    return process.wait()


def kill_runs(
    project: SmallProject,
    contents: dict[str, str],
    seconds: dict[str, float],
    chance: random.Random,
    count: int,
    tally: Tally,
) -> None:
    """Kill so many runs of one warehouse, one after the other, in every stage in turn.

    Args:
        project: has a release, and an address that answers.
        contents: the content hash that each price of the quote gives.
        seconds: how long each stage takes; those of `STAGES` that are named are killed in.
        chance: draws the moments.
        count: trials.
        tally: takes what became of each.
    """
    logs, stages = project.root.parent / "logs", [stage for stage in STAGES if stage in seconds]
    for number in range(count):
        price, stage = PRICES[(number + 1) % 2], stages[number % len(stages)]
        project.change_quote("q05", usd_per_hour_p50=price)
        before, wait = list_archived(project), chance.uniform(0.0, seconds[stage])
        done = kill_in(start(project, logs / "killed", "run", "--live"), stage, wait)
        lost = judge_published(project, set(contents.values()))
        lost += judge_documents(project, before)
        unclear = name_unclear(call(project, logs / "asked", "status"), "status")
        more_lost, more_unclear = judge_next_run(project, logs / "next", contents[price])
        lost += more_lost + judge_documents(project, before)
        was_killed = done.code == -signal.SIGKILL
        name = f"{number} {wait:.2f} s into {stage}{'' if was_killed else ' (had ended)'}"
        tally.add(name, lost, unclear + more_unclear, stage=stage, was_killed=was_killed)
    killed = sum(item["was_killed"] for item in tally.found)
    print(f"{killed} of {count} were killed before they ended")


def main() -> None:
    """Read the arguments, kill, print the tally."""
    arguments, tally = begin(__doc__, count=300)
    rows = build_project(arguments.folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        logs = arguments.folder / "logs"
        project = make_world(arguments.folder / "world", logs, url).project
        contents, seconds = learn_contents(project, logs / "learn")
        chance = random.Random(arguments.seed)
        kill_runs(project, contents, seconds, chance, arguments.count, tally)
    tally.print_end()


if __name__ == "__main__":
    main()
