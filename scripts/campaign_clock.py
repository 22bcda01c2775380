"""Step the clock under runs, backward and forward, and see what they say and leave.

A trial steps the clock before a run begins or while one of its stages goes on, by seconds to
months. The run must publish or say in a sentence what is wrong; readers must see a whole release;
once the clock is right again the next run, after `repair --clock` where that is what a run asks
for, must publish what the day and the facts give. The clock is that of the commands alone: where
the project's code asks for the time, they read how far theirs is away from the machine's.

    .venv/bin/python -m scripts.campaign_clock --folder FOLDER [--count 60] [--seed 1]
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
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
from scripts.campaign.world import list_archived, read_published
from scripts.campaign_kills import PRICES, STAGES, learn_contents
from tests.small_project.builder import SmallProject, build_project

# on which all runs with a right clock take place: weeks after the last row was written
NOON = datetime(2024, 6, 15, 12)
STEPS = (
    timedelta(days=-40), timedelta(days=-1), timedelta(hours=-1), timedelta(seconds=-2),
    timedelta(seconds=2), timedelta(hours=1), timedelta(days=1), timedelta(days=40),
)  # fmt: skip
BEFORE = "before"


class SteppedClock(datetime):
    """The class `datetime` with a clock that can be stepped while a process goes on."""

    away: Path

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the machine's time, moved by the seconds that stand in the file `away`."""
        return datetime.now(tz) + timedelta(seconds=float(cls.away.read_text(encoding="utf-8")))


def have_own_clock(away: Path) -> None:
    """Let all modules that ask for the time, here and in all forks, ask the stepped clock."""
    SteppedClock.away = away
    set_clock(NOON)
    for module in list(sys.modules.values()):
        is_ours = getattr(module, "__name__", "").startswith("pipelines.")
        if is_ours and getattr(module, "datetime", None) is datetime:
            module.datetime = SteppedClock  # type: ignore[attr-defined]


def set_clock(told: datetime) -> None:
    """Let the commands see a time, which goes on from there."""
    away = (told - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    path = SteppedClock.away.with_suffix(".new")
    path.write_text(f"{away:.0f}", encoding="utf-8")
    path.replace(SteppedClock.away)


def step_in(process: Started, stage: str, wait: float, told: datetime) -> None:
    """Step the clock so many seconds after a run has told that a stage begins."""
    while f"{stage} ..." not in process.read_errors() and process.is_alive():
        time.sleep(0.01)
    time.sleep(wait)
    set_clock(told)


def go_on(project: SmallProject, logs: Path, content: str) -> tuple[list[str], list[str]]:
    """Run with the clock right again, after `repair --clock` where a run asks for it."""
    asked = call(project, logs / "asked", "run")
    unclear = name_unclear(asked, "run after it")
    if asked.code and "repair --clock" not in asked.errors:
        return [f"the run after it ends with {asked.code}: {asked.sentence}"], unclear
    if asked.code:
        repaired = call(project, logs / "repair", "repair", "--clock")
        unclear += name_unclear(repaired, "repair")
    lost, more = judge_next_run(project, logs / "next", content)
    return lost, unclear + more


def step_clocks(
    project: SmallProject,
    contents: dict[str, str],
    seconds: dict[str, float],
    chance: random.Random,
    count: int,
    tally: Tally,
) -> None:
    """Step the clock so many times, in one stage after the other.

    Args:
        project: has a release, made with the clock at `NOON`.
        contents: the content hash that each price of the quote gives on that day.
        seconds: how long each stage takes.
        chance: draws the moment of a step.
        count: trials.
        tally: takes what became of each.
    """
    logs = project.root.parent / "logs"
    moments = (BEFORE, *(stage for stage in STAGES if stage in seconds))
    for number in range(count):
        step = STEPS[number % len(STEPS)]
        moment = moments[number // len(STEPS) % len(moments)]
        price = PRICES[(number + 1) % 2]
        project.change_quote("q05", usd_per_hour_p50=price)
        before = list_archived(project)
        set_clock(NOON)
        if moment == BEFORE:
            set_clock(NOON + step)
        process = start(project, logs / "stepped", "run")
        if moment != BEFORE:
            step_in(process, moment, chance.uniform(0, seconds[moment]), NOON + step)
        done = process.wait()
        lost, unclear = judge_stepped(project, contents, done, moment, step)
        set_clock(NOON)
        more_lost, more_unclear = go_on(project, logs, contents[price])
        lost += more_lost + judge_documents(project, before)
        name = f"{number} {moment} {step.total_seconds():+.0f} s: {done.code} {done.sentence[:60]}"
        tally.add(name, lost, unclear + more_unclear)


def judge_stepped(
    project: SmallProject, contents: dict[str, str], done: Done, moment: str, step: timedelta
) -> tuple[list[str], list[str]]:
    """Return what is lost and what is unclear after a run whose clock was stepped."""
    known = set(contents.values())
    if moment == BEFORE and (NOON + step).date() != NOON.date() and done.code == 0:
        # a release of another day, whose content is right for that day
        known.add(read_published(project)[1])
    return judge_published(project, known), name_unclear(done, "run")


def main() -> None:
    """Read the arguments, step the clock, print the tally."""
    arguments, tally = begin(__doc__, count=64)
    folder, chance = arguments.folder, random.Random(arguments.seed)
    have_own_clock(folder / "away")
    project = build_project(folder / "world")
    contents, seconds = learn_contents(project, folder / "logs" / "learn", "run")
    step_clocks(project, contents, seconds, chance, arguments.count, tally)
    tally.print_end()


if __name__ == "__main__":
    main()
