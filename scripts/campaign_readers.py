"""Publish many times under many readers, each of which asks whether it saw one release whole.

A reader opens the published file again and again, as a client does: what `meta.release` says of
the content and what a table holds must belong together. Publishing goes through the rollback of
releases, which puts a file in place as a run does and takes milliseconds. Readers are processes
of this project's own DuckDB; with `--other` some are of another version, with `--node` some are
DuckDB's client for Node. Both are installed into throw-away folders.

    .venv/bin/python -m scripts.campaign_readers --folder FOLDER [--count 1000]
        [--other 1.4.5] [--node]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
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
CLIENTS = Path(__file__).parent / "campaign" / "clients"
# the digest is over texts, which every version writes alike; `hash` differs between versions
QUESTION = """
    select release_id, (select md5(string_agg(t::varchar, '|' order by t::varchar))
    from marts.fct_chip_price as t) from meta.release
"""


@dataclass(frozen=True)
class Client:
    """A kind of reader: the command before its arguments, and the folder in which it works."""

    command: tuple[str, ...]
    folder: Path | None = None


OWN = Client((sys.executable, str(CLIENTS / "read_on.py")))


def install_version(version: str, folder: Path) -> Client:
    """Install another version of DuckDB for Python into a folder."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", f"duckdb=={version}"],
        check=True,
    )
    return Client((python, str(CLIENTS / "read_on.py")))


def install_node_client(folder: Path) -> Client:
    """Install DuckDB's client for Node into a folder."""
    folder.mkdir(parents=True)
    subprocess.run(["npm", "install", "--silent", "@duckdb/node-api"], cwd=folder, check=True)
    return Client(("node", str(CLIENTS / "read_on.mjs")), folder)


def publish_under_readers(
    project: SmallProject, count: int, readers: list[Client], tally: Tally
) -> int:
    """Publish so many times under readers; returns how many questions were asked."""
    settings = project.settings
    ids = [manifest.release_id for manifest in list_releases(settings.releases_dir)]
    right = []
    for release_id in ids:
        database = settings.releases_dir / release_id / DATABASE_FILE
        with duckdb.connect(str(database), read_only=True) as connection:
            right.append(list(connection.execute(QUESTION).fetchall()[0]))
    end = project.root.parent / "end"
    end.unlink(missing_ok=True)
    processes = [
        subprocess.Popen(
            [*client.command, str(settings.current_path), str(end), QUESTION],
            cwd=client.folder, stdout=subprocess.PIPE, text=True,
        )
        for client in readers
    ]  # fmt: skip
    # readers start in the time that some publications take
    time.sleep(1)
    for number in range(count):
        with hold_lock(settings.lock_path, "campaign of readers"):
            roll_back(settings, ids[number % len(ids)], now_utc())
    end.touch()
    asked = 0
    for number, process in enumerate(processes):
        output, _ = process.communicate()
        if process.returncode:
            tally.add(f"reader {number}", [f"ended with {process.returncode}"], [])
            continue
        told = json.loads(output)
        wrong = [f"saw {answer[0]} with rows of another release"
                 for answer in told["answers"] if answer not in right]  # fmt: skip
        if not told["answers"]:
            wrong.append("saw nothing")
        name = f"reader {number} ({told['version']}) asked {told['asked']} times"
        tally.add(name, told["errors"] + wrong, [])
        asked += told["asked"]
    return asked


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this campaign alone asks for."""
    parser.add_argument("--other", help="a version of DuckDB for four of the readers")
    parser.add_argument("--node", action="store_true", help="four readers are Node's client")


def main() -> None:
    """Read the arguments, publish under readers, print the tally."""
    arguments, tally = begin(__doc__, count=1000, more=add_arguments)
    folder: Path = arguments.folder
    others = []
    if arguments.other:
        others += [install_version(arguments.other, folder / "other")] * 4
    if arguments.node:
        others += [install_node_client(folder / "node")] * 4
    rows = build_project(folder / "template").read_quotes()
    with serve_quotes(rows) as url:
        project = make_world(folder / "world", folder / "logs", url).project
    readers = [OWN] * (READERS - len(others)) + others
    asked = publish_under_readers(project, arguments.count, readers, tally)
    print(f"{arguments.count} publications, {asked} questions")
    tally.print_end()


if __name__ == "__main__":
    main()
