"""Damage every file of a small warehouse in turn, and see what each command says and mends.

Each kind of file is flipped, cut, emptied, removed and replaced by something else. Then a person's
commands are called: status, doctor, release list, repair, doctor, run, status. After that readers
must see the whole release, with the content that it had, and no document may be lost but the one
that was damaged. What went wrong is printed, and in the end how many were tried, survived, lost
and unclear (a traceback, or a failure without a sentence).

    .venv/bin/python scripts/campaign_damage.py --folder FOLDER [--each N] [--kind PART]
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.base.errors import ComputeBalanceError
from scripts.campaign.door import Done, call, import_heavy
from scripts.campaign.world import (
    EARLIER_DAY,
    World,
    copy_world,
    list_archived,
    list_kinds,
    make_world,
    read_published,
    serve_quotes,
)
from tests.small_project.builder import build_project

Commands = tuple[tuple[str, ...], ...]
COMMANDS: Commands = (
    ("status",),
    ("doctor",),
    ("release", "list"),
    ("run",),
    ("repair",),
    ("doctor",),
    ("run",),
    ("run", "--as-of", str(EARLIER_DAY)),
    ("release", "list"),
    ("doctor",),
    ("status",),
)


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    overwrite(path, bytes(content))


def cut(path: Path) -> None:
    """Keep the first half."""
    content = path.read_bytes()
    overwrite(path, content[: len(content) // 2])


def empty(path: Path) -> None:
    """Keep nothing."""
    overwrite(path, b"")


def remove(path: Path) -> None:
    """Delete the file."""
    path.unlink()


def replace(path: Path) -> None:
    """Put something else there."""
    overwrite(path, b'["something", "else"]\n')


def overwrite(path: Path, content: bytes) -> None:
    """Write over a file, even one that is read-only."""
    mode = path.stat().st_mode
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(mode)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "flip": flip,
    "cut": cut,
    "empty": empty,
    "remove": remove,
    "replace": replace,
}


def try_damage(
    world: World, path: Path, damage: str, logs: Path, commands: Commands = COMMANDS
) -> dict:
    """Damage one file of a world, call the commands, and judge.

    Returns:
        `file`, `damage`, `verdict` (survived, lost or unclear), `why`, and what commands said.
    """
    warehouse = world.project.settings.warehouse_dir
    before = list_archived(world.project)
    if path.exists() and not (damage in ("flip", "cut") and path.stat().st_size == 0):
        DAMAGES[damage](path)
    said: list[str] = []
    unclear: list[str] = []
    last: Done | None = None
    for number, arguments in enumerate(commands):
        last = call(world.project, logs / str(number), *arguments)
        said.append(f"{' '.join(arguments)} {last.code} {last.sentence}".strip())
        if last.has_traceback:
            unclear.append(f"{arguments[0]}: traceback: {last.errors.splitlines()[-1]}")
        elif last.code not in (0, 1, 3, 4):
            unclear.append(f"{arguments[0]}: exit code {last.code}: {last.sentence}")
    lost = judge(world, before, path)
    if last and last.code != 0:
        lost.append(f"status ends with {last.code} after repair and run")
    verdict = "lost" if lost else "unclear" if unclear else "survived"
    return {
        "file": str(path.relative_to(warehouse)),
        "damage": damage,
        "verdict": verdict,
        "why": lost + unclear,
        "said": said,
    }


def judge(world: World, before: frozenset[str], path: Path) -> list[str]:
    """Return what is wrong after repair and run; nothing where all is well."""
    wrong = []
    try:
        found = read_published(world.project)[1]
        if found != world.content_hash:
            wrong.append(f"content hash {found[:16]}; expected {world.content_hash[:16]}")
    except duckdb.Error as error:
        wrong.append(f"published file: {str(error).splitlines()[0]}")
    missing = before - list_archived(world.project) - {path.name}
    if missing:
        wrong.append(f"{len(missing)} documents lost: {sorted(missing)[0]}")
    return wrong


def pick(world: World, each: int, kind: str) -> list[Path]:
    """Return the files to damage: so many of each kind, or all of them."""
    kinds = list_kinds(world.project.settings.warehouse_dir)
    return [
        path
        for name, paths in kinds.items()
        if kind in name
        for path in (paths if each <= 0 else paths[:each])
    ]


def run_campaign(
    folder: Path, each: int, kind: str, damages: list[str], report: Callable[[dict], None]
) -> list[dict]:
    """Damage the files of a small world in turn; returns what became of each."""
    import_heavy()
    rows = build_project(folder / "template").read_quotes()
    found = []
    with serve_quotes(rows) as url:
        world = make_world(folder / "world", folder / "logs", url)
        root = world.project.settings.warehouse_dir
        for path in pick(world, each, kind):
            for damage in damages:
                trial = copy_world(world, folder / "trial")
                target = trial.project.settings.warehouse_dir / path.relative_to(root)
                found.append(try_damage(trial, target, damage, folder / "logs"))
                report(found[-1])
    shutil.rmtree(folder / "trial", ignore_errors=True)
    return found


def print_tally(found: list[dict], began: float) -> None:
    """Print how many trials there were and how they ended."""
    counts = {v: sum(f["verdict"] == v for f in found) for v in ("survived", "lost", "unclear")}
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"tried {len(found)}, {told}; {time.monotonic() - began:.0f} s")


def main() -> None:
    """Read the arguments, damage, print the tally."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--each", type=int, default=0, help="files of each kind; 0 for all")
    parser.add_argument("--kind", default="", help="only kinds with this text in their name")
    parser.add_argument("--damage", action="append", choices=sorted(DAMAGES), default=[])
    arguments = parser.parse_args()
    if arguments.folder.exists() and any(arguments.folder.iterdir()):
        raise ComputeBalanceError(f"{arguments.folder}: is not empty; name another folder")
    began = time.monotonic()
    results = arguments.folder / "results.jsonl"

    def report(item: dict) -> None:
        print(item["verdict"], item["damage"], item["file"], *item["why"], flush=True)
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(item) + "\n")

    damages = arguments.damage or list(DAMAGES)
    print_tally(
        run_campaign(arguments.folder, arguments.each, arguments.kind, damages, report), began
    )


if __name__ == "__main__":
    main()
