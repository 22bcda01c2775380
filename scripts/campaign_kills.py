"""Kill runs at random moments, and see that nothing published or archived is lost.

Each trial changes a quote and starts a live run of a small warehouse against a local server; the
process is killed after a random part of the time that a run takes. Readers must see a whole
release, the old one or the new; no archived document may be gone; the next run must complete and
publish the content that the changed quote gives.

    .venv/bin/python -m scripts.campaign_kills --folder FOLDER [--count 300] [--seed 1]
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

from scripts.campaign.door import call, start
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


def learn_contents(project: SmallProject, logs: Path) -> tuple[dict[str, str], float]:
    """Return the content hash that each price gives, and the seconds of a run."""
    contents, seconds = {}, 0.0
    for price in (*PRICES, PRICES[0]):
        project.change_quote("q05", usd_per_hour_p50=price)
        began = time.monotonic()
        call(project, logs, "run", "--live")
        seconds = time.monotonic() - began
        contents[price] = read_published(project)[1]
    return contents, seconds


def kill_runs(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """Kill so many runs of one warehouse, one after the other."""
    chance = random.Random(seed)
    rows = build_project(folder / "template").read_quotes()
    logs = folder / "logs"
    with serve_quotes(rows) as url:
        project = make_world(folder / "world", logs, url).project
        contents, seconds = learn_contents(project, logs / "learn")
        for number in range(count):
            price = PRICES[(number + 1) % 2]
            project.change_quote("q05", usd_per_hour_p50=price)
            before, moment = list_archived(project), chance.uniform(0.0, seconds * 1.1)
            process = start(project, logs / "killed", "run", "--live")
            time.sleep(moment)
            process.kill()
            done = process.wait()
            stage = find_stage(done.errors)
            lost = judge_published(project, set(contents.values()))
            lost += judge_documents(project, before)
            unclear = []
            for command in (("status",), ("release", "list")):
                unclear += name_unclear(call(project, logs / "asked", *command), command[0])
            more_lost, more_unclear = judge_next_run(project, logs / "next", contents[price])
            lost += more_lost + judge_documents(project, before)
            was_killed = done.code == -signal.SIGKILL
            tally.add(
                f"{number} at {moment:.2f} s in {stage}" + ("" if was_killed else " (had ended)"),
                lost,
                unclear + more_unclear,
                stage=stage,
                was_killed=was_killed,
            )


def find_stage(errors: str) -> str:
    """Return the stage that a run had told last."""
    begun = [line.split()[0] for line in errors.splitlines() if line.endswith(" ...")]
    return begun[-1] if begun else "start"


def main() -> None:
    """Read the arguments, kill, print the tally."""
    arguments, tally = begin(__doc__, count=300)
    kill_runs(arguments.folder, arguments.count, arguments.seed, tally)
    tally.print_end()


if __name__ == "__main__":
    main()
