"""Let the disk run full at every stage of runs, and see what they say and leave.

A trial gives a run so much room on a real small file system (which needs the right to mount one),
or takes the room away while it goes on. The run must end with a sentence
that says what is wrong and what to do, readers must see a whole release, and once there is room
again the next run must publish.

    .venv/bin/python -m scripts.campaign_full_disk --folder FOLDER [--count 30]
"""

from __future__ import annotations

import errno
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.campaign.door import call, start
from scripts.campaign.verdict import (
    begin,
    judge_documents,
    judge_next_run,
    judge_published,
    name_unclear,
)
from scripts.campaign.world import (
    World,
    copy_world,
    list_archived,
    make_world,
    read_published,
    serve_quotes,
)
from tests.small_project.builder import SmallProject, build_project

SENTENCE = ("disk", "room")
KIB = 1024


@dataclass(frozen=True)
class Starved:
    """How a run without room ended, and what was lost or unclear then and after the next one."""

    code: int
    lost: list[str]
    unclear: list[str]
    said: str


@contextmanager
def mount(folder: Path, size: int) -> Iterator[None]:
    """Have a file system of so many bytes at a folder while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Fill a file system but for so many bytes; returns the file that does."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while file.write(bytes(16 * KIB)):
                pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    if filler.exists():
        os.truncate(filler, max(filler.stat().st_size - leave, 0))
    return filler


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond so many bytes; writing further is an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def judge_starved(project: SmallProject, world: World, after: str) -> list[str]:
    """Return what is lost after a run that had no room."""
    return [
        *judge_published(project, {world.content_hash, after}),
        *judge_documents(project, world.documents),
    ]


def try_limit(world: World, after: str, root: Path, size: int, logs: Path) -> Starved:
    """Run with a bound on the size of files, then without; needs no right to mount anything."""
    trial = copy_world(world, root)
    trial.project.change_quote("q05", usd_per_hour_p50="2.60")
    done = call(trial.project, logs / "bound", "run", before=partial(limit_files, size))
    unclear = name_unclear(done, "run")
    if done.code and not any(word in done.errors for word in SENTENCE):
        unclear.append(f"the message does not name the disk: {done.sentence}")
    lost = judge_starved(trial.project, world, after)
    more_lost, more_unclear = judge_next_run(trial.project, logs / "next", after)
    return Starved(done.code, lost + more_lost, unclear + more_unclear, done.sentence)


def try_full(world: World, after: str, root: Path, leave: int, wait: float, logs: Path) -> Starved:
    """Run on a file system that gets full but for so many bytes, at once or while the run goes on.

    Args:
        world: what is copied there.
        after: the content hash that a run with room gives.
        root: where the file system is mounted.
        leave: bytes that stay free.
        wait: seconds after which the room goes; at once for 0.
        logs: where output goes.
    """
    with mount(root, 64 * KIB * KIB):
        trial = copy_world(world, root / "small")
        trial.project.change_quote("q05", usd_per_hour_p50="2.60")
        filler = fill(root, leave) if wait == 0 else root / "filler"
        started = start(trial.project, logs / "full", "run")
        if wait:
            time.sleep(wait)
            fill(root, leave)
        done = started.wait()
        unclear = name_unclear(done, "run")
        for name in ("status", "doctor"):
            asked = call(trial.project, logs / "asked", name)
            if asked.has_traceback:
                unclear += name_unclear(asked, name)
        if done.code and not any(word in done.errors for word in SENTENCE):
            unclear.append(f"the message does not name the disk: {done.sentence}")
        lost = judge_starved(trial.project, world, after)
        filler.unlink(missing_ok=True)
        more_lost, more_unclear = judge_next_run(trial.project, logs / "next", after)
        return Starved(done.code, lost + more_lost, unclear + more_unclear, done.sentence)


def learn_after(world: World, root: Path, logs: Path) -> str:
    """Return the content hash that the changed quote gives."""
    trial = copy_world(world, root)
    trial.project.change_quote("q05", usd_per_hour_p50="2.60")
    call(trial.project, logs / "learn", "run")
    return read_published(trial.project)[1]


def main() -> None:
    """Read the arguments, starve runs of room, print the tally."""
    arguments, tally = begin(__doc__, count=30)
    folder, chance = arguments.folder, random.Random(arguments.seed)
    logs = folder / "logs"
    rows = build_project(folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        world = make_world(folder / "world", logs, url)
        world = World(world.project, world.content_hash, list_archived(world.project))
        began = time.monotonic()
        after = learn_after(world, folder / "trial", logs)
        seconds = time.monotonic() - began
        for number in range(arguments.count):
            # a third of the trials begins without room; in the others it goes while they run
            wait = 0.0 if number % 3 == 0 else chance.uniform(0.1, seconds)
            leave = chance.randrange(0, (14_000 if wait == 0 else 600) * KIB)
            end = try_full(world, after, folder / "full", leave, wait, logs)
            name = f"{leave // KIB} KiB free after {wait:.1f} s: {end.code}"
            tally.add(name, end.lost, end.unclear, said=end.said)
    tally.print_end()


if __name__ == "__main__":
    main()
