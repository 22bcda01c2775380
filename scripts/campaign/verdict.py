"""What must hold after a trial, whatever was done: one judgement for all campaigns."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.base.errors import BackupError
from scripts.campaign.door import Done, call, import_heavy
from scripts.campaign.world import list_archived, read_published
from tests.small_project.builder import SmallProject


@dataclass
class Tally:
    """Trials by verdict: survived, lost (something that was published or archived), unclear."""

    results: Path
    found: list[dict] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, name: str, lost: list[str], unclear: list[str], **more: object) -> None:
        """Keep and print how a trial ended."""
        verdict = "lost" if lost else "unclear" if unclear else "survived"
        item = {"trial": name, "verdict": verdict, "why": lost + unclear, **more}
        self.found.append(item)
        print(verdict, name, *lost, *unclear, flush=True)
        with self.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(item, default=str) + "\n")

    def count(self, verdict: str) -> int:
        """Return how many trials ended so."""
        return sum(item["verdict"] == verdict for item in self.found)

    def print_end(self) -> None:
        """Print how many were tried and how they ended."""
        told = ", ".join(f"{v} {self.count(v)}" for v in ("survived", "lost", "unclear"))
        print(f"tried {len(self.found)}, {told}; {time.monotonic() - self.began:.0f} s")


def name_unclear(done: Done, what: str) -> list[str]:
    """Return what a person could not have understood of a command that failed."""
    if done.has_traceback:
        return [f"{what}: traceback: {done.errors.splitlines()[-1][:200]}"]
    # a status that says that the last run failed says it in its table
    if done.code > 0 and not done.sentence and what != "status":
        return [f"{what}: exit code {done.code} without a sentence"]
    return []


def judge_published(project: SmallProject, known: set[str]) -> list[str]:
    """Return what is wrong with what readers see: it must be one of the known contents, whole."""
    try:
        found = read_published(project)[1]
    except duckdb.Error as error:
        return [f"published file: {str(error).splitlines()[0][:200]}"]
    return [] if found in known else [f"readers see an unknown content {found[:16]}"]


def judge_documents(project: SmallProject, before: frozenset[str]) -> list[str]:
    """Return the documents that were archived before and are so no more."""
    missing = sorted(before - list_archived(project))
    return [f"{len(missing)} documents lost: {missing[0]}"] if missing else []


def judge_next_run(
    project: SmallProject, logs: Path, content_hash: str, *arguments: str
) -> tuple[list[str], list[str]]:
    """Run once more; returns what is lost and what is unclear afterwards."""
    done = call(project, logs, "run", *arguments)
    lost, unclear = [], name_unclear(done, "next run")
    if done.code != 0:
        lost.append(f"the next run ends with {done.code}: {done.sentence}")
    return lost + judge_published(project, {content_hash}), unclear


def begin(doc: str | None, *, count: int) -> tuple[argparse.Namespace, Tally]:
    """Read the arguments that all campaigns share, and import what runs need.

    Raises:
        BackupError: the folder is not empty.
    """
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder")
    parser.add_argument("--count", type=int, default=count, help="trials")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder}: is not empty; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    import_heavy()
    return arguments, Tally(folder / "results.jsonl")


Trial = Callable[[int], None]
