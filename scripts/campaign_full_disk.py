"""Let the disk run full at every stage of runs, and see what they say and leave.

A trial gives a run so much room: by default a real small file system (needs the right to mount
one), or with `--limit` a bound on the size of any file it writes. The run must end with a sentence
that says what is wrong and what to do, readers must see a whole release, and once there is room
again the next run must publish.

    .venv/bin/python -m scripts.campaign_full_disk --folder FOLDER [--count 30]
"""

from __future__ import annotations

import random
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scripts.campaign.door import call
from scripts.campaign.verdict import (
    Tally,
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
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(16 * KIB))
                file.flush()
        except OSError:
            pass
    size = max(filler.stat().st_size - leave, 0)
    with filler.open("r+b") as file:
        file.truncate(size)
    return filler


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond so many bytes; writing further is an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def judge_starved(project: SmallProject, world: World, after: str, logs: Path) -> list[str]:
    """Return what is lost after a run that had no room."""
    return [
        *judge_published(project, {world.content_hash, after}),
        *judge_documents(project, world.documents),
    ]


def try_limit(world: World, after: str, root: Path, size: int, logs: Path, tally: Tally) -> None:
    """Run with a bound on the size of files, then without."""
    trial = copy_world(world, root)
    trial.project.change_quote("q05", usd_per_hour_p50="2.60")
    done = call(trial.project, logs / "bound", "run", before=partial(limit_files, size))
    unclear = name_unclear(done, "run")
    if done.code and not any(word in done.errors for word in SENTENCE):
        unclear.append(f"the message does not name the disk: {done.sentence}")
    lost = judge_starved(trial.project, world, after, logs)
    more_lost, more_unclear = judge_next_run(trial.project, logs / "next", after)
    tally.add(
        f"files up to {size // KIB} KiB: {done.code}", lost + more_lost, unclear + more_unclear,
        said=done.sentence,
    )  # fmt: skip


def try_full(world: World, after: str, root: Path, leave: int, logs: Path, tally: Tally) -> None:
    """Run on a file system that is full but for so many bytes, then with room."""
    with mount(root, 96 * KIB * KIB):
        trial = copy_world(world, root / "small")
        trial.project.change_quote("q05", usd_per_hour_p50="2.60")
        filler = fill(root, leave)
        done = call(trial.project, logs / "full", "run")
        asked = [call(trial.project, logs / "asked", name) for name in ("status", "doctor")]
        unclear = name_unclear(done, "run")
        unclear += [line for item in asked for line in name_unclear(item, "status or doctor")]
        if done.code and not any(word in done.errors for word in SENTENCE):
            unclear.append(f"the message does not name the disk: {done.sentence}")
        lost = judge_starved(trial.project, world, after, logs)
        filler.unlink()
        more_lost, more_unclear = judge_next_run(trial.project, logs / "next", after)
        tally.add(
            f"{leave // KIB} KiB free: {done.code}", lost + more_lost, unclear + more_unclear,
            said=done.sentence,
        )  # fmt: skip


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
        after = learn_after(world, folder / "trial", logs)
        for number in range(arguments.count):
            # half of the trials run short, half nearly suffice
            leave = chance.randrange(0, (2_000 if number % 2 else 14_000) * KIB)
            try_full(world, after, folder / "full", leave, logs, tally)
    tally.print_end()


if __name__ == "__main__":
    main()
